"""The administrator's days (S90): every clock counts with them at once."""

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs import robot
from models import CalendarDay, Ticket
from rules.statuses import Status
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.conftest import People
from tests.services.played import ticket_in

FRIDAY = datetime(2030, 6, 14, 11, 0, tzinfo=UTC)  # 16:00 in Yekaterinburg
SATURDAY = date(2030, 6, 15)
HOURS = timedelta(hours=1)


def add(client: FlaskClient, day: str, *, works: bool, name: str = "") -> None:
    form = Page(client.get("/admin/calendar")).form("/admin/calendar")
    sent = typed(form, date=day, is_working="1" if works else "", name=name)
    assert client.post("/admin/calendar", data=sent).status_code == 303


def warned(number: int) -> bool:
    anew()
    return db.session.scalars(select(Ticket.warned_at).where(Ticket.number == number)).one() is not None


def test_a_day_is_added_changed_and_removed(people: People, client_of: ClientOf) -> None:
    anna = client_of(people.anna)
    add(anna, "2030-06-15", works=True, name=" Рабочая <суббота> ")
    assert (
        "15 июня 2030 рабочий день · Рабочая <суббота>"
        in Page(anna.get("/admin/calendar")).one(id="calendar-days").text
    )
    add(anna, "2030-06-15", works=False, name="я" * 300)
    anew()
    day = db.session.scalars(select(CalendarDay)).one()
    assert (day.date, day.is_working, day.name) == (SATURDAY, False, "я" * 100)
    page = Page(anna.get("/admin/calendar"))
    assert "выходной" in page.one(id="calendar-days").text and "День сохранён" in page.one(id="messages").text
    assert anna.post("/admin/calendar/2030-06-15/remove").status_code == 303
    assert anna.post("/admin/calendar/2030-06-15/remove").status_code == 303  # twice does no harm
    anew()
    assert not db.session.scalars(select(CalendarDay)).all()
    for bad in ("2030-13-01", "завтра", "%20"):
        assert anna.post(f"/admin/calendar/{bad}/remove").status_code == 404


def test_a_date_that_is_none_is_refused_beside_the_field(people: People, client_of: ClientOf) -> None:
    anna = client_of(people.anna)
    for bad in ("", "завтра", "31.12.2030", "2030-02-30"):
        page = Page(anna.post("/admin/calendar", data={"date": bad, "name": "Праздник", "is_working": "1"}))
        assert page.status == 422 and page.error("date") == "Проверьте дату и время."
        kept = dict(page.form("/admin/calendar"))
        assert (kept["date"], kept["name"], kept["is_working"]) == (bad, "Праздник", "1")


def test_a_working_saturday_brings_the_robot_sooner(app: Flask, people: People, client_of: ClientOf) -> None:
    ticket = ticket_in(Status.WAITING, people, at=FRIDAY)
    db.session.commit()
    number, anna = ticket.number, client_of(people.anna)
    due = FRIDAY + timedelta(days=3)  # two working days are up on Tuesday 18 June at 16:00; with the Saturday on Monday
    assert "вт, 18 июня, 16:00" in Page(anna.get(f"/tickets/{number}")).one(id="ticket-header").text
    add(anna, "2030-06-15", works=True)
    assert "пн, 17 июня, 16:00" in Page(anna.get(f"/tickets/{number}")).one(id="ticket-header").text
    assert robot.run(due - HOURS)["warned"] == [] and not warned(number)
    assert robot.run(due)["warned"] == [number] and warned(number)


def test_a_day_off_makes_the_robot_wait(app: Flask, people: People, client_of: ClientOf) -> None:
    number = ticket_in(Status.WAITING, people, at=FRIDAY).number
    db.session.commit()
    anna = client_of(people.anna)
    add(anna, "2030-06-17", works=False, name="День компании")
    assert robot.run(FRIDAY + timedelta(days=4))["warned"] == []
    assert robot.run(FRIDAY + timedelta(days=5))["warned"] == [number]


def test_only_the_administrator_comes_in(people: People, client_of: ClientOf) -> None:
    for person in (people.alice, people.sergey, people.bob):
        client = client_of(person)
        assert client.get("/admin/calendar").status_code == 404
        assert client.post("/admin/calendar", data={"date": "2030-01-01"}).status_code == 404
        assert client.post("/admin/calendar/2030-01-01/remove").status_code == 404
    assert client_of(None).get("/admin/calendar").status_code == 303
