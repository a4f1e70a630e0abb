"""Searching and filtering lists of tickets, however it is asked (S78)."""

from itertools import product

from extensions import db
from models import Person
from rules.statuses import Status
from services import lists
from services.lists import Filters
from tests import factories
from tests.conftest import People
from tests.services.played import ticket_in

S = Status


def own(person: Person, **filters: str) -> list[int]:
    return [row.number for row in lists.own(person, Filters(**filters)).rows]


def queue(person: Person, **filters: str) -> list[int]:
    return [row.number for row in lists.queue(person, Filters(**filters)).rows]


NONSENSE = (
    "",
    "0",
    "-1",
    "2147483648",
    "9" * 25,
    "٣",
    "²",
    "none'--",
    "%",
    "_",
    "\\",
    "\x00",
    "a\x00b",
    "%_\\",
    "'" * 99,
)


def test_no_nonsense_in_a_filter_breaks_a_list(people: People) -> None:
    ticket_in(S.OPEN, people)
    names = ("status", "q", "scope", "assignee", "company", "type", "priority", "sort", "view")
    for name, text in product(names, NONSENSE):
        lists.queue(people.alice, Filters(**{name: text}))
        lists.own(people.bob, Filters(**{name: text}))


CURSORS = [*NONSENSE, "1-", "-1", "1-2-3", "9" * 20 + "-1", "1-" + "9" * 20, "1-2147483648", "٣-٣"]


def test_no_nonsense_in_a_cursor_breaks_a_list(people: People) -> None:
    ticket_in(S.OPEN, people)
    for cursor in CURSORS:
        lists.queue(people.alice, Filters(), cursor=cursor)


ASKED = {
    "прошивки": True,
    "ПРОШИВКИ": True,
    "Прошивка": True,
    "прошив": True,
    "snr-s2962": True,
    "snr s2962": True,
    "S2962": True,
    "2962-24": True,
    "oe4423": True,
    "4423ds": True,
    "ОЕ44-23": True,  # in Cyrillic letters
    "0000012345": True,
    "12345": True,
    " 0000012345 ": True,
    "коммутаторы обновить": True,  # both stand in the description
    "маршрутизатор": False,
    "прошивки маршрутизатора": False,
    "100%": False,
    "%": False,
    "S2963": False,
}


def test_search_finds_by_subject_description_serial_and_order(people: People) -> None:
    ticket = factories.ticket(people.bob)
    db.session.flush()
    for asked, found in ASKED.items():
        assert own(people.bob, q=asked) == ([ticket.number] if found else []), asked
        assert own(people.mallory, q=asked) == []


def test_signs_part_words_and_are_not_searched(people: People) -> None:
    plain = factories.ticket(people.bob, subject="Потери 5 на порту", order_number="", serial_numbers=())
    signs = factories.ticket(people.bob, subject=r"Потери 5% на порту ge_1\2", order_number="", serial_numbers=())
    db.session.flush()
    assert own(people.bob, q="ge_1") == own(people.bob, q="1\\2") == [signs.number]
    assert set(own(people.bob, q="Потери 5%")) == set(own(people.bob, q="Потери 5")) == {plain.number, signs.number}
    assert own(people.bob, q="%") == own(people.bob, q="\\") == []


def test_search_finds_by_number_and_by_a_part_of_it(people: People) -> None:
    ticket = factories.ticket(people.bob)
    db.session.flush()
    for asked in (str(ticket.number), str(ticket.number)[1:], f"№{ticket.number}", f"#{ticket.number}"):
        assert own(people.bob, q=asked) == [ticket.number], asked
