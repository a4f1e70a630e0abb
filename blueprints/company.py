"""«Компания»: the card that a customer may see, its people, equipment and contracts (S72, S118)."""

from flask import Blueprint, g, render_template
from flask_login import login_required

from blueprints._web import Answer, me
from services import companies

bp = Blueprint("company", __name__)


@bp.get("/company")
@login_required
def show() -> Answer:
    g.section = "company"
    company = me().company
    return render_template(
        "company/show.html",
        company=company,
        colleagues=companies.contacts(company) if company else [],
        equipment=companies.equipment(company) if company else [],
        contracts=companies.contracts(company) if company else [],
    )
