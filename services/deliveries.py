"""The outbox being emptied: claimed, sent, tried again, given up (S59, S67)."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import joinedload

from extensions import db
from models import Delivery, DeliveryState

STALE = timedelta(seconds=60)  # a claim this old is a dead worker's: every channel gives up sooner
MAX_ATTEMPTS = 12
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 3600
SECRETS = {"confirm_registration", "reset_password", "staff_invitation"}  # their data opens a door


def _free(at: datetime) -> object:
    return or_(
        and_(Delivery.state == DeliveryState.WAITING, Delivery.next_attempt_at <= at),
        and_(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_at < at - STALE),
    )


def due(*, at: datetime, limit: int = 500) -> list[int]:
    """Return the ids of what waits to be sent, the oldest first, and of what a dead worker left."""
    query = select(Delivery.id).where(_free(at)).order_by(Delivery.id).limit(limit)  # type: ignore[arg-type]
    return list(db.session.scalars(query))


def claim(delivery_id: int, *, at: datetime) -> Delivery | None:
    """Take the delivery for this worker, or None: a conditional UPDATE, so of two workers one gets it."""
    taken = db.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, _free(at))  # type: ignore[arg-type]
        .values(state=DeliveryState.CLAIMED, claimed_at=at, attempts_count=Delivery.attempts_count + 1)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    loaded = (joinedload(Delivery.person), joinedload(Delivery.event))
    return db.session.get(Delivery, delivery_id, options=loaded, populate_existing=True)


def sent(delivery: Delivery, *, at: datetime) -> None:
    delivery.state, delivery.sent_at, delivery.claimed_at, delivery.last_error = DeliveryState.SENT, at, None, ""
    _wipe(delivery)


def skipped(delivery: Delivery) -> None:
    """Nobody needs it any more: it is never sent."""
    delivery.state, delivery.claimed_at, delivery.last_error = DeliveryState.SKIPPED, None, ""
    _wipe(delivery)


def _wipe(delivery: Delivery) -> None:
    if delivery.template in SECRETS:
        delivery.data = {}


def failed(delivery: Delivery, error: str, *, permanent: bool, retry_after: int | None = None, at: datetime) -> None:
    """Write the failure down: for good, or to be tried again after a wait that doubles; `retry_after` in seconds.

    What is no longer claimed stays as it is: another worker got it through meanwhile, or its reader is gone.
    """
    if delivery.state != DeliveryState.CLAIMED:
        return
    delivery.last_error, delivery.claimed_at = error[:300], None
    if permanent or delivery.attempts_count >= MAX_ATTEMPTS:
        delivery.state = DeliveryState.FAILED
        _wipe(delivery)
        return
    wait = retry_after or min(FIRST_WAIT_SECONDS * 2 ** (delivery.attempts_count - 1), LONGEST_WAIT_SECONDS)
    delivery.state, delivery.next_attempt_at = DeliveryState.WAITING, at + timedelta(seconds=wait)


def waiting_count() -> int:
    states = (DeliveryState.WAITING, DeliveryState.CLAIMED)
    return db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state.in_(states))) or 0
