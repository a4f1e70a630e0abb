"""What the administrator's pages share: the door, the search and cursor of a list, the book's lines in words."""

from datetime import date
from typing import Any

from flask import abort, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required

from blueprints import _times, _web
from blueprints._web import me
from models import Role, Team, Visibility
from services.audit import Entry

LONGEST = 200


@login_required
def admin_only() -> None:
    """Whoever is no administrator finds nothing here, staff included."""
    g.section = "admin"
    if not me().is_admin:
        abort(404)


def asked() -> tuple[str, int]:
    """Return what a list is searched for and after which row it goes on."""
    return request.args.get("q", "").strip()[:LONGEST], _web.number(request.args.get("after", "")) or 0


FIELDS = {
    "name": _l("Name"),
    "other_names": _l("Other names"),
    "site": _l("Site"),
    "domain": _l("Domain of the mail"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "address": _l("Address"),
    "inn": _l("INN"),
    "kpp": _l("KPP"),
    "tax_number": _l("Tax number"),
    "comment": _l("Comment"),
    "contacts_see_all": _l("All contacts see all tickets"),
    "responsible": _l("Responsible for the company"),
    "manager": _l("Manager"),
    "observers": _l("Observers of tickets by default"),
    "serial_number": _l("Serial number"),
    "manufacturer": _l("Manufacturer"),
    "model": _l("Model"),
    "warranty_until": _l("Warranty until"),
    "contract": _l("Contract"),
    "number": _l("Number"),
    "starts_on": _l("From"),
    "ends_on": _l("Until"),
    "contact": _l("Contact"),
    "company": _l("Company"),
    "grounds": _l("How he was made sure of"),
    "last_name": _l("Last name"),
    "first_name": _l("First name"),
    "patronymic": _l("Patronymic"),
    "visibility": _l("Which tickets he sees"),
    "role": _l("Role"),
    "team": _l("Team"),
}
ACTIONS = {
    "created": _l("made the company"),
    "changed": _l("changed the card"),
    "equipment_added": _l("added a device"),
    "equipment_changed": _l("changed a device"),
    "equipment_removed": _l("removed a device"),
    "contract_added": _l("added a contract"),
    "contract_changed": _l("changed a contract"),
    "contract_removed": _l("removed a contract"),
    "contact_added": _l("bound a contact"),
    "contact_removed": _l("unbound a contact"),
    "bound": _l("bound to a company"),
    "unbound": _l("unbound from the company"),
    "email_changed": _l("changed the login"),
    "visibility": _l("changed what he sees"),
    "role": _l("changed the role"),
    "blocked": _l("blocked the account"),
    "unblocked": _l("unblocked the account"),
    "signed_out": _l("signed out on all devices"),
    "code": _l("changed the authorization code"),
}
VALUES = {
    Role.AGENT: _l("specialist"),
    Role.ADMIN: _l("administrator"),
    Team.SUPPORT: _l("technical support"),
    Team.SERVICE_CENTER: _l("service center"),
}
VISIBILITIES = {
    Visibility.COMPANY: _l("as the company says"),
    Visibility.ALL: _l("all tickets of the company (supervisor)"),
    Visibility.OWN: _l("only his own"),
}


def roles() -> list[tuple[str, str]]:
    return [(role, str(VALUES[role])) for role in (Role.AGENT, Role.ADMIN)]


def teams() -> list[tuple[str, str]]:
    return [(team, str(VALUES[team])) for team in Team]


def visibilities() -> list[tuple[str, str]]:
    return [(one, str(VISIBILITIES[one])) for one in Visibility]


def book(entries: list[Entry]) -> list[dict[str, Any]]:
    """Return the book's lines in words: when, who, what, and each field with what it was and is."""
    return [
        {
            "at": entry.at,
            "who": entry.who,
            "what": str(ACTIONS.get(entry.action, entry.action)),
            "changes": [
                {"field": str(FIELDS.get(name, name)), "before": _value(name, before), "after": _value(name, now)}
                for name, (before, now) in entry.changes.items()
            ],
        }
        for entry in entries
    ]


def _value(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if field in {"warranty_until", "starts_on", "ends_on"} and value:
        return _times.day(date.fromisoformat(value))
    words: dict[str, Any] = {**{str(key): text for key, text in VALUES.items()}} if field in {"role", "team"} else {}
    if field == "visibility":
        words = {str(key): text for key, text in VISIBILITIES.items()}
    return str(words.get(value, value or ""))
