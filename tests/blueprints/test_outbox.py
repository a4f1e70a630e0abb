"""What a page's outbox asks of the server: who is signed in, and an answer that a script can act on."""

from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import func, select

from extensions import db
from models import Comment, Ticket
from rules.statuses import Status
from tests.blueprints.conftest import ClientOf
from tests.conftest import People
from tests.services.played import ticket_in

JSON = {"Accept": "application/json"}
NEW = {"subject": "Свитч молчит", "type": "consultation", "priority": "normal", "from_outbox": "1"}


def test_the_token_says_whose_parcels_may_go(people: People, client_of: ClientOf) -> None:
    answer = client_of(people.bob).get("/outbox/token", headers=JSON)
    assert answer.get_json()["person"] == str(people.bob.id)
    assert answer.headers["Cache-Control"] == "no-store"
    assert client_of(None).get("/outbox/token", headers=JSON).status_code == 401


def test_a_ticket_is_made_once_however_often_its_parcel_comes(people: People, client_of: ClientOf) -> None:
    client, form = client_of(people.bob), NEW | {"client_id": str(uuid4())}
    first = client.post("/tickets", data=form, headers=JSON)
    again = client.post("/tickets", data=form, headers=JSON)
    assert first.status_code == again.status_code == 201
    number = db.session.scalars(select(Ticket.number)).one()
    assert first.get_json() == again.get_json() == {"number": number, "address": f"/tickets/{number}"}


def test_a_fault_of_the_form_comes_back_in_words(people: People, client_of: ClientOf) -> None:
    answer = client_of(people.bob).post("/tickets", data=NEW | {"subject": " "}, headers=JSON)
    assert answer.status_code == 422
    assert answer.get_json()["kind"] == "form"
    assert answer.get_json()["reason"]


def said(client: FlaskClient, ticket: Ticket, **more: str) -> tuple[int, str]:
    """Send a comment as the outbox does; return the status and what kind of refusal it was."""
    form = {"body": "Пишу с крыши", "client_id": str(uuid4()), **more}
    answer = client.post(f"/tickets/{ticket.number}/comments", data=form, headers=JSON)
    return answer.status_code, answer.get_json().get("kind", "")


def test_a_comment_arrives_or_says_that_it_was_overtaken(people: People, client_of: ClientOf) -> None:
    ticket = ticket_in(Status.WAITING, people)
    seen = str(db.session.scalar(select(func.max(Comment.id))))
    db.session.commit()
    client = client_of(people.bob)
    assert said(client, ticket, seen=seen, from_outbox="1") == (201, "")
    assert said(client_of(people.alice), ticket) == (201, "")
    assert said(client, ticket, seen=seen, from_outbox="1") == (409, "overtaken")
    assert said(client, ticket, seen=seen) == (201, "")  # he has looked, and sends it as it is


def test_a_comment_of_a_closed_ticket_may_go_on_elsewhere(people: People, client_of: ClientOf) -> None:  # S58
    ticket = ticket_in(Status.CLOSED, people)
    db.session.commit()
    assert said(client_of(people.bob), ticket, from_outbox="1") == (409, "closed")


def test_an_empty_comment_is_a_fault_of_the_form(people: People, client_of: ClientOf) -> None:
    ticket = ticket_in(Status.OPEN, people)
    db.session.commit()
    assert said(client_of(people.bob), ticket, body=" ") == (422, "form")
