"""What the administrator's forms about companies and people must carry (S75, S128–S129)."""

from collections.abc import Mapping
from datetime import date

from rules.domains import is_domain, is_free, normal_domain
from rules.registration import MAX_NAME, is_email
from rules.text import printable

# The card's fields in the guide's order (S75), as long as their columns are.
CARD = {
    "name": 200,
    "other_names": 300,
    "site": 200,
    "email": 254,
    "phone": 50,
    "address": 500,
    "inn": 12,
    "kpp": 9,
    "tax_number": 30,
    "comment": 5000,
    "domain": 200,
}
EQUIPMENT = {"serial_number": 64, "manufacturer": 100, "model": 100, "site": 200}
CONTRACT = {"number": 50, "name": 200}
PERSON = {"last_name": MAX_NAME, "first_name": MAX_NAME, "patronymic": MAX_NAME, "phone": 50}
GROUNDS = 300
INN_DIGITS = (10, 12)  # of a firm, of a sole trader
KPP_DIGITS = 9

Texts = dict[str, str]
Errors = dict[str, str]


def one_line(text: str) -> str:
    """Return what was typed without what a line can't hold, single spaces."""
    return " ".join(printable(text).split())


def card(typed: Mapping[str, str]) -> tuple[Texts, Errors]:
    """Return the card's texts and what is wrong with them: field -> code."""
    texts, errors = _lines(typed, CARD, required={"name"})
    texts["comment"] = printable(typed.get("comment", "")).replace("\r\n", "\n").strip()
    texts["domain"] = normal_domain(texts["domain"])
    if texts["email"] and not is_email(texts["email"]):
        errors["email"] = "not_an_email"
    if texts["domain"] and not is_domain(texts["domain"]):
        errors["domain"] = "not_a_domain"
    elif is_free(texts["domain"]):
        errors["domain"] = "free_mail"
    if texts["inn"] and not (texts["inn"].isascii() and texts["inn"].isdigit() and len(texts["inn"]) in INN_DIGITS):
        errors["inn"] = "not_an_inn"
    if texts["kpp"] and not (texts["kpp"].isascii() and texts["kpp"].isalnum() and len(texts["kpp"]) == KPP_DIGITS):
        errors["kpp"] = "not_a_kpp"
    return texts, errors


def equipment(typed: Mapping[str, str]) -> tuple[Texts, date | None, Errors]:
    """Return the texts of a device, until when its warranty runs, and what is wrong."""
    texts, errors = _lines(typed, EQUIPMENT, required={"serial_number"})
    until, wrong = _day(typed, "warranty_until")
    return texts, until, errors | wrong


def contract(typed: Mapping[str, str]) -> tuple[Texts, tuple[date | None, date | None], Errors]:
    """Return the texts of a contract, its first and last day, and what is wrong."""
    texts, errors = _lines(typed, CONTRACT, required={"number"})
    starts, wrong_start = _day(typed, "starts_on")
    ends, wrong_end = _day(typed, "ends_on")
    errors |= wrong_start | wrong_end
    if starts and ends and ends < starts:
        errors["ends_on"] = "ends_before_start"
    return texts, (starts, ends), errors


def person(typed: Mapping[str, str]) -> tuple[Texts, Errors]:
    """Return somebody's names and telephone, and what is wrong with them."""
    return _lines(typed, PERSON, required={"last_name", "first_name"})


def _lines(typed: Mapping[str, str], limits: Mapping[str, int], *, required: set[str]) -> tuple[Texts, Errors]:
    texts = {name: one_line(typed.get(name, "")) for name in limits}
    errors = {name: "required" for name in required if not texts[name]}
    errors |= {name: "too_long" for name, limit in limits.items() if len(typed.get(name, "").strip()) > limit}
    return texts, errors


def _day(typed: Mapping[str, str], name: str) -> tuple[date | None, Errors]:
    text = typed.get(name, "").strip()
    if not text:
        return None, {}
    try:
        return date.fromisoformat(text), {}
    except ValueError:
        return None, {name: "not_a_date"}
