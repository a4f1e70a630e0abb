"""For machines: does the process live, can it serve."""

from flask import Blueprint, current_app, jsonify

from blueprints._web import Answer, no_store
from services import health

bp = Blueprint("pages", __name__)


@bp.get("/healthz")
def alive() -> Answer:
    return no_store(jsonify(ok=True))


@bp.get("/readyz")
def ready() -> Answer:
    """Every part that a page needs; 503 when one is down."""
    parts = health.parts(current_app.config)
    answer = jsonify({part.name: {"ok": part.ok, "detail": part.detail} for part in parts})
    answer.status_code = 200 if all(part.ok for part in parts if part.is_needed) else 503
    return no_store(answer)
