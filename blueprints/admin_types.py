"""The administrator's types and priorities of tickets (S22, S23)."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from blueprints import _admin, _web, _words
from blueprints._web import Answer, Form, found
from extensions import db
from jobs import committed
from models import TicketType
from models.numbers import fits
from rules.errors import Invalid, InvalidMove
from services import choices

bp = Blueprint("admin_types", __name__, url_prefix="/admin")
bp.before_request(_admin.admin_only)


@bp.get("/types")
def show() -> Answer:
    return _page()


def _page(form: Form | None = None, status: int = 200, new: Form | None = None) -> Answer:
    types, priorities = choices.types(), choices.priorities()
    values = {"usual": next((str(one.id) for one in priorities if one.is_default), "")}
    for one in types:
        values |= {f"name-{one.id}": one.name, f"hint-{one.id}": one.hint}
    values |= {f"priority-{one.id}": one.name for one in priorities}
    form = form or Form(values)
    context = {"types": types, "priorities": priorities, "form": form, "new": new or Form(), "used": choices.used()}
    return render_template("admin/types.html", **context), status


@bp.post("/types")
def save() -> Answer:
    """Save the words, and move a type when one of the arrows was pressed."""
    form = Form.sent()
    form.errors.update({name: _words.words_of(error) for name, error in choices.faults(form.values).items()})
    if form.errors:
        return _page(form, 422)
    way, _dash, number = form.values.move.partition("-")
    with committed():
        choices.save(form.values)
        if type_id := _web.number(number):
            choices.shift_type(_type(type_id), up=way == "up")
    flash(_("Saved: the form “New ticket” shows it at once."), "success")
    return redirect(url_for("admin_types.show"), 303)


def _type(type_id: int) -> TicketType:
    return found(db.session.get(TicketType, type_id) if fits(type_id) else None)


@bp.post("/types/new")
def add() -> Answer:
    new = Form.sent()
    try:
        with committed():
            made = choices.add_type(new.values.name, new.values.hint)
    except Invalid as error:
        new.errors.update(_words.errors_of(error))
        return _page(None, 422, new)
    flash(_("The type “%(name)s” is added.", name=made.name), "success")
    return redirect(url_for("admin_types.show"), 303)


@bp.post("/types/<int:type_id>/remove")
def remove(type_id: int) -> Answer:
    try:
        with committed():
            choices.remove_type(_type(type_id))
    except InvalidMove as error:
        new = Form()
        new.error = _words.words_of(error)
        return _page(None, 409, new)
    flash(_("The type is removed."), "success")
    return redirect(url_for("admin_types.show"), 303)
