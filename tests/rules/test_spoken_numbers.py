"""Numbers that were spoken: what becomes digits and what stays a word (S25, S26, S105)."""

import pytest

from rules import spoken_numbers
from rules.spoken import Token


def tokens(said: str) -> list[Token]:
    return [Token(word, place, place + 0.5, 0.9) for place, word in enumerate(said.split())]


def written(said: str, language: str = "ru") -> str:
    return " ".join(token.text for token in spoken_numbers.with_codes(tokens(said), language))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("серийный номер о е сорок четыре двадцать три дэ эс двадцать три", "серийный номер OE4423DS23"),
        ("серийник эф дабл ю девяносто девять одиннадцать а а ноль семь", "серийник FW9911AA07"),
        ("серийный номер у коммутатора такой бэ два три", "серийный номер у коммутатора такой B23"),
        ("с серийным номером двести пять ноль один", "с серийным номером 20501"),
        ("номер заказа четыре нуля двенадцать триста сорок пять", "номер заказа 000012345"),
        ("номер заказа ноль ноль ноль ноль один два три четыре пять", "номер заказа 000012345"),
        ("заказ номер двенадцать тысяч триста сорок пять от мая", "заказ номер 12345 от мая"),
        ("по заказу сто двадцать три", "по заказу 123"),
        ("заказ три семерки ноль", "заказ 7770"),
        ("счёт номер семьсот семьдесят восемь дробь один", "счёт номер 778/1"),
        ("артикул эс эн эр тире две тысячи девятьсот шестьдесят два", "артикул SNR-2962"),
        ("стоит эс эн эр двадцать девять восемьдесят пять джи", "стоит SNR2985G"),
        ("телефон восемь девятьсот двенадцать триста сорок пять шестьдесят семь", "телефон 891234567"),
        ("модель 2985 g не видна", "модель 2985 g не видна"),
        ("серийный номер oe4423 пожалуйста", "серийный номер OE4423 пожалуйста"),
        ("", ""),
    ],
)
def test_numbers_of_something_become_digits(said: str, text: str) -> None:
    assert written(said) == text


@pytest.mark.parametrize(
    "said",
    [
        "через две недели",
        "три порта и пять модулей",
        "заказ две тысячи двадцать шестого года",
        "заказ на пять тысяч рублей",
        "за сорок пять минут двадцать три обрыва",
        "номер пять",
        "а у вас и о нас",
        "один и два",
        "серийный номер у него",
        "двадцать третьего мая",
        "в две тысячи двадцать третьем",
    ],
)
def test_numbers_of_nothing_stay_words(said: str) -> None:
    assert written(said) == said


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("the serial number is o e four four two three d s twenty three", "the serial number is OE4423DS23"),
        ("order number double zero one two three four five", "order number 0012345"),
        ("order twelve thousand three hundred forty five", "order 12345"),
        ("invoice seven seven eight slash one", "invoice 778/1"),
        ("i have two ports and three hundred users", "i have two ports and three hundred users"),
        ("a second order for two", "a second order for two"),
    ],
)
def test_english_ones_too(said: str, text: str) -> None:
    assert written(said, "en") == text


def test_a_code_has_the_times_of_its_words_and_says_what_it_was_called() -> None:
    said = tokens("мой заказ ноль ноль семь готов")
    [code] = spoken_numbers.codes(said, "ru")
    assert (code.text, code.kind, code.first, code.end) == ("007", "order", 2, 5)
    [_, _, token, _] = spoken_numbers.with_codes(said, "ru")
    assert (token.start, token.end, token.conf) == (2, 4.5, 0.9)


def test_eagerly_a_number_counts_though_nothing_says_of_what() -> None:
    said = tokens("он заканчивается на сорок четыре двадцать три")
    assert [code.text for code in spoken_numbers.codes(said, "ru", is_eager=True)] == ["4423"]
    assert list(spoken_numbers.codes(said, "ru")) == []
