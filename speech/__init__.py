"""Hears what is said in a recording: decoding (PyAV), recognition (Vosk) and the models for it.

Imports nothing else of the desk and reads no settings: paths, words and limits are arguments.
Only this package imports `av` and `vosk`, and only when something is decoded or heard.
"""

from speech.decode import BadAudio, Sound, blocks, probe
from speech.installation import install
from speech.models import DEFAULT_NAME, ModelError, find, is_model, language, loaded
from speech.recognize import Transcript, Word, preload, transcribe

__all__ = [
    "DEFAULT_NAME",
    "BadAudio",
    "ModelError",
    "Sound",
    "Transcript",
    "Word",
    "blocks",
    "find",
    "install",
    "is_model",
    "language",
    "loaded",
    "preload",
    "probe",
    "transcribe",
]
