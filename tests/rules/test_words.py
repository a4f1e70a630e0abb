"""What words are found by."""

import pytest

from rules import words

ALIKE = [  # forms of one word
    ("коммутаторы", "коммутатор"),
    ("КОММУТАТОРАМИ", "коммутатора"),
    ("учётной", "учетная"),
    ("записей", "запись"),
    ("заявок", "заявка"),
    ("ошибок", "ошибка"),
    ("дней", "день"),
    ("люди", "человек"),
    ("прошивку", "прошивки"),
    ("горят", "горит"),
    ("обновили", "обновить"),
    ("серийного", "серийный"),
    ("платы", "плат"),
    ("switches", "switch"),
    ("за́мок", "замок"),
    ("ком\u00adмутатор", "коммутатор"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_forms_of_a_word_are_found_by_each_other(one: str, other: str) -> None:
    for asked, kept in ((one, other), (other, one)):
        assert words.asked(words.plain(asked)) & words.tokens(kept), (asked, kept)


@pytest.mark.parametrize(("one", "other"), [("порт", "порядок"), ("линк", "линия"), ("сеть", "сталь")])
def test_other_words_are_not(one: str, other: str) -> None:
    assert not words.asked(one) & words.tokens(other)


def test_prepositions_and_particles_are_found_by_nothing() -> None:
    for word in ("на", "не", "и", "В"):
        assert words.tokens(word) == frozenset()
        assert words.is_function_word(words.plain(word))
    assert not words.is_function_word("порт")


def test_a_code_is_found_from_each_of_its_parts_on() -> None:
    assert {"snrs296224t", "s296224t", "296224t", "24t", "snr"} <= words.tokens("SNR-S2962-24T")
    assert words.compact("ОЕ44-23.DS") == words.compact("oe4423ds") == "oe4423ds"
    assert "портов" in words.tokens("24-портовый")


def test_a_number_of_ours_is_found_by_any_part_of_it() -> None:
    assert {"oe4423ds23", "4423ds23", "s23"} <= words.code_tokens("OE4423DS23")
    assert words.code_tokens("7") == {"7"} and words.code_tokens("") == frozenset()


def test_tokens_are_letters_and_digits_and_not_too_long() -> None:
    text = "a" * 500 + " " + "я" * 500 + " 1" * 30 + " x-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15 «\"'*:&|!()\\» ß İ ² ①"
    for token in words.text_tokens(text) | words.code_tokens(text):
        assert token.isalnum() and 0 < len(token) <= words.LONGEST_TOKEN, token


def test_of_very_many_strange_words_only_the_first_are_guessed_at() -> None:
    """Who sends thousands of words that no dictionary has does not stop the desk with them; all are found as spelled."""
    strange = [f"зюкабр{chr(ord('а') + place // 30)}{chr(ord('а') + place % 30)}ами" for place in range(900)]
    budget = words.Budget(100)
    found = words.text_tokens(f"{' '.join(strange)} коммутаторами", budget)
    assert budget.left == 100 - len(strange) and set(strange) <= found and "коммутатор" in found
    assert words.asked(strange[-1]) & found and budget.allows("коммутаторами") and not budget.allows("зюкабрами")


def test_a_word_without_end_is_not_remembered_whole() -> None:
    long = "-".join(["зюкабрами"] * 5000)
    before = words._tokens.cache_info().currsize
    assert {"зюкабрами", "зюкабр"} <= words.tokens(long) and words._tokens.cache_info().currsize == before
    assert any(token.startswith("s296224t") for token in words.tokens("SNR-S2962-24T-" + "я" * 200))
