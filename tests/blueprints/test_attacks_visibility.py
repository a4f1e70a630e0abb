"""Who may see what, looked for by every way there is: a colleague limited to his own tickets (S71), messages that wait,
search, quick views, receipts, drafts."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs import committed, deliver
from jobs.clock import utc_now
from models import CompanyObserver, Delivery, DeliveryState, Ticket, TicketRelation, Visibility
from services import comments, events, files, knowledge_editing, memberships, outbox, person_changes, phones, receipts
from services.messages import Enclosed
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page
from tests.conftest import People

FRAGMENT = {"HX-Request": "true"}
NEW = {"subject": "Порт", "type": "setup-help", "priority": "normal", "description": "Не горит"}


@pytest.fixture
def ticket(people: People) -> Ticket:
    made = factories.ticket(people.bob, subject="Секретный маршрутизатор", serial_numbers=("HIDDEN77",))
    file = files.keep(files.store(io.BytesIO(b"x")), "тайный-план.txt", people.bob, at=utc_now())
    comments.reply(made, "Пароль зебра", by=people.bob, at=utc_now(), enclosed=Enclosed([file]))
    comments.note(made, "Крокодил недоволен", by=people.alice, at=utc_now())
    db.session.commit()
    return made


def ways_in(number: int, file_id: str) -> list[str]:
    return [
        f"/tickets/{number}",
        f"/tickets/{number}/glance",
        f"/tickets/{number}/timeline",
        f"/tickets/{number}/timeline?seen=1.000000-0-0-0-open",
        "/tickets",
        "/tickets?scope=company",
        "/tickets?scope=all&sort=status",
        "/tickets?q=зебра",
        "/tickets?q=маршрутизатор",
        "/tickets?q=HIDDEN77",
        "/tickets?q=план",
        f"/tickets?q={number}",
        f"/tickets/new?continues={number}",
        f"/tickets/new?upload_ids={file_id}",
        "/tickets/new/serials?serial_numbers=HIDDEN77",
        "/tickets/new/articles?subject=маршрутизатор",
        "/company",
        "/push/unread",
        *(f"/attachments/{file_id}{part}" for part in ("", "/view", "/preview", "/thumbnail")),
    ]


def test_a_colleague_limited_to_his_own_finds_nothing_of_others_by_any_way(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:  # S71
    file_id = db.session.execute(db.text("SELECT public_id FROM attachment")).scalar_one()
    carol = client_of(people.carol)
    assert "маршрутизатор" in carol.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    people.carol.visibility = Visibility.OWN
    db.session.commit()
    for path in ways_in(ticket.number, file_id):
        for headers in ({}, FRAGMENT, {"Accept": "application/json"}):
            page = carol.get(path, headers=headers).get_data(as_text=True)
            asked = Page(carol.get(path, headers=headers)).text if "<" in page else page
            for secret in ("Секретный", "зебра", "тайный-план"):
                assert secret not in asked.replace("«зебра»", ""), (path, secret)
    for verb in ("comments", "resolve", "reopen", "later", "rating", "close", "link", "assign"):
        assert carol.post(f"/tickets/{ticket.number}/{verb}", data={"body": "x", "grade": "4"}).status_code == 404


@pytest.mark.parametrize(
    "lose",
    [
        lambda people: db.session.query(CompanyObserver).delete(),
        lambda people: memberships.unbind(people.carol, by=people.anna, at=utc_now()),
        lambda people: person_changes.block(people.carol, by=people.anna, at=utc_now()),
    ],
)
def test_what_waits_to_be_told_is_not_told_to_who_may_not_hear_it_any_more(
    people: People, ticket: Ticket, lose: Callable[[People], Any]
) -> None:  # S71, S75
    people.company.contacts_see_all, people.carol.visibility = False, Visibility.OWN
    db.session.add(CompanyObserver(company_id=people.company.id, person_id=people.carol.id))
    db.session.flush()
    subscription = {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "x", "auth": "y"}}
    phones.subscribe(people.carol, subscription, at=utc_now())
    comments.reply(ticket, "Меняем пароль", by=people.alice, at=utc_now())
    lose(people)
    db.session.commit()
    waiting = select(Delivery.id).where(Delivery.person_id == people.carol.id)
    told = db.session.scalars(waiting).all()
    assert len(told) == 2 and not any(deliver.deliver(delivery_id) for delivery_id in told)
    anew()
    states = set(db.session.scalars(select(Delivery.state).where(Delivery.id.in_(told))))
    assert states <= {DeliveryState.SKIPPED, DeliveryState.FAILED}
    others = select(Delivery.id).where(Delivery.person_id == people.bob.id, Delivery.template == "comment")
    assert deliver.deliver(db.session.scalars(others).all()[-1])


def test_an_internal_note_leaves_no_trace_in_a_customers_page(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:
    bob, path = client_of(people.bob), f"/tickets/{ticket.number}"

    def seen() -> str:
        return bob.get(path).get_data(as_text=True).split("?seen=")[1].split('"')[0]

    before = seen()
    with committed():
        comments.note(db.session.get_one(Ticket, ticket.id), "Ещё одна", by=people.alice, at=utc_now())
        events.record(db.session.get_one(Ticket, ticket.id), "identified", by=people.alice, at=utc_now())  # type: ignore[arg-type]
    assert seen() == before
    for question in ("крокодил", "крок", "кроко", "недоволен", "крокодил пароль"):
        page = Page(bob.get("/tickets", query_string={"q": question}))
        assert str(ticket.number) not in page.text, question
    assert "недоволен" not in bob.get(f"{path}/glance").get_data(as_text=True)
    assert "Ещё одна" in client_of(people.alice).get(f"{path}/glance").get_data(as_text=True)


QUERIES = (
    *('"', "'", "\\", "%", "_", "*", "крок*", '"крок"*', "public:зебра", "internal:крокодил", "{internal}: крокодил"),
    *(
        "зебра OR крокодил",
        "зебра AND",
        "NOT зебра",
        "NEAR(зебра крокодил)",
        "крокодил:*",
        "зебра | крокодил",
        "!зебра",
    ),
    *(
        "зебра & (",
        "<->",
        "^зебра",
        "-зебра",
        "rowid:1",
        "' OR 1=1 --",
        "зебра') UNION SELECT 1 --",
        "\ud800",
        "\u202e",
    ),
    *("ﷺ" * 200, "a" * 5000, "1" * 400, "а-" * 100, "é̄" * 50, "0x00", "٣٤٥", "²³"),
)


def test_search_understands_words_and_nothing_else(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    bob, mallory, guest = client_of(people.bob), client_of(people.mallory), client_of(None)
    asked = [(bob, "/tickets"), (mallory, "/tickets"), (bob, "/tickets/new/articles"), (guest, "/kb/search")]
    asked += [(guest, "/help"), (client_of(people.alice), "/desk"), (client_of(people.anna), "/admin/people")]
    for question in QUERIES:
        given = {name: question.encode("utf-8", "replace") for name in ("q", "subject")}
        for client, path in asked:
            answer = client.get(path, query_string=given, headers=FRAGMENT)
            assert answer.status_code == 200, (question, path)
            found = answer.get_data(as_text=True)
            assert path == "/desk" or "недоволен" not in found, (question, path)
            assert client is not mallory or "Секретный" not in found, (question, path)


def test_a_ticket_continues_none_that_its_author_may_not_see_and_never_itself(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:
    mallory = client_of(people.mallory)
    pages = []
    for number in (ticket.number, ticket.number + 2, 1, 999_999_999):  # another's, its own, none, none
        made = mallory.post("/tickets", data=NEW | {"continues": str(number)})
        facts = Page(mallory.get(made.location)).one(id="ticket-facts").text
        assert facts.count(str(number)) >= 1  # kept as it was typed, for the administrator
        pages.append(facts.count("Продолжение"))
    assert len(set(pages)) == 1
    anew()
    assert db.session.scalars(select(TicketRelation)).all() == []


def test_a_receipt_is_taken_from_whom_the_push_was_for_alone(people: People, guest: FlaskClient) -> None:
    subscription = {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "x", "auth": "y"}}
    phone = phones.subscribe(people.bob, subscription, at=utc_now())
    push = outbox.put("push-1", people.bob, "web_push", str(phone.id), "push_test", at=utc_now())
    letter = outbox.letter("letter-1", people.bob, "access_granted", at=utc_now())
    other = outbox.put("push-2", people.mallory, "web_push", "999", "push_test", at=utc_now())
    db.session.commit()
    signed, mallorys = receipts.signature(push), receipts.signature(other)
    tries: list[tuple[int, str, Any]] = [(push.id, signature, "shown") for signature in ("", "0" * 32, mallorys, "é")]
    tries += [(letter.id, receipts.signature(letter), "shown"), (2**40, signed, "shown"), (push.id, signed, "sent")]
    tries += [(push.id, signed, ["shown"]), (push.id, signed, None)]
    for delivery_id, signature, what in tries:
        query = {"signed": signature}
        answer = guest.post(f"/push/receipts/{delivery_id}", query_string=query, json={"what": what})
        assert answer.status_code == 404
    anew()
    assert set(db.session.scalars(select(Delivery.shown_at))) == {None}
    assert (
        guest.post(f"/push/receipts/{push.id}", query_string={"signed": signed}, json={"what": "opened"}).status_code
        == 204
    )


def test_a_draft_and_its_files_are_not_there(people: People, client_of: ClientOf) -> None:  # S84–S87
    section = knowledge_editing.add_section("Прошивки", parent=None)
    article = knowledge_editing.save_article(
        None, name="Черновик прошивки", text="Зелёный крокодил", section=section, is_published=False, at=utc_now()
    )
    file = knowledge_editing.add_file(files.store(io.BytesIO(b"x")), "черновик.txt", article=article, at=utc_now())
    db.session.commit()
    for person in (None, people.bob, people.alice):
        client = client_of(person)
        for path in (f"/kb/articles/{article.id}", f"/kb/files/{file.public_id}"):
            assert client.get(path).status_code == 404
            assert client.get(path, headers={"If-None-Match": "*", "Range": "bytes=0-"}).status_code == 404
        assert client.post(f"/kb/articles/{article.id}/vote", data={"helpful": "1"}).status_code == 404
        for path in (
            "/kb",
            f"/kb/sections/{section.id}",
            "/kb/search?q=крокодил",
            "/tickets/new/articles?subject=прошивки",
        ):
            page = client.get(path).get_data(as_text=True)
            assert "Черновик" not in page and "черновик.txt" not in page
    assert client_of(people.anna).get(f"/kb/files/{file.public_id}", buffered=True).status_code == 200
