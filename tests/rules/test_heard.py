"""What a form can be filled with by what was said (S21, S22, S25, S26)."""

import pytest

from rules import heard
from rules.heard import Candidate, Said, matching, numbers, orders
from tests.rules.test_transcripts import words

DEVICES = {"OE4423DS23": "SNR-S2962-24T", "OE4423DS24": "SNR-S2962-24T", "FW9911AA07": "SNR-S5210G-24TX"}


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Здравствуйте! У нас не работает коммутатор. Помогите.", "У нас не работает коммутатор"),
        ("Ну вот, не горит второй порт. Что делать?", "Не горит второй порт"),
        ("Почему не горит порт?", "Почему не горит порт?"),
        ("Добрый день. Алло. Спасибо.", ""),
        ("", ""),
        ("слово " * 40, ("Слово " + "слово " * 14).strip() + "…"),
    ],
)
def test_the_first_sentence_that_says_something_is_the_subject(text: str, subject: str) -> None:
    assert heard.subject(text) == subject


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Коммутатор не включается и греется.", "malfunction"),
        ("Не включается, сгорел после грозы, примете в ремонт по гарантии?", "service-center"),
        ("Помогите настроить VLAN на порту.", "setup-help"),
        ("Где взять новую прошивку?", "firmware"),
        ("Какой модуль подойдёт, посоветуйте.", "consultation"),
        ("Добавьте нового сотрудника, пожалуйста.", "account"),
        ("Добрый день.", ""),
    ],
)
def test_key_words_tell_the_type(text: str, kind: str) -> None:
    assert heard.kind(text) == kind


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("OE4423DS23", ["OE4423DS23", "OE4423DS24"]),
        ("ОЕ4423DS23", ["OE4423DS23", "OE4423DS24"]),
        ("OE4428DS24", ["OE4423DS24"]),
        ("DS24", ["OE4423DS24"]),
        ("9911", ["FW9911AA07"]),
        ("12345678", []),
        ("07", []),
    ],
)
def test_a_device_is_known_by_its_number_by_a_part_of_it_and_with_a_slip(said: str, values: list[str]) -> None:
    assert [found.value for found in matching([Said(said, "")], DEVICES)] == values


def test_a_candidate_says_what_it_is_and_when_it_was_said() -> None:
    [found, *_] = matching([Said("OE4423DS23", "serial", 1.5, 4)], DEVICES)
    assert found == Candidate("OE4423DS23", "SNR-S2962-24T", "OE4423DS23", 100, 1.5, 4)


def test_numbers_are_heard_in_the_words_and_read_in_the_corrected_text() -> None:
    said = words("серийный номер о е сорок четыре двадцать три дэ эс двадцать три заказ ноль ноль семь")
    found = numbers(said, "Серийный номер OE4423DS23, заказ 007, счёт 778/1", "ru")
    assert [(one.text, one.kind) for one in found] == [("OE4423DS23", "serial"), ("007", "order"), ("778/1", "")]


def test_orders_are_those_that_exist_and_what_was_called_one() -> None:
    said = [Said("000012345", "order"), Said("555777", "order"), Said("999", "")]
    assert [(found.value, found.score) for found in orders(said, ["000012345", "12"])] == [
        ("000012345", 100),
        ("555777", 75),
    ]
