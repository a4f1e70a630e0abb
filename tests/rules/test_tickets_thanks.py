"""Mere thanks leave a resolved ticket resolved; anything more reopens it (the table of moves)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.tickets import is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "спасибо",
        "Спасибо!",
        "Спасибо!!! :)",
        "СПАСИБО",
        "спасибо большое",
        "Большое спасибо!",
        "Огромное Вам спасибо",
        "Спасибо Вам большое.",
        "Спасибо за помощь!",
        "Спасибо большое за быстрый ответ",
        "Благодарю",
        "Благодарю за оперативную помощь.",
        "Ок, спасибо",
        "Понял, спасибо 👍",
        "Спасибо ещё раз",
        "спасибо еще раз!",
        "Thanks",
        "Thank you!",
        "Thank you very much for your help.",
        "thanks a lot",
        " \nСпасибо\n\n",
    ],
)
def test_bare_thanks_are_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "Спасибо, но не работает",
        "Спасибо, а как откатить прошивку?",
        "Спасибо?",
        "нет, спасибо",
        "Спасибо за помощь, закрывайте",
        "Спасибо\n\nПорт снова упал",
        "Не за что благодарить",
        "Без спасибо",
        "ок",
        "Thanks for nothing",
        "Thanks, still broken",
        "Спасибо +7 912 000-00-00",
        "спасибо " * 3,
        "спасибо" + " большое" * 20,
    ],
)
def test_anything_more_is_for_a_person_to_read(text: str) -> None:
    assert not is_thanks(text)


@given(st.text(st.sampled_from("спасибо ок!вам"), max_size=100))
def test_any_text_is_judged_quickly(text: str) -> None:
    assert is_thanks(text) in {True, False}
