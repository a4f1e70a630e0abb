"""Browsers that ask to be rung (S67). The keys are the desk's VAPID key and the browser's own."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask_babel import gettext as _
from flask_login import login_required
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import IntegrityError

from blueprints._web import Answer, me, no_store, now
from channels import vapid, web_push
from extensions import limiter
from jobs import committed
from services import phones

bp = Blueprint("push", __name__)


@bp.before_request
@login_required
def signed_in() -> None:
    pass


@bp.get("/push/public-key")
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
def unsubscribe() -> Answer:
    sent = _sent()
    with committed():
        phones.unsubscribe(me(), str(sent.get("endpoint", "")))
    return Response(status=204)


@bp.post("/push/test")
@limiter.limit("6/minute", key_func=lambda: f"push-test:{me().id}")
def test() -> Answer:
    with committed():
        count = phones.ring_to_test(me(), at=now())
    return jsonify(devices=count)
