"""The beginning of a log as text, whatever it is written in."""

import io

import pytest
from flask import Flask

from services import beginnings, storage

WORDS = "Ошибка порта 5 «ядро»\n"


def beginning(data: bytes) -> beginnings.Beginning | None:
    stored = storage.keep(io.BytesIO(data), max_bytes=10**7)
    return beginnings.of(stored.sha256, stored.size)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_the_encoding_is_found_out(app: Flask, encoding: str) -> None:
    found = beginning(WORDS.encode(encoding))
    assert found is not None and (found.text, found.is_whole) == (WORDS, True)


def test_only_the_first_200_kib_are_taken_and_no_letter_is_cut_in_two(app: Flask) -> None:
    for lead in ("", "x"):
        found = beginning((lead + "я" * 200_000).encode())
        assert found is not None and not found.is_whole
        assert found.text.strip("я") == lead and len(found.text) in range(102_000, 102_402)


def test_what_is_no_text_is_not_shown(app: Flask) -> None:
    assert beginning(b"\x7fELF\0\0\0") is None


def test_line_ends_of_all_systems_are_one(app: Flask) -> None:
    found = beginning(b"a\r\nb\rc\n")
    assert found is not None and found.text == "a\nb\nc\n"
