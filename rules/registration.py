"""What a registration must carry (S9–S12)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rules.text import printable

MAX_NAME = 100
MAX_EMAIL = 254
# One @, something in Latin letters before it, a dotted name after it, no spaces or brackets: what letters can be sent
# to (channels/letters.py). Whether it exists the letter will tell.
EMAIL = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}@(?:(?:[^\W_]|-){1,63}\.)+(?:[^\W_]|-){2,63}")


@dataclass(frozen=True)
class Registration:
    """A checked form; the consent was given."""

    last_name: str
    first_name: str
    patronymic: str
    email: str


def is_email(text: str) -> bool:
    """Tell whether `text` looks like an address that a letter can be sent to."""
    return len(text) <= MAX_EMAIL and EMAIL.fullmatch(text) is not None


def validate(values: Mapping[str, str]) -> tuple[Registration | None, dict[str, str]]:
    """Return the registration, or what is wrong with it: field -> code (required, too_long, not_an_email, consent)."""
    names = ("last_name", "first_name", "patronymic", "email")
    taken = {name: " ".join(printable(values.get(name, "")).split()) for name in names}
    errors = {name: "required" for name in ("last_name", "first_name", "email") if not taken[name]}
    errors |= {name: "too_long" for name in ("last_name", "first_name", "patronymic") if len(taken[name]) > MAX_NAME}
    if taken["email"] and not is_email(taken["email"]):
        errors["email"] = "not_an_email"
    if not values.get("consent"):
        errors["consent"] = "consent"
    return (None if errors else Registration(**taken)), errors
