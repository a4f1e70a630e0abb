"""The knowledge base: readable without signing in (S6, S82–S87)."""

import secrets
from typing import Any

from flask import Blueprint, current_app, g, make_response, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from blueprints import _files, _fresh, _kb
from blueprints._web import Answer, Form, changed, found, me, now, refused, token_error
from extensions import csrf, limiter
from jobs import committed
from models import KbArticle, KbVote
from services import files, knowledge, knowledge_editing, knowledge_votes, settings

bp = Blueprint("kb", __name__, url_prefix="/kb")

BROWSER = "kb_voter"  # the cookie by which a guest's answer is known as his
YEAR = 365 * 24 * 3600


@bp.before_request
def mark_section() -> None:
    g.section = "kb"


@bp.get("")
def index() -> Answer:
    return _fresh.for_guests(
        lambda: render_template(
            "kb/index.html",
            sections=knowledge.sections(),
            kb_url=settings.text("kb_url"),
        ),
        knowledge.state(),
    )


@bp.get("/sections/<int:section_id>")
def section(section_id: int) -> Answer:
    shown = found(knowledge.section(section_id))
    return _fresh.for_guests(
        lambda: render_template(
            "kb/section.html",
            section_=shown,
            path=knowledge.path(shown),
            sections=knowledge.sections(section_id),
            articles=knowledge.articles(section_id),
            files=[_kb.shown_file(file) for file in knowledge.files(section_id=section_id)],
        ),
        knowledge.state(),
    )


@bp.get("/articles/<int:article_id>")
def article(article_id: int) -> Answer:
    shown = found(knowledge.article(article_id, drafts=_kb.may_edit()))
    said = _said(shown)
    return _fresh.for_guests(
        lambda: render_template(
            "kb/article.html", **_page(shown, said, Form({"comment": said.comment if said else ""}))
        ),
        knowledge.state(),
        said and (said.is_helpful, said.comment),
        request.args.get("q", ""),
    )


def _page(shown: KbArticle, said: KbVote | None, form: Form) -> dict[str, Any]:
    """Return what the page of an article takes; `asked` is what its reader had been looking for."""
    home = found(knowledge.section(shown.section_id))
    return {
        "article": shown,
        "body_html": Markup(knowledge_editing.shown(shown.body_html)),
        "path": knowledge.path(home),
        "files": _kb.enclosed(shown),
        "vote": said,
        "form": form,
        "asked": request.values.get("q", "")[:200].strip() or shown.title,
        "may_edit": _kb.may_edit(),
    }


def _said(shown: KbArticle) -> KbVote | None:
    voter = _voter()
    return knowledge_votes.vote_of(shown, voter) if voter else None


def _voter() -> str:
    if current_user.is_authenticated:
        return knowledge_votes.of_person(me())
    key = request.cookies.get(BROWSER, "")
    return knowledge_votes.of_browser(key) if key else ""


@bp.post("/articles/<int:article_id>/vote")
@csrf.exempt
@limiter.limit("10/minute;60/hour")
def vote(article_id: int) -> Answer:
    """Take «да» or «нет», and the line that may go with it."""
    shown = found(knowledge.article(article_id))
    form = Form.sent()
    form.error = token_error()
    if form.error or form.values.helpful not in {"0", "1"}:
        return refused("kb/article.html", "kb/_vote.html", 422, **_page(shown, _said(shown), form))
    voter, key = _voter(), ""
    if not voter:
        key = secrets.token_urlsafe(24)
        voter = knowledge_votes.of_browser(key)
    comment = form.values.comment if "comment" in request.form else None
    try:
        said = _kept(shown, voter, is_helpful=form.values.helpful == "1", comment=comment)
    except IntegrityError:  # pressed twice at once (PostgreSQL): now there is an answer to change
        said = _kept(shown, voter, is_helpful=form.values.helpful == "1", comment=comment)
    instead = url_for("kb.article", article_id=article_id, _anchor="kb-vote", q=request.form.get("q") or None)
    answer = make_response(changed("kb/_vote.html", instead=instead, **_page(shown, said, form)))
    if key:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie(BROWSER, key, max_age=YEAR, httponly=True, samesite="Lax", secure=secure, path="/kb")
    return answer


def _kept(shown: KbArticle, voter: str, *, is_helpful: bool, comment: str | None) -> KbVote:
    with committed():
        return knowledge_votes.vote(shown, voter, is_helpful=is_helpful, comment=comment, at=now())


@bp.get("/files/<public_id>")
def file(public_id: str) -> Answer:
    """Serve a file as attachments are served: it can't run as a page of ours."""
    shown = found(knowledge.file(public_id, drafts=_kb.may_edit()))
    inline = shown.content_type.startswith(files.SHOWN_INLINE)
    return _files.send(shown.sha256, shown.content_type, shown.name, inline=inline)


@bp.get("/search")
@limiter.limit("120/minute")
def search() -> Answer:
    words = request.args.get("q", "")[:200]
    return _fresh.for_guests(
        lambda: render_template("kb/search.html", q=words, hits=knowledge.search(words)), knowledge.state(), words
    )
