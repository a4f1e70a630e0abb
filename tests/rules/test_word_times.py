"""What was edited keeps the times of what stayed, by tables."""

import time

import pytest

from rules.word_times import Match, bare, matched

HEARD = "не работает порт на коммутаторе пять"


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("Порт,", "порт"),
        ("«Ёлка»", "елка"),
        ("SNR-S2962-24T.", "snr-s2962-24t"),
        ("—", ""),
        ("", ""),
    ],
)
def test_words_are_compared_without_case_and_signs(word: str, plain: str) -> None:
    assert bare(word) == plain


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (HEARD, [0, 1, 2, 3, 4, 5]),
        ("Не работает порт на коммутаторе. Пять!", [0, 1, 2, 3, 4, 5]),  # signs and capitals are no edits
        ("Здравствуйте! Не работает порт на коммутаторе пять", [None, 0, 1, 2, 3, 4, 5]),  # put before
        ("Не работает порт на коммутаторе пять. Спасибо", [0, 1, 2, 3, 4, 5, None]),  # put behind
        ("Не работает сорок второй порт на коммутаторе пять", [0, 1, None, None, 2, 3, 4, 5]),  # put between
        ("работает порт на коммутаторе", [1, 2, 3, 4]),  # taken out
        ("Не работает порт в коммутаторе пять", [0, 1, 2, 3, 4, 5]),  # a word corrected: it was said there
        ("Не горит лампа на коммутаторе пять", [0, 1, 2, 3, 4, 5]),  # two of them
        ("Не видно ничего за стойкой пять", [0, None, None, None, None, 5]),  # written anew: none of it was said
        ("Не работает порт на 5", [0, 1, 2, 3, 4]),  # a number in place of words begins where they do
        ("Не работает — порт", [0, 1, None, 2]),  # a dash is no word
        ("Совсем не о том", [None, 0, None, None]),
        ("", []),
    ],
)
def test_an_edit_keeps_what_stayed(text: str, places: list[int | None]) -> None:
    found = matched(text.split(), HEARD.split())
    assert [one and one.place for one in found] == places


def test_a_corrected_word_is_told_from_one_that_stayed() -> None:
    found = matched("Не работает порт в коммутаторе пять".split(), HEARD.split())
    assert found == [Match(0), Match(1), Match(2), Match(3, is_same=False), Match(4), Match(5)]


def test_nothing_heard_matches_nothing() -> None:
    assert matched(["порт"], []) == [None] and matched([], HEARD.split()) == [] and matched(["порт"], ["—"]) == [None]


def test_a_text_that_repeats_itself_without_end_costs_nothing() -> None:
    began = time.process_time()
    assert matched(["да"] * 10_000, ["да"] * 8_000)[7_999] == Match(7_999)
    assert set(matched(["нет", *["да"] * 10_000, "нет"], ["да"] * 8_000)) == {None}
    words = [f"слово{place % 400}" for place in range(4_000)]
    assert matched(["вот", *words, "вот"], words)[4_000] is not None
    assert time.process_time() - began < 3
