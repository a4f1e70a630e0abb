"""The thread of a ticket's page: what is new, what is earlier, what came while it was open (S31–S33, S77)."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from extensions import db
from jobs.clock import utc_now
from models import Ticket
from rules.statuses import Status
from services import comments, threads
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Element, Page
from tests.conftest import People
from tests.services.played import ticket_in

HTMX = {"HX-Request": "true"}


def texts(page: Page | Element) -> list[str]:
    return [said.text for said in page.all("div", class_="prose message__body")]


def poll_of(page: Page) -> str:
    return page.one(id="ticket-news")["hx-get"]


def statements_of(client: FlaskClient, app: Flask, path: str) -> int:
    """Return how many statements the request cost: the second one, when nothing is left to remember."""
    client.get(path)
    seen: list[int] = []
    app.after_request_funcs.setdefault(None, []).append(lambda response: seen.append(g.statements) or response)  # type: ignore[func-returns-value]
    try:
        client.get(path)
    finally:
        app.after_request_funcs[None].pop()
    return seen[0]


def test_a_page_costs_four_statements_and_a_poll_two(people: People, client_of: ClientOf, app: Flask) -> None:
    number = ticket_in(Status.WAITING, people, at=utc_now()).number
    db.session.commit()
    bob = client_of(people.bob)
    assert statements_of(bob, app, f"/tickets/{number}") <= 4  # who asks, the card, what was said, what happened
    assert statements_of(bob, app, poll_of(Page(bob.get(f"/tickets/{number}")))) <= 2


@pytest.fixture
def long(people: People) -> Ticket:
    at = utc_now() - timedelta(hours=5)
    ticket = factories.ticket(people.bob, at=at, description="С чего началось")
    for minute in range(200):
        comments.reply(ticket, f"Реплика {minute}", by=people.bob, at=at + timedelta(minutes=minute))
    db.session.commit()
    return ticket


def test_a_long_thread_opens_with_its_end_and_unfolds(people: People, client_of: ClientOf, long: Ticket) -> None:
    bob = client_of(people.bob)
    page = Page(bob.get(f"/tickets/{long.number}"))
    shown = texts(page)
    assert len(shown) == threads.SHOWN and shown[-1] == "Реплика 199"
    fragments = 0
    while more := page.all("a", data_earlier=""):
        page = Page(bob.get(more[0]["hx-get"], headers=HTMX))
        assert not page.all("html")
        shown, fragments = texts(page) + shown, fragments + 1
    assert fragments == 5
    assert shown == ["С чего началось", *(f"Реплика {minute}" for minute in range(200))]


def test_without_a_script_earlier_parts_are_pages(people: People, client_of: ClientOf, long: Ticket) -> None:
    bob = client_of(people.bob)
    page = Page(bob.get(f"/tickets/{long.number}"))
    page = Page(bob.get(page.one("a", data_earlier="")["href"]))
    assert texts(page)[-1] == f"Реплика {199 - threads.SHOWN}"
    assert "hx-get" not in page.one(id="ticket-news").attributes  # what comes belongs to the end
    assert f"/tickets/{long.number}#ticket-news" in page.links()
    first = threads.window(long.id, people.bob, before=threads.SHOWN).items[1].id
    found = Page(bob.get(f"/tickets/{long.number}?at={first}"))  # the way to a comment that is folded away
    assert found.all("li", id=f"comment-{first}")


def test_news_are_only_what_came(people: People, client_of: ClientOf) -> None:
    ticket = factories.ticket(people.bob, at=utc_now(), description="Уже на странице")
    db.session.commit()
    alice, bob, number = client_of(people.alice), client_of(people.bob), ticket.number
    address = poll_of(Page(bob.get(f"/tickets/{number}")))
    for turn in range(2):
        alice.post(f"/tickets/{number}/comments", data={"body": f"Новость {turn}"})
    page = Page(bob.get(address, headers=HTMX))
    assert texts(page) == ["Новость 0", "Новость 1"] and not page.all("li", class_="timeline__day")
    parts = {part["hx-target"]: part for part in page.all("hx-partial")}
    assert set(parts) == {"#timeline-list", "#ticket-header", "#ticket-prompt", "#ticket-actions"}
    assert "В ожидании" in parts["#ticket-header"].text and "Спасибо, решено" in parts["#ticket-prompt"].text
    assert bob.get(poll_of(page), headers=HTMX).status_code == 204
    again = parse_qs(urlsplit(poll_of(page)).query)["seen"][0]
    assert bob.get(f"/tickets/{number}/timeline", query_string={"seen": again}).status_code == 204
    alice.post(f"/tickets/{number}/comments", data={"body": "Ещё"})
    third = Page(bob.get(poll_of(page), headers=HTMX))
    assert texts(third) == ["Ещё"]
    assert "#ticket-actions" not in [
        part["hx-target"] for part in third.all("hx-partial")
    ]  # the grade may be half typed


def test_who_took_the_ticket_comes_without_a_reload(people: People, client_of: ClientOf) -> None:
    number = factories.ticket(people.bob, at=utc_now()).number
    db.session.commit()
    bob, alice = client_of(people.bob), client_of(people.alice)
    address = poll_of(Page(bob.get(f"/tickets/{number}")))
    alice.post(f"/tickets/{number}/assign", data={"assignee": people.alice.id})
    assert "Отвечает Алексеев Степан" in Page(bob.get(address, headers=HTMX)).text


def test_a_mark_that_nobody_made_shows_the_thread(people: People, client_of: ClientOf) -> None:
    number = factories.ticket(people.bob, at=utc_now(), description="Всё сначала").number
    db.session.commit()
    bob = client_of(people.bob)
    for mark in ("", "x", "1-2-3", "9" * 40, "99999999999.000000-0-1-1-open", "1.000000-0-1-1-open'"):
        answer = bob.get(f"/tickets/{number}/timeline", query_string={"seen": mark}, headers=HTMX)
        assert answer.status_code == 200 and "заявка создана" in Page(answer).text or mark.startswith("999"), mark
    for before in ("0", "-1", "9" * 12, "x"):
        assert bob.get(f"/tickets/{number}/timeline", query_string={"before": before}).status_code == 200


def test_what_he_has_not_read_is_marked(people: People, client_of: ClientOf) -> None:
    at = utc_now() - timedelta(hours=1)
    ticket = factories.ticket(people.bob, at=at)
    db.session.commit()
    bob, number = client_of(people.bob), ticket.number
    assert "Новое" not in Page(bob.get(f"/tickets/{number}")).one(id="ticket-timeline").text
    for said in ("Раз", "Два"):
        client_of(people.alice).post(f"/tickets/{number}/comments", data={"body": said})
    page = Page(bob.get(f"/tickets/{number}"))
    thread = page.one(id="ticket-timeline").text
    assert thread.count("Новое") == 1 and thread.index("Новое") < thread.index("Раз") < thread.index("Два")
    assert page.one("a", class_="ticket-head__jump")["href"].startswith("#comment-")
    assert "Новое" not in Page(bob.get(f"/tickets/{number}")).one(id="ticket-timeline").text


def test_after_an_answer_one_press_says_whether_it_was_enough(people: People, client_of: ClientOf) -> None:
    number = ticket_in(Status.WAITING, people, at=utc_now()).number
    db.session.commit()
    bob, carol = client_of(people.bob), client_of(people.carol)
    prompt = Page(bob.get(f"/tickets/{number}")).one(id="ticket-prompt")
    assert [button.text for button in prompt.all("button")] == ["Спасибо, решено"]
    assert [link["href"] for link in prompt.all("a")] == ["#comment-body"] and "Есть вопрос" in prompt.text
    colleagues = Page(carol.get(f"/tickets/{number}")).one(id="ticket-prompt")
    assert not colleagues.all("button") and "Есть вопрос" in colleagues.text  # he may ask, not resolve
    assert bob.post(f"/tickets/{number}/resolve").status_code == 303
    page = Page(bob.get(f"/tickets/{number}"))
    assert page.one(id="ticket")["data-status"] == "resolved" and not page.one(id="ticket-prompt").text
    assert "Оцените решение" in page.text


def test_who_answers_and_by_when_is_said(people: People, client_of: ClientOf) -> None:
    monday = datetime.fromisoformat("2026-06-15T09:00+05:00")
    number = factories.ticket(people.bob, at=monday).number
    db.session.commit()
    bob, alice = client_of(people.bob), client_of(people.alice)
    head = Page(bob.get(f"/tickets/{number}")).one(id="ticket-header").text
    assert "Специалист ещё не назначен; первая реакция — до: пн, 15 июня, 11:00" in head  # S92
    bob.set_cookie("tz", "Europe/Moscow")
    assert "11:00 (Екатеринбург), 15 июня, 09:00" in Page(bob.get(f"/tickets/{number}")).one(id="ticket-header").text
    alice.post(f"/tickets/{number}/comments", data={"body": "Смотрю"})
    assert "Специалист ещё не назначен" in Page(bob.get(f"/tickets/{number}")).one(id="ticket-header").text
    alice.post(f"/tickets/{number}/assign", data={"assignee": people.alice.id})
    assert "Отвечает Алексеев Степан" in Page(bob.get(f"/tickets/{number}")).one(id="ticket-header").text


def test_later_says_how_often_it_can_still_be_pressed(people: People, client_of: ClientOf) -> None:
    number = ticket_in(Status.WAITING, people, at=utc_now()).number
    db.session.commit()
    bob = client_of(people.bob)
    for left in ("ещё 3 раза", "ещё 2 раза", "ещё 1 раз"):
        assert left in Page(bob.get(f"/tickets/{number}")).one(id="ticket-actions").text
        assert bob.post(f"/tickets/{number}/later").status_code == 303
    stands = Page(bob.get(f"/tickets/{number}")).one(id="ticket-actions").text
    assert "уже использована столько раз" in stands and "Решено" in stands
    thread = Page(client_of(people.alice).get(f"/tickets/{number}")).one(id="ticket-timeline").text
    assert thread.count("Тестинг Тестовый") >= 4  # the specialist sees each press


def test_the_promised_date_stands_where_a_ticket_is_deferred(people: People, client_of: ClientOf) -> None:
    at = datetime.fromisoformat("2026-06-19T16:00+05:00")
    number = ticket_in(Status.DEFERRED, people, at=at).number
    db.session.commit()
    head = Page(client_of(people.bob).get(f"/tickets/{number}")).one(id="ticket-header").text
    assert "Отложена до 28 июня 2026" in head and "Специалист вернётся к заявке: вс, 28 июня, 16:00" in head  # S39
