"""The knowledge base: readable without signing in (S6, S82–S87)."""

from typing import Any

from flask import Blueprint, g, render_template, request
from markupsafe import Markup

from blueprints._web import Answer, found
from models import KbArticle
from services import knowledge

bp = Blueprint("kb", __name__, url_prefix="/kb")


@bp.before_request
def mark_section() -> None:
    g.section = "kb"


@bp.get("")
def index() -> Answer:
    return render_template("kb/index.html", sections=knowledge.sections())


@bp.get("/sections/<int:section_id>")
def section(section_id: int) -> Answer:
    shown = found(knowledge.section(section_id))
    return render_template(
        "kb/section.html",
        section_=shown,
        path=knowledge.path(shown),
        sections=knowledge.sections(section_id),
        articles=knowledge.articles(section_id),
    )


@bp.get("/articles/<int:article_id>")
def article(article_id: int) -> Answer:
    shown = found(knowledge.article(article_id))
    return render_template("kb/article.html", article=_article(shown))


def _article(shown: KbArticle) -> dict[str, Any]:
    return {
        "id": shown.id,
        "title": shown.title,
        "body_html": Markup(shown.body_html),
        "updated_at": shown.updated_at,
        "section_id": shown.section_id,
        "section_name": found(knowledge.section(shown.section_id)).name,
    }


@bp.get("/search")
def search() -> Answer:
    words = request.args.get("q", "")[:200]
    return render_template("kb/search.html", q=words, hits=knowledge.search(words))
