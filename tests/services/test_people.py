"""Registration, passwords and who gets in (S8–S19, D11)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from extensions import db
from models import AccessLink, Device, Purpose, PushSubscription, Role, Team
from rules.errors import Invalid
from services import devices, people, phones, seals
from tests import factories
from tests.conftest import People
from tests.services.accounts import ALL, confirmed, letters, refusal, register, token_of
from tests.services.played import NOW, refused

HOUR = timedelta(hours=1)


def test_a_registration_waits_for_its_address_to_be_confirmed(app: Flask) -> None:  # S9–S14
    person = register()
    assert (person.role, person.email, person.activated_at, person.password_hash) == (
        "contact", "new@romashka.example", None, None
    )  # fmt: skip
    assert (person.consent_at, person.consent_version, person.company_id) == (NOW, "2026-01", None)  # S12, S73
    [letter] = letters()
    assert (letter.template, letter.target, letter.channel) == ("confirm_registration", "new@romashka.example", "email")
    assert people.code_of(person) == ""  # S16: none before activation


def test_the_letters_token_stands_in_no_other_row(app: Flask) -> None:
    register()
    token = token_of(letters()[0])
    [link] = db.session.scalars(select(AccessLink))
    assert link.token_hash == seals.digest(token) != token and len(token) >= 43
    assert token not in letters()[0].key


def test_a_taken_address_is_refused_whatever_its_case(crowd: People) -> None:  # S8
    for email in ("bob@romashka.example", " BOB@Romashka.Example "):
        error = refused(Invalid, lambda email=email: register(email=email))
        assert (error.field, error.code) == ("email", "taken")  # type: ignore[attr-defined]


def test_asked_again_before_confirming_the_newest_words_and_link_count(app: Flask) -> None:
    first = register()
    again = register(at=NOW + HOUR, last_name="Тестова", consent_version="2026-02")
    assert first is again and (again.last_name, again.consent_version) == ("Тестова", "2026-02")
    old, new = letters()
    assert refusal(token_of(old), at=NOW + HOUR).code == "link_expired"
    assert people.link(token_of(new), {Purpose.CONFIRM}, at=NOW + HOUR).person_id == first.id


def test_an_address_of_invited_staff_is_not_for_strangers_to_register(app: Flask) -> None:
    invited, token = people.add_staff(
        "new@romashka.example", role=Role.ADMIN, team=Team.SUPPORT, last_name="Миронова", first_name="Елена", at=NOW
    )
    refused(Invalid, register)
    assert (invited.last_name, invited.consent_at) == ("Миронова", None)
    assert people.link(token, {Purpose.STAFF}, at=NOW).person_id == invited.id


def test_setting_the_password_activates_gives_the_code_and_tells(app: Flask) -> None:  # S17, S19, S66
    person = confirmed()
    assert person.activated_at == NOW and len(people.code_of(person)) == 19
    assert people.authenticate(" NEW@romashka.example", factories.PASSWORD) is person
    [granted] = letters("access_granted")
    assert factories.PASSWORD not in repr(vars(granted)) and granted.data == {}  # D11


def test_the_password_itself_is_kept_nowhere(app: Flask) -> None:  # D11
    person = confirmed()
    assert person.password_hash is not None and factories.PASSWORD not in person.password_hash
    assert person.password_hash.startswith("scrypt:")


def test_a_second_password_tells_nothing_again_and_keeps_the_code(app: Flask) -> None:
    person = confirmed()
    code = people.code_of(person)
    people.forgot(person.email, at=NOW)
    people.set_password(
        people.link(token_of(letters("reset_password")[0]), ALL, at=NOW), "another horse", at=NOW + HOUR
    )
    assert (people.code_of(person), person.activated_at, len(letters("access_granted"))) == (code, NOW, 1)
    assert people.authenticate(person.email, factories.PASSWORD) is None
    assert people.authenticate(person.email, "another horse") is person


def test_a_new_password_signs_every_device_out_and_silences_its_phone(app: Flask) -> None:
    person = confirmed()
    for by in ("password", "code"):
        devices.sign_in(person, by=by, name="Chrome, Android", remember=True, at=NOW)
        keys = {"p256dh": "BPoint", "auth": "secret"}
        phones.subscribe(person, {"endpoint": f"https://fcm.googleapis.com/{by}", "keys": keys}, at=NOW)
    people.forgot(person.email, at=NOW)
    people.set_password(people.link(token_of(letters("reset_password")[0]), ALL, at=NOW), "another horse", at=NOW)
    assert db.session.scalars(select(Device)).all() == db.session.scalars(select(PushSubscription)).all() == []


def test_only_who_is_active_and_knows_the_password_gets_in(crowd: People) -> None:
    assert people.authenticate("bob@romashka.example", factories.PASSWORD) is crowd.bob
    assert people.authenticate("bob@romashka.example", factories.PASSWORD + " ") is None
    assert people.authenticate("bob@romashka.example", "") is None
    crowd.bob.activated_at = None
    assert people.authenticate("bob@romashka.example", factories.PASSWORD) is None


def test_staff_are_invited_once_and_get_no_code(app: Flask) -> None:  # D12
    person, token = people.add_staff(
        " Agent@Desk.example",
        role=Role.AGENT,
        team=Team.SERVICE_CENTER,
        last_name="Кузнецов",
        first_name="Сергей",
        at=NOW,
    )
    assert (person.email, person.activated_at, letters()) == ("agent@desk.example", None, [])
    people.set_password(people.link(token, {Purpose.STAFF}, at=NOW), factories.PASSWORD, at=NOW)
    assert (person.code_hash, people.code_of(person), person.activated_at) == (None, "", NOW)
    refused(
        Invalid,
        lambda: people.add_staff(
            "agent@desk.example", role=Role.ADMIN, team=Team.SUPPORT, last_name="Я", first_name="", at=NOW
        ),
    )


def test_with_the_demo_off_the_demo_people_are_shut_out_until_they_choose_a_password(
    app: Flask, crowd: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their passwords are public, and everybody may have read their codes in the demo mailbox."""
    crowd.bob.password_hash = generate_password_hash("client-demo-1", method=people.DEMO_HASHING)
    db.session.flush()
    code, email = people.code_of(crowd.bob), crowd.bob.email
    assert people.authenticate(email, "client-demo-1") is people.by_code(code) is crowd.bob
    monkeypatch.setitem(app.config, "DEMO", False)
    assert people.authenticate(email, "client-demo-1") is people.by_code(code) is None
    assert people.authenticate(crowd.carol.email, factories.PASSWORD) is crowd.carol
    people.forgot(email, at=NOW)
    people.set_password(people.link(token_of(letters("reset_password")[0]), ALL, at=NOW), "my own horse", at=NOW)
    assert people.authenticate(email, "my own horse") is crowd.bob
