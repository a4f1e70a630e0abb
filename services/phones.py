"""Browsers that ask to be rung, and the ringing of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from extensions import db
from models import Delivery, DeliveryState, Person, PushSubscription
from rules.errors import Invalid
from services import outbox

MOST_BROWSERS = 20  # of one person


def subscribe(person: Person, subscription: dict[str, Any], *, at: datetime) -> PushSubscription:
    """Keep the browser's PushSubscription (W3C Push API, as JSON). The same endpoint again changes hands and keys."""
    endpoint, p256dh, auth = _checked(subscription)
    phone = db.session.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint))
    is_his = phone is not None and phone.person_id == person.id
    if phone is None:
        phone = PushSubscription(endpoint=endpoint, created_at=at)
        db.session.add(phone)
    phone.person_id, phone.device_id, phone.p256dh, phone.auth = person.id, person.device_id, p256dh, auth
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
    """Give up what waits for whoever had this browser, or this number of a removed row, before: it is not for him."""
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


def forget(subscription_id: int) -> None:
    """Its push service said that it is gone: nobody will hear it any more."""
    db.session.execute(delete(PushSubscription).where(PushSubscription.id == subscription_id))


def ring_to_test(person: Person, *, at: datetime) -> int:
    """Send a test push to each of his browsers; return how many there are."""
    phones = db.session.scalars(select(PushSubscription).where(PushSubscription.person_id == person.id)).all()
    for phone in phones:
        key = f"push-test-{phone.id}-{at.timestamp():.6f}"
        outbox.put(key, person, "web_push", str(phone.id), "push_test", at=at)
    return len(phones)
