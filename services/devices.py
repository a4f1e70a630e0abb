"""Signed-in browsers: each has a row, and ending the row signs it out (D12)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import joinedload, undefer

from extensions import db, forms
from models import Company, Device, KnownBrowser, Person
from models.numbers import fits
from services import outbox, seals

REMEMBERED = timedelta(days=365)
NOT_REMEMBERED = timedelta(days=1)
KNOWN = "known browser"
SEEN_EVERY = timedelta(hours=1)  # how exact «last used» is: a write an hour, not one a page

OWNER = (  # built once: every request asks it
    select(Person, Device.id, Device.last_seen_at)
    .join(Device, Device.person_id == Person.id)
    .where(Device.key_hash == bindparam("key_hash"), Device.expires_at > bindparam("at"))
    .options(
        joinedload(Person.company).load_only(Company.name, Company.contacts_see_all), undefer(Person.observes_company)
    )
)


def sign_in(
    person: Person, *, by: str, name: str, remember: bool, at: datetime, browser: str = "", network: str = ""
) -> str:
    """Make a device and return the key for its cookie. Its owner gets a letter when the browser is new to him.

    A browser is known by the cookie that it keeps for itself, `browser`, or by its name in the `network` it asked from:
    who empties his cookies every evening is not written to every morning.
    """
    key = seals.new_token()
    device = Device(
        person_id=person.id,
        key_hash=seals.digest(key),
        name=name,
        signed_in_by=by,
        created_at=at,
        last_seen_at=at,
        expires_at=at + (REMEMBERED if remember else NOT_REMEMBERED),
    )
    is_new = _is_new(person, {f"browser {browser}"} if browser else set(), f"{name} in {network}", at=at)
    db.session.add(device)
    db.session.flush()
    if is_new or by == "code":
        told = {"device": name, "by": "hand-off" if by == "hand-off-code" else by, "at": at.isoformat()}
        # By the key, not the id: SQLite gives the id of a removed row again, and a delivery's key never repeats.
        outbox.letter(f"device-{device.key_hash[:20]}", person, "new_device", at=at, data=told)
    person.device_key, person.device_id = key, device.id
    return key


def _is_new(person: Person, own: set[str], place: str, *, at: datetime) -> bool:
    """Tell whether he has never signed in like this, though he has signed in before; remember it from now on.

    The memory outlives the sessions: when all of them have run out, a new browser is as new as ever.
    """
    marks = {seals.keyed_digest(text, KNOWN) for text in own | {place}}
    known = set(db.session.scalars(select(KnownBrowser.mark).where(KnownBrowser.person_id == person.id)))
    was_in = bool(known) or db.session.scalar(select(Device.id).where(Device.person_id == person.id).limit(1))
    for mark in marks - known:
        db.session.add(KnownBrowser(person_id=person.id, mark=mark, first_seen_at=at))
    return bool(was_in) and not marks & known


def owner(key: str, *, at: datetime) -> tuple[Person, bool] | None:
    """Return who is signed in with `key`, in one statement, and whether «last used» is due to be written."""
    row = db.session.execute(OWNER, {"key_hash": seals.digest(key), "at": at}, execution_options=forms(OWNER)).first()
    if row is None:
        return None
    person, device_id, seen_at = row
    person.device_key, person.device_id = key, device_id
    return person, at - seen_at > SEEN_EVERY


def seen(device_id: int, *, at: datetime) -> None:
    device = db.session.get(Device, device_id)
    if device is not None:
        lasts = device.expires_at - device.last_seen_at
        device.last_seen_at, device.expires_at = at, at + lasts


def of(person: Person, *, at: datetime) -> list[Device]:
    """Return his signed-in browsers, the last used first."""
    return list(
        db.session.scalars(
            select(Device)
            .where(Device.person_id == person.id, Device.expires_at > at)
            .order_by(Device.last_seen_at.desc())
        )
    )


def end(person: Person, device_id: int) -> bool:
    """Sign one of his own browsers out; False when it is not his."""
    if not fits(device_id):
        return False
    ended = db.session.execute(delete(Device).where(Device.id == device_id, Device.person_id == person.id))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def end_others(person: Person, *, keep: int | None) -> int:
    """Sign out all his browsers but the one at hand; return how many there were."""
    ended = db.session.execute(delete(Device).where(Device.person_id == person.id, Device.id != (keep or 0)))
    return int(ended.rowcount)  # type: ignore[attr-defined]


def end_by_code(person: Person, *, keep: int | None) -> None:
    """Sign out what came in by the authorization code, and what that let in, all but the device at hand (D12)."""
    by_code = Device.signed_in_by.in_(("code", "hand-off-code"))
    db.session.execute(delete(Device).where(Device.person_id == person.id, by_code, Device.id != (keep or 0)))


def forget_expired(*, at: datetime) -> None:
    db.session.execute(delete(Device).where(Device.expires_at <= at))
