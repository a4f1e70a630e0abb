"""The knowledge base as its administrator writes it: sections and their files (S84, S85)."""

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext as _

from blueprints import _admin, _kb, _web, _words
from blueprints._web import Answer, Form, found, now
from jobs import committed
from models import KbSection
from rules.errors import Invalid, InvalidMove
from services import files, knowledge, knowledge_editing, knowledge_votes

bp = Blueprint("admin_kb", __name__, url_prefix="/admin/kb")
bp.before_request(_admin.admin_only)


@bp.get("")
def index() -> Answer:
    return _section_page(None)


@bp.get("/sections/<int:section_id>")
def section(section_id: int) -> Answer:
    return _section_page(found(knowledge.section(section_id)))


def _section_page(shown: KbSection | None, status: int = 200, **forms: Any) -> Answer:
    """Answer with what is in a section (None: the outermost ones)."""
    articles = knowledge.articles(shown.id, drafts=True) if shown else []
    context: dict[str, Any] = {
        "section_": shown,
        "path": knowledge.path(shown) if shown else [],
        "sections": knowledge.sections(shown.id if shown else None, drafts=True),
        "articles": articles,
        "tallies": knowledge_votes.tallies([article.id for article in articles]),
        "files": [_kb.shown_file(file) for file in knowledge.files(section_id=shown.id)] if shown else [],
        "parents": _parents(shown),
        "form": Form({"name": shown.name, "parent_id": str(shown.parent_id or "")} if shown else {}),
        "new": Form(),
        "upload": Form(),
        "max_file_mib": files.MAX_MIB,
    }
    return render_template("admin/kb_section.html", **context | forms), status


def _parents(shown: KbSection | None) -> list[tuple[str, str]]:
    """Return where a section may lie: anywhere but in itself."""
    inside = {shown.id} if shown else set[int]()
    choices = [("", str(_("At the top")))]
    for one, depth in knowledge.tree():
        if one.id in inside or one.parent_id in inside:
            inside.add(one.id)
        else:
            choices.append((str(one.id), "\N{NO-BREAK SPACE}" * 4 * depth + one.name))
    return choices


def _parent() -> KbSection | None:
    """Return the section that the form names as the one to lie in."""
    text = request.form.get("parent_id", "")
    number = _web.number(text)
    chosen = knowledge.section(number) if number else None
    if chosen is None and text:
        raise Invalid("parent_id", "unknown")
    return chosen


@bp.post("/sections")
def add_section() -> Answer:
    form = Form.sent()
    within = _web.number(form.values.parent_id)
    page = knowledge.section(within) if within else None
    try:
        with committed():
            made = knowledge_editing.add_section(form.values.name, parent=_parent())
    except Invalid as error:
        form.errors.update(_words.errors_of(error))
        return _section_page(page, 422, new=form)
    flash(_("The section “%(name)s” is added.", name=made.name), "success")
    return _kb.to_section(made.parent_id)


@bp.post("/sections/<int:section_id>")
def change_section(section_id: int) -> Answer:
    form = Form.sent()
    try:
        with committed():
            shown = found(knowledge.section(section_id))
            knowledge_editing.change_section(shown, form.values.name, parent=_parent())
    except Invalid as error:
        form.errors.update(_words.errors_of(error))
        return _section_page(found(knowledge.section(section_id)), 422, form=form)
    flash(_("The section is saved."), "success")
    return _kb.to_section(section_id)


@bp.post("/sections/<int:section_id>/remove")
def remove_section(section_id: int) -> Answer:
    shown = found(knowledge.section(section_id))
    parent_id = shown.parent_id
    try:
        with committed():
            knowledge_editing.remove_section(shown)
    except InvalidMove as error:
        form = Form({"name": shown.name, "parent_id": str(parent_id or "")})
        form.error = _words.words_of(error)
        return _section_page(found(knowledge.section(section_id)), 409, form=form)
    flash(_("The section is removed."), "success")
    return _kb.to_section(parent_id)


@bp.post("/sections/<int:section_id>/order")
def order_section(section_id: int) -> Answer:
    with committed():
        shown = found(knowledge.section(section_id))
        siblings = [one for one, _depth in knowledge.tree() if one.parent_id == shown.parent_id]
        knowledge_editing.shift(siblings, shown, up=request.form.get("way") == "up")
    return _kb.to_section(shown.parent_id)


@bp.post("/sections/<int:section_id>/files")
def add_section_files(section_id: int) -> Answer:
    form, stored = _kb.stored()
    with committed():
        shown = found(knowledge.section(section_id))
        for bytes_, name in stored:
            knowledge_editing.add_file(bytes_, name, section=shown, at=now())
    return _section_page(shown, 422, upload=form) if form.errors else _kb.to_section(section_id)
