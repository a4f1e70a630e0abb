"""What refusals carry to the edge."""

from rules.errors import DeskError, Invalid, InvalidMove, NotAllowed, Stale


def test_refusal_carries_its_code_and_values() -> None:
    error = DeskError("too_late", until="5 July")
    assert (error.code, error.values, str(error)) == ("too_late", {"until": "5 July"}, "too_late")


def test_invalid_names_its_field() -> None:
    error = Invalid("subject", "too_long", limit=200)
    assert (error.field, error.code, error.values) == ("subject", "too_long", {"limit": 200})


def test_every_refusal_can_be_caught_as_one_kind() -> None:
    assert all(issubclass(kind, DeskError) for kind in (Invalid, InvalidMove, NotAllowed, Stale))
