"""The authorization code as it is typed, shown and made (D12)."""

import random
import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import codes

DIGITS = "1307382911223344"


@pytest.mark.parametrize(
    "typed",
    [
        "1307-3829-1122-3344",
        "1307382911223344",
        "1307 3829 1122 3344",
        "  1307-3829-1122-3344\n",
        "1307\u00a03829\u202f1122\u20093344",  # no-break, narrow and thin spaces
        "1307–3829—1122−3344",  # dashes that a phone or a word processor puts in
        "\ufeff1307\u00ad38291122\u200b3344",
        "1-3-0-7-3829 1122-33-44",
    ],
)
def test_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert codes.parse(typed) == DIGITS


@pytest.mark.parametrize(
    "typed",
    ["", " ", "1307-3829", "130738291122334", "13073829112233445", "1307-3829-1122-334x", "١٣٠٧٣٨٢٩١١٢٢٣٣٤٤", "-" * 16],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert codes.parse(typed) is None


def test_code_is_shown_by_fours() -> None:
    assert codes.show(DIGITS) == "1307-3829-1122-3344"


@given(st.integers(0, 2**64))
def test_made_code_is_read_back_from_how_it_is_shown(seed: int) -> None:
    digits = codes.generate(random.Random(seed))
    assert re.fullmatch("[0-9]{16}", digits)
    assert codes.parse(codes.show(digits)) == digits


def test_code_keeps_its_leading_zeros() -> None:
    class Lowest(random.Random):
        def randrange(self, *_: object, **__: object) -> int:
            return 7

    assert codes.generate(Lowest()) == "0000000000000007"


def test_secret_source_gives_different_codes() -> None:
    assert len({codes.generate(secrets.SystemRandom()) for _ in range(100)}) == 100
