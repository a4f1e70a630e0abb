"""What is looked for, and how it is marked where it was found."""

import pytest

from rules.seeking import excerpt, marked, sought

TEXT = "После обновления прошивки пропали записи о портах 17–24. " * 3 + "Коммутатор SNR-S2962-24T не видит модули <b>."


@pytest.mark.parametrize(
    ("asked", "html"),
    [
        ("порты", "о <mark>портах</mark> 1"),
        ("ПОРТ", "о <mark>портах</mark> 1"),
        ("s2962", "тор <mark>SNR-S2962-24T</mark> не"),
        ("snr s2962", "тор <mark>SNR-S2962-24T</mark> не"),
        ("коммутаторы", "<mark>Коммутатор</mark> SNR"),
        ("коммут", "<mark>Коммутатор</mark> SNR"),
        ("учёт", ""),
    ],
)
def test_what_was_found_is_marked_on_the_text_itself(asked: str, html: str) -> None:
    page = marked(TEXT, sought(asked))
    assert html in page and "&lt;b&gt;" in page and "<b>" not in page
    assert ("<mark>" in page) == bool(html)


def test_an_excerpt_is_where_most_of_it_stands() -> None:
    text = "порт " + "вода " * 100 + "порт и прошивка " + "вода " * 100
    piece = excerpt(text, sought("прошивки порта"))
    assert "<mark>порт</mark> и <mark>прошивка</mark>" in piece
    assert piece.startswith("… ") and piece.endswith(" …") and len(piece) < 260
    assert excerpt(text, sought("маршрут")) == ""
    assert excerpt("порт", sought("порт")) == "<mark>порт</mark>"
    assert excerpt("<i>" + "x" * 500 + " порт", sought("порт")).endswith("<mark>порт</mark>")


def test_the_last_word_may_be_unfinished_and_the_others_not() -> None:
    first, last = sought("ком пор").terms
    assert first.prefix == "" and last.prefix == "пор"
    assert [term.prefix for term in sought("S29 порт").terms] == ["s29", "порт"]  # the beginning of a code is enough


def test_function_words_count_only_alone() -> None:
    assert len(sought("не горит порт").terms) == 2
    assert [term.prefix for term in sought("не").terms] == ["не"]
    assert [term.prefix for term in sought("порт на").terms] == [""]


def test_signs_are_nothing_to_look_for() -> None:
    for text in ("", "  ", "%", "'\"*", "\\", "!!!"):
        assert sought(text).terms == ()
        assert marked("a % b", sought(text)) == "a % b" and excerpt("a % b", sought(text)) == ""


def test_a_long_question_is_cut() -> None:
    assert len(sought(" ".join(f"слово{place}" for place in range(50))).terms) == 10
