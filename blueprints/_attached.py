"""Files and recordings as templates show them: their addresses, sizes and lengths in words."""

from dataclasses import dataclass

from flask import url_for

from blueprints import _words
from models import Attachment, VoiceNote
from services import threads
from services.threads import FileView, NoteView


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


def shown_file(file: FileView | Attachment) -> ShownFile:
    if isinstance(file, Attachment):
        file = threads.file_view(file)
    address = url_for("attachments.show", public_id=file.id)
    shown = (file.width, file.height, file.has_preview, file.held, file.virus)
    return ShownFile(str(file.id), file.name, _words.size_text(file.size), file.kind, address, *shown)


def shown_note(note: NoteView | VoiceNote) -> ShownNote:
    if isinstance(note, VoiceNote):
        note = NoteView(note.public_id, note.state, note.percent, note.text, note.audio_ms)
    address = url_for("voice_notes.audio", public_id=note.id)
    return ShownNote(str(note.id), address, note.state, note.percent, note.text, _words.duration_text(note.audio_ms))
