"""A readable text of what was heard, and its words' times while it is edited (S105)."""

from typing import Any

import pytest

from rules import transcripts
from rules.transcripts import Span, edited, is_unsure, joined, restored, rows, spans


def words(said: str) -> list[dict[str, Any]]:
    """Words of 0.3 s, 0.05 s apart; «|» is a pause of 0.9 s, «,» one of 0.3 s."""
    found, at = [], 0.0
    for part in said.split():
        if part in "|,":
            at += 0.9 if part == "|" else 0.3
            continue
        found.append({"word": part, "start": round(at, 2), "end": round(at + 0.3, 2), "conf": 0.9})
        at += 0.35
    return found


def text(said: str, language: str = "ru") -> str:
    return joined(restored(words(said), language))


@pytest.mark.parametrize(
    ("said", "readable"),
    [
        ("здравствуйте у нас не работает коммутатор снр", "Здравствуйте! У нас не работает коммутатор SNR."),
        ("не горит порт | помогите пожалуйста", "Не горит порт. Помогите, пожалуйста."),
        ("пропадает связь но потом появляется", "Пропадает связь, но потом появляется."),
        ("перезагружается потому что греется", "Перезагружается, потому что греется."),
        ("почему не горит второй порт | спасибо", "Почему не горит второй порт? Спасибо."),
        ("можно ли заменить модуль эс эф пи", "Можно ли заменить модуль SFP?"),
        ("работал , а теперь нет", "Работал, а теперь нет."),
        ("работал а теперь нет", "Работал а теперь нет."),
        ("как только включаю , пропадает", "Как только включаю пропадает."),
        ("у нас в | офисе нет сети", "У нас в офисе нет сети."),
        ("адрес ай пи не отвечает по вай фай", "Адрес IP не отвечает по Wi-Fi."),
        ("серийный номер о е сорок четыре двадцать три | заказ ноль ноль семь", "Серийный номер OE4423. Заказ 007."),
        ("", ""),
    ],
)
def test_russian_becomes_sentences(said: str, readable: str) -> None:
    assert text(said) == readable


@pytest.mark.parametrize(
    ("said", "readable"),
    [
        ("hello i can not log in | how do i reset it", "Hello! I can not log in. How do I reset it?"),
        ("it worked but now it is down please help", "It worked, but now it is down, please, help."),
    ],
)
def test_english_becomes_sentences(said: str, readable: str) -> None:
    assert text(said, "en") == readable


def test_a_language_without_rules_stays_as_it_was_heard() -> None:
    assert text("안녕하세요 | 비밀번호", "ko") == "안녕하세요 비밀번호"


def test_each_word_of_the_text_has_its_times() -> None:
    made = restored(words("заказ ноль ноль семь | спасибо"), "ru")
    assert [(span.text, span.start, span.end) for span in made] == [
        ("Заказ", 0.0, 0.3),
        ("007.", 0.35, 1.35),
        ("Спасибо.", 2.3, 2.6),
    ]
    assert spans(rows(made)) == made and joined(made) == "Заказ 007. Спасибо."


def test_an_edit_keeps_the_times_of_what_stayed() -> None:
    heard = restored(words("не работает коммутатор | помогите"), "ru")
    made = edited(heard, "У нас не работает\nмаршрутизатор.\n\nПомогите!")
    assert joined(made) == "У нас не работает\nмаршрутизатор.\n\nПомогите!"
    assert [(span.text, span.start, span.conf) for span in made] == [
        ("У", None, None),
        ("нас", None, None),
        ("не", 0.0, 0.9),
        ("работает", 0.35, 0.9),
        ("маршрутизатор.", 0.7, None),
        ("Помогите!", 1.95, 0.9),
    ]
    assert edited(heard, "  ") == [] and edited([], "новое") == [Span("новое", "")]


def test_a_word_is_unsure_until_it_is_corrected() -> None:
    assert is_unsure(Span("порт", "", 1, 2, transcripts.UNSURE - 0.01))
    assert not is_unsure(Span("порт", "", 1, 2, transcripts.UNSURE)) and not is_unsure({"conf": None})
