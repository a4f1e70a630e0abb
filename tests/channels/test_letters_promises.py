"""Letters that specialists get from the clocks: a promise runs out, a deferred ticket wakes (S95–S96, S100)."""

from datetime import timedelta

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from channels import letters, rings
from extensions import db
from jobs import robot, sla
from models import Delivery, PushSubscription, Ticket
from rules.statuses import Status
from services import phones, tickets
from tests import factories
from tests.channels.test_letters import rendered
from tests.conftest import People
from tests.services.played import ANSWER, DAY, DEFERRED_FOR, NOW, ticket_in


def phone(people: People) -> PushSubscription:
    keys = {"p256dh": "BPoint", "auth": "secret"}
    return phones.subscribe(people.alice, {"endpoint": "https://fcm.googleapis.com/fcm/send/1", "keys": keys}, at=NOW)


def told(template: str, channel: str) -> Delivery:
    query = select(Delivery).where(Delivery.template == template, Delivery.channel == channel)
    query = query.options(joinedload(Delivery.person), joinedload(Delivery.event))
    return db.session.scalars(query).one()


def owed(people: People) -> Ticket:
    ticket = factories.ticket(people.bob, at=NOW - timedelta(hours=1))
    tickets.assign(ticket, people.alice, by=people.alice, at=NOW)
    phone(people)
    db.session.commit()
    assert sla.run(NOW + DAY - timedelta(hours=1))["next_contact"] == [ticket.number]
    return ticket


def test_a_promise_that_runs_out_is_named_with_its_moment(people: People) -> None:  # S95–S96
    number = owed(people).number
    letter, lines, page = rendered(told("deadline", "email"))
    assert letter["To"] == people.alice.email and letter["Auto-Submitted"] == "auto-generated"
    assert letter["Subject"] == f"[TicketID: {number}] Истекает обещанный срок"
    words = "Следующий контакт с клиентом — обещано до: 16 июня 2026, 11:00 (Екатеринбург)."
    assert words in lines and words in page.lines
    assert any(address.endswith(f"/tickets/{number}") for _, address in page.links)


def test_a_phone_says_the_same_or_only_that_there_is_something(people: People) -> None:
    number = owed(people).number
    shown = rings.payload(told("deadline", "web_push"))
    assert shown["body"].startswith("Следующий контакт с клиентом: 16 июня 2026, 11:00")
    people.alice.push_is_brief = True
    db.session.commit()
    brief = rings.payload(told("deadline", "web_push"))
    assert (brief["title"], brief["body"]) == (f"Заявка № {number}", "Истекает обещанный срок.")


def test_the_specialist_is_reminded_on_the_date_and_the_customer_told(people: People) -> None:  # S100
    ticket = ticket_in(Status.DEFERRED, people)
    db.session.commit()
    assert robot.run(NOW + DEFERRED_FOR)["woken"] == [ticket.number]
    letter, lines, _ = rendered(told("reminder", "email"))
    assert letter["To"] == people.alice.email
    assert letter["Subject"] == f"[TicketID: {ticket.number}] Наступила назначенная дата"
    assert "Уточните у клиента результаты. Если их ещё нет, согласуйте следующую дату." in lines
    assert any(ANSWER in line for line in lines), "what was said last stands below"
    newest = select(Delivery).where(Delivery.template == "status").order_by(Delivery.id.desc()).limit(1)
    with force_locale("ru"):
        customer = letters.render(db.session.scalars(newest).one())
    assert customer["To"] == people.bob.email
    assert customer["Subject"] == f"[TicketID: {ticket.number}] Изменён статус заявки"  # S68
