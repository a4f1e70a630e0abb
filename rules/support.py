"""What a contract and a warranty mean on a day (S72, S101, S129)."""

from datetime import date
from enum import StrEnum


class Term(StrEnum):
    """Where a day stands to a term of two days, either of which may be missing."""

    AHEAD = "ahead"
    RUNS = "runs"
    OVER = "over"


def term(starts_on: date | None, ends_on: date | None, today: date) -> Term:
    """Return whether the term runs today; both its days count in."""
    if starts_on is not None and today < starts_on:
        return Term.AHEAD
    return Term.OVER if ends_on is not None and today > ends_on else Term.RUNS


def is_over(warranty_until: date | None, today: date) -> bool:
    """Tell whether the warranty has ended; one without a day is not known to have."""
    return warranty_until is not None and today > warranty_until
