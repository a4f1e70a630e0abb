"""The web push channel: a delivery becomes a short notification about its ticket (S67–S68)."""

from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy import select

from channels import letter_thread, vapid, web_push, wording
from channels.errors import SendError
from channels.letter_thread import Said, Thread
from extensions import db
from models import Delivery, Event, Held, PushSubscription, Ticket
from models.access import actors
from rules.statuses import Status, moves
from services import holding, receipts, settings, unread

TTL_SECONDS = {"push_test": 120}  # a test is of use while somebody looks
USUAL_TTL_SECONDS = 24 * 3600  # what is older stands in the letter and in the list
URGENCY = {"status": "normal"}  # words of a person wake a sleeping phone, a change of status waits for its next breath


def send(delivery: Delivery) -> None:
    """Ring one browser. The tag is the ticket's and the id the event's, so a repeat rings nobody twice.

    Raises SendError; `gone` when the browser has withdrawn its subscription.
    """
    phone = db.session.get(PushSubscription, int(delivery.target))
    if phone is None:
        raise SendError(True, gone=True, reason="the subscription is gone")
    if phone.person_id != delivery.person_id:
        raise SendError(True, reason="the browser is somebody else's now")
    config = current_app.config
    if not web_push.allowed_endpoint(phone.endpoint, config["PUSH_HOSTS"]):
        raise SendError(True, gone=True, reason="not a push service that we know")
    subscription = {"endpoint": phone.endpoint, "keys": {"p256dh": phone.p256dh, "auth": phone.auth}}
    web_push.send_push(
        subscription,
        payload(delivery),
        vapid=vapid.vapid_key(config["VAPID_PRIVATE_KEY"], config["DATA_DIR"]),
        subject=config["VAPID_SUBJECT"],
        topic=delivery.key,
        ttl=TTL_SECONDS.get(delivery.template, USUAL_TTL_SECONDS),
        urgency=URGENCY.get(delivery.template, "high"),
    )


def payload(delivery: Delivery) -> dict[str, Any]:
    """Return what static/sw/push.js shows: id, title, body, tag, url, receipt; of tickets also events, unread, of one
    actions and done."""
    with force_locale(delivery.person.locale or "ru"):
        told = _test() if delivery.event_id is None else _of_tickets(delivery, delivery.event_id)
    signed = receipts.signature(delivery)
    return {"id": delivery.key, **told, "receipt": f"/push/receipts/{delivery.id}?signed={signed}"}


def _test() -> dict[str, Any]:
    body = gettext("Notifications work on this device.")
    return {"title": settings.text("site_name"), "body": body, "tag": "test", "url": "/profile/notifications"}


def _of_tickets(delivery: Delivery, event_id: int) -> dict[str, Any]:
    """Tell of the event, or of all that waited for the end of the reader's quiet hours: of one ticket the last, of
    several how many they are."""
    rows = holding.members(delivery.id) if delivery.held_for == Held.QUIET else []
    events = {row.event_id: row.event.ticket_id for row in rows if row.event_id and row.event} or {event_id: 0}
    tickets_count = len(set(events.values()))
    told = _news(delivery, max(events)) if tickets_count == 1 else _digest(delivery, tickets_count)
    return {**told, "events": sorted(events)}


def _digest(delivery: Delivery, tickets_count: int) -> dict[str, Any]:
    body = ngettext("News of %(num)s ticket", "News of %(num)s tickets", tickets_count)
    told = {"title": settings.text("site_name"), "body": body, "tag": "digest", "url": "/tickets"}
    return {**told, "unread": unread.count(delivery.person)}


def _news(delivery: Delivery, event_id: int) -> dict[str, Any]:
    thread = letter_thread.load(event_id)
    title, body = _brief(thread) if delivery.person.push_is_brief else _whole(thread)
    return {
        "title": title,
        "body": body,
        "tag": f"ticket-{thread.number}",
        "url": f"/tickets/{thread.number}",
        "actions": _actions(delivery, event_id),
        "done": gettext("Marked as resolved."),
        "unread": unread.count(delivery.person),
    }


def _whole(thread: Thread) -> tuple[str, str]:
    status = wording.status_words(thread.status, thread.until) if thread.status else ""
    said = _said(thread.new) if thread.new else ""
    date = gettext("The date of the next contact has come.") if thread.wakes else ""  # S100, to both sides
    lines = [date, gettext("Status: %(status)s", status=status) if status else "", _promise(thread), said]
    return f"№ {thread.number} · {thread.subject}", "\n".join(line for line in lines if line) or gettext("New files")


def _said(new: Said) -> str:
    """Return the text of a comment, of one that was spoken what was heard."""
    if new.text or not new.recordings:
        return new.text
    heard = " ".join(note.text for note in new.recordings if note.text)
    return str(gettext("Voice message: «%(text)s»", text=heard) if heard else gettext("Voice message"))


def _promise(thread: Thread) -> str:
    """Say which promise runs out, and when (S92–S96)."""
    if not thread.promise or thread.deadline is None:
        return ""
    return f"{wording.promise_words(thread.promise)}: {wording.moment(thread.deadline)}"


def _brief(thread: Thread) -> tuple[str, str]:
    """Say that there is news and nothing of what it is: a locked screen is read by whoever passes."""
    what = gettext("There is an answer.") if thread.new else gettext("The status has changed.")
    if thread.wakes:
        what = gettext("The date of the next contact has come.")
    if thread.promise:
        what = gettext("A promised time is running out.")
    return gettext("Ticket %(number)s", number=thread.number), what


def _actions(delivery: Delivery, event_id: int) -> list[dict[str, str]]:
    """Offer «Ответить» and, if he may say so now, «Решено»."""
    ticket = db.session.scalars(
        select(Ticket).join(Event, Event.ticket_id == Ticket.id).where(Event.id == event_id)
    ).one()
    offered = [{"action": "reply", "title": gettext("Reply")}]
    status = Status(ticket.status)
    if status == Status.CLOSED:
        return []
    if "resolve" in moves(status, actors(delivery.person, ticket)):
        offered.append({"action": "resolve", "title": gettext("Mark resolved")})
    return offered
