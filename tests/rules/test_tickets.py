"""The form «Новая заявка» and what it may refer to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import Invalid
from rules.tickets import (
    MAX_DESCRIPTION,
    MAX_LINE,
    MAX_SERIALS,
    MAX_SUBJECT,
    NewTicket,
    parse_reference,
    parse_serials,
    validate_new,
)

GUIDE = {
    "subject": "SNR-S2962-24T обновление прошивки",  # S21
    "type": "setup",  # S22
    "priority": "normal",  # S23
    "invoice_number": "",
    "serial_numbers": "OE4423DS23",  # S25
    "order_number": "0000012345",  # S26
    "order_year": "2023",  # S27
    "description": "Здравствуйте,\r\nХотим обновить коммутатор.",  # S28
    "continues": "",
}


def checked(**changed: str) -> tuple[NewTicket | None, dict[str, str]]:
    return validate_new(GUIDE | changed, types=["setup", "repair"], priorities=["low", "normal"], this_year=2023)


def taken(**changed: str) -> NewTicket:
    ticket, errors = checked(**changed)
    assert ticket is not None, errors
    assert errors == {}
    return ticket


def test_sample_of_the_guide_is_taken() -> None:
    assert taken() == NewTicket(
        subject="SNR-S2962-24T обновление прошивки",
        type="setup",
        priority="normal",
        invoice_number="",
        serial_numbers=("OE4423DS23",),
        order_number="0000012345",  # its leading zeros stand
        order_year=2023,
        description="Здравствуйте,\nХотим обновить коммутатор.",
        continues=None,
    )


def test_only_subject_type_and_priority_are_required() -> None:  # S30
    required = {"subject": "Вопрос", "type": "setup", "priority": "low"}
    ticket, errors = validate_new(required, types=["setup"], priorities=["low"], this_year=2023)
    assert errors == {}
    assert ticket == NewTicket("Вопрос", "setup", "low", "", (), "", None, "", None)
    assert validate_new({}, types=["setup"], priorities=["low"], this_year=2023) == (
        None,
        {"subject": "required", "type": "required", "priority": "required"},
    )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("subject", " \t\n", "required"),
        ("subject", "x" * (MAX_SUBJECT + 1), "too_long"),
        ("type", "", "required"),
        ("type", "surprise", "unknown"),
        ("priority", "", "required"),
        ("priority", "surprise", "unknown"),
        ("invoice_number", "1" * (MAX_LINE + 1), "too_long"),
        ("order_number", "1" * (MAX_LINE + 1), "too_long"),
        ("serial_numbers", "1" * (MAX_LINE + 1), "too_long"),
        ("serial_numbers", ";".join(map(str, range(MAX_SERIALS + 1))), "too_many"),
        ("order_year", "23", "not_a_year"),
        ("order_year", "20233", "not_a_year"),
        ("order_year", "1989", "not_a_year"),
        ("order_year", "2025", "not_a_year"),
        ("order_year", "²⁰²³", "not_a_year"),
        ("order_year", "год", "not_a_year"),
        ("description", "x" * (MAX_DESCRIPTION + 1), "too_long"),
        ("continues", "прошлая заявка", "not_a_ticket"),
    ],
)
def test_each_fault_is_named_at_its_field(field: str, value: str, code: str) -> None:
    assert checked(**{field: value}) == (None, {field: code})


def test_all_faults_are_found_at_once() -> None:
    _, errors = checked(subject="", type="surprise", order_year="soon", continues="?")
    assert errors == {"subject": "required", "type": "unknown", "order_year": "not_a_year", "continues": "not_a_ticket"}


def test_longest_allowed_values_are_taken() -> None:
    assert len(taken(subject="ж" * MAX_SUBJECT).subject) == MAX_SUBJECT
    assert len(taken(description="ж" * MAX_DESCRIPTION).description) == MAX_DESCRIPTION
    assert len(taken(serial_numbers=";".join(map(str, range(MAX_SERIALS)))).serial_numbers) == MAX_SERIALS


@pytest.mark.parametrize(("year", "number"), [("1990", 1990), (" 2024 ", 2024), ("", None), (" ", None)])
def test_plausible_years_are_taken(year: str, number: int | None) -> None:  # S27
    assert taken(order_year=year).order_year == number


def test_lines_become_lines_and_what_no_database_carries_is_dropped() -> None:
    ticket = taken(subject="  Порт\n  не\tработает\x00 \ud800", description="\x00a\tb\r\n\x1bc ")
    assert ticket.subject == "Порт не работает"
    assert ticket.description == "a\tb\nc"


@pytest.mark.parametrize(
    ("text", "serials"),
    [
        ("123;456;789", ["123", "456", "789"]),  # S25
        ("OE4423DS23", ["OE4423DS23"]),
        (" 123 ; 456;;  ; 789; ", ["123", "456", "789"]),
        ("123;456;123", ["123", "456"]),
        ("oe44;OE44", ["oe44"]),
        ("123\r\n456\n789", ["123", "456", "789"]),  # a pasted column
        ("123, 456", ["123", "456"]),
        ("SN 12 34", ["SN 12 34"]),
        ("", []),
        (" ; ", []),
    ],
)
def test_serial_numbers_are_a_list(text: str, serials: list[str]) -> None:
    assert parse_serials(text) == serials


@given(st.lists(st.text("0123456789ABCDEF", min_size=1, max_size=MAX_LINE), max_size=MAX_SERIALS, unique=True))
def test_serial_numbers_are_read_back_as_they_were_joined(serials: list[str]) -> None:
    assert parse_serials("; ".join(serials)) == serials


def test_limits_of_serial_numbers_name_their_field() -> None:
    with pytest.raises(Invalid) as refused:
        parse_serials("1" * (MAX_LINE + 1))
    assert (refused.value.field, refused.value.code, refused.value.values) == (
        "serial_numbers",
        "too_long",
        {"limit": MAX_LINE},
    )


@pytest.mark.parametrize(
    "text",
    [
        "152365",
        " 152365 ",
        "№152365",
        "№ 152365",
        "#152365",
        "No. 152365",
        "[TicketID: 152365] Новый комментарий к заявке",  # S60
        "https://www.nag.support/tickets/152365",
        "https://www.nag.support/tickets/152365/",
        "http://127.0.0.1:8000/tickets/152365?from=letter#comment-4",
        "www.nag.support/tickets/152365",
        "/tickets/152365",
        "https://nag.okdesk.example/issues/152365",
    ],
)
def test_continuation_is_a_number_or_a_link(text: str) -> None:  # S42, S124, D5
    assert parse_reference(text) == 152365


@pytest.mark.parametrize(
    "text",
    ["", "нет", "0", "-5", "152365 и 152366", "1234567890", "https://www.nag.support/kb/articles/5", "tickets", "²"],
)
def test_anything_else_refers_to_no_ticket(text: str) -> None:
    assert parse_reference(text) is None


@given(st.integers(1, 999_999_999))
def test_every_number_is_found_bare_and_in_a_link(number: int) -> None:
    assert parse_reference(str(number)) == parse_reference(f"https://desk.example/tickets/{number}") == number
