"""What a registration must carry (S9–S12)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_NAME = 100
MAX_EMAIL = 254
# One @, something before it, a dotted name after it, no spaces or brackets. Whether it exists the letter will tell.
EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")


@dataclass(frozen=True)
class Registration:
    """A checked form; the consent was given."""

    last_name: str
    first_name: str
    patronymic: str
    email: str


def validate(values: Mapping[str, str]) -> tuple[Registration | None, dict[str, str]]:
    """Return the registration, or what is wrong with it: field -> code (required, too_long, not_an_email, consent)."""
    taken = {
        name: " ".join(values.get(name, "").split()) for name in ("last_name", "first_name", "patronymic", "email")
    }
    errors = {name: "required" for name in ("last_name", "first_name", "email") if not taken[name]}
    errors |= {name: "too_long" for name in ("last_name", "first_name", "patronymic") if len(taken[name]) > MAX_NAME}
    if taken["email"] and (len(taken["email"]) > MAX_EMAIL or not EMAIL.fullmatch(taken["email"])):
        errors["email"] = "not_an_email"
    if not values.get("consent"):
        errors["consent"] = "consent"
    return (None if errors else Registration(**taken)), errors
