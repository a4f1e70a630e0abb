"""What the administrator does to a person: names, login, rights, role, blocking, devices, code.

Each change leaves its line in the book (services.audit); codes and passwords never stand in it.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, update

from extensions import db
from models import AccessLink, Delivery, DeliveryState, Device, Person, Purpose, Role, Team, Visibility
from rules.errors import Invalid
from rules.registration import is_email
from services import audit, devices, outbox, people


def rename(person: Person, texts: Mapping[str, str], *, by: Person, at: datetime) -> None:
    """Change names and telephone (S88: he can't do it himself)."""
    changes = audit.difference({name: getattr(person, name) for name in texts}, texts)
    for name, text in texts.items():
        setattr(person, name, text)
    if changes:
        audit.record(person, "changed", by=by, at=at, changes=changes)


def change_email(person: Person, email: str, *, by: Person, at: datetime) -> bool:
    """Change the login (S7); False when it is the same. Both addresses get a letter.

    What lies in the old mailbox opens nothing any more: neither links nor the authorization code that stands in every
    letter. What waits to be told of tickets goes to the new address. Raises Invalid: required, not_an_email, taken.
    """
    new, old = people.normal_email(email), person.email
    if not new:
        raise Invalid("email", "required")
    if not is_email(new):
        raise Invalid("email", "not_an_email")
    if new == old:
        return False
    if people.by_email(new) is not None:
        raise Invalid("email", "taken")
    person.email = new
    db.session.flush()
    _close_links(person, at)
    if person.code_hash is not None:
        _renew_code(person, at)
    _send_on(person, new)
    audit.record(person, "email_changed", by=by, at=at, changes={"email": [old, new]})
    told = {"old": old, "new": new}
    for address in (old, new):
        key = f"email-changed-{person.id}-{at.timestamp():.6f}-{'old' if address == old else 'new'}"
        outbox.put(key, person, "email", address, "email_changed", at=at, data=told)
    return True


def _send_on(person: Person, email: str) -> None:
    """Let the letters about tickets that still wait go to this address."""
    waiting = (Delivery.person_id == person.id, Delivery.channel == "email", Delivery.event_id.is_not(None))
    db.session.execute(
        update(Delivery)
        .where(*waiting, Delivery.state == DeliveryState.WAITING)
        .values(target=email)
        .execution_options(synchronize_session=False)
    )


def _renew_code(person: Person, at: datetime) -> None:
    """Give a new code, and end all that the old one has opened or was about to (D12)."""
    people.new_code(person)
    people.close_links(person, {Purpose.HAND_OFF}, at=at)
    devices.end_by_code(person, keep=None)


def _close_links(person: Person, at: datetime) -> None:
    db.session.execute(
        update(AccessLink)
        .where(AccessLink.person_id == person.id, AccessLink.used_at.is_(None), AccessLink.expires_at > at)
        .values(expires_at=at)
        .execution_options(synchronize_session=False)
    )


def set_visibility(person: Person, chosen: str, *, by: Person, at: datetime) -> None:
    """S71: all of the company's tickets, only his own, or as the company says. Raises Invalid."""
    if chosen not in set(Visibility) or not person.is_contact:
        raise Invalid("visibility", "unknown")
    before = person.visibility
    if chosen != before:
        person.visibility = Visibility(chosen)
        audit.record(person, "visibility", by=by, at=at, changes={"visibility": [before.value, chosen]})


def set_role(person: Person, role: str, team: str, *, by: Person, at: datetime) -> None:
    """Make a member of staff an agent or an administrator, of a team (S125). A contact never becomes staff here.

    Raises Invalid: unknown, not_yourself.
    """
    if not person.is_staff or role not in {Role.AGENT, Role.ADMIN}:
        raise Invalid("role", "unknown")
    if team not in set(Team):
        raise Invalid("team", "unknown")
    if person.id == by.id and role != person.role:
        raise Invalid("role", "not_yourself")
    changes = audit.difference({"role": person.role, "team": person.team}, {"role": role, "team": team})
    person.role, person.team = role, team
    if changes:
        audit.record(person, "role", by=by, at=at, changes=changes)


def block(person: Person, *, by: Person, at: datetime) -> None:
    """Shut him out at once and tell him nothing more; what he wrote stays. Raises Invalid: not_yourself."""
    if person.id == by.id or person.role == Role.ROBOT:
        raise Invalid("blocked", "not_yourself")
    if person.blocked_at is not None:
        return
    person.blocked_at = at
    _end_devices(person)
    _close_links(person, at)
    db.session.execute(
        update(Delivery)
        .where(Delivery.person_id == person.id, Delivery.state == DeliveryState.WAITING)
        .values(state=DeliveryState.FAILED, last_error="blocked", data={})
        .execution_options(synchronize_session=False)
    )
    audit.record(person, "blocked", by=by, at=at)


def unblock(person: Person, *, by: Person, at: datetime) -> None:
    if person.blocked_at is not None:
        person.blocked_at = None
        audit.record(person, "unblocked", by=by, at=at)


def sign_out_everywhere(person: Person, *, by: Person, at: datetime) -> int:
    """End all his sessions; return how many there were."""
    ended = _end_devices(person)
    audit.record(person, "signed_out", by=by, at=at)
    return ended


def _end_devices(person: Person) -> int:
    ended = db.session.execute(delete(Device).where(Device.person_id == person.id))
    return int(ended.rowcount)  # type: ignore[attr-defined]


def give_new_code(person: Person, *, by: Person, at: datetime) -> None:
    """Change his authorization code and sign out what came in by the old one (D12). The administrator never sees it.

    Raises Invalid for staff and for who has not confirmed his address: neither has a code.
    """
    if not person.is_contact or person.activated_at is None:
        raise Invalid("code", "no_code")
    _renew_code(person, at)
    audit.record(person, "code", by=by, at=at)
