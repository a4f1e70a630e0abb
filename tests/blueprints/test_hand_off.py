"""A phone signs in by the QR code of a computer: two minutes, once, never for staff (S107, S110, D12)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import AccessLink, Delivery, Purpose
from services import people as accounts
from services import seals
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.conftest import People

HTMX = {"HX-Request": "true"}


@pytest.fixture
def computer(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def show(computer: FlaskClient) -> str:
    """Press «Показать QR-код»; return the address in it, which the computer keeps in its session."""
    answer = computer.post("/profile/hand-off")
    assert (answer.status_code, answer.location) == (303, "/profile/hand-off")
    page = computer.get(answer.location)
    assert page.headers["Cache-Control"] == "no-store"
    assert Page(page).one(id="hand-off").all("svg", class_="qr")
    with computer.session_transaction() as session:
        return f"/login/hand-off?token={session['hand_off']}"


def press(phone: FlaskClient, address: str) -> int:
    """Open the address and press «Войти как …»; return the answer's status."""
    page = Page(phone.get(address))
    return int(phone.post("/login/hand-off", data=typed(page.form("/login/hand-off"))).status_code)


def test_a_phone_is_signed_in_by_one_press(computer: FlaskClient, people: People, guest: FlaskClient) -> None:
    assert "/profile/hand-off" in Page(computer.get("/profile")).actions()
    address = show(computer)
    for _ in range(2):  # the camera's preview opens it first: that uses nothing up
        page = Page(guest.get(address))
        assert page.status == 200 and "Войти как Тестинг Тестовый" in page.one(id="hand-off-confirm").text
    assert guest.get("/tickets").status_code == 303
    assert computer.get("/profile/hand-off", headers=HTMX).status_code == 204  # still waiting
    assert press(guest, address) == 303
    assert guest.get("/tickets").status_code == 200  # S110
    assert "Готово" in Page(computer.get("/profile/hand-off", headers=HTMX)).text
    rows = Page(computer.get("/profile/devices")).one(id="devices").text
    assert "по QR-коду с другого устройства" in rows
    remembered = guest.get_cookie("desk_remember")
    assert remembered is not None  # a phone stays signed in


def test_the_token_is_kept_hashed_and_its_picture_holds_the_address(computer: FlaskClient) -> None:
    token = parse_qs(urlsplit(show(computer)).query)["token"][0]
    anew()
    link = db.session.scalars(select(AccessLink).where(AccessLink.purpose == Purpose.HAND_OFF)).one()
    assert link.token_hash == seals.digest(token) and len(token) >= 43
    assert timedelta(seconds=110) < link.expires_at - utc_now() <= timedelta(minutes=2)
    part = Page(computer.post("/profile/hand-off", headers=HTMX))
    assert not part.all("html") and part.one(id="hand-off").all("svg", class_="qr")
    assert re.search(r"до \d\d:\d\d:\d\d", part.one(id="hand-off-time").text)
    assert 100 < int(part.one(role="timer")["data-countdown"]) <= 120


def test_it_works_once_and_only_the_newest(computer: FlaskClient, client_of: ClientOf) -> None:
    first, second = show(computer), show(computer)
    old = Page(client_of(None).get(first))
    assert old.status == 410 and "Время действия QR-кода истекло" in old.text and "/login/code" in old.links()
    assert press(client_of(None), second) == 303
    late = client_of(None).post("/login/hand-off", data={"token": second.split("=")[1]})
    assert late.status_code == 410 and "уже использован" in Page(late).text


def test_of_two_phones_at_once_one_gets_in(computer: FlaskClient, client_of: ClientOf) -> None:
    token = show(computer).split("=")[1]
    phones = [client_of(None) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda phone: phone.post("/login/hand-off", data={"token": token}).status_code, phones)
    assert sorted(answers) == [303, 410, 410, 410]


def test_after_two_minutes_it_is_over_and_says_so_on_both_sides(computer: FlaskClient, guest: FlaskClient) -> None:
    address = show(computer)
    with committed():
        db.session.execute(update(AccessLink).values(expires_at=utc_now()))
    assert guest.get(address).status_code == 410
    assert guest.post("/login/hand-off", data={"token": address.split("=")[1]}).status_code == 410
    part = Page(computer.get("/profile/hand-off", headers=HTMX))
    assert "Время действия кода истекло" in part.text and "Показать новый QR-код" in part.text
    assert "every" not in part.one(id="hand-off").attributes.get("hx-trigger", "")
    for nonsense in ("", "x", "x" * 3000):
        assert guest.get(f"/login/hand-off?token={nonsense}").status_code == 410


def test_it_never_opens_a_staff_account(people: People, client_of: ClientOf) -> None:  # D12
    for person in (people.alice, people.anna):
        client = client_of(person)
        assert not Page(client.get("/profile")).all(id="hand-off")
        assert client.post("/profile/hand-off").status_code == client.get("/profile/hand-off").status_code == 404
    address = show(client_of(people.bob))
    with committed():
        promoted = accounts.by_id(people.bob.id)
        assert promoted is not None
        promoted.role = "agent"  # promoted within the two minutes
    assert client_of(None).get(address).status_code == 410
    assert client_of(None).post("/login/hand-off", data={"token": address.split("=")[1]}).status_code == 410


@pytest.mark.parametrize("end", ["/logout", "/profile/code", "/profile/devices/end-others"])
def test_it_ends_with_what_it_came_from(computer: FlaskClient, guest: FlaskClient, end: str) -> None:
    address = show(computer)
    assert computer.post(end).status_code == 303
    assert guest.get(address).status_code == 410


def test_what_came_by_the_code_takes_along_whom_it_let_in(people: People, client_of: ClientOf) -> None:
    """Else a stolen code would outlive «сменить код»: its thief hands over to himself first."""
    owner, thief, his_phone, own_phone = client_of(people.bob), *(client_of(None) for _ in range(3))
    thief.post("/login/code", data={"code": accounts.code_of(people.bob)})
    assert press(his_phone, show(thief)) == 303 and press(own_phone, show(owner)) == 303
    assert owner.post("/profile/code").status_code == 303
    states = [client.get("/tickets").status_code for client in (thief, his_phone, own_phone, owner)]
    assert states == [303, 303, 200, 200]


def test_who_is_signed_in_already_is_asked_first(computer: FlaskClient, people: People, client_of: ClientOf) -> None:
    address = show(computer)
    same, other = client_of(people.bob), client_of(people.mallory)
    page = Page(same.get(address))
    assert "Вы уже вошли" in page.text and "/login/hand-off" not in page.actions()
    assert "Сейчас здесь вошли как Лугова" in Page(other.get(address)).text
    assert press(other, address) == 303
    assert "bob@romashka.example" in Page(other.get("/profile")).text
    anew()
    assert len(db.session.scalars(select(Delivery).where(Delivery.template == "new_device")).all()) == 1


@pytest.mark.usefixtures("tokens")
def test_another_site_cannot_press_the_button(people: People, client_of: ClientOf, guest: FlaskClient) -> None:
    computer = client_of(people.bob)
    form = Page(computer.get("/profile")).form("/profile/hand-off")
    computer.post("/profile/hand-off", data=typed(form))
    with computer.session_transaction() as session:
        token = session["hand_off"]
    assert (
        guest.post("/login/hand-off", data={"token": token}, headers={"Origin": "http://evil.example"}).status_code
        == 400
    )
    again = Page(guest.post("/login/hand-off", data={"token": token}))  # the page was open for too long
    assert again.status == 422 and guest.get("/tickets").status_code == 303
    assert guest.post("/login/hand-off", data=typed(again.form("/login/hand-off"))).status_code == 303
