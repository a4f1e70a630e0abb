"""The page of one ticket and its news (S31–S45, S127)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from extensions import db
from jobs import committed, robot
from jobs.clock import utc_now
from models import Ticket
from rules.statuses import Status
from services import comments, tickets
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People
from tests.services.played import FRIDAY, TUESDAY, ticket_in

HTMX = {"HX-Request": "true"}


def news_address(client: FlaskClient, number: int) -> str:
    polled = Page(client.get(f"/tickets/{number}")).all(id="ticket-news")
    assert len(polled) == 1
    return polled[0]["hx-get"]


def test_news_come_once_and_only_when_there_are_any(people: People, client_of: ClientOf) -> None:
    ticket = factories.ticket(people.bob, at=utc_now())
    db.session.commit()
    bob, alice, number = client_of(people.bob), client_of(people.alice), ticket.number
    address = news_address(bob, number)
    assert urlsplit(address).path == f"/tickets/{number}/timeline"
    for _ in range(2):
        answer = bob.get(address, headers=HTMX)
        assert (answer.status_code, answer.data) == (204, b"")
    assert alice.post(f"/tickets/{number}/comments", data={"body": "Новость"}).status_code == 303
    page = Page(bob.get(address, headers=HTMX))
    assert page.status == 200 and not page.all("html") and "Новость" in page.text
    assert bob.get(news_address(bob, number), headers=HTMX).status_code == 204
    assert alice.get(news_address(alice, number), headers=HTMX).status_code == 204
    bob.post(f"/tickets/{number}/resolve")
    assert "Решена" in Page(alice.get(address, headers=HTMX)).text
    with committed():
        tickets.move(tickets.find(number, people.anna, to_write=True), "close", by=people.anna, at=utc_now())  # type: ignore[arg-type]
    closed = Page(bob.get(f"/tickets/{number}"))
    assert "hx-get" not in closed.one(id="ticket-news").attributes  # nothing will happen there any more


def test_moments_are_shown_in_the_readers_zone(people: People, client_of: ClientOf) -> None:
    number = factories.ticket(people.bob, at=datetime(2026, 6, 14, 20, 50, tzinfo=UTC)).number
    db.session.commit()
    bob = client_of(people.bob)
    assert "15 июня 2026, 01:50" in Page(bob.get(f"/tickets/{number}")).text  # Yekaterinburg (S127)
    for zone, words in [
        ("Europe/Moscow", "14 июня 2026, 23:50"),
        ("Asia/Vladivostok", "15 июня 2026, 06:50"),
        ("../../etc/passwd", "15 июня 2026, 01:50"),
        ("", "15 июня 2026, 01:50"),
    ]:
        bob.set_cookie("tz", zone)
        assert words in Page(bob.get(f"/tickets/{number}")).one(id="ticket-header").text, zone
    english = client_of(people.bob)
    english.set_cookie("lang", "en")
    assert "15 June 2026, 01:50" in Page(english.get(f"/tickets/{number}")).text


def test_the_robots_next_step_is_said_to_the_minute(people: People, client_of: ClientOf) -> None:
    number = ticket_in(Status.WAITING, people, at=FRIDAY).number
    db.session.commit()
    bob = client_of(people.bob)

    def line() -> str:
        return Page(bob.get(f"/tickets/{number}")).one(id="ticket-actions").text

    assert "Если ответа не будет, робот переведёт заявку в «Решена»: чт, 25 июня, 16:00" in line()  # D2
    assert "Сначала напомнит: вт, 23 июня, 16:00" in line()
    robot.run(TUESDAY)
    assert "робот переведёт заявку в «Решена»: чт, 25 июня, 16:00" in line()
    bob.set_cookie("tz", "Europe/Moscow")
    assert "чт, 25 июня, 16:00 (Екатеринбург), 25 июня, 14:00" in line()
    text = Page(bob.get(f"/tickets/{number}")).one(id="ticket-timeline").text
    assert (
        "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
        in text
    )  # S48
    assert "автоматическое сообщение" in text  # S53
    robot.run(TUESDAY + timedelta(days=2))
    text = Page(bob.get(f"/tickets/{number}")).text
    assert "К сожалению, мы так и не получили от Вас ответ." in text  # S50
    assert "Вернуть заявку в работу можно было до: вт, 30 июня, 16:00" in text  # S41, in 2026 long ago


def test_the_ways_back_are_dated(people: People, client_of: ClientOf) -> None:
    at = utc_now() - timedelta(days=1)
    resolved, closed = ticket_in(Status.RESOLVED, people, at=at), ticket_in(Status.CLOSED, people, at=at)
    db.session.commit()
    page = Page(client_of(people.bob).get(f"/tickets/{resolved.number}"))
    assert "возобновить" in page.text and "Вернуть заявку в работу можно до" in page.text  # S35, S57
    page = Page(client_of(people.bob).get(f"/tickets/{closed.number}"))
    assert "возобновить" not in page.text and f"/tickets/new?continues={closed.number}" in page.links()  # S42
    anna = Page(client_of(people.anna).get(f"/tickets/{closed.number}"))
    assert f"/tickets/{closed.number}/reopen" in anna.actions()  # D1


def test_who_will_see_it_is_said_before_it_is_written(people: People, client_of: ClientOf) -> None:
    bob, number = client_of(people.bob), factories.ticket(people.bob).number
    alone = factories.person("Одинцов")
    db.session.commit()
    for path in ("/tickets/new", f"/tickets/{number}"):
        assert "Ваши коллеги из «Ромашка Телеком»" in Page(bob.get(path)).text  # S71
    people.company.contacts_see_all = False
    db.session.commit()
    assert "руководители «Ромашка Телеком»" in Page(bob.get("/tickets/new")).text
    assert "Увидите Вы и специалисты поддержки." in Page(client_of(alone).get("/tickets/new")).text


def test_a_ticket_with_everything_is_read_by_all_and_by_no_stranger(people: People, client_of: ClientOf) -> None:
    ticket = factories.ticket(people.bob, at=utc_now(), description="Первая\n\nВторая")
    for number in range(6):
        by = people.alice if number % 2 else people.bob
        comments.reply(ticket, f"Реплика {number}", by=by, at=utc_now())
    db.session.commit()
    for person in (people.bob, people.carol, people.alice, people.sergey, people.anna):
        page = Page(client_of(person).get(f"/tickets/{ticket.number}"))
        assert page.status == 200 and "Реплика 5" in page.text and "К последнему комментарию" in page.text
        assert len(page.all("article", class_="message__card")) == 7
    people.company.contacts_see_all = False
    db.session.commit()
    for person in (people.carol, people.mallory):
        for path in (f"/tickets/{ticket.number}", f"/tickets/{ticket.number}/timeline"):
            assert (
                client_of(person).get(path).status_code == client_of(person).get(path, headers=HTMX).status_code == 404
            )
    assert db.session.get(Ticket, ticket.id) is not None


def test_a_long_text_goes_on_in_a_new_ticket_without_a_script(people: People, client_of: ClientOf) -> None:
    closed = ticket_in(Status.CLOSED, people, at=utc_now())
    db.session.commit()
    bob, long = client_of(people.bob), "Длинный текст. " * 3000
    page = Page(bob.post(f"/tickets/{closed.number}/comments", data={"body": long}))
    assert page.status == 409
    form = page.one("form", action="/tickets/new")
    assert form["method"] == "post"  # an address would be too long for it
    opened = Page(bob.post("/tickets/new", data=dict(page.form("/tickets/new"))))
    assert opened.status == 200 and dict(opened.form("/tickets"))["description"].strip() == long.strip()
