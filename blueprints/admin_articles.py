"""The knowledge base as its administrator writes it: articles, how they will look, their files (S86, S87)."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from blueprints import _admin, _kb, _web, _words
from blueprints._web import Answer, Form, found, me, now
from jobs import committed
from models import KbArticle, KbSection
from rules.errors import Invalid
from services import files, knowledge, knowledge_editing, knowledge_votes

bp = Blueprint("admin_articles", __name__, url_prefix="/admin/kb")
bp.before_request(_admin.admin_only)


@bp.get("/articles/new")
def new() -> Answer:
    return _article_page(None, Form({"section_id": request.args.get("section", "")}))


@bp.post("/articles")
def add() -> Answer:
    return _save(None)


@bp.get("/articles/<int:article_id>")
def show(article_id: int) -> Answer:
    return _article_page(_found(article_id))


@bp.post("/articles/<int:article_id>")
def change(article_id: int) -> Answer:
    return _save(article_id)


def _found(article_id: int) -> KbArticle:
    return found(knowledge.article(article_id, drafts=True))


def _save(article_id: int | None) -> Answer:
    """Save an article, or show how it will look: the same form with another button."""
    form = Form.sent()
    shown = _found(article_id) if article_id is not None else None
    try:
        if "preview" in request.form:
            return _article_page(
                shown, form, preview=Markup(knowledge_editing.body(form.values.body, is_preview=True)[1])
            )
        section = _section()
        with committed():
            saved = knowledge_editing.save_article(
                _found(article_id) if article_id is not None else None,
                name=form.values.title,
                text=form.values.body,
                section=section,
                is_published=bool(form.values.is_published),
                at=now(),
                pictures=files.unsent(me(), request.form.getlist("upload_ids")),
            )
    except Invalid as error:
        form.errors.update(_words.errors_of(error))
        return _article_page(_found(article_id) if article_id is not None else None, form, 422)
    flash(_("The article is saved and published.") if saved.is_published else _("The draft is saved."), "success")
    return redirect(url_for("admin_articles.show", article_id=saved.id), 303)


def _section() -> KbSection:
    number = _web.number(request.form.get("section_id", ""))
    chosen = knowledge.section(number) if number else None
    if chosen is None:
        raise Invalid("section_id", "unknown")
    return chosen


def _article_page(
    shown: KbArticle | None, form: Form | None = None, status: int = 200, *, preview: Markup | None = None, **forms: Any
) -> Answer:
    if form is None and shown is not None:
        form = Form(
            {
                "title": shown.title,
                "body": shown.body_html,
                "section_id": str(shown.section_id),
                "is_published": "1" if shown.is_published else "",
            }
        )
    context: dict[str, Any] = {
        "article": shown,
        "form": form,
        "preview": preview,
        "sections": [(str(one.id), "\N{NO-BREAK SPACE}" * 4 * depth + one.name) for one, depth in knowledge.tree()],
        "files": [_kb.shown_file(file) for file in knowledge.files(article_id=shown.id)] if shown else [],
        "tally": knowledge_votes.tallies([shown.id]).get(shown.id) if shown else None,
        "lines": knowledge_votes.lines(shown) if shown else [],
        "upload": Form(),
        "max_file_mib": files.MAX_MIB,
    }
    return render_template("admin/kb_article.html", **context | forms), status


@bp.post("/articles/<int:article_id>/remove")
def remove(article_id: int) -> Answer:
    with committed():
        shown = _found(article_id)
        knowledge_editing.remove_article(shown)
    flash(_("The article “%(title)s” is removed.", title=shown.title), "success")
    return _kb.to_section(shown.section_id)


@bp.post("/articles/<int:article_id>/order")
def order(article_id: int) -> Answer:
    with committed():
        shown = _found(article_id)
        siblings = knowledge.articles(shown.section_id, drafts=True)
        knowledge_editing.shift(siblings, shown, up=request.form.get("way") == "up")
    return _kb.to_section(shown.section_id)


@bp.post("/articles/<int:article_id>/files")
def add_files(article_id: int) -> Answer:
    form, stored = _kb.stored()
    with committed():
        shown = _found(article_id)
        for bytes_, name in stored:
            knowledge_editing.add_file(bytes_, name, article=shown, at=now())
    if form.errors:
        return _article_page(shown, None, 422, upload=form)
    return redirect(url_for("admin_articles.show", article_id=article_id, _anchor="kb-files"), 303)


@bp.post("/files/<public_id>/remove")
def remove_file(public_id: str) -> Answer:
    with committed():
        file = found(knowledge.file(public_id, drafts=True))
        knowledge_editing.remove_file(file)
    flash(_("The file “%(name)s” is removed.", name=file.name), "success")
    if file.article_id is not None:
        return redirect(url_for("admin_articles.show", article_id=file.article_id, _anchor="kb-files"), 303)
    return _kb.to_section(file.section_id)
