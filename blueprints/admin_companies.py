"""The administrator's companies: the list, the card of S75, who is in charge and who is told."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import _admin, _web, _words
from blueprints._web import Answer, Form, found, me, now, refused, wants_fragment
from jobs import committed
from models import Company
from rules import company_forms
from rules.errors import Invalid
from services import audit, companies, company_changes
from services.company_changes import Card
from services.devices_shown import contracts_shown, equipment_shown

bp = Blueprint("admin_companies", __name__, url_prefix="/admin/companies")
bp.before_request(_admin.admin_only)


@bp.get("")
def index() -> Answer:
    q, after = _admin.asked()
    rows, next_after = companies.page(q, after=after)
    part = "admin/companies/_rows.html" if wants_fragment() else "admin/companies/index.html"
    return render_template(part, rows=rows, next_after=next_after, q=q)


@bp.get("/new")
def new() -> Answer:
    form = Form({"name": request.args.get("name", ""), "domain": request.args.get("domain", "")})
    return render_template("admin/companies/edit.html", **_edit_context(form, None))


@bp.post("")
def create() -> Answer:
    return _save(None)


@bp.get("/<int:company_id>")
def show(company_id: int) -> Answer:
    company = found(companies.find(company_id))
    total, active = companies.ticket_counts(company)
    return render_template(
        "admin/companies/show.html",
        company=company,
        in_charge=companies.in_charge(company),
        observers=companies.observers(company),
        contacts=companies.contacts(company, with_blocked=True),
        visibilities=dict(_admin.visibilities()),
        equipment=equipment_shown(companies.equipment(company), now()),
        contracts=contracts_shown(companies.contracts(company), now()),
        tickets_count=total,
        active_count=active,
        book=_admin.book(audit.of(company)),
    )


@bp.get("/<int:company_id>/edit")
def edit(company_id: int) -> Answer:
    company = found(companies.find(company_id))
    values = {name: str(getattr(company, name)) for name in company_forms.CARD}
    form = Form(
        values
        | {
            "contacts_see_all": "1" if company.contacts_see_all else "",
            "responsible": str(company.responsible_id or ""),
            "manager": str(company.manager_id or ""),
        }
    )
    chosen = {person.id for person in companies.observers(company)}
    return render_template("admin/companies/edit.html", **_edit_context(form, company, chosen))


@bp.post("/<int:company_id>")
def save(company_id: int) -> Answer:
    found(companies.find(company_id))
    return _save(company_id)


def _edit_context(form: Form, company: Company | None, chosen: set[int] | None = None) -> dict[str, Any]:
    staff = companies.staff()
    contacts = companies.contacts(company) if company else []
    return {
        "form": form,
        "company": company,
        "staff": [(person.id, person.full_name) for person in staff],
        "observers": [(person.id, person.full_name, person.email, person.id in (chosen or ())) for person in contacts],
        "staff_observers": [
            (person.id, person.full_name, person.email, person.id in (chosen or ())) for person in staff
        ],
    }


def _save(company_id: int | None) -> Answer:
    form = Form.sent()
    texts, errors = company_forms.card(request.form)
    form.errors.update({name: _words.error_text(code, limit=company_forms.CARD[name]) for name, code in errors.items()})
    chosen = {person_id for text in request.form.getlist("observers") if (person_id := _web.number(text))}
    if not form.errors:
        card = Card(
            texts,
            contacts_see_all=bool(form.values.contacts_see_all),
            responsible_id=_web.number(form.values.responsible),
            manager_id=_web.number(form.values.manager),
            observer_ids=frozenset(chosen),
        )
        try:
            return _stored(company_id, card)
        except Invalid as error:
            form.errors.update(_words.errors_of(error))
    context = _edit_context(form, companies.find(company_id) if company_id else None, chosen)
    return refused("admin/companies/edit.html", "admin/companies/_form.html", 422, **context)


def _stored(company_id: int | None, card: Card) -> Answer:
    with committed():
        if company_id is None:
            company_id = company_changes.create(card, by=me(), at=now()).id
        else:
            company_changes.save(found(companies.find(company_id)), card, by=me(), at=now())
    flash(_("The card is saved."), "success")
    return redirect(url_for("admin_companies.show", company_id=company_id), 303)
