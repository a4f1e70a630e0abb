"""Signed-in people: what a browser would hold after the form of /login."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select, update

from app import create_app
from blueprints import _identity
from extensions import db
from jobs import committed
from models import Comment, Person, Role, Ticket
from rules.statuses import Status

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PHONE_BROWSER = BROWSER.replace("X11; Linux x86_64", "Linux; Android 14; Pixel 8").replace(" Safari", " Mobile Safari")
TICKETS_EACH = 25  # more than a page of the list holds


@dataclass(frozen=True)
class Visitor:
    """Somebody with a session. `token` goes with what he sends; `tickets` are numbers that he may comment."""

    cookie: str
    token: str
    tickets: tuple[int, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"desk={self.cookie}", "User-Agent": BROWSER, "Accept-Encoding": "gzip, deflate, br, zstd"}


class Records:
    """The running desk's own database, to prepare the visitors and to count what has arrived."""

    def __init__(self, folder: Path, url: str) -> None:
        self._url = url
        self._app: Flask = create_app({"DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", "PUBLIC_URL": url})

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._app.app_context():
            yield
            db.session.remove()

    def customers(self, count: int, *, with_tickets: int) -> list[Visitor]:
        """Sign `count` customers in; the first `with_tickets` of them get TICKETS_EACH of the generated tickets."""
        with self._open():
            contacts = select(Person.id).where(Person.role == Role.CONTACT, Person.email.like("load-%"))
            people = list(db.session.scalars(contacts.order_by(Person.id).limit(count)))
            self._give(people[:with_tickets])
        return [self._sign_in(person) for person in people]

    def agent(self) -> Visitor:
        with self._open():
            person = db.session.scalars(select(Person.id).where(Person.email == "agent@desk.example")).one()
        return self._sign_in(person)

    def _give(self, people: Sequence[int]) -> None:
        with committed():
            loaded = select(Ticket.id).where(Ticket.company_id.is_(None)).order_by(Ticket.id)
            ids = list(db.session.scalars(loaded.limit(TICKETS_EACH * len(people))))
            for place, person in enumerate(people):
                own = Ticket.id.in_(ids[place :: len(people)])
                db.session.execute(update(Ticket).where(own).values(contact_id=person, author_id=person))

    def _sign_in(self, person_id: int) -> Visitor:
        numbers = select(Ticket.number).where(Ticket.contact_id == person_id, Ticket.status != Status.CLOSED)
        address = {"REMOTE_ADDR": "127.0.0.1"}
        with self._app.test_request_context(base_url=self._url, headers={"User-Agent": BROWSER}, environ_base=address):
            with committed():
                person = db.session.get_one(Person, person_id)
                _identity.sign_in(person, by="password", remember=False)
            serializer = self._app.session_interface.get_signing_serializer(self._app)  # type: ignore[attr-defined]
            token = generate_csrf()
            cookie = serializer.dumps(dict(session))
            return Visitor(cookie, token, tuple(db.session.scalars(numbers.order_by(Ticket.number))))

    def choices(self) -> tuple[str, str]:
        """Return codes that a new ticket can be sent with: of a type and of a priority."""
        with self._open():
            ticket = select(Ticket).limit(1)
            first = db.session.scalars(ticket).one()
            db.session.refresh(first, ["type", "priority"])
            return first.type.code, first.priority.code

    def counts(self) -> dict[str, int]:
        """Return how many tickets and comments there are now."""
        with self._open():
            tables = {"tickets": Ticket, "comments": Comment}
            return {name: db.session.scalar(select(func.count()).select_from(row)) or 0 for name, row in tables.items()}
