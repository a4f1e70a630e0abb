"""Files and recordings as templates show them: their addresses, sizes and lengths in words."""

from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from blueprints import _unheard, _waveform, _words
from blueprints._web import me
from models import Attachment, VoiceNote, VoiceState
from services import threads, transcripts
from services.threads import FileView, NoteView
from services.transcripts import Spoken


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An attachment as a template shows it (`tickets/_attachments.html`); `held`: nobody gets it, and why."""

    id: str
    name: str
    size_text: str
    kind: str
    url: str
    width: int | None = None
    height: int | None = None
    has_preview: bool = False
    held: str = ""
    virus: str = ""

    @property
    def view_url(self) -> str:
        return f"{self.url}/view"

    @property
    def thumb_url(self) -> str:
        return f"{self.url}/thumbnail"

    @property
    def large_url(self) -> str:
        """What a viewer shows: the file itself unless it is too large or of a kind that browsers can't show."""
        return f"{self.url}/preview" if self.has_preview else self.url


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A recording as a template shows it."""

    id: str
    url: str
    state: str
    percent: int
    text: str
    duration_text: str
    content_type: str = ""
    copy_url: str = ""
    seconds: float = 0
    wave: str = ""
    language: str = ""
    words: Markup = Markup("")  # the text, each word with its second; '' where the comment's own text has them
    is_told: bool = False  # by the comment's text
    has_unsure: bool = False
    raw_text: str = ""  # for staff
    is_edited: bool = False
    may_edit: bool = False
    fault: str = ""  # why it failed and what to do, in words
    is_playable: bool = True
    cut: str = ""  # that only its beginning was recognized, in words


def shown_file(file: FileView | Attachment) -> ShownFile:
    if isinstance(file, Attachment):
        file = threads.file_view(file)
    address = url_for("attachments.show", public_id=file.id)
    shown = (file.width, file.height, file.has_preview, file.held, file.virus)
    return ShownFile(str(file.id), file.name, _words.size_text(file.size), file.kind, address, *shown)


def shown_note(
    note: NoteView | VoiceNote, body: Spoken | None = None, *, is_own: bool, may_edit: bool = False
) -> ShownNote:
    """Return a recording with its text in words, unless the comment's `body` is its text. `is_own`: for its author;
    `may_edit`: in a ticket that still takes comments."""
    view: NoteView = threads.note_view(note) if isinstance(note, VoiceNote) else note
    address = url_for("voice_notes.audio", public_id=view.id)
    shown = (str(view.id), address, view.state, view.percent, view.text, _words.duration_text(view.audio_ms))
    copy = url_for("voice_notes.copy", public_id=view.id) if view.has_copy else ""
    is_told = body is not None and view.id in body.notes
    spoken = body if body and is_told else transcripts.alone((view.id, view.spans))
    return ShownNote(
        *(*shown, view.content_type, copy, (view.audio_ms or 0) / 1000, _waveform.path(view.peaks), view.language),
        words=Markup("") if is_told else spoken.html,
        is_told=is_told,
        has_unsure=spoken.has_unsure,
        raw_text=view.raw_text if me().is_staff else "",
        is_edited=view.is_edited,
        may_edit=is_own and may_edit and not is_told,
        fault=_unheard.fault(view.error, is_own=is_own) if view.state == VoiceState.FAILED else "",
        is_playable=view.error not in _unheard.UNPLAYABLE,
        cut=_unheard.cut(view.audio_ms) if view.is_cut and view.state == VoiceState.DONE else "",
    )
