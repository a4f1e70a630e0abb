"""One letter for a burst, one for what waited through quiet hours; each event told once, a repeat the same (S59, S67)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from extensions import db
from jobs import committed, deliver
from models import Delivery, DeliveryState, Person, Ticket
from rules.statuses import Status
from services import comments, dead_letters, deliveries, outbox, phones, threads, tickets
from tests import factories
from tests.conftest import People
from tests.services.played import NOW, ticket_in
from tests.support.mail_server import OK, Inbox
from tests.support.push_service import PushService

S = DeliveryState
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
EVENING = datetime.fromisoformat("2026-06-15T23:00+05:00")
MORNING = datetime.fromisoformat("2026-06-16T08:00+05:00")


@pytest.fixture
def ticket(people: People) -> Ticket:
    with committed():
        return factories.ticket(people.bob)


def answer(ticket: Ticket, text: str, people: People, at: datetime) -> None:
    with committed():
        comments.reply(db.session.get_one(Ticket, ticket.id), text, by=people.alice, at=at)
    with committed():  # «at once» is the test's moment, not the clock's
        db.session.execute(update(Delivery).where(Delivery.created_at == at).values(next_attempt_at=at))


def quiet(person: Person) -> None:
    with committed():
        values = {"quiet_start": "22:00", "quiet_end": "08:00"}
        db.session.execute(update(Person).where(Person.id == person.id).values(**values))


def states(channel: str = "email") -> list[str]:
    query = select(Delivery.state).where(Delivery.channel == channel).order_by(Delivery.id)
    db.session.expire_all()
    return list(db.session.scalars(query))


def told(inbox: Inbox) -> list[str]:
    """Return the events of each letter, in the order of the letters."""
    return [str(taken.letter["X-Ticket-Events"]) for taken in inbox.taken]


def text_of(inbox: Inbox) -> str:
    part = inbox.taken[-1].letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def events() -> list[str]:
    query = select(Delivery.event_id).where(Delivery.channel == "email").order_by(Delivery.id)
    return [str(event_id) for event_id in db.session.scalars(query)]


def test_the_first_letter_leaves_at_once_and_only_the_burst_after_it_is_gathered(
    people: People, ticket: Ticket, inbox: Inbox
) -> None:  # S60, S63, S64
    for second, text in enumerate(("Раз", "Два", "Три", "Четыре")):
        answer(ticket, text, people, NOW + second * SECOND)
        deliver.deliver_all(at=NOW + second * SECOND)
    assert told(inbox) == events()[:1] and states() == [S.SENT, S.WAITING, S.WAITING, S.WAITING]
    deliver.deliver_all(at=NOW + 59 * SECOND)
    assert len(inbox.taken) == 1
    deliver.deliver_all(at=NOW + MINUTE)
    assert told(inbox) == [events()[0], " ".join(events()[1:])] and states() == [S.SENT] * 4
    assert "3 новых комментария:" in text_of(inbox) and "5 последних комментариев:" in text_of(inbox)
    news = text_of(inbox).split("3 новых комментария:")[1].split("5 последних")[0]
    assert [word for word in news.split() if word in {"Раз", "Два", "Три", "Четыре"}] == ["Два", "Три", "Четыре"]
    assert inbox.taken[-1].letter["Subject"] == "[TicketID: 152876] Новый комментарий к заявке"


def test_who_reads_along_gets_each_letter_at_once(people: People, ticket: Ticket, inbox: Inbox) -> None:
    answer(ticket, "Раз", people, NOW)
    deliver.deliver_all(at=NOW)
    with committed():
        threads.mark_read(ticket.id, people.bob.id, at=NOW + 5 * SECOND)
    answer(ticket, "Два", people, NOW + 10 * SECOND)
    deliver.deliver_all(at=NOW + 10 * SECOND)
    assert told(inbox) == events()


def test_a_change_of_status_leaves_at_once_and_takes_along_what_waits(
    people: People, ticket: Ticket, inbox: Inbox
) -> None:  # S68
    for second, text in enumerate(("Раз", "Два")):
        answer(ticket, text, people, NOW + second * SECOND)
        deliver.deliver_all(at=NOW + second * SECOND)
    with committed():
        tickets.move(db.session.get_one(Ticket, ticket.id), "resolve", by=people.alice, at=NOW + 3 * SECOND)
    with committed():
        db.session.execute(update(Delivery).where(Delivery.template == "status").values(next_attempt_at=NOW))
    deliver.deliver_all(at=NOW + 3 * SECOND)
    assert told(inbox) == [events()[0], f"{events()[1]} {events()[2]}"] and states() == [S.SENT] * 3
    assert inbox.taken[-1].letter["Subject"] == "[TicketID: 152876] Изменён статус заявки"
    assert "Статус заявки: Решена" in text_of(inbox) and "Комментарий:\nДва" in text_of(inbox)


def test_letters_of_two_tickets_are_no_burst(people: People, ticket: Ticket, inbox: Inbox) -> None:
    with committed():
        other = factories.ticket(people.bob)
    answer(ticket, "Раз", people, NOW)
    answer(other, "Два", people, NOW)
    deliver.deliver_all(at=NOW)
    assert sorted(told(inbox)) == sorted(events())


def test_a_gathered_letter_that_was_refused_is_repeated_whole_and_with_the_same_id(
    people: People, ticket: Ticket, inbox: Inbox
) -> None:
    for text in ("Раз", "Два"):
        answer(ticket, text, people, NOW)
    inbox.hangs_up = True  # after the letter: it may have arrived
    deliver.deliver_all(at=NOW)
    assert states() == [S.WAITING, S.GATHERED]
    answer(ticket, "Три", people, NOW + SECOND)
    inbox.hangs_up = False
    deliver.deliver_all(at=NOW + HOUR)
    assert told(inbox) == [" ".join(events()[:2])] and states() == [S.SENT, S.SENT, S.WAITING]
    deliver.deliver_all(at=NOW + HOUR + MINUTE)
    assert told(inbox) == [" ".join(events()[:2]), events()[2]] and states() == [S.SENT] * 3


def test_a_gathered_letter_that_is_given_up_takes_its_company_along_and_back(
    people: People, ticket: Ticket, inbox: Inbox
) -> None:
    for text in ("Раз", "Два"):
        answer(ticket, text, people, NOW)
    inbox.reader_answer = "550 no such user"
    deliver.deliver_all(at=NOW)
    assert states() == [S.FAILED, S.FAILED]


def test_what_happens_in_quiet_hours_comes_afterwards_in_one_letter_and_one_ring(
    people: People, ticket: Ticket, inbox: Inbox, push: PushService
) -> None:  # S67
    with committed():
        phones.subscribe(people.bob, push.subscribe(), at=NOW)
        other = factories.ticket(people.bob)
    quiet(people.bob)
    for number, one in enumerate((ticket, ticket, other)):
        answer(one, f"Ответ {number}", people, EVENING + number * MINUTE)
        deliver.deliver_all(at=EVENING + number * MINUTE)
    assert inbox.taken == [] and push.received == []
    deliver.deliver_all(at=MORNING - SECOND)
    assert inbox.taken == [] and push.received == []
    deliver.deliver_all(at=MORNING)
    assert told(inbox) == [" ".join(events())] and states() == [S.SENT] * 3
    assert inbox.taken[0].letter["Subject"] == "Новости 2 заявок"
    assert [f"Ответ {number}" in text_of(inbox) for number in range(3)] == [True] * 3
    assert inbox.taken[0].letter["In-Reply-To"] is None
    [received] = push.received
    assert received.payload["events"] == [int(event_id) for event_id in events()] and states("web_push") == [S.SENT] * 3
    assert (received.payload["body"], received.payload["url"]) == ("Новости 2 заявок", "/tickets")


def test_after_quiet_hours_the_letter_of_one_ticket_is_its_usual_one(
    people: People, ticket: Ticket, inbox: Inbox, push: PushService
) -> None:
    with committed():
        phones.subscribe(people.bob, push.subscribe(), at=NOW)
    quiet(people.bob)
    for number in range(2):
        answer(ticket, f"Ответ {number}", people, EVENING + number * HOUR)
        deliver.deliver_all(at=EVENING + number * HOUR)
    deliver.deliver_all(at=MORNING)
    assert told(inbox) == [" ".join(events())]
    assert inbox.taken[0].letter["Subject"] == "[TicketID: 152876] Новый комментарий к заявке"
    [received] = push.received
    assert received.payload["tag"] == "ticket-152876" and "Ответ 1" in received.payload["body"]


def test_a_sign_in_is_told_in_quiet_hours_too(people: People, inbox: Inbox) -> None:
    quiet(people.bob)
    with committed():
        outbox.letter("one", people.bob, "taken", at=EVENING)
    deliver.deliver_all(at=EVENING)
    assert len(inbox.taken) == 1


def test_an_operator_who_drains_the_outbox_waits_for_no_burst(people: People, inbox: Inbox) -> None:
    with committed():
        ticket = ticket_in(Status.OPEN, people)
        for text in ("Раз", "Два"):
            comments.reply(ticket, text, by=people.alice, at=NOW)
    assert deliver.drain()["waiting"] == 0
    with committed():
        comments.reply(ticket, "Три", by=people.alice, at=NOW + SECOND)
    deliver.deliver_all()
    assert deliver.drain()["waiting"] == 0 and told(inbox) == [" ".join(events()[:2]), events()[2]]


def test_a_dead_letter_that_may_have_arrived_is_repeated_as_it_was(
    people: People, ticket: Ticket, inbox: Inbox
) -> None:
    """It goes in no other letter, and takes none along: under its Message-ID the reader looks at the first only."""
    answer(ticket, "раз", people, NOW)
    inbox.hangs_up = True  # in place of an answer, and here after having taken it
    deliver.drain(NOW)
    inbox.hangs_up, inbox.data_answer = False, "554 no more"
    deliver.drain(NOW + HOUR)
    assert states() == [S.FAILED]
    inbox.data_answer = OK
    answer(ticket, "два", people, NOW + 2 * HOUR)
    with committed():
        dead_letters.repeat_all(at=NOW + 2 * HOUR)
    deliver.drain(NOW + 2 * HOUR)
    assert sorted(told(inbox)) == sorted(events()) and states() == [S.SENT, S.SENT]


def test_what_was_given_up_and_arrives_all_the_same_has_arrived_with_all_that_was_in_it(
    people: People, ticket: Ticket, inbox: Inbox
) -> None:
    """A worker that was thought dead, because it took so long, gets the letter through after all."""
    answer(ticket, "раз", people, NOW)
    answer(ticket, "два", people, NOW + SECOND)
    inbox.data_answer = "554 no"
    deliver.drain(NOW + HOUR)
    assert states() == [S.FAILED, S.FAILED]
    with committed():
        leader = select(Delivery.id).where(Delivery.channel == "email", Delivery.gathered_into_id.is_(None))
        late = deliveries.loaded(db.session.scalars(leader).one())
        assert late is not None
        deliveries.sent(late, at=NOW + HOUR)
    assert states() == [S.SENT, S.SENT]
