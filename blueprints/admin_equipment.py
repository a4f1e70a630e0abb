"""The administrator's forms for a company's equipment and contracts (S72, S129)."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import _admin, _web, _words
from blueprints._web import Answer, Form, found, me, now, refused
from jobs import committed
from models import Company, Contract, Equipment
from rules import company_forms
from rules.errors import Invalid
from services import companies, company_changes

bp = Blueprint("admin_equipment", __name__, url_prefix="/admin/companies/<int:company_id>")
bp.before_request(_admin.admin_only)


@bp.get("/equipment/new")
def new_device(company_id: int) -> Answer:
    return render_template("admin/companies/device.html", **_device_context(_company(company_id), None, Form()))


@bp.get("/equipment/<int:equipment_id>")
def device(company_id: int, equipment_id: int) -> Answer:
    company = _company(company_id)
    thing = found(companies.one_device(company, equipment_id))
    form = Form(
        {name: getattr(thing, name) for name in company_forms.EQUIPMENT}
        | {
            "contract": str(thing.contract_id or ""),
            "warranty_until": thing.warranty_until.isoformat() if thing.warranty_until else "",
        }
    )
    return render_template("admin/companies/device.html", **_device_context(company, thing, form))


@bp.post("/equipment")
def add_device(company_id: int) -> Answer:
    return _save_device(company_id, None)


@bp.post("/equipment/<int:equipment_id>")
def save_device(company_id: int, equipment_id: int) -> Answer:
    return _save_device(company_id, equipment_id)


@bp.post("/equipment/<int:equipment_id>/remove")
def remove_device(company_id: int, equipment_id: int) -> Answer:
    with committed():
        company = _company(company_id)
        thing = found(companies.one_device(company, equipment_id))
        company_changes.remove_equipment(company, thing, by=me(), at=now())
    return _back(company_id, _("The device is removed."), "equipment")


@bp.get("/contracts/new")
def new_contract(company_id: int) -> Answer:
    context = {"company": _company(company_id), "contract": None, "form": Form()}
    return render_template("admin/companies/contract.html", **context)


@bp.get("/contracts/<int:contract_id>")
def contract(company_id: int, contract_id: int) -> Answer:
    company = _company(company_id)
    row = found(companies.one_contract(company, contract_id))
    days = {name: getattr(row, name) for name in ("starts_on", "ends_on")}
    form = Form(
        {name: getattr(row, name) for name in company_forms.CONTRACT}
        | {name: day.isoformat() if day else "" for name, day in days.items()}
    )
    return render_template("admin/companies/contract.html", company=company, contract=row, form=form)


@bp.post("/contracts")
def add_contract(company_id: int) -> Answer:
    return _save_contract(company_id, None)


@bp.post("/contracts/<int:contract_id>")
def save_contract(company_id: int, contract_id: int) -> Answer:
    return _save_contract(company_id, contract_id)


@bp.post("/contracts/<int:contract_id>/remove")
def remove_contract(company_id: int, contract_id: int) -> Answer:
    with committed():
        company = _company(company_id)
        row = found(companies.one_contract(company, contract_id))
        company_changes.remove_contract(company, row, by=me(), at=now())
    return _back(company_id, _("The contract is removed."), "contracts")


def _company(company_id: int) -> Company:
    return found(companies.find(company_id))


def _device(company: Company, equipment_id: int | None) -> Equipment | None:
    return None if equipment_id is None else found(companies.one_device(company, equipment_id))


def _contract(company: Company, contract_id: int | None) -> Contract | None:
    return None if contract_id is None else found(companies.one_contract(company, contract_id))


def _back(company_id: int, said: str, anchor: str) -> Answer:
    flash(said, "success")
    return redirect(url_for("admin_companies.show", company_id=company_id) + f"#company-{anchor}", 303)


def _device_context(company: Company, thing: Equipment | None, form: Form) -> dict[str, Any]:
    contracts = [(row.id, f"№ {row.number} {row.name}".strip()) for row in companies.contracts(company)]
    return {"company": company, "thing": thing, "form": form, "contracts": contracts}


def _save_device(company_id: int, equipment_id: int | None) -> Answer:
    form = Form.sent()
    texts, until, errors = company_forms.equipment(request.form)
    form.errors.update(_texts(errors, company_forms.EQUIPMENT))
    if not form.errors:
        try:
            _store_device(company_id, equipment_id, texts, until, _web.number(form.values.contract))
            return _back(company_id, _("The device is saved."), "equipment")
        except Invalid as error:
            form.errors.update(_words.errors_of(error))
    company = _company(company_id)
    context = _device_context(company, _device(company, equipment_id), form)
    return refused("admin/companies/device.html", "admin/companies/_device_form.html", 422, **context)


def _store_device(
    company_id: int, equipment_id: int | None, texts: dict[str, str], until: date | None, contract_id: int | None
) -> None:
    with committed():
        company = _company(company_id)
        thing = _device(company, equipment_id)
        company_changes.save_equipment(
            company, thing, texts, warranty_until=until, contract_id=contract_id, by=me(), at=now()
        )


def _save_contract(company_id: int, contract_id: int | None) -> Answer:
    form = Form.sent()
    texts, (starts_on, ends_on), errors = company_forms.contract(request.form)
    form.errors.update(_texts(errors, company_forms.CONTRACT))
    if form.errors:
        company = _company(company_id)
        context = {"company": company, "contract": _contract(company, contract_id), "form": form}
        return refused("admin/companies/contract.html", "admin/companies/_contract_form.html", 422, **context)
    with committed():
        company = _company(company_id)
        row = _contract(company, contract_id)
        company_changes.save_contract(company, row, texts, starts_on=starts_on, ends_on=ends_on, by=me(), at=now())
    return _back(company_id, _("The contract is saved."), "contracts")


def _texts(errors: dict[str, str], limits: dict[str, int]) -> dict[str, str]:
    return {name: _words.error_text(code, limit=limits.get(name, 0)) for name, code in errors.items()}
