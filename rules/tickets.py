"""What a new ticket must carry (S20–S30), the references it may carry, and what counts as mere thanks."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from rules.errors import Invalid
from rules.text import printable

MAX_SUBJECT = 200
MAX_LINE = 64  # of an invoice or order number, and of one serial number
MAX_SERIALS = 50
MAX_DESCRIPTION = 100_000
ROOM = 20  # how much longer than its limit a text may be with the spaces and signs that don't count
FIRST_YEAR = 1990


@dataclass(frozen=True)
class NewTicket:
    """A checked form «Новая заявка», in the order of the guide. Only the first three are required (S30)."""

    subject: str  # S21
    type: str  # S22, the code of a ticket type
    priority: str  # S23, the code of a priority
    invoice_number: str  # S24
    serial_numbers: tuple[str, ...]  # S25
    order_number: str  # S26: text, its leading zeros count
    order_year: int | None  # S27
    description: str  # S28
    continues: int | None  # D5: the number of the ticket that this one goes on with


def validate_new(
    values: Mapping[str, str], *, types: Collection[str], priorities: Collection[str], this_year: int
) -> tuple[NewTicket | None, dict[str, str]]:
    """Return the ticket that the form's `values` describe, and what is wrong with them: field -> code.

    `types` and `priorities` are the codes on offer. All faults are found at once; with any, there is no ticket.
    Codes: required, too_long, too_many, unknown, not_a_year, not_a_ticket.
    """
    readers: dict[str, Callable[[str, str], Any]] = {
        "subject": lambda field, text: _required(field, _line(field, text, MAX_SUBJECT)),
        "type": lambda field, text: _one_of(field, text, types),
        "priority": lambda field, text: _one_of(field, text, priorities),
        "invoice_number": _line,
        "serial_numbers": lambda field, text: tuple(parse_serials(text)),
        "order_number": _line,
        "order_year": lambda field, text: _year(field, text, this_year + 1),
        "description": _description,
        "continues": _reference,
    }
    taken: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field, read in readers.items():
        try:
            taken[field] = read(field, values.get(field, ""))
        except Invalid as error:
            errors[field] = error.code
    return (None if errors else NewTicket(**taken)), errors


def parse_serials(text: str) -> list[str]:
    """Return the serial numbers of «123;456;789» in order, each once, without spaces around (S25).

    A pasted column or a list with commas is understood too. Raises Invalid: too_many, too_long.
    """
    if len(text) > ROOM * MAX_SERIALS * MAX_LINE:
        raise Invalid("serial_numbers", "too_many", limit=MAX_SERIALS)
    found: dict[str, str] = {}
    for part in re.split(r"[;,\n]", text):
        serial = _line("serial_numbers", part)
        if serial:
            found.setdefault(serial.casefold(), serial)
    if len(found) > MAX_SERIALS:
        raise Invalid("serial_numbers", "too_many", limit=MAX_SERIALS)
    return list(found.values())


_REFERENCES = (
    re.compile(r"(?:№|#|no\.?)?\s*(\d{1,9})", re.IGNORECASE),
    re.compile(r"\[?TicketID:\s*(\d{1,9})\]?.*", re.IGNORECASE),  # copied from a letter's subject (S60)
    re.compile(r"(?:https?://)?[^\s?#]*/(?:tickets|issues)/(\d{1,9})/?(?:[?#]\S*)?", re.IGNORECASE),
)


def parse_reference(text: str) -> int | None:
    """Return the ticket number in «Продолжение заявки»: a number or a link (D5), or None when there is neither."""
    for pattern in _REFERENCES:
        match = pattern.fullmatch(text.strip())
        if match:
            return int(match[1]) or None
    return None


# «Спасибо!», «Ок, большое спасибо Вам за помощь», "Thank you very much", and nothing after it.
_THANKS = re.compile(
    r"(?:(?:ок|окей|хорошо|понял|поняла|понятно|ясно|отлично|супер|ok|okay|great|perfect) )*"
    r"(?:(?:вам|большое|огромное|много|очень) )*"
    r"(?:спасибо|спасибочки|спс|благодарю|благодарим|благодарствую|thanks|thank you|thx|many thanks)"
    r"(?: (?:большое|огромное|вам|тебе|вас|всем|очень|ещё раз|very much|so much|a lot|again))*"
    r"(?: (?:за (?:ваш |вашу |быстрый |быструю |оперативный |оперативную )*"
    r"(?:помощь|ответ|консультацию|поддержку|информацию|работу)"
    r"|for (?:your |the )?(?:help|answer|reply|support)))?"
)
_NOT_WORDS = re.compile(r"[^\w?]+")  # a question mark stays: «Спасибо?» wants an answer
_LONGEST_THANKS = 100


def is_thanks(text: str) -> bool:
    """Tell whether a comment is a bare «спасибо» in Russian or English, which doesn't reopen a resolved ticket.

    Anything more than thanks is not: a doubt goes to a person.
    """
    if len(text) > _LONGEST_THANKS:
        return False
    words = _NOT_WORDS.sub(" ", text.casefold().replace("еще", "ещё")).strip()
    return _THANKS.fullmatch(words) is not None


def _line(field: str, text: str, limit: int = MAX_LINE) -> str:
    """Return `text` as one line: spaces and breaks as single spaces, without control characters."""
    line = " ".join(printable(text[: ROOM * limit]).split())
    if len(line) > limit or len(text) > ROOM * limit:
        raise Invalid(field, "too_long", limit=limit)
    return line


def _required(field: str, text: str) -> str:
    if not text:
        raise Invalid(field, "required")
    return text


def _one_of(field: str, text: str, known: Collection[str]) -> str:
    code = _required(field, text.strip())
    if code not in known:
        raise Invalid(field, "unknown")
    return code


def _year(field: str, text: str, last: int) -> int | None:
    digits = text.strip()
    if not digits:
        return None
    if not re.fullmatch("[0-9]{4}", digits) or not FIRST_YEAR <= int(digits) <= last:
        raise Invalid(field, "not_a_year")
    return int(digits)


def _description(field: str, text: str) -> str:
    body = printable(text[: 2 * MAX_DESCRIPTION].replace("\r\n", "\n")).strip()
    if len(body) > MAX_DESCRIPTION or len(text) > 2 * MAX_DESCRIPTION:
        raise Invalid(field, "too_long", limit=MAX_DESCRIPTION)
    return body


def _reference(field: str, text: str) -> int | None:
    number = parse_reference(text)
    if number is None and text.strip():
        raise Invalid(field, "not_a_ticket")
    return number
