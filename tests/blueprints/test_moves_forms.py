"""Moves that want more than a press (S39, S93–S94, S97–S102): a date, a reason, a way to ship, a specialist."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from extensions import db
from jobs.clock import utc_now
from models import Comment, Ticket
from rules.statuses import Status
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page
from tests.blueprints.test_moves import HTMX, NEEDED, status_of
from tests.conftest import People


@pytest.fixture
def opened(people: People) -> int:
    number = factories.ticket(people.bob, at=utc_now()).number
    db.session.commit()
    return number


def test_deferring_wants_a_date_in_the_future_and_a_reason(people: People, client_of: ClientOf, opened: int) -> None:
    alice = client_of(people.alice)
    tomorrow = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    for until, body, field, words in [
        ("", "Почему", "defer-until", "Заполните это поле."),
        ("завтра", "Почему", "defer-until", "Проверьте дату и время."),
        ("2020-01-01T10:00", "Почему", "defer-until", "Выберите дату в будущем."),
        ("0001-01-01T00:00", "Почему", "defer-until", "Выберите дату в будущем."),
        ("9999-12-31T23:59", "Почему", "defer-until", "Проверьте дату и время."),
        ("9999-12-31T23:59-12:00", "Почему", "defer-until", "Проверьте дату и время."),
        (tomorrow, " \r\n", "defer-body", "Заполните это поле."),
    ]:
        page = Page(alice.post(f"/tickets/{opened}/defer", data={"until": until, "body": body}))
        assert page.status == 422 and page.error(field) == words, until
        kept = dict(page.form(f"/tickets/{opened}/defer"))
        assert (kept["until"], kept["body"].strip()) == (until, body.strip())
    assert status_of(opened) == Status.OPEN and count(Comment) == 1


@pytest.mark.parametrize(
    ("zone", "until", "wanted"),
    [
        ("Europe/Moscow", "2030-07-05T15:00", datetime(2030, 7, 5, 12, 0, tzinfo=UTC)),
        ("", "2030-07-05T15:00", datetime(2030, 7, 5, 10, 0, tzinfo=UTC)),  # Yekaterinburg, S90
        ("Mars/Olympus", "2030-07-05", datetime(2030, 7, 5, 4, 0, tzinfo=UTC)),  # nine in the morning
        ("America/New_York", "2030-07-05T15:00+03:00", datetime(2030, 7, 5, 12, 0, tzinfo=UTC)),
    ],
)
def test_the_date_is_of_the_readers_zone(
    zone: str, until: str, wanted: datetime, people: People, client_of: ClientOf, opened: int
) -> None:
    alice = client_of(people.alice)
    alice.set_cookie("tz", zone)
    assert alice.post(f"/tickets/{opened}/defer", data={"until": until, "body": "Жду"}).status_code == 303
    anew()
    assert db.session.scalars(select(Ticket.deferred_until)).one() == wanted
    page = Page(client_of(people.bob).get(f"/tickets/{opened}"))
    assert "Отложена до 5 июля 2030" in page.one(id="ticket-header").text and "Жду" in page.text  # S39


def test_the_service_center_wants_a_confirmation_and_the_way_there(
    people: People, client_of: ClientOf, opened: int
) -> None:
    alice = client_of(people.alice)
    for data, errors in [
        ({}, {"confirmed"}),
        ({"shipping": "СДЭК"}, {"confirmed"}),
        ({"confirmed": "1", "shipping": " "}, {"shipping"}),
    ]:
        page = Page(alice.post(f"/tickets/{opened}/service-center", data=data))
        assert page.status == 422 and set(page.errors()) == errors  # S102
        assert (
            dict(page.form(f"/tickets/{opened}/service-center"))["shipping"].strip() == data.get("shipping", "").strip()
        )
    assert alice.post(f"/tickets/{opened}/service-center", data=NEEDED["service-center"]).status_code == 303
    assert "Сибирский тракт" in Page(client_of(people.bob).get(f"/tickets/{opened}")).one(id="ticket-timeline").text


def test_what_was_typed_outlives_a_move_that_came_too_late(people: People, client_of: ClientOf, opened: int) -> None:
    alice, bob = client_of(people.alice), client_of(people.bob)
    bob.post(f"/tickets/{opened}/resolve")
    for verb, text in (("defer", "Вернусь с результатом"), ("service-center", "Сибирский тракт")):
        for headers in ({}, HTMX):
            page = Page(alice.post(f"/tickets/{opened}/{verb}", data=NEEDED[verb], headers=headers))
            assert page.status == 409
            assert text in dict(page.form(f"/tickets/{opened}/comments"))["body"]


def test_a_ticket_is_given_to_a_specialist_and_taken_away(people: People, client_of: ClientOf, opened: int) -> None:
    alice = client_of(people.alice)
    path = f"/tickets/{opened}/assign"
    page = Page(alice.get(f"/tickets/{opened}"))
    names = {option.text: option["value"] for option in page.one("select", id="assignee").all("option")}
    assert {"Алексеев С.", "Кузнецов С.", "Миронова С."} <= set(names)
    assert not {"Тестинг Т.", "Робот-информатор"} & set(names)
    assert alice.post(path, data={"assignee": names["Алексеев С."]}).status_code == 303
    assert "Алексеев Степан" in Page(client_of(people.bob).get(f"/tickets/{opened}")).one(id="ticket-facts").text
    for wanted in (str(people.bob.id), "999999", "9" * 30, "x", "-1"):
        page = Page(alice.post(path, data={"assignee": wanted}))
        assert page.status == 422 and "Выберите из списка." in page.one("form", action=path).text, wanted
    assert alice.post(path, data={"assignee": ""}).status_code == 303
    anew()
    assert db.session.scalars(select(Ticket.assignee_id)).one() is None
    assert client_of(people.bob).post(path, data={"assignee": "1"}).status_code == 404
    assert client_of(people.mallory).post(path, data={"assignee": "1"}).status_code == 404


def test_equipment_is_identified_once_and_customers_are_not_told(
    people: People, client_of: ClientOf, opened: int
) -> None:
    alice, path = client_of(people.alice), f"/tickets/{opened}/identify"
    assert path in Page(alice.get(f"/tickets/{opened}")).actions()  # S94
    for _ in range(2):
        assert alice.post(path).status_code == 303
    page = Page(alice.get(f"/tickets/{opened}"))
    assert page.one(id="ticket-timeline").text.count("оборудование идентифицировано") == 1
    assert path not in page.actions()
    assert "идентифицировано" not in Page(client_of(people.bob).get(f"/tickets/{opened}")).text
    assert client_of(people.bob).post(f"/tickets/{opened}/identify").status_code == 404
