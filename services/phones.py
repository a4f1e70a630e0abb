"""Browsers that ask to be rung, and the ringing of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from extensions import db
from models import Delivery, DeliveryState, Device, Person, PushSubscription
from models.numbers import fits
from rules.errors import Invalid
from services import outbox

MOST_BROWSERS = 20  # of one person
TEST_TAKES = timedelta(seconds=30)  # what has not been heard of by then is not awaited any more


def subscribe(person: Person, subscription: dict[str, Any], *, at: datetime) -> PushSubscription:
    """Keep the browser's PushSubscription (W3C Push API, as JSON). The same endpoint again changes hands and keys."""
    endpoint, p256dh, auth = _checked(subscription)
    phone = db.session.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint))
    is_his = phone is not None and phone.person_id == person.id
    if phone is None:
        phone = PushSubscription(endpoint=endpoint, created_at=at)
        db.session.add(phone)
    phone.person_id, phone.device_id, phone.p256dh, phone.auth = person.id, person.device_id, p256dh, auth
    phone.last_error = ""
    db.session.flush()
    if not is_his:
        _drop_waiting(phone)
    _forget_oldest(person, phone)
    return phone


def _forget_oldest(person: Person, phone: PushSubscription) -> None:
    """Keep this one and the newest: each is a message more for every comment, and nobody has so many browsers."""
    others = select(PushSubscription.id).where(PushSubscription.person_id == person.id, PushSubscription.id != phone.id)
    oldest = db.session.scalars(others.order_by(PushSubscription.id.desc()).offset(MOST_BROWSERS - 1)).all()
    if oldest:
        db.session.execute(delete(PushSubscription).where(PushSubscription.id.in_(oldest)))


def _drop_waiting(phone: PushSubscription) -> None:
    """Give up what waits for whoever had this browser before: it is not for him."""
    db.session.execute(
        update(Delivery)
        .where(
            Delivery.channel == "web_push",
            Delivery.target == str(phone.id),
            Delivery.state.in_((DeliveryState.WAITING, DeliveryState.CLAIMED)),
        )
        .values(state=DeliveryState.FAILED, last_error="the browser changed hands")
    )


def _checked(subscription: dict[str, Any]) -> tuple[str, str, str]:
    keys = subscription.get("keys")
    found = (
        subscription.get("endpoint"),
        keys.get("p256dh") if isinstance(keys, dict) else None,
        keys.get("auth") if isinstance(keys, dict) else None,
    )
    endpoint, p256dh, auth = (value if isinstance(value, str) else "" for value in found)
    is_plain = all(value and value.isascii() and value.isprintable() for value in (endpoint, p256dh, auth))
    if not is_plain or len(endpoint) > 1024 or len(p256dh) > 200 or len(auth) > 100:
        raise Invalid("endpoint", "not_a_subscription")
    return endpoint, p256dh, auth


def unsubscribe(person: Person, endpoint: str) -> None:
    if not (endpoint.isascii() and endpoint.isprintable()):  # none of ours is, and some can't even be looked for
        return
    db.session.execute(
        delete(PushSubscription).where(PushSubscription.person_id == person.id, PushSubscription.endpoint == endpoint)
    )


def end(person: Person, subscription_id: int) -> bool:
    """Ring this browser of his no more; False when it is not his."""
    if not fits(subscription_id):
        return False
    own = PushSubscription.id == subscription_id, PushSubscription.person_id == person.id
    return bool(db.session.execute(delete(PushSubscription).where(*own)).rowcount)  # type: ignore[attr-defined]


def forget(subscription_id: int) -> None:
    """Its push service said that it is gone: nobody will hear it any more."""
    db.session.execute(delete(PushSubscription).where(PushSubscription.id == subscription_id))


def rung(subscription_id: int, *, at: datetime) -> None:
    """Its push service has taken a message: the page that lists the devices says when."""
    taken = update(PushSubscription).where(PushSubscription.id == subscription_id)
    db.session.execute(taken.values(last_sent_at=at, last_error=""))


def missed(subscription_id: int, person_id: int, error: str) -> None:
    """Its push service has refused a message to this person, or could not be reached."""
    theirs = PushSubscription.id == subscription_id, PushSubscription.person_id == person_id
    db.session.execute(update(PushSubscription).where(*theirs).values(last_error=error[:300]))


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser that is rung, as the page of notifications lists it."""

    id: int
    name: str
    is_here: bool
    created_at: datetime
    last_sent_at: datetime | None
    last_shown_at: datetime | None
    last_error: str
    tested_at: datetime | None
    test_shown_at: datetime | None
    is_testing: bool


def of(person: Person, *, at: datetime) -> list[Phone]:
    """Return his browsers that are rung, this one first, each with how its last deliveries went."""
    rows = db.session.execute(
        select(PushSubscription, Device.name)
        .outerjoin(Device, Device.id == PushSubscription.device_id)
        .where(PushSubscription.person_id == person.id)
        .order_by((PushSubscription.device_id == person.device_id).desc(), PushSubscription.id.desc())
    ).all()
    tests = _last_tests(person)
    return [_phone(phone, name or "", tests.get(str(phone.id)), person, at) for phone, name in rows]


def _last_tests(person: Person) -> dict[str, Delivery]:
    """Return the newest test of each of his browsers, by the subscription's id."""
    own = (Delivery.person_id == person.id, Delivery.template == "push_test")
    newest = select(func.max(Delivery.id)).where(*own).group_by(Delivery.target)
    return {test.target: test for test in db.session.scalars(select(Delivery).where(Delivery.id.in_(newest)))}


def _phone(phone: PushSubscription, name: str, test: Delivery | None, person: Person, at: datetime) -> Phone:
    if test is not None and test.created_at < phone.created_at:  # of a removed row with this number
        test = None
    return Phone(
        id=phone.id,
        name=name,
        is_here=phone.device_id == person.device_id,
        created_at=phone.created_at,
        last_sent_at=phone.last_sent_at,
        last_shown_at=phone.last_shown_at,
        last_error=phone.last_error,
        tested_at=test.created_at if test else None,
        test_shown_at=test.shown_at if test else None,
        is_testing=test is not None and at - test.created_at < TEST_TAKES,
    )


def ring_to_test(person: Person, *, at: datetime) -> int:
    """Send a test push to each of his browsers; return how many there are."""
    phones = db.session.scalars(select(PushSubscription).where(PushSubscription.person_id == person.id)).all()
    for phone in phones:
        key = f"push-test-{phone.id}-{at.timestamp():.6f}"
        outbox.put(key, person, "web_push", str(phone.id), "push_test", at=at)
    return len(phones)
