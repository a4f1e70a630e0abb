"""«Компания»: the card that a customer may see, its people, equipment and contracts (S70–S75, S116–S119).

Internal, and so never here: «Комментарий», the domain for matching, the privacy switches, telephone and address of
the people in charge, the administrator's book.
"""

from flask import Blueprint, g, render_template
from flask_login import login_required

from blueprints._web import Answer, me, now
from models import Company
from rules import domains
from rules.support import Term
from services import companies
from services.devices_shown import contracts_shown, equipment_shown

bp = Blueprint("company", __name__)


@bp.get("/company")
@login_required
def show() -> Answer:
    g.section = "company"
    company = me().company
    return _card(company) if company else _none()


def _none() -> Answer:
    """S116–S118: how somebody without a company comes to one."""
    domain = domains.domain_of(me().email)
    return render_template("company/show.html", company=None, is_free_mail=domains.is_free(domain), domain=domain)


def _card(company: Company) -> Answer:
    in_charge = companies.in_charge(company)
    contracts = contracts_shown(companies.contracts(company), now())
    return render_template(
        "company/show.html",
        company=company,
        responsible=in_charge["responsible"].full_name if "responsible" in in_charge else "",
        manager=in_charge["manager"].full_name if "manager" in in_charge else "",
        observers=[person.full_name for person in companies.observers(company)],
        colleagues=companies.contacts(company),
        equipment=equipment_shown(companies.equipment(company), now()),
        contracts=contracts,
        in_force=[contract for contract in contracts if contract.term == Term.RUNS],
        may_see_all=me().sees_company_tickets,
    )
