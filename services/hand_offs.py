"""A signed-in browser lets its owner's phone in without typing: one link, two minutes, once (D12)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from extensions import db
from models import AccessLink, Device, Person, Purpose
from rules.errors import DeskError, NotAllowed
from services import people, seals

LASTS = timedelta(minutes=2)
BY, BY_CODE = "hand-off", "hand-off-code"  # models.device: the second goes with the code that its giver came in by
KEPT = timedelta(days=1)


def make(person: Person, *, at: datetime) -> str:
    """Return the token of a new link; the one before stops working. Raises NotAllowed: no code or QR opens staff."""
    if not person.is_contact:
        raise NotAllowed("contacts_only")
    return people.new_link(person, Purpose.HAND_OFF, at=at, until=at + LASTS, device_id=person.device_id)


def state(token: str, person: Person, *, at: datetime) -> tuple[str, datetime | None]:
    """Return ("waiting", until), ("used", None) or ("expired", None): what the browser that shows the code is to say."""
    found = _by_token(token) if token else None
    if found is None or found.person_id != person.id:
        return "expired", None
    if found.used_at is not None:
        return "used", None
    return ("waiting", found.expires_at) if found.expires_at > at else ("expired", None)


def look(token: str, *, at: datetime) -> Person:
    """Return who would be signed in; uses nothing up. Raises DeskError link_unknown, link_used or link_expired."""
    return _owner(people.link(token, {Purpose.HAND_OFF}, at=at))


def use(token: str, *, at: datetime) -> tuple[Person, str]:
    """Use the link up and return whom to sign in and by what. Raises as `look` does. Of two at once one comes too late."""
    found = people.link(token, {Purpose.HAND_OFF}, at=at, to_use=True)
    person = _owner(found)
    found.used_at = at
    giver = db.session.get(Device, found.device_id) if found.device_id else None
    return person, BY_CODE if giver is not None and giver.signed_in_by in {"code", BY_CODE} else BY


def _owner(found: AccessLink) -> Person:
    person = people.of_link(found)
    if not person.is_contact or person.activated_at is None or not people.may_enter(person):
        raise DeskError("link_unknown")
    return person


def _by_token(token: str) -> AccessLink | None:
    return db.session.scalar(
        select(AccessLink).where(AccessLink.token_hash == seals.digest(token), AccessLink.purpose == Purpose.HAND_OFF),
        execution_options={"populate_existing": True},
    )


def forget_old(*, at: datetime) -> None:
    """Remove links that nobody will ask about any more."""
    db.session.execute(
        delete(AccessLink).where(AccessLink.purpose == Purpose.HAND_OFF, AccessLink.expires_at < at - KEPT)
    )
