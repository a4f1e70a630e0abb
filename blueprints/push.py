"""Browsers that ask to be rung (S67). The keys are the desk's VAPID key and the browser's own."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import IntegrityError

from blueprints._web import Answer, found, me, no_store, now
from channels import vapid, web_push
from extensions import csrf, limiter
from jobs import committed
from services import phones, receipts, unread

bp = Blueprint("push", __name__)

ASKED = ("push", "install", "install-ios")


@bp.get("/push/public-key")
@login_required
def public_key() -> Answer:
    config = current_app.config
    key = vapid.vapid_key(config["VAPID_PRIVATE_KEY"], config["DATA_DIR"])
    # The service worker has no page to read the token of, and must post when the browser changes its subscription.
    return no_store(jsonify(key=vapid.public_key_text(key), csrf_token=generate_csrf()))


def _sent() -> dict[str, Any]:
    """Return the browser's PushSubscription as it was sent, whatever it holds."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets
        sent = None
    if not isinstance(sent, dict):
        abort(400)
    return sent


@bp.post("/push/subscriptions")
@login_required
@limiter.limit("60/minute", key_func=lambda: f"push:{me().id}")
def subscribe() -> Answer:
    sent = _sent()
    if not web_push.allowed_endpoint(str(sent.get("endpoint", "")), current_app.config["PUSH_HOSTS"]):
        answer = jsonify(error=_("We do not know this browser's push service, so it can't be rung."))
        answer.status_code = 422
        return answer
    try:
        with committed():
            phones.subscribe(me(), sent, at=now())
    except IntegrityError:  # a page and the service worker told of the same browser at once (PostgreSQL)
        with committed():
            phones.subscribe(me(), sent, at=now())
    return Response(status=201)


@bp.delete("/push/subscriptions")
@login_required
def unsubscribe() -> Answer:
    sent = _sent()
    with committed():
        phones.unsubscribe(me(), str(sent.get("endpoint", "")))
    return Response(status=204)


@bp.post("/push/test")
@login_required
@limiter.limit("6/minute", key_func=lambda: f"push-test:{me().id}")
def test() -> Answer:
    with committed():
        count = phones.ring_to_test(me(), at=now())
    if "csrf_token" in request.form:  # the form of a page without scripts
        return redirect(url_for("notifications.show") + "#phones", 303)
    return jsonify(devices=count)


@bp.get("/push/unread")
@login_required
def unread_count() -> Answer:
    """Return the number for the app's icon. Pages ask for it only where an installed app has one."""
    return no_store(jsonify(unread=unread.count(me())))


@bp.get("/push/ask")
@login_required
def ask() -> Answer:
    """Return the card that asks once, for js/ask.js to put where it belongs."""
    what = request.args.get("what", "")
    return no_store(render_template("push/_ask.html", what=found(what if what in ASKED else None)))


@bp.post("/push/receipts/<int:delivery_id>")
@csrf.exempt  # no page and maybe no session stands behind a service worker that was woken: the signature lets it in
@limiter.limit("120/minute")
def receipt(delivery_id: int) -> Answer:
    """Hear from a service worker that a push was shown or opened."""
    what = str(_sent().get("what", ""))
    with committed():
        is_ours = receipts.take(delivery_id, request.args.get("signed", ""), what, at=now())
    found(is_ours or None)
    return Response(status=204)
