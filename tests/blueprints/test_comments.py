"""«Комментировать» (S32, S45, S58, S66, S77): both sides, notes, overtaken and refused comments that lose no text."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from channels import letters
from extensions import db
from jobs.clock import utc_now
from models import Attachment, Comment, Delivery, Ticket
from rules.statuses import Status
from services import comments
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page, typed
from tests.conftest import People
from tests.services.played import ticket_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ticket(people: People) -> Ticket:
    made = factories.ticket(people.bob, at=utc_now())
    db.session.commit()
    return made


def form_of(client: FlaskClient, ticket: Ticket) -> dict[str, Any]:
    return typed(Page(client.get(f"/tickets/{ticket.number}")).form(f"/tickets/{ticket.number}/comments"))


def say(client: FlaskClient, ticket: Ticket, **values: Any) -> Any:
    headers = values.pop("headers", {})
    return client.post(f"/tickets/{ticket.number}/comments", data=values, headers=headers)


def status_of(ticket: Ticket) -> str:
    anew()
    return db.session.scalars(select(Ticket.status).where(Ticket.id == ticket.id)).one()


def test_both_sides_talk_and_the_status_follows(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:  # S32, S77
    alice, carol = client_of(people.alice), client_of(people.carol)
    page = Page(alice.get(f"/tickets/{ticket.number}"))
    answer = alice.post(
        f"/tickets/{ticket.number}/comments",
        data=typed(
            page.form(f"/tickets/{ticket.number}/comments"),
            body="Обновите <b>загрузчик</b>.\r\n\r\nhttps://nag.wiki/x?a=1&b=2",
        ),
    )
    assert (answer.status_code, answer.location) == (303, f"/tickets/{ticket.number}")
    assert status_of(ticket) == Status.WAITING  # S38, S45
    page = Page(carol.get(f"/tickets/{ticket.number}"))
    said = page.all("article", class_="message__card")[-1]
    assert "Обновите <b>загрузчик</b>." in said.text and "Алексеев Степан" in said.text and "специалист" in said.text
    assert [link["href"] for link in said.one("div", class_="prose message__body").all("a")] == [
        "https://nag.wiki/x?a=1&b=2"
    ]  # S63
    fragment = say(carol, ticket, body="Обновили, не помогло", headers=HTMX)
    assert fragment.status_code == 200 and Page(fragment).one("article", id="ticket") and not Page(fragment).all("html")
    assert "Обновили, не помогло" in Page(fragment).one(id="ticket-timeline").text
    assert status_of(ticket) == Status.OPEN


def test_the_letters_code_leads_to_the_answer_and_lets_him_reply(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:  # S66, S77, D12
    accounts.new_code(people.bob)
    db.session.commit()
    assert say(client_of(people.alice), ticket, body="Пришлите журнал").status_code == 303
    anew()
    letter = letters.render(db.session.scalars(select(Delivery).where(Delivery.template == "comment")).one())
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    label = "Код авторизации для мобильного приложения и клиентского портала:"
    code = re.search(rf"{label}\s+(\d{{4}}(?:-\d{{4}}){{3}})\b", text)
    assert code is not None
    phone = client_of(None)
    assert phone.post("/login/code", data={"code": code[1]}).status_code == 303
    assert "Пришлите журнал" in Page(phone.get(f"/tickets/{ticket.number}")).one(id="ticket-timeline").text
    assert say(phone, ticket, body="Прилагаю").status_code == 303
    assert status_of(ticket) == Status.OPEN


def test_a_note_is_for_staff_only(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    alice, bob = client_of(people.alice), client_of(people.bob)
    mark = Page(bob.get(f"/tickets/{ticket.number}")).one(id="ticket-news")["hx-get"]
    sent = say(
        alice, ticket, body="Похоже на блок питания", visibility="internal", files=(io.BytesIO(b"x"), "тайное.log")
    )
    assert sent.status_code == 303 and status_of(ticket) == Status.OPEN
    address = db.session.scalars(select(Attachment.public_id)).one()
    for reader in (alice, client_of(people.sergey), client_of(people.anna)):
        page = Page(reader.get(f"/tickets/{ticket.number}"))
        assert "Похоже на блок питания" in page.text and "Внутренняя заметка: клиент её не видит" in page.text
        assert reader.get(f"/attachments/{address}", buffered=True).data == b"x"
    assert bob.get(mark).status_code == 204  # no news for him
    for reader in (bob, client_of(people.carol)):
        for path in (f"/tickets/{ticket.number}", f"/tickets/{ticket.number}/timeline", "/tickets?scope=company"):
            text = reader.get(path).get_data(as_text=True)
            assert "Похоже на блок" not in text and "тайное" not in text and "Внутренняя" not in text, path
        assert reader.get(f"/attachments/{address}").status_code == 404
    refused = say(bob, ticket, body="Я тоже так умею", visibility="internal")
    assert refused.status_code == 403 and "Это могут только специалисты" in Page(refused).text
    assert count(Comment) == 2


def test_a_closed_ticket_takes_no_comment_and_offers_to_go_on(people: People, client_of: ClientOf) -> None:
    closed = ticket_in(Status.CLOSED, people, at=utc_now())
    db.session.commit()
    bob = client_of(people.bob)
    for headers in ({}, HTMX):
        sent = {
            "body": "Снова <не> работает\r\nвторая строка",
            "files": (io.BytesIO(b"1"), "новый.log"),
            "client_id": str(uuid4()),
        }
        page = Page(say(bob, closed, **sent, headers=headers))
        assert page.status == 409  # S58
        assert "Заявка закрыта, комментарий не добавлен. Ваш текст сохранён ниже." in page.one(id="ticket-problem").text
        kept = page.form("/tickets/new")
        assert dict(kept)["description"].split() == sent["body"].split()
    opened = Page(bob.get("/tickets/new", query_string=typed(kept)))
    form = opened.form("/tickets")
    assert dict(form)["continues"] == str(closed.number) and dict(form)["description"].split() == sent["body"].split()
    answer = bob.post("/tickets", data=typed(form))
    assert answer.status_code == 303
    shown = Page(bob.get(answer.location))
    assert "новый.log" in shown.text and f"/tickets/{closed.number}" in shown.links()  # S42, S124
    empty = Page(bob.get(f"/tickets/{closed.number}"))
    assert f"/tickets/new?continues={closed.number}" in empty.links()
    assert f"/tickets/{closed.number}/comments" not in empty.actions()


def test_an_answer_that_was_overtaken_waits_for_a_second_look(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:
    alice, bob = client_of(people.alice), client_of(people.bob)
    form = form_of(alice, ticket)
    say(bob, ticket, body="Уже не надо")
    sent = form | {"body": "Сделайте <так>", "files": (io.BytesIO(b"1"), "схема.txt")}
    page = Page(alice.post(f"/tickets/{ticket.number}/comments", data=sent))
    assert page.status == 409 and page.one(id="ticket-problem").text
    assert "Уже не надо" in page.one(id="ticket-timeline").text
    kept = page.form(f"/tickets/{ticket.number}/comments")
    assert dict(kept)["body"] == "Сделайте <так>" and dict(kept)["client_id"] == form["client_id"][0]
    assert status_of(ticket) == Status.OPEN
    answer = alice.post(f"/tickets/{ticket.number}/comments", data=typed(kept))
    assert answer.status_code == 303
    assert "схема.txt" in Page(alice.get(answer.location)).one(id="ticket-timeline").text
    form = form_of(bob, ticket)  # a customer is never held back
    say(alice, ticket, body="Ещё вопрос")
    assert bob.post(f"/tickets/{ticket.number}/comments", data=form | {"body": "Ответ"}).status_code == 303
    note = form_of(alice, ticket)
    say(bob, ticket, body="И ещё")
    assert say(alice, ticket, **note | {"body": "Заметка", "visibility": "internal"}).status_code == 303
    for seen in ("9" * 30, "-1", "x", "²"):
        assert say(alice, ticket, body="Да", seen=seen).status_code in (303, 409), seen


def test_the_same_comment_twice_is_one(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    bob = client_of(people.bob)
    sent = {"body": "Один раз", "client_id": str(uuid4())}
    answers = [say(bob, ticket, **sent, files=(io.BytesIO(b"1"), "а.log")) for _ in range(2)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"/tickets/{ticket.number}")}
    assert (count(Comment), count(Attachment)) == (2, 1)
    at_once = {"body": "Разом", "client_id": str(uuid4())}
    clients, path = [client_of(people.bob) for _ in range(4)], f"/tickets/{ticket.number}/comments"
    with ThreadPoolExecutor(4) as pool:
        statuses = {answer.status_code for answer in pool.map(lambda client: client.post(path, data=at_once), clients)}
    assert statuses == {303} and count(Comment) == 3
    comments.note(ticket, "x", by=people.alice, at=utc_now())
    db.session.commit()
    for closed in (False, True):
        if closed:
            bob.post(f"/tickets/{ticket.number}/resolve")
            client_of(people.anna).post(f"/tickets/{ticket.number}/close")
        assert say(bob, ticket, **at_once).status_code == 303  # what was taken is not refused later


def test_bad_comments_are_refused_with_their_reason(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    bob = client_of(people.bob)
    for body in ("", " \r\n\t ", "\0"):
        page = Page(say(bob, ticket, body=body))
        assert page.status == 422 and page.error("comment") == "Заполните это поле.", repr(body)
    page = Page(say(bob, ticket, body="х" * 100_001))
    assert page.status == 422 and "100" in page.error("comment") and "х" * 100_001 in page.raw
    page = Page(say(bob, ticket, body="Текст", files=(io.BytesIO(b""), "пусто.log")))
    assert page.status == 422 and "Файл «пусто.log» пустой." in page.text
    assert dict(page.form(f"/tickets/{ticket.number}/comments"))["body"] == "Текст"
    script = (
        "<p onclick=x>Жирный <b>текст</b><script>alert(1)</script><img src=x onerror=y></p><a href='javascript:x'>z</a>"
    )
    assert say(bob, ticket, body=script, body_format="html").status_code == 303
    last = Page(bob.get(f"/tickets/{ticket.number}")).all("div", class_="prose message__body")[-1]
    assert last.text == "Жирный текст z" and [element.tag for element in last.all()] == ["p", "b", "a"]
    assert all("href" not in element.attributes for element in last.all())
    assert count(Comment) == 2


def test_a_comment_may_be_files_or_a_recording_alone(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    bob = client_of(people.bob)
    assert say(bob, ticket, body="", files=(io.BytesIO(b"1"), "лог.txt")).status_code == 303
    with open("tests/samples/sentence.ogg", "rb") as sound:
        note = bob.post("/voice-notes", data={"audio": (sound, "voice.ogg", "audio/ogg")}).get_json()
    assert say(bob, ticket, body="", voice_note_ids=note["id"]).status_code == 303
    page = Page(client_of(people.alice).get(f"/tickets/{ticket.number}"))
    assert "лог.txt" in page.text and page.one(id=f"voice-note-{note['id']}").one("source")["src"] == note["url"]
    assert say(bob, ticket, body="", voice_note_ids=note["id"]).status_code == 422  # it has been sent


def test_strangers_and_guests_say_nothing(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    assert say(client_of(people.mallory), ticket, body="x").status_code == 404
    assert say(client_of(None), ticket, body="x", headers=HTMX).status_code == 401
    page = Page(say(client_of(None), ticket, body="Дописать после входа, когда сеанс кончился"))
    assert page.status == 401 and "Дописать после входа" in page.text
    assert count(Comment) == 1


def test_a_client_id_of_another_ticket_makes_a_comment_of_its_own(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:
    other = factories.ticket(people.bob, at=utc_now())
    db.session.commit()
    bob, sent = client_of(people.bob), {"body": "То же самое", "client_id": str(uuid4())}
    for number in (ticket.number, other.number, ticket.number, other.number):
        answer = bob.post(f"/tickets/{number}/comments", data=sent)
        assert (answer.status_code, answer.location) == (303, f"/tickets/{number}")
    for number in (ticket.number, other.number):
        page = Page(bob.get(f"/tickets/{number}"))
        assert page.one(id="ticket-timeline").text.count("То же самое") == 1


def test_an_answer_names_what_it_answers_and_leads_there(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    alice, bob = client_of(people.alice), client_of(people.bob)
    say(bob, ticket, body="Вот лог. Что в нём не так?", files=(io.BytesIO(b"x"), "порт25.log"))
    page = Page(alice.get(f"/tickets/{ticket.number}"))
    [_, link] = page.all("a", class_="message__reply")
    asked = link["data-reply"]
    composer = Page(alice.get(link["href"].split("#")[0]))  # without a script the link itself leads there
    form = composer.form(f"/tickets/{ticket.number}/comments")
    assert dict(form)["reply_to"] == asked
    quoted = composer.one(id="composer").text
    assert "Вот лог. Что в нём не так?" in quoted and "порт25.log" in quoted and "Тестинг Тестовый" in quoted
    refused = Page(alice.post(f"/tickets/{ticket.number}/comments", data=typed(form, body=" ")))
    assert refused.status == 422 and dict(refused.form(f"/tickets/{ticket.number}/comments"))["reply_to"] == asked
    assert alice.post(f"/tickets/{ticket.number}/comments", data=typed(form, body="Порт 25")).status_code == 303
    for client in (alice, bob):
        quote = Page(client.get(f"/tickets/{ticket.number}")).one("a", class_="quote")
        assert quote["href"] == f"/tickets/{ticket.number}?at={asked}#comment-{asked}"
        assert quote.text.startswith("В ответ на: Тестинг Тестовый Вот лог.") and "порт25.log" in quote.text
    for strange in ("9" * 30, "-1", "x", "²", str(2**31 - 1)):
        assert say(bob, ticket, body="Да", reply_to=strange).status_code == 303, strange
        assert bob.get(f"/tickets/{ticket.number}", query_string={"reply": strange, "at": strange}).status_code == 200


def test_a_customer_answers_no_note(people: People, client_of: ClientOf, ticket: Ticket) -> None:
    alice, bob = client_of(people.alice), client_of(people.bob)
    say(alice, ticket, body="Тайное", visibility="internal")
    anew()
    note = max(db.session.scalars(select(Comment.id)))
    assert "Тайное" not in bob.get(f"/tickets/{ticket.number}?reply={note}").get_data(as_text=True)
    assert say(bob, ticket, body="Ответ", reply_to=str(note)).status_code == 303
    assert not Page(bob.get(f"/tickets/{ticket.number}")).all("a", class_="quote")
