"""What a password must be, and the one that is offered."""

import random
import re
import secrets

import pytest

from rules import passwords

EMAIL = "Client@romashka.example"


@pytest.mark.parametrize(
    ("password", "confirm", "faults"),
    [
        ("correct horse", "correct horse", []),
        ("семь бед", "семь бед", []),
        ("short7!", "short7!", ["too_short"]),
        ("", "", ["too_short"]),
        ("12345678", "12345678", ["too_common"]),
        ("QwertyUIOP", "QwertyUIOP", ["too_common"]),
        ("пароль123", "пароль123", ["too_common"]),
        ("zzzzzzzzzz", "zzzzzzzzzz", ["too_common"]),
        ("client@romashka.example", "client@romashka.example", ["same_as_email"]),
        ("correct horse", "correct house", ["mismatch"]),
        ("short7!", "", ["too_short", "mismatch"]),  # everything is said at once
        ("x" * 150 + "y" * 51, "x" * 150 + "y" * 51, ["too_long"]),
        ("x" * 150 + "y" * 50, "x" * 150 + "y" * 50, []),
    ],
)
def test_faults_of_a_password(password: str, confirm: str, faults: list[str]) -> None:
    assert passwords.check(password, confirm, EMAIL) == faults


def test_what_stands_before_the_at_sign_is_too_near_to_the_login() -> None:
    assert passwords.check("Stepan.Alekseev", "Stepan.Alekseev", "stepan.alekseev@nag.example") == ["same_as_email"]


def test_unknown_address_is_no_fault() -> None:
    assert passwords.check("correct horse", "correct horse", "") == []


def test_common_passwords_are_about_a_hundred_and_long_enough_to_matter() -> None:
    assert len(passwords.COMMON) >= 100
    assert [word for word in passwords.COMMON if len(word) < passwords.MIN_LENGTH or word != word.casefold()] == []


def test_offered_password_can_be_read_aloud_and_passes() -> None:  # S18
    password = passwords.generate(random.Random(1))
    assert re.fullmatch(r"([bdfgkmnprstvz][aeiou]){3}(-([bdfgkmnprstvz][aeiou]){3}){2}-[2-9]{2}", password)
    assert passwords.check(password, password, EMAIL) == []


def test_offered_passwords_differ() -> None:
    assert len({passwords.generate(secrets.SystemRandom()) for _ in range(100)}) == 100
