"""What an administrator may set beside the lengths of `rules.lengths`: words, links and switches, and their bounds."""

import re
from dataclasses import dataclass
from enum import StrEnum

from rules import brand
from rules.errors import Invalid
from rules.lengths import DEFAULTS, Length, Unit, lengths

LONGEST_TEXT = 300


class Kind(StrEnum):
    """What a text must look like."""

    LINE = "line"
    LINK = "link"
    YEAR = "year"
    EMAIL = "email"
    PHONE = "phone"
    COLOUR = "colour"  # #rrggbb
    FLAG = "flag"  # "1" or "0"


@dataclass(frozen=True, slots=True)
class Text:
    """A row of the settings table. `config` names the variable of the environment that its default is read from."""

    key: str
    kind: Kind
    default: str = ""
    config: str = ""
    is_required: bool = False


TEXTS = (
    Text("site_name", Kind.LINE, config="SITE_NAME", is_required=True),
    Text("brand_color", Kind.COLOUR, config="BRAND_COLOR", is_required=True),
    Text("legal_name", Kind.LINE, config="LEGAL_NAME", is_required=True),  # S132
    Text("copyright_year", Kind.YEAR),  # S132; empty: the current one
    Text("support_email", Kind.EMAIL),
    Text("support_phone", Kind.PHONE),
    Text("kb_url", Kind.LINK, "https://nag.wiki"),  # S86
    Text("archive_url", Kind.LINK, "https://oldsupport.nag.ru"),  # S121; empty: the answer is not shown
    Text("warranty_url", Kind.LINK, "https://shop.nag.ru/article/warranty"),  # S102
    Text("code_in_letters", Kind.FLAG, config="CODE_IN_LETTERS"),  # D12
)
BY_KEY = {text.key: text for text in TEXTS}

LOOKS = {
    Kind.LINK: (re.compile(r"https?://[^\s<>\"'/?#@]+\.[^\s<>\"'@]+"), "not_a_link"),
    Kind.YEAR: (re.compile(r"(19|20|21)\d\d"), "not_a_year"),
    Kind.EMAIL: (re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+"), "not_an_email"),
    Kind.PHONE: (re.compile(r"[+0-9][0-9 ()\-,.доб#*]{4,60}"), "not_a_phone"),
    Kind.COLOUR: (brand.LOOKS, "not_a_colour"),
    Kind.FLAG: (re.compile(r"[01]"), "unknown"),
}

# By unit: the least and the most that a clock, a list or a limit can work with.
BOUNDS = {
    Unit.WORKING_DAY: (1, 250),
    Unit.WORKING_HOUR: (1, 2000),
    Unit.CALENDAR_DAY: (1, 365),
    Unit.HOUR: (1, 8760),
    Unit.COUNT: (1, 1000),
    Unit.MEBIBYTE: (1, 2048),
}
TIMES = (Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.HOUR, Unit.CALENDAR_DAY)


def checked_text(key: str, value: str) -> str:
    """Return the value as it is kept. Raises Invalid on the field `key` for what such a setting can't be."""
    text, value = BY_KEY[key], " ".join(value.split())
    if text.kind == Kind.COLOUR:
        value = value.lower()
    if not value and text.kind != Kind.FLAG:
        if text.is_required:
            raise Invalid(key, "required")
        return ""
    if len(value) > LONGEST_TEXT:
        raise Invalid(key, "too_long", limit=LONGEST_TEXT)
    if text.kind in LOOKS:
        pattern, code = LOOKS[text.kind]
        if not pattern.fullmatch(value):
            raise Invalid(key, code)
    return value


def checked_length(key: str, value: str, unit: str) -> Length:
    """Return the length that was typed. Raises Invalid on the field `key`: no whole number, out of bounds, a wrong unit."""
    if not re.fullmatch(r"\s*\d{1,6}\s*", value, re.ASCII):
        raise Invalid(key, "not_a_number")
    try:
        found = lengths({key: (int(value), unit)})[key]
    except ValueError as error:
        raise Invalid(key, "unknown") from error
    least, most = BOUNDS[found.unit]
    if not least <= found.value <= most:
        raise Invalid(key, "out_of_bounds", least=least, most=most)
    return found


def units(key: str) -> tuple[Unit, ...]:
    """Return the units that this length may be counted in: any time by any clock, a count only as a count."""
    usual = DEFAULTS[key].unit
    return TIMES if usual in TIMES else (usual,)
