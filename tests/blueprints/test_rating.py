"""The contact's grade of the solution: from «Решена» until «Закрыта», seen by staff (S130)."""

from typing import Any

import pytest
from sqlalchemy import select

from extensions import db
from jobs.clock import utc_now
from models import Delivery, Event, EventKind, Ticket
from rules.ratings import MAX_COMMENT
from rules.statuses import Status
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.conftest import People
from tests.services.played import ticket_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def resolved(people: People) -> int:
    number = ticket_in(Status.RESOLVED, people, at=utc_now()).number
    db.session.commit()
    return number


def stored(number: int) -> tuple[int | None, str]:
    anew()
    row = db.session.execute(select(Ticket.rating_grade, Ticket.rating_comment).where(Ticket.number == number)).one()
    return row[0], row[1]


def rated() -> list[dict[str, Any]]:
    anew()
    return list(db.session.scalars(select(Event.data).where(Event.kind == EventKind.RATED).order_by(Event.id)))


def test_the_contact_rates_and_thinks_better_of_it(people: People, client_of: ClientOf, resolved: int) -> None:
    bob, path = client_of(people.bob), f"/tickets/{resolved}/rating"
    page = Page(bob.get(f"/tickets/{resolved}"))
    names = [label.text for label in page.one(id="ticket-rating").all("label", class_="rating__grade")]
    assert names == ["Плохо", "Нормально", "Хорошо", "Отлично"]  # S130
    told = len(list(db.session.scalars(select(Delivery.id))))
    answer = bob.post(path, data=typed(page.form(path), grade="3", comment="Быстро\r\n и по делу "))
    assert (answer.status_code, answer.location) == (303, f"/tickets/{resolved}")
    assert stored(resolved) == (3, "Быстро и по делу")
    page = Page(bob.get(f"/tickets/{resolved}"))
    assert "Ваша оценка: хорошо" in page.text
    form = dict(page.form(path))
    assert (form["grade"], form["comment"]) == ("3", "Быстро и по делу")
    again = Page(bob.post(path, data={"grade": "4", "comment": ""}, headers=HTMX))
    assert again.status == 200 and not again.all("html") and "Ваша оценка: отлично" in again.text
    assert bob.post(path, data={"grade": "4"}).status_code == 303
    assert stored(resolved) == (4, "") and [event["grade"] for event in rated()] == [3, 4], "the same twice is no news"
    assert len(list(db.session.scalars(select(Delivery.id)))) == told  # no letter: it is in the thread
    for reader in (people.alice, people.anna, people.sergey):
        thread = Page(client_of(reader).get(f"/tickets/{resolved}")).one(id="ticket-timeline").text
        assert "Тестинг Тестовый: оценка решения — хорошо. «Быстро и по делу»" in thread
        assert "Тестинг Тестовый: оценка решения — отлично" in thread
    assert "оценка решения" not in Page(client_of(people.carol).get(f"/tickets/{resolved}")).text


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "grade"),
        ({"grade": "5"}, "grade"),
        ({"grade": "x"}, "grade"),
        ({"grade": "1", "comment": "ж" * 301}, "comment"),
    ],
)
def test_a_wrong_grade_comes_back_with_all_that_was_typed(
    sent: dict[str, str], field: str, people: People, client_of: ClientOf, resolved: int
) -> None:
    bob, path = client_of(people.bob), f"/tickets/{resolved}/rating"
    sent = {"comment": "Пара слов"} | sent
    for headers in ({}, HTMX):
        page = Page(bob.post(path, data=sent, headers=headers))
        assert page.status == 422 and page.one("form", action=path).all("p", class_="field__error")
        assert dict(page.form(path))["comment"] == sent["comment"]
        assert page.error("grade" if field == "grade" else "rating-comment")
    assert stored(resolved) == (None, "") and MAX_COMMENT == 300


def test_only_the_contact_and_only_while_it_is_resolved(people: People, client_of: ClientOf, resolved: int) -> None:
    people.carol.is_supervisor = True  # a supervisor was not the one who was helped
    db.session.commit()
    for person in (people.carol, people.alice, people.sergey, people.anna):
        client = client_of(person)
        assert f"/tickets/{resolved}/rating" not in Page(client.get(f"/tickets/{resolved}")).actions()
        assert client.post(f"/tickets/{resolved}/rating", data={"grade": "1"}).status_code == 409
    assert client_of(people.mallory).post(f"/tickets/{resolved}/rating", data={"grade": "1"}).status_code == 404
    bob = client_of(people.bob)
    assert bob.post(f"/tickets/{resolved}/rating", data={"grade": "4", "comment": "Спасибо"}).status_code == 303
    for status in Status:
        if status != Status.RESOLVED:
            number = ticket_in(status, people, at=utc_now()).number
            db.session.commit()
            page = Page(bob.post(f"/tickets/{number}/rating", data={"grade": "1", "comment": "Долго"}))
            assert page.status == 409 and f"/tickets/{number}/rating" not in page.actions(), status
            assert "Долго" in page.one(id="composer").raw or status == Status.CLOSED
            assert stored(number) == (None, "")
    assert client_of(people.anna).post(f"/tickets/{resolved}/close").status_code == 303
    page = Page(bob.get(f"/tickets/{resolved}"))
    assert "Оценка: отлично" in page.text and f"/tickets/{resolved}/rating" not in page.actions()
    assert bob.post(f"/tickets/{resolved}/rating", data={"grade": "1"}).status_code == 409  # changeable until closed
    assert stored(resolved) == (4, "Спасибо")
