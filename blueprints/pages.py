"""For machines: does the process live, can it serve."""

import hmac

from flask import Blueprint, Response, abort, current_app, jsonify, request

from blueprints import _prometheus
from blueprints._web import Answer, no_store, now
from extensions import limiter
from services import health

bp = Blueprint("pages", __name__)


@bp.get("/healthz")
def alive() -> Answer:
    return no_store(jsonify(ok=True))


@bp.get("/readyz")
@limiter.limit("120/minute")
def ready() -> Answer:
    """Every part that a page needs; 503 when one is down. Folders, versions and numbers are told to this machine only."""
    parts = health.parts(current_app.config)
    near = _is_near()
    answer = jsonify({part.name: {"ok": part.ok, "detail": part.detail if near else ""} for part in parts})
    answer.status_code = 200 if all(part.ok for part in parts if part.is_needed) else 503
    return no_store(answer)


@bp.get("/metrics")
@limiter.limit("120/minute")
def metrics() -> Answer:
    """Figures for Prometheus: to this machine, and to others by METRICS_TOKEN."""
    if not _is_near() and not _has_token():
        abort(404)
    return no_store(Response(_prometheus.text(at=now()), content_type=_prometheus.CONTENT_TYPE))


def _has_token() -> bool:
    wanted: str = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _is_near() -> bool:
    """Tell whether this machine asks for itself: a proxy on it would name whom it asks for."""
    is_passed_on = any(name in request.headers for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"))
    return request.remote_addr in {"127.0.0.1", "::1"} and not is_passed_on
