"""Lists of tickets: who sees which rows, in which order, page by page (S44, S78–S80)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from extensions import db
from models import Person, Ticket
from rules.statuses import Status
from services import comments, lists, threads, tickets
from services.lists import Filters
from tests import factories
from tests.conftest import People
from tests.services.played import DAY, NOW, do, ticket_in

S = Status
HOUR = timedelta(hours=1)


def own(person: Person, **filters: str) -> list[int]:
    return [row.number for row in lists.own(person, Filters(**filters)).rows]


def queue(person: Person, **filters: str) -> list[int]:
    return [row.number for row in lists.queue(person, Filters(**filters)).rows]


@pytest.fixture
def each(people: People) -> dict[Status, int]:
    """A ticket of Bob's in each status; their numbers."""
    return {status: ticket_in(status, people).number for status in Status}


def test_a_customer_sees_all_his_tickets_whatever_their_status(people: People, each: dict[Status, int]) -> None:  # S44
    assert set(own(people.bob)) == set(own(people.carol)) == set(each.values())
    assert own(people.mallory) == []
    assert own(people.bob, status="closed") == [each[S.CLOSED]]
    assert set(own(people.bob, status="no-such")) == set(each.values())


def test_a_customer_tells_his_own_from_his_companys(people: People) -> None:  # S70
    bobs, carols = factories.ticket(people.bob).number, factories.ticket(people.carol).number
    assert own(people.bob, scope="mine") == [bobs] and own(people.carol, scope="mine") == [carols]
    assert set(own(people.bob, scope="company")) == {bobs, carols}
    people.company.contacts_see_all = False
    db.session.flush()
    assert own(people.bob, scope="company") == own(people.bob) == [bobs]


def test_contacts_without_a_company_are_no_company(people: People) -> None:
    loner, other = factories.person("Одиночкин"), factories.person("Другой")
    factories.ticket(other)
    mine = factories.ticket(loner).number
    assert own(loner) == own(loner, scope="mine") == own(loner, scope="company") == [mine]


def test_working_lists_hide_what_is_over_until_it_is_asked_for(people: People, each: dict[Status, int]) -> None:  # S44
    active = {number for status, number in each.items() if status not in (S.RESOLVED, S.CLOSED)}
    assert set(queue(people.alice)) == set(queue(people.anna)) == active
    assert queue(people.alice, status="closed") == [each[S.CLOSED]]
    assert queue(people.alice, view="resolved") == [each[S.RESOLVED]]
    assert set(queue(people.alice, view="all")) == set(each.values())
    assert queue(people.alice, q=str(each[S.CLOSED])) == [each[S.CLOSED]]


def test_the_views_hold_what_they_count(people: People, each: dict[Status, int]) -> None:
    fresh = ticket_in(S.OPEN, people, assignee=False).number
    accepted = ticket_in(S.SERVICE_CENTER, people)
    do("accept", accepted, people.sergey, NOW)
    db.session.flush()
    for who in (people.alice, people.sergey):
        counts = lists.view_counts(who)
        for view in ("mine", "new", "service"):
            assert counts[view] == len(queue(who, view=view)), (who.last_name, view)
        assert counts["active"] == len(queue(who))
    assert queue(people.alice, view="new") == [fresh]
    assert set(queue(people.sergey, view="service")) == {each[S.SERVICE_CENTER], accepted.number}  # S40
    assert queue(people.sergey, view="mine") == [accepted.number]


def test_a_queue_is_narrowed_by_whom_company_type_and_priority(people: People) -> None:
    one = factories.ticket(people.bob, type="firmware", priority="high")
    two = factories.ticket(people.mallory)
    tickets.assign(one, people.alice, by=people.alice, at=NOW)
    db.session.flush()
    assert queue(people.anna, assignee=str(people.alice.id)) == [one.number]
    assert queue(people.anna, assignee="none") == [two.number]
    assert queue(people.anna, company=str(people.company.id)) == [one.number]
    assert queue(people.anna, type="firmware") == queue(people.anna, priority="high") == [one.number]
    assert queue(people.anna, type="firmware", priority="low") == []


def test_pages_follow_each_other_without_gaps_or_repeats(people: People) -> None:  # S78: 20 rows
    first = ticket_in(S.OPEN, people)
    values = {column.name: getattr(first, column.name) for column in Ticket.__table__.columns if column.name != "id"}
    # Many at the very same moment: the id decides then.
    rows = [values | {"number": first.number + n, "updated_at": NOW + HOUR * (n // 10)} for n in range(1, 45)]
    db.session.add_all(Ticket(**row) for row in rows)
    db.session.flush()
    seen, sizes, cursor = [], [], ""
    while True:
        page = lists.own(people.bob, Filters(), cursor=cursor)
        seen += [row.number for row in page.rows]
        sizes.append(len(page.rows))
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert sizes == [20, 20, 5]
    assert len(set(seen)) == 45
    times = dict(db.session.execute(db.select(Ticket.number, Ticket.updated_at)).all())
    assert seen == sorted(seen, key=lambda number: (times[number], number), reverse=True)


def test_a_full_last_page_promises_no_other(people: People) -> None:
    first = ticket_in(S.OPEN, people)
    values = {column.name: getattr(first, column.name) for column in Ticket.__table__.columns if column.name != "id"}
    db.session.add_all(Ticket(**values | {"number": first.number + n}) for n in range(1, 20))
    db.session.flush()
    page = lists.own(people.bob, Filters())
    assert (len(page.rows), page.next_cursor) == (20, None)


def test_the_last_changed_comes_first_for_each_side_by_what_it_may_see(people: People) -> None:
    older, newer = ticket_in(S.OPEN, people, at=NOW), ticket_in(S.OPEN, people, at=NOW + HOUR)
    comments.note(older, "Для своих", by=people.alice, at=NOW + DAY)
    db.session.flush()
    assert own(people.bob) == [newer.number, older.number]
    assert queue(people.alice) == [older.number, newer.number]
    assert queue(people.alice, sort="created") == [newer.number, older.number]
    assert [row.updated_at for row in lists.own(people.bob, Filters()).rows] == [NOW + HOUR - DAY, NOW - DAY]


def test_a_row_prints_what_the_guide_lists(people: People) -> None:  # S79, S80
    people.carol.first_name, people.carol.patronymic = "Михаил", "Евгеньевич"
    ticket = factories.ticket(people.carol)
    tickets.assign(ticket, people.alice, by=people.alice, at=NOW)
    db.session.flush()
    [row] = lists.own(people.carol, Filters()).rows
    assert (row.contact_short, row.author_short, row.assignee_short) == ("Швецов М. Е.", "Швецов М. Е.", "Алексеев С.")
    assert (row.type_name, row.priority_name, row.priority_code) == ("Помощь в настройке", "Обычный", "normal")
    assert (row.company_name, row.status, row.deferred_until) == ("Ромашка Телеком", S.OPEN, None)


def test_a_row_is_unread_until_its_reader_has_read_the_newest(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)

    def unread(person: Person) -> bool:
        [row] = (lists.queue if person.is_staff else lists.own)(person, Filters()).rows
        return row.is_unread

    assert unread(people.bob) and unread(people.alice)
    for who in (people.bob, people.alice):
        threads.mark_read(ticket.id, who.id, at=NOW)
    assert not unread(people.bob) and not unread(people.alice) and unread(people.carol)
    comments.note(ticket, "Для своих", by=people.anna, at=NOW + HOUR)
    db.session.flush()
    assert not unread(people.bob) and unread(people.alice)


def test_a_row_says_whose_turn_it_is(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)

    def mine(person: Person) -> bool:
        [row] = (lists.queue if person.is_staff else lists.own)(person, Filters()).rows
        return row.is_mine_to_answer

    assert [mine(who) for who in (people.bob, people.carol, people.alice, people.anna)] == [True, False, False, False]
    do("comment", ticket, people.bob, NOW)
    db.session.flush()
    assert [mine(who) for who in (people.bob, people.alice, people.anna)] == [False, True, False]


def test_a_ticket_can_be_given_to_staff_and_to_them_only(people: People) -> None:
    assert {name for _, name in lists.staff()} == {"Алексеев С.", "Кузнецов С.", "Миронова С."}
    assert [name for _, name in lists.companies()] == ["Василёк", "Ромашка Телеком"]


def test_choices_stand_in_the_administrators_order(people: People) -> None:  # S22, S23
    types, priorities = lists.choices()
    assert types[0].name == "Помощь в настройке" and [one.code for one in priorities] == [
        "low",
        "normal",
        "high",
        "critical",
    ]
    assert [one.name for one in priorities if one.is_default] == ["Обычный"]


def test_a_page_is_one_statement(people: People, each: dict[Status, int], statements: list[str]) -> None:
    bob = people.bob
    assert bob.company is not None
    db.session.commit()
    statements.clear()
    lists.own(bob, Filters(status="open"))
    assert len(statements) == 1
    statements.clear()
    lists.own(bob, Filters(q="прошивки", status="open"))
    assert len(statements) <= 2  # SQLite is asked whether he has few tickets: then each is looked into


def test_a_row_of_a_ticket_whose_specialist_has_no_first_name_prints_too(people: People) -> None:
    db.session.execute(update(Person).where(Person.id == people.alice.id).values(first_name="", patronymic=""))
    ticket_in(S.OPEN, people)
    [row] = lists.own(people.bob, Filters()).rows
    assert row.assignee_short == "Алексеев"
