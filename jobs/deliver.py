"""Sends what the outbox holds. Safe to run twice: the claim decides, and a repeat has the same Message-ID or tag."""

import logging

from channels import CHANNELS, SendError
from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import Delivery
from services import deliveries, notices, phones, receipts

log = logging.getLogger(__name__)


def deliver_all(delivery_ids: list[int]) -> None:
    for delivery_id in delivery_ids:
        deliver(delivery_id)


def deliver(delivery_id: int) -> bool:
    """Send one delivery if it is free to be sent; return whether it went out."""
    with committed():
        delivery = deliveries.claim(delivery_id, at=utc_now())
        if delivery is not None and (receipts.is_needless(delivery) or not notices.may_hear(delivery)):
            deliveries.skipped(delivery)
            delivery = None
    return delivery is not None and _send(delivery)


def _send(delivery: Delivery) -> bool:
    try:
        CHANNELS[delivery.channel](delivery)
    except SendError as error:
        log.warning("delivery %s by %s: %s", delivery.id, delivery.channel, error)
        _record_failure(delivery.id, str(error), permanent=error.permanent, retry_after=error.retry_after)
        if delivery.channel == receipts.PUSH:
            _note_refusal(delivery, error)
        return False
    except Exception as error:  # a fault of ours: kept in the row, tried again, seen by the administrator
        log.exception("delivery %s by %s", delivery.id, delivery.channel)
        _record_failure(delivery.id, f"{type(error).__name__}: {error}", permanent=False, retry_after=None)
        return False
    with committed():
        deliveries.sent(_again(delivery.id), at=utc_now())
        if delivery.channel == receipts.PUSH:
            phones.rung(int(delivery.target), at=utc_now())
    return True


def _note_refusal(push: Delivery, error: SendError) -> None:
    with committed():
        if error.gone:
            phones.forget(int(push.target))
        else:
            phones.missed(int(push.target), push.person_id, str(error))


def _record_failure(delivery_id: int, error: str, *, permanent: bool, retry_after: int | None) -> None:
    with committed():
        deliveries.failed(_again(delivery_id), error, permanent=permanent, retry_after=retry_after, at=utc_now())


def _again(delivery_id: int) -> Delivery:
    return db.session.get_one(Delivery, delivery_id, populate_existing=True)


def drain() -> dict[str, int]:
    """Send all that is due now; return {"sent", "failed", "waiting"}."""
    outcomes = [deliver(delivery_id) for delivery_id in deliveries.due(at=utc_now())]
    sent = sum(outcomes)
    return {"sent": sent, "failed": len(outcomes) - sent, "waiting": deliveries.waiting_count()}
