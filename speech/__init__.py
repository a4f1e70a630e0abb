"""Hears what is said in a recording: decoding (PyAV), recognition (Vosk) and the models for it.

Imports nothing else of the desk and reads no settings: paths, words and limits are arguments.
Only this package imports `av` and `vosk`, and only when something is decoded or heard.
"""

from speech.decode import BadAudio, Sound, blocks, probe
from speech.evaluation import evaluate
from speech.installation import install
from speech.listening import listen
from speech.live import Heard, Listener
from speech.models import (
    DEFAULT_NAME,
    ModelError,
    costs,
    find,
    forget,
    in_use,
    installed,
    is_model,
    language,
    loaded,
    name,
    use,
)
from speech.recognize import Piece, Transcript, Word, hear, preload, transcribe

__all__ = [
    "DEFAULT_NAME",
    "BadAudio",
    "Heard",
    "Listener",
    "ModelError",
    "Piece",
    "Sound",
    "Transcript",
    "Word",
    "blocks",
    "costs",
    "evaluate",
    "find",
    "forget",
    "hear",
    "in_use",
    "install",
    "installed",
    "is_model",
    "language",
    "listen",
    "loaded",
    "name",
    "preload",
    "probe",
    "transcribe",
    "use",
]
