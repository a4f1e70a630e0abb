"""What may stand in a text."""

import pytest

from rules.text import printable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Строка\nвторая\tс табуляцией\r\n", "Строка\nвторая\tс табуляцией\r\n"),
        ("а\0б\x07в\x7fг\x85д", "абвгд"),
        ("\ud83dполовина\udc4d", "половина"),
        ("счёт\u202egpj.exe", "счётgpj.exe"),  # reads «счётexe.jpg»
        ("\u2066и\u2069 \u202aтак\u202c", "и так"),
        ("👩\u200d💻 — č, 汉字, שלום", "👩\u200d💻 — č, 汉字, שלום"),
        ("", ""),
    ],
)
def test_only_what_can_be_shown_and_stored_is_kept(typed: str, kept: str) -> None:
    assert printable(typed) == kept
