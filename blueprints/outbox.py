"""What was written without a network: the page that shows it, and who may send it (js/outbox-core.js)."""

from flask import Blueprint, jsonify, render_template
from flask_login import login_required
from flask_wtf.csrf import generate_csrf

from blueprints._web import Answer, me, no_store

bp = Blueprint("outbox", __name__, url_prefix="/outbox")


@bp.get("")
@login_required
def index() -> Answer:
    """Nothing personal stands on it but the menu: the parcels are on the device."""
    return render_template("outbox/index.html")


@bp.get("/token")
@login_required
def token() -> Answer:
    """Return who is signed in and the token of his forms: a parcel may be older than the session it goes out by."""
    return no_store(jsonify(person=str(me().id), token=generate_csrf()))
