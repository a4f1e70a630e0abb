"""The authorization code: to find its owner, to be shown to him, to be changed (S66, S107, D12)."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from extensions import db
from models import Role
from services import devices, people, seals
from tests import factories
from tests.conftest import People
from tests.services.played import NOW


@pytest.fixture
def other_key(app: Flask) -> Iterator[None]:
    """The desk with another SECRET_KEY than the one its rows were written with."""
    kept = app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another one, which is long enough as well"
    yield
    app.config["SECRET_KEY"] = kept


def test_a_code_finds_its_owner_however_it_is_typed(crowd: People) -> None:
    code = people.code_of(crowd.bob)
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{4}", code)
    for typed in (code, code.replace("-", ""), f"  {code.replace('-', ' ')}\n", code.replace("-", "–")):
        assert people.by_code(typed) is crowd.bob


def test_what_is_nobodys_code_finds_nobody(crowd: People) -> None:
    for typed in ["", "0", "1307-3829", "0000-0000-0000-0000", "x" * 5000, "\x00" * 16, "１" * 16]:
        assert people.by_code(typed) is None, typed


def test_nothing_in_the_table_shows_the_code(crowd: People) -> None:
    digits = people.code_of(crowd.bob).replace("-", "")
    row = "".join(str(getattr(crowd.bob, column.name)) for column in crowd.bob.__table__.columns)
    assert digits not in row and seals.digest(digits) not in row


def test_two_people_never_have_the_same_code(crowd: People) -> None:
    crowd.carol.code_hash = crowd.bob.code_hash
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_changed_code_replaces_the_old_one(crowd: People) -> None:
    old = people.code_of(crowd.bob)
    digits = people.new_code(crowd.bob)
    assert people.code_of(crowd.bob).replace("-", "") == digits
    assert people.by_code(old) is None and people.by_code(digits) is crowd.bob


def test_a_changed_code_signs_out_what_it_had_signed_in_but_the_device_at_hand(crowd: People) -> None:
    bob = crowd.bob
    keys = {by: devices.sign_in(bob, by=by, name=by, remember=True, at=NOW) for by in ("password", "link", "code")}
    keys["here"] = devices.sign_in(bob, by="code", name="here", remember=True, at=NOW)
    carols = devices.sign_in(crowd.carol, by="code", name="x", remember=True, at=NOW)
    people.new_code(bob)
    devices.end_by_code(bob, keep=bob.device_id)
    assert {name for name, key in keys.items() if devices.owner(key, at=NOW)} == {"password", "link", "here"}
    assert devices.owner(carols, at=NOW) is not None


def test_changing_the_code_from_nowhere_keeps_no_device_of_it(crowd: People) -> None:
    key = devices.sign_in(crowd.bob, by="code", name="x", remember=True, at=NOW)
    devices.end_by_code(crowd.bob, keep=None)
    assert devices.owner(key, at=NOW) is None


def test_a_code_never_opens_a_staff_account(crowd: People) -> None:  # D12
    code = people.code_of(crowd.bob)
    for role in (Role.AGENT, Role.ADMIN, Role.ROBOT):
        crowd.bob.role = role
        db.session.flush()
        assert people.by_code(code) is None
        assert people.code_of(crowd.bob) == ""


def test_a_code_opens_nothing_before_its_owner_is_active(crowd: People) -> None:
    code = people.code_of(crowd.bob)
    crowd.bob.activated_at = None
    db.session.flush()
    assert people.by_code(code) is None


def test_with_another_secret_key_codes_are_neither_shown_nor_found(crowd: People, other_key: None) -> None:
    assert people.code_of(crowd.bob) == ""


def test_a_code_of_another_secret_key_is_nobodys(crowd: People, app: Flask) -> None:
    code, kept = people.code_of(crowd.bob), app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another one, which is long enough as well"
    try:
        assert people.by_code(code) is None
        fresh = people.new_code(crowd.bob)
        assert people.by_code(fresh) is crowd.bob
    finally:
        app.config["SECRET_KEY"] = kept
    assert people.code_of(crowd.bob) == ""


def test_seals_of_one_purpose_open_nothing_of_another(app: Flask) -> None:
    sealed = seals.seal("тайна", "one")
    assert seals.unseal(sealed, "one") == "тайна"
    assert seals.unseal(sealed, "two") is None
    assert seals.keyed_digest("тайна", "one") != seals.keyed_digest("тайна", "two")
    assert seals.unseal("not a seal", "one") is None
    assert seals.unseal("ж", "one") is None


def test_a_seal_of_the_same_text_looks_different_each_time(app: Flask) -> None:
    assert len({seals.seal("1307", "one") for _ in range(3)}) == 3
    assert len({seals.new_token() for _ in range(100)}) == 100


def test_a_contact_without_a_code_has_none_to_show(crowd: People) -> None:
    assert people.code_of(factories.person("Новый", activated_at=None)) == ""
