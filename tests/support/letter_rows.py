"""Rows for tests of letters: the guide's own ticket (S60–S66), its people and whatever a test adds."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import select

from extensions import db
from models import Comment, Delivery, Event, EventKind, Kind, Person, Priority, Ticket, TicketType
from services import people, richtext
from tests import factories

AT = datetime(2023, 6, 14, 8, 43, tzinfo=UTC)  # 13:43 in Yekaterinburg
NUMBER = 152875
SUBJECT = "SNR-S2962-24T обновление прошивки"


class Talk:
    """A ticket of «Тестинг Тестовый», answered by «Алексеев Степан»."""

    def __init__(self, subject: str = SUBJECT) -> None:
        self.contact = factories.person("Тестинг", first_name="Тестовый", email="test@mail.ru")
        self.agent = factories.agent("Алексеев", first_name="Степан", email="agent@desk.example")
        self.robot = people.robot()
        self.ticket = Ticket(
            number=NUMBER,
            subject=subject,
            type_id=db.session.scalars(select(TicketType.id)).first(),
            priority_id=db.session.scalars(select(Priority.id)).first(),
            contact_id=self.contact.id,
            author_id=self.contact.id,
            created_at=AT,
            updated_at=AT,
            staff_updated_at=AT,
            status_since=AT,
        )
        db.session.add(self.ticket)
        db.session.flush()

    def say(
        self, text: str, minutes: int = 0, *, by: Person | None = None, kind: Kind = Kind.PUBLIC, html: str = ""
    ) -> Comment:
        """Add a comment `minutes` after AT. `html` is stored as it is, past the allow-list."""
        plain, safe = richtext.body(text, is_html=False)
        said = Comment(
            ticket_id=self.ticket.id,
            author_id=(by or self.agent).id,
            kind=kind,
            body_text=plain,
            body_html=html or safe,
            at=AT + timedelta(minutes=minutes),
        )
        db.session.add(said)
        db.session.flush()
        return said

    def event(
        self,
        kind: EventKind,
        comment: Comment | None = None,
        data: dict[str, Any] | None = None,
        *,
        by: Person | None = None,
    ) -> Event:
        found = Event(
            ticket_id=self.ticket.id,
            actor_id=(by or self.agent).id,
            comment_id=comment.id if comment else None,
            kind=kind,
            at=comment.at if comment else AT + timedelta(days=1),
            data=data or {},
        )
        db.session.add(found)
        db.session.flush()
        return found

    def delivery(
        self, template: str, event: Event | None = None, *, to: Person | None = None, key: str = "", **data: Any
    ) -> Delivery:
        person = to or self.contact
        found = Delivery(
            key=key or f"{template}-{event.id if event else 0}-person-{person.id}",
            person_id=person.id,
            event_id=event.id if event else None,
            channel="email",
            target=person.email,
            template=template,
            data=data,
            created_at=AT,
            next_attempt_at=AT,
        )
        db.session.add(found)
        db.session.flush()
        return found

    def news(self, comment: Comment, *, to: Person | None = None, by: Person | None = None) -> Delivery:
        """Return the delivery of a new comment."""
        return self.delivery("comment", self.event(EventKind.COMMENTED, comment, by=by), to=to)


class Page(HTMLParser):
    """What a reader of the HTML part sees and what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.links: list[tuple[str, str]] = []  # (text, address)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._hidden = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in {"style", "script"}:
            self._hidden = tag
        if tag == "a":
            self.links.append(("", dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._hidden:
            self.lines.append(text)
            if self.links and not self.links[-1][0]:
                self.links[-1] = (text, self.links[-1][1])
