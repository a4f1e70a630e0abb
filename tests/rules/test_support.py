"""What a contract and a warranty mean on a day (S72, S129)."""

from datetime import date, timedelta

import pytest

from rules.support import Term, is_over, term

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("starts", "ends", "where"),
    [
        (None, None, Term.RUNS),
        (TODAY, TODAY, Term.RUNS),
        (TODAY - DAY, None, Term.RUNS),
        (None, TODAY + DAY, Term.RUNS),
        (TODAY + DAY, None, Term.AHEAD),
        (TODAY + DAY, TODAY + DAY, Term.AHEAD),
        (None, TODAY - DAY, Term.OVER),
    ],
)
def test_a_term_holds_both_its_days(starts: date | None, ends: date | None, where: Term) -> None:
    assert term(starts, ends, TODAY) == where


def test_a_warranty_lasts_to_the_end_of_its_day() -> None:
    assert not is_over(TODAY, TODAY) and is_over(TODAY - DAY, TODAY) and not is_over(None, TODAY)
