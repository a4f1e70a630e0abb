"""What is said of a recording that could not be heard, or not to its end: why, and what to do about it."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

UNPLAYABLE = {"empty", "not-audio", "no-audio-stream"}  # last_error of those that a player can't play either

_NO_SOUND = _l("Ask the author to record once more, or to write.")
_HAS_SOUND = _l("Listen to the recording; what can't be made out, ask its author.")
_OTHER = (
    _l("The text could not be made out."),
    _l("The recording is attached, the specialist will listen to it."),
    _HAS_SOUND,
)
# VoiceNote.last_error: why; what its author does; what another reader does.
_FAULTS = {
    "empty": (
        _l("There is no sound in this recording."),
        _l("Check the microphone and record once more, or type the text."),
        _NO_SOUND,
    ),
    "not-audio": (
        _l("This file can't be opened as a recording."),
        _l("Record once more, or attach a sound file: MP3, M4A, OGG or WAV."),
        _NO_SOUND,
    ),
    "no-audio-stream": (
        _l("This file has no sound track."),
        _l("Record once more, or attach a sound file: MP3, M4A, OGG or WAV."),
        _NO_SOUND,
    ),
    "damaged": (
        _l("The recording is damaged, no text could be made of it."),
        _l("Listen to it: if it can't be heard, record once more."),
        _HAS_SOUND,
    ),
    "too-heavy": (
        _l("Making out this recording takes more memory or time than one may take."),
        _l("It is attached and can be listened to. To get a text, record it in shorter parts."),
        _HAS_SOUND,
    ),
    "worker-died": (
        _l("The recognition of this recording broke off several times."),
        _l("It is attached, the specialist will listen to it. Type what matters most."),
        _HAS_SOUND,
    ),
}


def fault(code: str, *, is_own: bool) -> str:
    """Return why a failed recording has no text, and what its author or another reader can do."""
    why, author, reader = _FAULTS.get(code, _OTHER)
    return f"{why} {author if is_own else reader}"


def cut(audio_ms: int | None) -> str:
    """Return what is said of a text that ends before its recording does: at the limit, which `audio_ms` is then."""
    minutes = max(1, (audio_ms or 0) // 60_000)
    return str(
        ngettext(
            "Only the first %(num)d minute was recognized: that is the limit. The rest can be listened to.",
            "Only the first %(num)d minutes were recognized: that is the limit. The rest can be listened to.",
            minutes,
        )
    )
