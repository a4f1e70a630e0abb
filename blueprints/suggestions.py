"""What the form «Новая заявка» offers while it is filled in: articles that may help, what is known of a serial number."""

from flask import Blueprint, render_template, request
from flask_login import login_required

from blueprints import _limits
from blueprints._web import Answer, me
from extensions import limiter
from rules.errors import Invalid
from rules.tickets import MAX_SUBJECT, parse_serials
from services import equipment, knowledge
from services.search import ArticleHit

bp = Blueprint("suggestions", __name__, url_prefix="/tickets/new")

MOST_ARTICLES = 3
FEWEST_LETTERS = 4
MOST_WORDS = 3


@bp.get("/articles")
@login_required
@limiter.limit("120/minute", key_func=_limits.of_person("suggest"))
def articles() -> Answer:
    """Return the articles that a subject may be about."""
    return render_template("tickets/_articles.html", hits=_hits(request.args.get("subject", "")[:MAX_SUBJECT].strip()))


def _hits(subject: str) -> list[ArticleHit]:
    """Look for all of the subject, then for its longest words: few articles name everything that somebody writes."""
    wanted = [subject, *sorted(dict.fromkeys(subject.split()), key=len, reverse=True)[:MOST_WORDS]]
    hits: dict[int, ArticleHit] = {}
    for words in wanted:
        if len(words) >= FEWEST_LETTERS and len(hits) < MOST_ARTICLES:
            hits |= {hit.id: hit for hit in knowledge.search(words) if hit.id not in hits}
    return list(hits.values())[:MOST_ARTICLES]


@bp.get("/serials")
@login_required
@limiter.limit("120/minute", key_func=_limits.of_person("suggest"))
def serials() -> Answer:
    """Return which of the company's devices the serial numbers name, and which open tickets that he may see."""
    try:
        named = parse_serials(request.args.get("serial_numbers", ""))
    except Invalid:
        named = []
    return render_template(
        "tickets/_serials.html",
        devices=equipment.known(me(), named),
        tickets=equipment.already_open(me(), named),
    )
