"""«Сроки»: the promises on a ticket, explained to both sides (S72, S92–S97)."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs.clock import utc_now
from models import Contract, Team, Ticket
from rules.calendar import YEKATERINBURG
from services import clockwork, comments, tickets
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Element, Page
from tests.conftest import People
from tests.services.played import ANSWER, FRIDAY, NOW, QUESTION

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def there(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=YEKATERINBURG)


def promises(page: Page) -> list[Element]:
    return [found for found in page.all("article") if "promise" in found.attributes.get("class", "").split()]


@pytest.fixture
def lived(people: People) -> Ticket:
    """A ticket of a Friday evening with a turn of each kind, closed in the end."""
    ticket = factories.ticket(people.bob, at=FRIDAY + HOUR)  # 17:00, half an hour before closing
    tickets.assign(ticket, people.alice, by=people.alice, at=FRIDAY + 3 * DAY - 6.5 * HOUR)  # Monday 9:30
    tickets.identify(ticket, by=people.alice, at=FRIDAY + 3 * DAY - 6 * HOUR)  # Monday 10:00
    comments.reply(ticket, QUESTION, by=people.alice, at=FRIDAY + 4 * DAY)  # Tuesday 16:00
    tickets.move(ticket, "resolve", by=people.bob, at=FRIDAY + 5 * DAY)
    db.session.commit()
    return ticket


def test_both_sides_read_how_the_time_passed(lived: Ticket, people: People, client_of: ClientOf) -> None:  # S92–S96
    for person in (people.bob, people.carol, people.alice, people.anna):
        page = Page(client_of(person).get(f"/tickets/{lived.number}/ledger"))
        assert page.status == 200 and page.one("h1").text == "Сроки"
        answer, contact, reaction = promises(page)
        assert "Первая реакция" in reaction.text and "Обещано: 2 рабочих часа" in reaction.text  # S92
        assert "Сделано вовремя: пн, 22 июня, 09:30" in reaction.text and "соблюдён" in reaction.text  # S93
        assert "прошло: 1 ч 30 мин" in reaction.text
        stretches = [found.text for found in reaction.all("li")]
        assert stretches == [
            "Срок идёт 19 июня 2026, 17:00 – 17:30 + 30 мин",
            "Выходные 19 июня 2026, 17:30 – 22 июня 2026, 08:30",  # S90
            "Срок идёт 22 июня 2026, 08:30 – 09:30 + 1 ч",
        ]
        assert "Первый ответ" in answer.text and "нарушен" in answer.text  # S94: Tuesday 10:00 was promised
        assert "Обещано было до: вт, 23 июня, 10:00; сделано: вт, 23 июня, 16:00" in answer.text
        assert "Ночь: нерабочее время" in answer.text
        assert "Следующий контакт с клиентом" in contact.text and "Обещано: 1 рабочий день" in contact.text  # S96


def test_a_clock_that_waits_for_the_customer_says_so(people: People, client_of: ClientOf) -> None:  # S94, S96
    at = utc_now() - 30 * DAY
    ticket = factories.ticket(people.bob, at=at)
    comments.reply(ticket, ANSWER, by=people.alice, at=at + HOUR)
    tickets.identify(ticket, by=people.alice, at=at + 2 * HOUR)
    db.session.commit()
    newest = promises(Page(client_of(people.bob).get(f"/tickets/{ticket.number}/ledger")))[0]
    assert newest["data-outcome"] == "stands" and "Ждём ответа клиента" in newest.text
    assert "осталось: 9 ч" in newest.text and "сейчас" in newest.text


def test_a_new_ticket_says_when_somebody_answers(people: People, client_of: ClientOf) -> None:  # S92
    bob = client_of(people.bob)
    sent = {"subject": "Нет линка", "type": "setup-help", "priority": "normal"}
    ticket_page = bob.post("/tickets", data=sent).headers["Location"]
    page = Page(bob.get(ticket_page))
    assert f"{ticket_page}/ledger" in page.links()
    [only] = promises(Page(bob.get(f"{ticket_page}/ledger")))
    assert only["data-outcome"] == "runs" and "Обещано до:" in only.text


def test_a_contract_promises_more_and_the_ticket_says_the_same(people: People, client_of: ClientOf) -> None:  # S72
    at = NOW + 7 * DAY  # a Monday, 11:00
    db.session.add(Contract(company_id=people.company.id, number="15"))
    ticket = factories.ticket(people.bob, at=at)
    db.session.commit()
    bob = client_of(people.bob)
    page = Page(bob.get(f"/tickets/{ticket.number}/ledger"))
    assert "расширенная поддержка по договору" in page.text and "Обещано: 1 рабочий час" in page.text
    assert "первая реакция — до: пн, 22 июня, 12:00" in Page(bob.get(f"/tickets/{ticket.number}")).text


def test_a_postponed_ticket_owes_nothing_till_its_date(people: People, client_of: ClientOf) -> None:  # S96, S97, S99
    alice = client_of(people.alice)
    number = factories.ticket(people.bob, at=utc_now() - HOUR).number
    db.session.commit()
    alice.post(f"/tickets/{number}/identify")
    until = (utc_now() + 90 * DAY).strftime("%Y-%m-%dT%H:%M")
    words = "Функционал будет добавлен вместе с плановым выпуском прошивки запланированным на 3 квартал"
    assert alice.post(f"/tickets/{number}/defer", data={"until": until, "body": words}).status_code == 303
    answer = promises(Page(alice.get(f"/tickets/{number}/ledger")))[0]
    assert answer["data-outcome"] == "stands" and "Отложена до согласованной даты" in answer.text
    anew()
    assert db.session.scalar(select(Ticket.sla_look_at)) is not None


def test_a_long_talk_shows_its_newest_promises(people: People, client_of: ClientOf) -> None:
    at = NOW
    ticket = factories.ticket(people.bob, at=at)
    for turn in range(14):
        comments.reply(ticket, ANSWER, by=people.alice, at=at + turn * DAY)
        comments.reply(ticket, QUESTION, by=people.bob, at=at + turn * DAY + HOUR)
    db.session.commit()
    page = Page(client_of(people.alice).get(f"/tickets/{ticket.number}/ledger"))
    assert len(promises(page)) == 12 and "Ещё 3 более ранних срока не показаны." in page.text


def stretches(client: FlaskClient, number: int) -> list[str]:
    """Return the stretches of the newest promise."""
    return [one.text for one in promises(Page(client.get(f"/tickets/{number}/ledger")))[0].all("li")]


def test_holidays_moved_days_and_our_own_are_named_to_both_sides(people: People, client_of: ClientOf) -> None:  # S90
    clockwork.set_day(date(2026, 11, 5), is_working=False, name="Переезд офиса")
    clockwork.set_day(date(2026, 11, 7), is_working=True, name="Вместо пятого")
    ticket = factories.ticket(people.bob, at=there("2026-11-03 17:00"))
    comments.reply(ticket, ANSWER, by=people.alice, at=there("2026-11-07 09:00"))
    db.session.commit()
    rest = "4 ноября — День народного единства 5 ноября — Переезд офиса"
    for person in (people.bob, people.alice):
        assert stretches(client_of(person), ticket.number) == [
            "Срок идёт 3 ноября 2026, 17:00 – 17:30 + 30 мин",
            f"Праздник {rest} 3 ноября 2026, 17:30 – 6 ноября 2026, 08:30",
            "Срок идёт 6 ноября 2026, 08:30 – 17:30 + 9 ч",
            "Ночь: нерабочее время 6 ноября 2026, 17:30 – 7 ноября 2026, 08:30",
            "Срок идёт 7 ноября — Вместо пятого 7 ноября 2026, 08:30 – 09:00 + 30 мин",
        ]
    english = client_of(people.bob)
    english.set_cookie("lang", "en")
    assert "Holiday 4 November — Unity Day 5 November — Переезд офиса" in stretches(english, ticket.number)[1]


def test_days_moved_by_the_government_say_from_where(people: People, client_of: ClientOf) -> None:  # S90
    around_may = factories.ticket(people.bob, at=there("2024-04-27 17:00"))
    comments.reply(around_may, ANSWER, by=people.alice, at=there("2024-05-02 09:00"))
    new_year = factories.ticket(people.bob, at=there("2025-12-30 17:00"))
    comments.reply(new_year, ANSWER, by=people.alice, at=there("2026-01-12 09:00"))
    db.session.commit()
    bob = client_of(people.bob)
    worked, rest, _ = stretches(bob, around_may.number)
    assert worked.startswith("Срок идёт 27 апреля — рабочий день, выходной перенесён на 29 апреля")
    assert rest.startswith(
        "Праздник 29 апреля — выходной, перенесён с 27 апреля 30 апреля — выходной, перенесён с 2 ноября "
        "1 мая — Праздник Весны и Труда"
    )
    assert (
        "1–6 января — Новогодние каникулы 7 января — Рождество Христово 8 января" in stretches(bob, new_year.number)[1]
    )


def test_lunch_night_and_weekend_are_told_apart(people: People, client_of: ClientOf) -> None:  # S90
    lunch = [(time(8, 30), time(12, 30)), (time(13, 30), time(17, 30))]
    clockwork.set_week(Team.SUPPORT, dict.fromkeys(range(5), lunch), YEKATERINBURG)
    clockwork.set_day(date(2026, 6, 22), is_working=False, name="")
    ticket = factories.ticket(people.bob, at=there("2026-06-18 12:00"))
    comments.reply(ticket, ANSWER, by=people.alice, at=there("2026-06-23 09:00"))
    db.session.commit()
    for person in (people.bob, people.alice):
        words = [re.split(r" \d", one)[0] for one in stretches(client_of(person), ticket.number)]
        day = ["Срок идёт", "Перерыв", "Срок идёт"]
        assert words == [*day, "Ночь: нерабочее время", *day, "Нерабочий день", "Срок идёт"]
        assert "22 июня — выходной по нашему решению" in stretches(client_of(person), ticket.number)[7]


def test_a_stranger_finds_nothing(lived: Ticket, people: People, client_of: ClientOf) -> None:
    path = f"/tickets/{lived.number}/ledger"
    assert client_of(people.mallory).get(path).status_code == 404
    assert client_of(people.bob).get("/tickets/999999/ledger").status_code == 404
    assert client_of(None).get(path).status_code in (302, 303)
    english = client_of(people.bob)
    english.set_cookie("lang", "en")
    assert "Promised times" in english.get(path).text and "Срок" not in Page(english.get(path)).one(id="main").text
