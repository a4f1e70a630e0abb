"""Creating tickets under strain: the same form twice, large and strange files, continuations (S29, S34, S124, D5, D8)."""

import io
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs.clock import utc_now
from models import Attachment, Comment, Event, Ticket, TicketRelation
from rules.statuses import Status
from services import files
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page, typed
from tests.conftest import People
from tests.services.played import ticket_in

LEAST = {"subject": "SNR-S2962-24T обновление прошивки", "type": "setup-help", "priority": "normal"}
MIB = 1024 * 1024


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def with_large_file(client: FlaskClient, fields: dict[str, str], size: int) -> Any:
    """Post the form with a small file and one of `size` zero bytes; the body is a sparse file, so it costs no disk."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    head = "".join(part.format(name, "") + f"{value}\r\n" for name, value in fields.items())
    head += part.format("files", '; filename="ок.log"') + "малый\r\n" + part.format("files", '; filename="дамп.bin"')
    with tempfile.TemporaryFile() as body:
        body.write(head.encode())
        body.seek(size, io.SEEK_CUR)
        body.write(b"\r\n--x--\r\n")
        body.seek(0)
        return client.post("/tickets", input_stream=body, content_type="multipart/form-data; boundary=x")


def test_a_file_of_75_mib_and_a_byte_is_refused_and_the_rest_is_kept(bob: FlaskClient) -> None:
    page = Page(with_large_file(bob, LEAST | {"description": "Дамп"}, 75 * MIB + 1))  # S34
    assert page.status == 422 and "Файл «дамп.bin» больше 75 МиБ." in page.text
    form = page.form("/tickets")
    assert dict(form)["description"] == "Дамп"
    answer = bob.post("/tickets", data=typed(form))
    assert answer.status_code == 303
    shown = Page(bob.get(answer.location)).one(id="ticket-timeline").text
    assert "ок.log" in shown and "дамп.bin" not in shown


def test_more_files_than_fit_are_named_and_the_first_twenty_are_kept(bob: FlaskClient) -> None:
    many = [(io.BytesIO(b"1"), f"{number}.log") for number in range(22)]
    page = Page(bob.post("/tickets", data=LEAST | {"files": many}))
    assert page.status == 422 and "Слишком много файлов сразу: предел — 20." in page.text
    assert len([name for name, _ in page.form("/tickets") if name == "upload_ids"]) == 20


def test_the_same_form_twice_makes_one_ticket(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    form = LEAST | {"client_id": str(uuid4())}
    answers = [bob.post("/tickets", data=form | {"files": [(io.BytesIO(b"1"), "а.log")]}) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/tickets/152876")] * 2
    fragment = bob.post("/tickets", data=form, headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (204, "/tickets/152876")
    assert (count(Ticket), count(Attachment), count(Comment)) == (1, 1, 1)
    assert client_of(people.carol).post("/tickets", data=form).location == "/tickets/152877"  # another's id is another
    assert bob.post("/tickets", data=form | {"client_id": "not a uuid"}).location == "/tickets/152878"
    assert bob.post("/tickets", data=form | {"client_id": "not a uuid"}).location == "/tickets/152879"


def test_the_same_form_at_once_makes_one_ticket(people: People, client_of: ClientOf) -> None:
    form = LEAST | {"client_id": str(uuid4())}
    clients = [client_of(people.bob) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda client: client.post("/tickets", data=form), clients))
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/tickets/152876")}
    assert (count(Ticket), count(Comment), count(Event)) == (1, 1, 1)


def test_different_forms_at_once_get_numbers_of_their_own(people: People, client_of: ClientOf) -> None:
    clients = [client_of(person) for person in (people.bob, people.bob, people.carol, people.mallory)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda client: client.post("/tickets", data=LEAST).location, clients))
    assert sorted(answers) == [f"/tickets/{number}" for number in range(152876, 152880)]


def test_a_file_of_somebody_else_is_not_taken(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    page = Page(client_of(people.mallory).post("/tickets", data={"files": [(io.BytesIO(b"1"), "чужой.log")]}))
    foreign = dict(page.form("/tickets"))["upload_ids"]
    given = {"upload_ids": [foreign, "nonsense", ""], "voice_note_ids": [foreign, "\U0001f600"]}
    page = Page(bob.post("/tickets", data=LEAST | given))
    assert page.status == 422 and "здесь уже нет" in page.text and "чужой.log" not in page.text  # a lost file is told
    form = page.form("/tickets")
    assert {"upload_ids", "voice_note_ids"}.isdisjoint(dict(form))
    answer = bob.post("/tickets", data=typed(form))
    assert answer.status_code == 303 and "чужой.log" not in Page(bob.get(answer.location)).text
    anew()
    assert db.session.scalars(select(Attachment.comment_id)).one() is None


def test_a_closed_ticket_goes_on_in_a_new_one(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    closed = ticket_in(Status.CLOSED, people, at=utc_now())
    db.session.commit()
    page = Page(bob.get(f"/tickets/new?continues={closed.number}"))
    form = page.form("/tickets")
    kept = dict(form)
    assert (kept["subject"], kept["type"]) == (closed.subject, "setup-help")
    assert (kept["serial_numbers"], kept["order_number"], kept["order_year"]) == ("OE4423DS23", "0000012345", "2023")
    for typed_in in (str(closed.number), f"№ {closed.number}", f"http://desk.test/tickets/{closed.number}"):  # D5
        answer = bob.post("/tickets", data=typed(form, continues=typed_in, client_id=""))
        assert answer.status_code == 303
        assert related(Page(bob.get(answer.location)), "continues") == [f"/tickets/{closed.number}"]  # S124
    back = related(Page(bob.get(f"/tickets/{closed.number}")), "continued_by")
    assert back == ["/tickets/152877", "/tickets/152878", "/tickets/152879"]


def related(page: Page, direction: str) -> list[str]:
    lines = page.one(id="ticket-header").all("p", data_relation=direction)
    return [line.one("a")["href"] for line in lines]


def test_a_strangers_ticket_is_not_betrayed_by_continuing_it(people: People, client_of: ClientOf) -> None:
    secret = factories.ticket(people.bob)
    db.session.commit()
    mallory = client_of(people.mallory)
    for number in (secret.number, 999999999, 1):
        page = Page(mallory.get(f"/tickets/new?continues={number}"))
        assert dict(page.form("/tickets"))["subject"] == ""
        answer = mallory.post("/tickets", data=LEAST | {"continues": str(number)})
        assert answer.status_code == 303 and secret.subject not in Page(mallory.get(answer.location)).one(
            "main"
        ).text.replace(LEAST["subject"], "", 1)
    assert count(TicketRelation) == 0
    assert mallory.get("/tickets/new?continues=²").status_code == 200


def test_a_fault_of_ours_is_admitted_and_leaves_nothing_half_done(bob: FlaskClient, app: Flask) -> None:
    db.session.execute(db.text("DELETE FROM counter"))
    db.session.commit()
    page = Page(bob.post("/tickets", data=LEAST))
    assert page.status == 500 and "Мы её записали" in page.text
    assert (count(Ticket), count(Comment), count(Event)) == (0, 0, 0)


def test_limit_of_files_is_what_the_page_says(bob: FlaskClient) -> None:
    said = Page(bob.get("/tickets/new")).one(id="files-limit").text
    assert str(files.MAX_MIB) in said and str(files.MAX_FILES) in said  # D8
