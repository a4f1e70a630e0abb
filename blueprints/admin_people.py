"""The administrator's people: the list, the queue of those without a company, a person's card and all done to him."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import _admin, _web, _words
from blueprints._web import Answer, Form, found, me, now, refused, safe_next, wants_fragment
from jobs import committed
from models import Company, Person
from models.numbers import fits
from rules import company_forms
from rules.errors import Invalid
from services import audit, companies, devices, memberships, people, people_lists, person_changes

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")
bp.before_request(_admin.admin_only)

FOUND = 10  # companies that a search on somebody's card offers


@bp.get("")
def index() -> Answer:
    q, after = _admin.asked()
    view = request.args.get("view", "")
    rows, next_after = people_lists.page(q, view=view, after=after)
    part = "admin/people/_rows.html" if wants_fragment() else "admin/people/index.html"
    count = 0 if wants_fragment() else memberships.waiting_count()
    return render_template(part, rows=rows, next_after=next_after, q=q, view=view, waiting_count=count)


@bp.get("/waiting")
def waiting() -> Answer:
    """S69: who has no company yet, with his first ticket and what speaks for a company."""
    rows, next_after = memberships.waiting(after=_admin.asked()[1])
    part = "admin/people/_waiting_rows.html" if wants_fragment() else "admin/people/waiting.html"
    return render_template(part, rows=rows, next_after=next_after)


@bp.get("/<int:person_id>")
def show(person_id: int) -> Answer:
    person = _person(person_id)
    return render_template("admin/people/show.html", **_context(person, Form(_values(person))))


def _person(person_id: int) -> Person:
    person = people.by_id(person_id) if fits(person_id) else None
    return found(person if person is not None and (person.is_contact or person.is_staff) else None)


def _values(person: Person) -> dict[str, str]:
    names = ("last_name", "first_name", "patronymic", "phone", "email", "role")
    values = {name: str(getattr(person, name)) for name in names}
    chosen = {"company": request.args.get("company", ""), "grounds": request.args.get("grounds", "")}
    return values | chosen | {"team": person.team or "", "visibility": person.visibility}


def _context(person: Person, form: Form) -> dict[str, Any]:
    company = companies.find(person.company_id) if person.company_id else None
    suggested = memberships.suggestions([person])[person.id] if person.is_contact else []
    find = request.args.get("find", "").strip()[: _admin.LONGEST]
    return {
        "person": person,
        "form": form,
        "company": company,
        "suggested": [one for one in suggested if one.company_id != person.company_id],
        "find": find,
        "offered": _offered(person, form, find, {one.company_id for one in suggested}),
        "visibilities": _admin.visibilities(),
        "roles": _admin.roles(),
        "teams": _admin.teams(),
        "devices_count": len(devices.of(person, at=now())),
        "is_me": person.id == me().id,
        "book": _admin.book(audit.of(person)),
    }


def _offered(person: Person, form: Form, find: str, known: set[int]) -> list[tuple[int, str]]:
    """Return the companies that the search found, and the one that was chosen before something was missing."""
    rows = companies.page(find)[0][:FOUND] if find else []
    chosen = companies.find(_web.number(form.values.company) or 0)
    offered = [(row.id, row.name) for row in rows]
    if chosen is not None and chosen.id not in {row.id for row in rows}:
        offered.insert(0, (chosen.id, chosen.name))
    return [one for one in offered if one[0] not in known and one[0] != person.company_id]


def _change(person_id: int, change: Callable[[Person], str]) -> Answer:
    """Do it and say so; what is refused comes back beside its field with all that was typed."""
    try:
        with committed():
            said = change(_person(person_id))
    except Invalid as error:
        typed = {name: text for name, text in Form.sent().values.items() if name != "csrf_token"}
        person = _person(person_id)
        form = Form(_values(person) | typed, _words.errors_of(error))
        return refused("admin/people/show.html", "admin/people/_card.html", 422, **_context(person, form))
    flash(said, "success")
    back = url_for("admin_people.show", person_id=person_id)
    return redirect(safe_next(request.form.get("next"), back), 303)


@bp.post("/<int:person_id>")
def save(person_id: int) -> Answer:
    texts, errors = company_forms.person(request.form)
    if errors:
        person = _person(person_id)
        words = {name: _words.error_text(code, limit=company_forms.PERSON[name]) for name, code in errors.items()}
        form = Form(_values(person) | Form.sent().values, words)
        return refused("admin/people/show.html", "admin/people/_card.html", 422, **_context(person, form))

    def change(person: Person) -> str:
        person_changes.rename(person, texts, by=me(), at=now())
        return str(_("The data are saved."))

    return _change(person_id, change)


@bp.post("/<int:person_id>/email")
def change_email(person_id: int) -> Answer:
    def change(person: Person) -> str:
        if person_changes.change_email(person, request.form.get("email", ""), by=me(), at=now()):
            return str(_("The login is changed. Both addresses get a letter about it."))
        return str(_("The login is the same."))

    return _change(person_id, change)


@bp.post("/<int:person_id>/company")
def bind(person_id: int) -> Answer:
    def change(person: Person) -> str:
        company = _chosen()
        grounds = company_forms.one_line(request.form.get("grounds", ""))[: company_forms.GROUNDS]
        count = memberships.bind(person, company, grounds=grounds, by=me(), at=now())
        told = ngettext("%(num)s ticket came along.", "%(num)s tickets came along.", count) if count else ""
        bound = _("%(who)s is bound to %(company)s.", who=person.full_name, company=company.name)
        return f"{bound} {told}".strip()

    return _change(person_id, change)


def _chosen() -> Company:
    company = companies.find(_web.number(request.form.get("company", "")) or 0)
    if company is None:
        raise Invalid("company", "unknown")
    return company


@bp.post("/<int:person_id>/company/remove")
def unbind(person_id: int) -> Answer:
    def change(person: Person) -> str:
        memberships.unbind(person, by=me(), at=now())
        return str(_("He belongs to no company now. The tickets stay the company's."))

    return _change(person_id, change)


@bp.post("/<int:person_id>/visibility")
def set_visibility(person_id: int) -> Answer:
    def change(person: Person) -> str:
        person_changes.set_visibility(person, request.form.get("visibility", ""), by=me(), at=now())
        return str(_("It is saved. He sees so from now on."))

    return _change(person_id, change)


@bp.post("/<int:person_id>/role")
def set_role(person_id: int) -> Answer:
    def change(person: Person) -> str:
        person_changes.set_role(person, request.form.get("role", ""), request.form.get("team", ""), by=me(), at=now())
        return str(_("The role is saved."))

    return _change(person_id, change)


@bp.post("/<int:person_id>/block")
def block(person_id: int) -> Answer:
    def change(person: Person) -> str:
        person_changes.block(person, by=me(), at=now())
        return str(_("Blocked and signed out everywhere."))

    return _change(person_id, change)


@bp.post("/<int:person_id>/unblock")
def unblock(person_id: int) -> Answer:
    def change(person: Person) -> str:
        person_changes.unblock(person, by=me(), at=now())
        return str(_("He may sign in again."))

    return _change(person_id, change)


@bp.post("/<int:person_id>/sign-out")
def sign_out(person_id: int) -> Answer:
    def change(person: Person) -> str:
        count = person_changes.sign_out_everywhere(person, by=me(), at=now())
        return str(ngettext("Signed out on %(num)s device.", "Signed out on %(num)s devices.", count))

    return _change(person_id, change)


@bp.post("/<int:person_id>/code")
def new_code(person_id: int) -> Answer:
    def change(person: Person) -> str:
        person_changes.give_new_code(person, by=me(), at=now())
        return str(_("He has a new code and finds it in «My data». The old one is of no use any more."))

    return _change(person_id, change)
