"""What is said in a ticket, with the files and recordings that go with it; what follows from it is the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from extensions import db
from models import Attachment, Comment, Kind, Person, Ticket, VoiceNote
from rules.errors import Invalid
from services import files, richtext, voice_notes


@dataclass(frozen=True)
class Enclosed:
    """What goes with a text: files and recordings that its author has already stored."""

    files: Sequence[Attachment] = ()
    notes: Sequence[VoiceNote] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.notes)

    @property
    def images(self) -> set[str]:
        """The ids of the files that the text may show as images."""
        return {file.public_id for file in self.files}

    def attach(self, comment: Comment) -> None:
        files.attach(self.files, comment)
        voice_notes.attach(self.notes, comment)


NOTHING = Enclosed()


def add(
    ticket: Ticket,
    by: Person,
    text: str,
    *,
    at: datetime,
    kind: Kind = Kind.PUBLIC,
    is_html: bool = False,
    enclosed: Enclosed = NOTHING,
    client_id: str | None = None,
    reply_to_id: int | None = None,
) -> Comment:
    """Store a comment or a note. Raises Invalid body: nothing in it, or more than fits."""
    if len(text) > 2 * richtext.MAX_CHARS:  # not even read: that takes longer than sending it
        raise Invalid("body", "too_long", limit=richtext.MAX_CHARS)
    plain, html = richtext.body(text, is_html=is_html, images=enclosed.images)
    if not plain and not enclosed:
        raise Invalid("body", "required")
    if len(html) > richtext.MAX_CHARS:
        raise Invalid("body", "too_long", limit=richtext.MAX_CHARS)
    comment = Comment(
        ticket_id=ticket.id,
        author_id=by.id,
        kind=kind,
        body_text=plain,
        body_html=html,
        at=at,
        client_id=client_id or None,
        reply_to_id=reply_to_id,
    )
    db.session.add(comment)
    db.session.flush()
    enclosed.attach(comment)
    return comment
