"""Taking an account over, and what stays open after it was closed: codes, QR codes, mailboxes, forms with too many fields."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from channels import letters
from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import Delivery, DeliveryState, Device, Person, Role
from services import comments, devices, hand_offs
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.test_registration import NEW, PASSWORD, register
from tests.conftest import Client, People

ELSEWHERE = "ivanov@vasilek.example"


@pytest.fixture
def anna(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.anna)


def by_code(app: Flask, person: Person) -> FlaskClient:
    """A browser that somebody's code has let in."""
    client = Client(app, app.response_class)
    assert client.post("/login/code", data={"code": accounts.code_of(person)}).status_code == 303
    return client


def qr_of(client: FlaskClient) -> str:
    assert client.post("/profile/hand-off").status_code == 303
    with client.session_transaction() as session:
        return str(session["hand_off"])


def is_in(client: FlaskClient) -> bool:
    return bool(client.get("/tickets").status_code == 200)


def ways(person: Person) -> set[str]:
    anew()
    return set(db.session.scalars(select(Device.signed_in_by).where(Device.person_id == person.id)))


def phone_by(client: FlaskClient, app: Flask) -> FlaskClient:
    phone = Client(app, app.response_class)
    assert phone.post("/login/hand-off", data={"token": qr_of(client)}).status_code == 303
    return phone


@pytest.mark.parametrize("change", ["code", "email"])
def test_a_changed_code_shuts_out_whom_it_let_in_and_whom_they_let_in(
    app: Flask, people: People, client_of: ClientOf, anna: FlaskClient, change: str
) -> None:
    """Old letters carry the code: whoever has the former mailbox must not come in by it (D12)."""
    own, thief, old = client_of(people.bob), by_code(app, people.bob), accounts.code_of(people.bob)
    second, token = phone_by(thief, app), qr_of(thief)
    assert is_in(own) and is_in(thief) and is_in(second) and ways(people.bob) == {"password", "code", "hand-off-code"}
    answer = anna.post(f"/admin/people/{people.bob.id}/{change}", data={"email": ELSEWHERE})
    assert answer.status_code == 303
    assert is_in(own) and not is_in(thief) and not is_in(second) and ways(people.bob) == {"password"}
    stranger = client_of(None)
    assert stranger.post("/login/hand-off", data={"token": token}).status_code == 410
    assert stranger.post("/login/code", data={"code": old}).status_code == 422


def test_what_waits_to_be_told_follows_its_reader_and_not_his_former_mailbox(people: People, anna: FlaskClient) -> None:
    ticket = factories.ticket(people.bob)
    comments.reply(ticket, "Пароль от коммутатора: 12345", by=people.alice, at=utc_now())
    db.session.commit()
    assert anna.post(f"/admin/people/{people.bob.id}/email", data={"email": ELSEWHERE}).status_code == 303
    anew()
    sent = {one.template: one.target for one in db.session.scalars(select(Delivery).order_by(Delivery.id.desc()))}
    assert sent["comment"] == ELSEWHERE
    code = accounts.code_of(db.session.get_one(Person, people.bob.id))
    for delivery in db.session.scalars(select(Delivery)):
        letter: Any = letters.render(delivery)
        assert code not in letter.get_body(("plain",)).get_content() or delivery.target == ELSEWHERE


def test_a_letter_that_was_on_its_way_to_the_former_mailbox_holds_no_code(people: People) -> None:
    ticket = factories.ticket(people.bob)
    comments.reply(ticket, "Готово", by=people.alice, at=utc_now())
    db.session.commit()
    delivery, code = db.session.scalars(select(Delivery)).one(), accounts.code_of(people.bob)
    told: Any = letters.render(delivery)
    assert code in told.as_string() or code in told.get_body(("plain",)).get_content()
    people.bob.email = ELSEWHERE
    db.session.commit()
    told = letters.render(delivery)
    assert code not in told.get_body(("plain",)).get_content() + told.get_body(("html",)).get_content()


def test_forms_take_no_fields_that_they_do_not_show(people: People, client_of: ClientOf, anna: FlaskClient) -> None:
    """Mass assignment: every column of a person, sent to every form about one."""
    wanted = {"role": "admin", "team": "support", "is_supervisor": "1", "sees_only_own": "0", "company_id": "2"}
    wanted |= {"visibility": "all", "email": ELSEWHERE, "password_hash": "x", "activated_at": "2020-01-01", "id": "1"}
    bob = client_of(people.bob)
    for path in ("/profile/look", "/profile/notices", "/profile/notifications", "/profile/code"):
        bob.post(path, data=wanted | {"locale": "ru", "theme": "", "timezone": "UTC"})
    names = {"last_name": "Новый", "first_name": "Тест", "patronymic": "", "phone": ""}
    assert anna.post(f"/admin/people/{people.bob.id}", data=wanted | names).status_code == 303
    anew()
    bob_now = db.session.get_one(Person, people.bob.id)
    assert (bob_now.last_name, bob_now.email, bob_now.role) == ("Новый", "bob@romashka.example", Role.CONTACT)
    assert not bob_now.is_supervisor and bob_now.company_id == people.company.id and bob_now.password_hash != "x"
    assert anna.post(f"/admin/people/{people.bob.id}/role", data=wanted).status_code == 422  # no contact becomes staff
    assert register(client_of(None), **wanted).status_code == 303
    anew()
    made = db.session.scalars(select(Person).where(Person.email == ELSEWHERE)).one()
    assert (
        made.role == Role.CONTACT and made.company_id is None and made.activated_at is None and not made.is_supervisor
    )


def test_the_last_administrator_can_not_lock_himself_out(people: People, anna: FlaskClient) -> None:
    here = f"/admin/people/{people.anna.id}"
    assert anna.post(f"{here}/block").status_code == 422
    assert anna.post(f"{here}/role", data={"role": "agent", "team": "support"}).status_code == 422
    anew()
    assert db.session.get_one(Person, people.anna.id).is_admin and anna.get("/admin").status_code == 200


def test_the_honeypot_looks_like_success_and_makes_nobody(people: People, guest: FlaskClient) -> None:
    before = count(Person)
    caught = register(guest, website="https://spam.example", email="bot@spam.example")
    assert caught.status_code == 303 and count(Person) == before and count(Delivery) == 0
    real = register(guest, email="human@spam.example")
    assert real.location.replace("human", "bot") == caught.location


def test_a_link_opens_only_its_own_door(people: People, client_of: ClientOf) -> None:
    with committed():
        token = hand_offs.make(people.bob, at=utc_now())
    form = {"password": PASSWORD, "password_confirm": PASSWORD, "token": token, "activation_token": token}
    for path in (f"/password/reset?token={token}", f"/contacts/confirm_registration?activation_token={token}"):
        assert client_of(None).post(path, data=form).status_code == 410
    for hostile in ("", "x" * 5000, "' OR 1=1 --", "\0", "%00", token.upper(), token[:-1], f"{token}="):
        assert client_of(None).post("/login/hand-off", data={"token": hostile}).status_code in {410, 422}
    assert client_of(None).post("/login/hand-off", data={"token": token}).status_code == 303


def test_a_blocked_person_has_no_way_in(app: Flask, people: People, client_of: ClientOf, anna: FlaskClient) -> None:
    bob = client_of(people.bob)
    code, token = accounts.code_of(people.bob), qr_of(bob)
    assert anna.post(f"/admin/people/{people.bob.id}/block").status_code == 303
    stranger = client_of(None)
    assert not is_in(bob)
    assert stranger.post("/login/code", data={"code": code}).status_code == 422
    assert stranger.post("/login/hand-off", data={"token": token}).status_code == 410
    login = {"login": people.bob.email, "password": factories.PASSWORD}
    assert stranger.post("/login", data=login).status_code == 422
    assert stranger.post("/password/forgot", data={"email": people.bob.email}).status_code == 303
    assert register(stranger, **NEW | {"email": people.bob.email}).status_code == 422
    anew()
    waiting = select(Delivery).where(Delivery.person_id == people.bob.id, Delivery.state == DeliveryState.WAITING)
    assert db.session.scalars(waiting).all() == []


def test_nobody_ends_anothers_sessions(people: People, client_of: ClientOf) -> None:
    bob, mallory = client_of(people.bob), client_of(people.mallory)
    with committed():
        devices.sign_in(people.bob, by="password", name="x", remember=True, at=utc_now())
    for device_id in db.session.scalars(select(Device.id).where(Device.person_id == people.bob.id)).all():
        assert mallory.post(f"/profile/devices/{device_id}/end").status_code == 404
    assert mallory.post("/profile/devices/end-others").status_code == 303
    assert is_in(bob) and len(db.session.scalars(select(Device).where(Device.person_id == people.bob.id)).all()) == 2
