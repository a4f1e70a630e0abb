"""Guessing authorization codes costs work after the first few wrong ones (D12)."""

import pytest
from flask.testing import FlaskClient

from extensions import db
from jobs import committed
from models import LengthSetting
from services import clockwork
from services import people as accounts
from tests.blueprints.conftest import ClientOf, refused_after
from tests.blueprints.html import Page
from tests.blueprints.test_registration import proof
from tests.conftest import People

ELSEWHERE = {"REMOTE_ADDR": "198.51.100.9"}


def enter(client: FlaskClient, code: str, altcha: str = "", **more: object) -> Page:
    return Page(client.post("/login/code", data={"code": code, "altcha": altcha}, **more))


@pytest.mark.usefixtures("limits")
def test_after_three_wrong_codes_a_try_costs_work(people: People, client_of: ClientOf) -> None:
    guest, code = client_of(None), accounts.code_of(people.bob)
    assert not Page(guest.get("/login/code")).all("altcha-widget")
    for number in range(3):
        assert enter(guest, f"{number:016d}").error("code")
    assert Page(client_of(None).get("/login/code")).one("altcha-widget")["challenge"] == "/altcha"
    refused = enter(guest, code)
    assert refused.status == 422 and refused.error("altcha") and not refused.error("code")
    assert enter(client_of(None), code, environ_base=ELSEWHERE).status == 303
    paid = proof(guest)
    assert enter(guest, "0" * 16, paid).error("code")  # a proof is good for one try
    assert enter(guest, code, paid).error("altcha")
    assert enter(guest, code, proof(guest)).status == 303


@pytest.mark.usefixtures("limits")
def test_after_ten_wrong_codes_an_address_has_to_wait(people: People, client_of: ClientOf) -> None:
    with committed():  # no proof is asked for here: only how many tries there are
        db.session.add(LengthSetting(key="code_proof_after", value=99, unit="count"))
        db.session.add(LengthSetting(key="code_attempts", value=4, unit="count"))
    clockwork.forget()
    refused_after(4, lambda: client_of(None).post("/login/code", data={"code": "0" * 16}))
    code = accounts.code_of(people.bob)
    assert client_of(None).post("/login/code", data={"code": code}).status_code == 429
    assert enter(client_of(None), code, environ_base=ELSEWHERE).status == 303
