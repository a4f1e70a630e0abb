"""Names in full, short and as initials."""

import pytest

from rules import names


@pytest.mark.parametrize(
    ("last", "first", "patronymic", "printed"),
    [
        ("Алексеев", "Степан", "", "Алексеев С."),  # S80
        ("Швецов", "Михаил", "Евгеньевич", "Швецов М. Е."),  # S80
        ("Т.", "Т.", "", "Т.Т."),  # S80: the last name is an initial itself
        ("Т", "т", "", "Т.Т."),
        ("Тестинг", "Тестовый", "", "Тестинг Т."),
        ("алексеев", "степан", "", "алексеев С."),
        ("Иванова-Петрова", "Анна-Мария", "", "Иванова-Петрова А.-М."),
        (" Алексеев ", "  Степан ", " ", "Алексеев С."),
        ("Робот", "", "", "Робот"),
        ("", "Степан", "Ильич", "Степан"),
        ("Алексеев", "-", "", "Алексеев"),
        ("", "", "", ""),
    ],
)
def test_short_name(last: str, first: str, patronymic: str, printed: str) -> None:
    assert names.short(last, first, patronymic) == printed


@pytest.mark.parametrize(
    ("last", "first", "printed"),
    [("Алексеев", "Степан", "Алексеев Степан"), ("Робот", "", "Робот"), ("  Ван  дер ", " Ян", "Ван дер Ян")],
)
def test_full_name(last: str, first: str, printed: str) -> None:  # S64
    assert names.full(last, first) == printed


@pytest.mark.parametrize(
    ("last", "first", "letters"),
    [("Алексеев", "Степан", "АС"), ("Робот", "", "Р"), ("«ёлкин»", "юрий", "ЁЮ"), ("", "", ""), ("1", "2", "")],
)
def test_initials(last: str, first: str, letters: str) -> None:
    assert names.initials(last, first) == letters
