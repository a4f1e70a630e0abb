"""Registration, passwords, authorization codes (S9–S19, S66, S107, D11, D12)."""

import random
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash

from extensions import db
from models import AccessLink, Device, Person, Purpose, Role, Team
from rules import codes, lengths
from rules.errors import DeskError, Invalid
from services import outbox, seals
from services.clockwork import clockwork

CODE = "authorization code"
DEMO_HASHING = "scrypt:1024:8:1"  # cheap on purpose, and so the mark of the demo desk's own passwords
_DUMMY_HASH = generate_password_hash("nobody's password")


def normal_email(text: str) -> str:
    return text.replace("\0", "").strip().lower()  # PostgreSQL refuses to look for a NUL


def by_email(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == normal_email(email)))


def register(
    *, last_name: str, first_name: str, patronymic: str, email: str, consent_version: str, at: datetime
) -> Person:
    """Make a contact who has yet to confirm his address, and send him the link (S14).

    Asked again before he confirmed, it renews the link. Raises Invalid("email", "taken") once he has (S8), and for
    the address of staff, invited ones too.
    """
    person = by_email(email)
    is_taken = person is not None and (person.activated_at or person.blocked_at or not person.is_contact)
    if is_taken:
        raise Invalid("email", "taken")
    if person is None:
        person = Person(email=normal_email(email), role=Role.CONTACT, created_at=at, last_name="")
        db.session.add(person)
    person.last_name, person.first_name, person.patronymic = last_name, first_name, patronymic
    person.consent_at, person.consent_version = at, consent_version
    db.session.flush()
    send_link(person, Purpose.CONFIRM, "confirm_registration", at=at)
    return person


def add_staff(
    email: str, *, role: Role, team: Team, last_name: str, first_name: str, at: datetime
) -> tuple[Person, str]:
    """Make a member of staff and return the one-time token that lets him set a password. Raises Invalid if taken."""
    if by_email(email) is not None:
        raise Invalid("email", "taken")
    person = Person(
        email=normal_email(email), role=role, team=team, last_name=last_name, first_name=first_name, created_at=at
    )
    db.session.add(person)
    db.session.flush()
    return person, new_link(person, Purpose.STAFF, at=at)


def new_link(
    person: Person, purpose: Purpose, *, at: datetime, until: datetime | None = None, device_id: int | None = None
) -> str:
    """Return the token of a new link. Earlier links of the kind stop working: only the newest letter counts.

    It works for a day by default (setting `link_valid_hours`), or `until`, and no longer than `device_id` is signed in.
    """
    close_links(person, {purpose}, at=at)
    token = seals.new_token()
    db.session.add(
        AccessLink(
            person_id=person.id,
            purpose=purpose,
            token_hash=seals.digest(token),
            device_id=device_id,
            created_at=at,
            expires_at=until or lengths.after(link_length(), at, clockwork().calendar),
        )
    )
    db.session.flush()
    return token


def link_length() -> lengths.Length:
    """Return how long a letter's link works (S15)."""
    return clockwork().lengths["link_valid_hours"]


def close_links(person: Person, purposes: set[Purpose], *, at: datetime) -> None:
    """Let his unused links of these kinds open nothing any more."""
    for old in db.session.scalars(
        select(AccessLink).where(
            AccessLink.person_id == person.id, AccessLink.purpose.in_(purposes), AccessLink.used_at.is_(None)
        )
    ):
        old.expires_at = min(old.expires_at, at)


def send_link(person: Person, purpose: Purpose, template: str, *, at: datetime) -> None:
    token = new_link(person, purpose, at=at)
    outbox.letter(f"link-{seals.digest(token)[:20]}", person, template, at=at, data={"token": token})


def forgot(email: str, *, at: datetime) -> None:
    """Send a link to set a new password; silent about addresses that nobody registered, and to who is blocked."""
    person = by_email(email)
    if person is None or person.role == Role.ROBOT or person.blocked_at is not None:
        return
    if person.activated_at is None and person.is_contact:
        send_link(person, Purpose.CONFIRM, "confirm_registration", at=at)
    else:
        send_link(person, Purpose.RESET, "reset_password", at=at)


def link(token: str, purposes: set[Purpose], *, at: datetime, to_use: bool = False) -> AccessLink:
    """Return the link that `token` opens. Raises DeskError link_unknown, link_used or link_expired.

    `to_use` locks it for the transaction, so that of two who use it at once one comes too late.
    """
    query = select(AccessLink).where(AccessLink.token_hash == seals.digest(token))
    found: AccessLink | None = db.session.scalar(
        query.with_for_update() if to_use else query, execution_options={"populate_existing": True}
    )
    if found is None or Purpose(found.purpose) not in purposes:
        raise DeskError("link_unknown")
    email = of_link(found).email
    if found.used_at is not None:
        raise DeskError("link_used", email=email)
    if found.expires_at <= at:
        raise DeskError("link_expired", email=email)
    return found


def of_link(found: AccessLink) -> Person:
    """Return whose door the link opens."""
    return db.session.get_one(Person, found.person_id)


def set_password(found: AccessLink, password: str, *, at: datetime) -> Person:
    """Use the link up: set the password, activate, give a contact his code; D11: the password is never mailed.

    A new password signs every device out and closes the other links that could set one.
    """
    person = of_link(found)
    found.used_at = at
    close_links(person, set(Purpose), at=at)
    person.password_hash = generate_password_hash(password)
    for device in db.session.scalars(select(Device).where(Device.person_id == person.id)):
        db.session.delete(device)
    if person.activated_at is None:
        person.activated_at = at
        outbox.letter(f"access-{person.id}", person, "access_granted", at=at)
    if person.is_contact and person.code_hash is None:
        new_code(person)
    db.session.flush()
    return person


def authenticate(email: str, password: str) -> Person | None:
    """Return the person whose login and password these are. Takes as long for a stranger's address."""
    person = by_email(email)
    known = person.password_hash if person is not None and person.activated_at is not None else None
    fits = check_password_hash(known or _DUMMY_HASH, password)
    return person if known and fits and may_enter(person) else None


def may_enter(person: Person | None) -> bool:
    """Tell whether the person's account opens at all: a blocked one does not; with DEMO off the demo desk's people, whose passwords and letters
    everybody may have seen, are shut out until they choose a password of their own."""
    is_of_demo = person is not None and (person.password_hash or "").startswith(f"{DEMO_HASHING}$")
    return person is not None and person.blocked_at is None and (current_app.config["DEMO"] or not is_of_demo)


def new_code(person: Person) -> str:
    """Give `person` a new authorization code and return its digits; the old one stops working (D12)."""
    digits = codes.generate(random.SystemRandom())
    person.code_hash = seals.keyed_digest(digits, CODE)
    person.code_sealed = seals.seal(digits, CODE)
    db.session.flush()
    return digits


def code_of(person: Person) -> str:
    """Return «NNNN-NNNN-NNNN-NNNN», or '' when he has none. Staff never have one (D12)."""
    if not person.is_contact or not person.code_sealed:
        return ""
    digits = seals.unseal(person.code_sealed, CODE)
    return codes.show(digits) if digits else ""


def by_code(text: str) -> Person | None:
    """Return the contact whose code was typed, spaces and dashes ignored. It never opens a staff account (D12)."""
    digits = codes.parse(text)
    if digits is None:
        return None
    person = db.session.scalar(
        select(Person).where(
            Person.code_hash == seals.keyed_digest(digits, CODE),
            Person.role == Role.CONTACT,
            Person.activated_at.is_not(None),
        )
    )
    return person if may_enter(person) else None


def robot() -> Person:
    """Return the robot, the author of S53's comments. `services.defaults` makes him."""
    return db.session.scalars(select(Person).where(Person.role == Role.ROBOT)).one()


def by_id(person_id: int) -> Person | None:
    """Return the person as he is now: to be changed in this transaction."""
    return db.session.get(Person, person_id, populate_existing=True)
