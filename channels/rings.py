"""The web push channel: a delivery becomes a short notification about its ticket (S67–S68)."""

from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext

from channels import letter_thread, vapid, web_push, wording
from channels.errors import SendError
from extensions import db
from models import Delivery, PushSubscription


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
    )


def payload(delivery: Delivery) -> dict[str, Any]:
    """Return what static/sw.js shows: id, title, body, tag, url."""
    with force_locale(delivery.person.locale or "ru"):
        if delivery.event_id is None:
            title, body = current_app.config["SITE_NAME"], gettext("Notifications work on this device.")
            return {"id": delivery.key, "title": title, "body": body, "tag": "test", "url": "/profile"}
        thread = letter_thread.load(delivery.event_id)
        said = thread.new.text if thread.new else ""
        status = wording.status_words(thread.status, thread.until) if thread.status else ""
        lines = [gettext("Status: %(status)s", status=status) if status else "", said]
        return {
            "id": delivery.key,
            "title": f"№ {thread.number} · {thread.subject}",
            "body": "\n".join(line for line in lines if line) or gettext("New files"),
            "tag": f"ticket-{thread.number}",
            "url": f"/tickets/{thread.number}",
        }
