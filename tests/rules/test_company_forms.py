"""What the administrator's forms about companies and people must carry (S75, S128–S129)."""

from datetime import date

import pytest

from rules import company_forms
from rules.company_forms import CARD

FULL = {
    "name": "  Ромашка\n Телеком ",
    "site": "romashka.example",
    "email": "noc@romashka.example",
    "inn": "6658123456",
    "kpp": "665801001",
    "domain": "https://www.Romashka.example/",
    "comment": " первая\r\nвторая ",
}


def test_a_card_comes_out_in_one_form() -> None:
    texts, errors = company_forms.card(FULL)
    assert errors == {} and list(texts) == list(CARD)
    assert (texts["name"], texts["domain"], texts["comment"]) == (
        "Ромашка Телеком",
        "romashka.example",
        "первая\nвторая",
    )


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("name", " ", "required"),
        ("name", "я" * 201, "too_long"),
        ("comment", "я" * 5001, "too_long"),
        ("email", "not an address", "not_an_email"),
        ("domain", "romashka", "not_a_domain"),
        ("domain", "mail.ru", "free_mail"),
        ("inn", "665812345", "not_an_inn"),
        ("inn", "665812345x", "not_an_inn"),
        ("inn", "٦٦٥٨١٢٣٤٥٦", "not_an_inn"),
        ("kpp", "66580100", "not_a_kpp"),
    ],
)
def test_a_card_is_refused_by_field(field: str, text: str, code: str) -> None:
    assert company_forms.card(FULL | {field: text})[1] == {field: code}


def test_a_device_and_its_warranty() -> None:  # S129
    typed = {"serial_number": " OE1 ", "model": "SNR", "warranty_until": "2028-06-01"}
    texts, until, errors = company_forms.equipment(typed)
    assert (texts["serial_number"], until, errors) == ("OE1", date(2028, 6, 1), {})
    assert company_forms.equipment({"warranty_until": "01.06.2028"})[2] == {
        "serial_number": "required",
        "warranty_until": "not_a_date",
    }


def test_a_contract_and_its_term() -> None:  # S72
    texts, days, errors = company_forms.contract({"number": "1", "starts_on": "2026-01-01"})
    assert (texts["number"], days, errors) == ("1", (date(2026, 1, 1), None), {})
    turned = {"number": "1", "starts_on": "2026-01-02", "ends_on": "2026-01-01"}
    assert company_forms.contract(turned)[2] == {"ends_on": "ends_before_start"}


def test_a_person_has_two_names() -> None:
    assert company_forms.person({"last_name": " ", "first_name": "Пётр"})[1] == {"last_name": "required"}
    assert company_forms.person({"last_name": "Х", "first_name": "Пётр", "phone": "1" * 51})[1] == {"phone": "too_long"}
