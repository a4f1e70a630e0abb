"""From the form to the personal account (S8–S19, D11, D14), over HTTP and through the letters."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import altcha
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from blueprints import _proof
from channels import mailbox
from channels.mailbox import Letter
from extensions import db
from jobs import committed, deliver
from jobs.clock import utc_now
from models import AccessLink, Person, Role, Team
from services import consent
from services import people as accounts
from tests.blueprints.conftest import ClientOf, anew, refused_after
from tests.blueprints.html import Page, typed
from tests.conftest import People

EMAIL = "ivan@romashka.example"
NEW = {"last_name": "Тестинг", "first_name": "Тестовый", "email": EMAIL, "consent": "1"}
PASSWORD = "kovamu-tizeba-47"


def proof(client: FlaskClient) -> str:
    """Do the work that the widget of the page would do."""
    widget = Page(client.get("/register")).one("altcha-widget")
    given = client.get(widget["challenge"])
    assert given.headers["Cache-Control"] == "no-store"
    challenge = altcha.Challenge.from_dict(given.get_json())
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


def register(client: FlaskClient, **values: Any) -> Any:
    """Take the way without a script, which costs no work."""
    return client.post("/register", data={**NEW, "no_script": "1", **values})


def letter_to(app: Flask, address: str) -> Letter:
    anew()
    deliver.drain()
    found = mailbox.last(Path(app.config["MAIL_URL"].removeprefix("file://")), address)
    assert found is not None, f"no letter to {address}"
    return found


def link_in(letter: Letter) -> str:
    found = re.search(r"http://desk\.test(/\S+token=\S+)", letter.text)
    assert found, letter.text
    return found[1]


def find(email: str) -> Person | None:
    anew()
    return accounts.by_email(email)


def test_login_and_registration_are_two_halves_of_one_page(guest: FlaskClient) -> None:
    for address in ("/login", "/register"):  # S4
        page = Page(guest.get(address))
        left, right = page.one(id="sign-in").text, page.one(id="register").text
        for words in ("Логин:", "Пароль:", "Запомнить меня", "Войти", "Забыли пароль?", "База знаний"):  # S5, S6
            assert words in left
        for words in (
            "* Фамилия",  # S9
            "* Имя",
            "Отчество",
            "* Электронная почта (будет использоваться как login)",  # S10
            "Если Вы обращаетесь от юридического лица, используйте корпоративный E-mail, в дальнейшем это позволит",  # S2
            "Даю свое согласие на обработку персональных данных",  # S12
            "* — обязательное поле",  # S13
        ):
            assert words in right
        assert not page.one(id="register").all("input", type="password")  # S13
        assert {"/password/forgot", "/kb"} <= set(page.links())


def test_a_guest_registers_by_the_letter_and_is_signed_in(app: Flask, guest: FlaskClient) -> None:
    form = Page(guest.get("/register")).form("/register")
    given = typed(form, **NEW, patronymic="Иванович", altcha=proof(guest))
    answer = guest.post("/register", data=given)
    assert answer.status_code == 303
    assert EMAIL in Page(guest.get(answer.location)).text

    person = find(EMAIL)
    assert person is not None and person.activated_at is None and person.code_hash is None  # S16: no code yet
    assert (person.consent_version, person.patronymic) == ("2026-01", "Иванович")  # S12
    assert person.consent_at is not None and utc_now() - person.consent_at < timedelta(minutes=5)

    letter = letter_to(app, EMAIL)
    assert letter.subject == "Ссылка для подтверждения регистрации в Клиентском портале"  # S14
    assert letter.text.startswith("Ответ-комментарий размещайте выше этой строки")  # S15
    link = link_in(letter)
    assert urlsplit(link).path == "/contacts/confirm_registration" and "activation_token=" in link
    for _ in range(2):  # a mail scanner opens it first: that uses nothing up
        page = Page(guest.get(link))
        assert page.status == 200 and "Тестовый" in page.one("h1").text and "Придумайте пароль" in page.text  # S17
        assert "Пароль:" in page.text and "Подтверждение пароля:" in page.text  # S17
        assert page.one(data_password_invent="").text == "Сгенерировать пароль"  # S18

    action = page.one("main").one("form")["action"]
    answer = guest.post(action, data=typed(page.form(action), password=PASSWORD, password_confirm=PASSWORD))
    assert (answer.status_code, answer.location) == (303, "/tickets")
    assert "Добро пожаловать" in Page(guest.get("/tickets")).one(id="messages").text
    code = Page(guest.get("/profile")).one(data_testid="code").text.replace(" ", "")
    assert re.fullmatch(r"(\d{4}-){3}\d{4}", code)  # D12

    welcome = letter_to(app, EMAIL)
    assert welcome.subject == "Вам предоставлен доступ в систему"  # S19
    assert f"Логин: {EMAIL}" in welcome.text and "Пароль: указан Вами при регистрации" in welcome.text  # D11
    assert PASSWORD not in welcome.text + welcome.html
    again = guest.post(action, data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert again.status_code == 410 and "Этой ссылкой уже воспользовались" in Page(again).text


def test_every_fault_stands_beside_its_field_and_what_was_typed_is_kept(guest: FlaskClient) -> None:
    bad = {"last_name": " ", "first_name": "Тестовый", "patronymic": "Пётр <b>", "email": "ivan@romashka"}
    page = Page(guest.post("/register", data=bad))
    assert page.status == 422
    assert page.errors() == {
        "last_name": "Заполните это поле.",
        "email": "Проверьте адрес: он должен быть похож на name@company.ru.",
        "consent": "Без Вашего согласия мы не вправе Вас зарегистрировать.",
    }
    kept = dict(page.form("/register"))
    assert {name: kept[name] for name in ("first_name", "patronymic", "email")} == {
        name: bad[name] for name in ("first_name", "patronymic", "email")
    }
    assert "consent" not in kept and find("ivan@romashka") is None


def test_who_read_an_older_text_of_the_consent_is_shown_the_new_one(guest: FlaskClient) -> None:  # S12
    form = Page(guest.get("/register")).form("/register")
    with committed():
        published = consent.publish("<p>Новый текст согласия</p>", is_html=True, at=utc_now())
        version = published.version
    page = Page(guest.post("/register", data=typed(form, **NEW, no_script="1")))
    assert page.status == 422 and "Текст согласия за это время изменился" in page.error("consent")
    assert find(EMAIL) is None and "consent" not in dict(page.form("/register"))
    again = typed(page.form("/register"), consent="1", no_script="1")
    assert guest.post("/register", data=again).status_code == 303
    person = find(EMAIL)
    assert person is not None and person.consent_version == version


def test_proof_of_work_is_asked_for_and_taken_once(app: Flask, guest: FlaskClient) -> None:  # S11, D14
    past = altcha.create_challenge(
        algorithm="PBKDF2/SHA-256",
        cost=10,
        counter=3,
        expires_at=utc_now() - timedelta(minutes=1),
        hmac_secret=_proof._secret("challenge"),
        hmac_key_secret=_proof._secret("key"),
    )
    expired = altcha.Payload(past, altcha.solve_challenge(past)).to_base64()
    foreign = altcha.create_challenge(algorithm="PBKDF2/SHA-256", cost=10, counter=3, hmac_secret="not ours")
    forged = altcha.Payload(foreign, altcha.solve_challenge(foreign)).to_base64()
    for payload, words in [
        ("", "Проверка не пройдена"),
        ("@@@", "Проверка не пройдена"),
        ('{"challenge": 1}', "Проверка не пройдена"),
        (forged, "Проверка не пройдена"),
        (expired, "Срок проверки истёк"),
    ]:
        page = Page(guest.post("/register", data={**NEW, "altcha": payload}))
        assert page.status == 422 and words in page.error("altcha"), payload
        assert dict(page.form("/register"))["email"] == EMAIL
    assert find(EMAIL) is None

    good = proof(guest)
    assert guest.post("/register", data={**NEW, "consent": "", "altcha": good}).status_code == 422  # not used up
    assert guest.post("/register", data={**NEW, "altcha": good}).status_code == 303
    other = {**NEW, "email": "petr@romashka.example", "altcha": good}
    assert "Срок проверки истёк" in Page(guest.post("/register", data=other)).error("altcha")
    assert find("petr@romashka.example") is None


@pytest.mark.usefixtures("limits")
def test_without_a_script_a_letter_comes_all_the_same_but_not_often(app: Flask, guest: FlaskClient) -> None:
    assert "letter" in Page(guest.get("/register")).one("noscript").one("button", name="no_script")["class"]
    names = iter(("anna", "boris", "vera", "gleb", "dina"))
    refused_after(2, lambda: register(guest, email=f"{next(names)}@romashka.example"))
    assert link_in(letter_to(app, "anna@romashka.example"))
    assert find(f"{next(names, 'egor')}@romashka.example") is None
    assert guest.post("/register", data={**NEW, "altcha": proof(guest)}).status_code == 303  # not counted there


def test_a_robot_that_fills_the_hidden_field_learns_nothing(guest: FlaskClient) -> None:
    answer = guest.post("/register", data={**NEW, "website": "http://spam.example"})
    assert answer.status_code == 303 and EMAIL in Page(guest.get(answer.location)).text
    assert find(EMAIL) is None


def test_a_taken_address_leads_to_the_forgotten_password(guest: FlaskClient, people: People) -> None:
    page = Page(register(guest, email="Bob@Romashka.example "))
    assert page.status == 422
    assert page.error("email") == "Пользователь с таким логином уже существует"  # S8
    link = next(link for link in page.links() if link.startswith("/password/forgot?"))
    forgot = Page(guest.get(link))
    assert dict(forgot.form("/password/forgot"))["email"].strip().lower() == "bob@romashka.example"


def test_who_has_not_confirmed_yet_gets_a_newer_letter(app: Flask, guest: FlaskClient) -> None:
    register(guest)
    first = link_in(letter_to(app, EMAIL))
    assert register(guest, last_name="Тестов").status_code == 303
    second = link_in(letter_to(app, EMAIL))
    assert first != second
    old = Page(guest.get(first))
    assert old.status == 410 and "Срок действия ссылки истёк" in old.text
    assert "Тестов" in Page(guest.get(second)).one("h1").text
    assert len(db.session.scalars(select(AccessLink)).all()) == 2


def test_the_same_form_twice_at_once_makes_one_person(app: Flask, client_of: ClientOf) -> None:
    clients = [client_of(None) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert {answer.status_code for answer in pool.map(register, clients)} == {303}
    letter_to(app, EMAIL)
    # Each form has sent a link, which ends the earlier ones; the letters leave side by side, in any order.
    sent = mailbox.letters(Path(app.config["MAIL_URL"].removeprefix("file://")), EMAIL)
    links = [link_in(letter) for letter in sent if "token=" in letter.text]  # other tests wrote to him, too
    answers = [clients[0].get(link).status_code for link in links]
    assert answers.count(200) == 1 and set(answers) <= {200, 410}


def test_nobody_can_rename_an_invited_specialist(guest: FlaskClient, app: Flask) -> None:
    with committed():
        accounts.add_staff(
            "new@desk.example", role=Role.AGENT, team=Team.SUPPORT, last_name="Новиков", first_name="", at=utc_now()
        )
    page = Page(register(guest, email="new@desk.example", last_name="Хакер"))
    assert page.status == 422 and page.error("email")
    person = find("new@desk.example")
    assert person is not None and person.last_name == "Новиков"
