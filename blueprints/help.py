"""«Помощь»: the guide as living pages (S3), the regulations from the desk's own settings (S90–S103), the consent."""

from flask import Blueprint, g, render_template
from markupsafe import Markup

from blueprints._web import Answer
from services import defaults
from services.clockwork import clockwork

bp = Blueprint("help", __name__, url_prefix="/help")


@bp.before_request
def mark_section() -> None:
    g.section = "help"


@bp.get("")
def index() -> Answer:
    return render_template("help/index.html", lengths=_lengths())


@bp.get("/regulations")
def regulations() -> Answer:
    return render_template("help/regulations.html", lengths=_lengths(), hours=("8:30", "17:30"))


def _lengths() -> dict[str, int]:
    return {key: length.value for key, length in clockwork().lengths.items()}


@bp.get("/consent")
def consent() -> Answer:
    text = defaults.consent()
    return render_template("help/consent.html", version=text.version, body_html=Markup(text.body_html))
