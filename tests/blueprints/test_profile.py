"""«Мои данные» (S88–S89, S107–S109, D12): read-only facts, the code, notices, looks, language, time zone."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import Delivery
from services import comments
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.conftest import People


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def code_on(client: FlaskClient) -> str:
    return str(Page(client.get("/profile")).one(data_testid="code").text.replace(" ", ""))


def test_facts_are_shown_and_changed_only_by_a_ticket(bob: FlaskClient) -> None:
    page = Page(bob.get("/profile"))
    assert bob.get("/profile").headers["Cache-Control"] == "no-store"
    facts = page.one(id="profile-facts")
    for words in (
        "Тестинг",
        "Тестовый",
        "bob@romashka.example",
        "Ромашка Телеком",
        "ограничивает самостоятельное внесение",
    ):
        assert words in facts.text  # S88
    assert not facts.all("input") and not facts.all("form")
    ask = next(link for link in page.links() if link.startswith("/tickets/new?"))  # S89, S115
    wanted = parse_qs(urlsplit(ask).query)
    form = dict(Page(bob.get(ask)).form("/tickets"))
    assert (form["subject"], form["type"]) == (wanted["subject"][0], "account")


def test_the_code_stands_there_with_a_button_that_copies_it(
    bob: FlaskClient, people: People, client_of: ClientOf
) -> None:
    code = code_on(bob)
    assert re.fullmatch(r"(\d{4}-){3}\d{4}", code)  # D12
    page = Page(bob.get("/profile"))
    assert page.one("button", data_copy=code).text == "Скопировать код"  # S109
    for person in (people.alice, people.anna):
        staff = Page(client_of(person).get("/profile"))
        assert not staff.all(id="profile-code") and "/profile/code" not in staff.actions()
        assert client_of(person).post("/profile/code").status_code == 404


def test_a_new_code_signs_out_what_came_by_the_old_one(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    old, other_way = code_on(bob), client_of(people.bob)
    phone = client_of(None)
    assert phone.post("/login/code", data={"code": old}).status_code == 303
    assert bob.post("/profile/code").status_code == 303
    assert code_on(bob) != old and "У Вас новый код" not in old
    assert phone.get("/tickets").status_code == 303  # signed out
    assert other_way.get("/tickets").status_code == 200  # came by the password
    assert client_of(None).post("/login/code", data={"code": old}).status_code == 422
    phone = client_of(None)
    assert phone.post("/login/code", data={"code": code_on(bob)}).status_code == 303
    assert (
        phone.post("/profile/code").status_code == 303 and phone.get("/tickets").status_code == 200
    )  # the one at hand stays


def test_a_code_that_no_key_opens_any_more_can_be_changed(bob: FlaskClient, people: People) -> None:
    with committed():
        person = accounts.by_id(people.bob.id)
        assert person is not None
        person.code_sealed = "sealed with a key of yesterday"
    page = Page(bob.get("/profile"))
    block = page.one(id="profile-code")
    assert "Показать Ваш код больше нельзя" in block.text and not block.all(data_testid="code")
    assert bob.post("/profile/code", data=typed(page.form("/profile/code"))).status_code == 303 and code_on(bob)


def boxes(client: FlaskClient) -> dict[str, bool]:
    page = Page(client.get("/profile"))
    return {box["value"]: "checked" in box.attributes for box in page.all("input", name="notice")}


def test_he_chooses_which_event_is_told_by_which_channel(bob: FlaskClient, people: People) -> None:  # S67
    assert set(boxes(bob)) == {
        f"{topic}:{channel}"
        for topic in ("comment", "status", "robot", "colleague")
        for channel in ("email", "web_push")
    }
    assert all(boxes(bob).values())  # a push comes beside the letter, not instead
    wanted = ["comment:email", "comment:web_push", "colleague:web_push", "nonsense"]
    answer = bob.post("/profile/notices", data={"notice": wanted})
    assert (answer.status_code, answer.location) == (303, "/profile")
    assert {name for name, is_on in boxes(bob).items() if is_on} == set(wanted) - {"nonsense"}
    anew()
    ticket = factories.ticket(people.bob)
    comments.reply(ticket, "Ответ", by=people.alice, at=utc_now())  # a status change too, which is told with it
    comments.reply(ticket, "От коллеги", by=people.carol, at=utc_now())
    db.session.commit()
    told = db.session.scalars(select(Delivery).where(Delivery.person_id == people.bob.id)).all()
    assert [one.template for one in told] == ["comment"]


def test_who_switches_everything_off_is_told_what_that_means(bob: FlaskClient) -> None:
    assert not Page(bob.get("/profile")).all(id="notices-silent")
    pushes = [f"{topic}:web_push" for topic in ("comment", "status", "robot", "colleague")]
    for chosen in ([], pushes):  # pushes reach nobody who has no device that takes them
        part = Page(bob.post("/profile/notices", data={"notice": chosen}, headers={"HX-Request": "true"}))
        assert part.status == 200 and not part.all("html")
        assert "до Вас ничего не дойдёт" in part.one(id="notices-silent").text
        assert part.one(id="notices-saved").text == "Сохранено."
    bob.post("/profile/notices", data={"notice": ["comment:email"]})
    assert not Page(bob.get("/profile")).all(id="notices-silent")


def test_staff_choose_too_without_colleagues(people: People, client_of: ClientOf) -> None:
    alice = client_of(people.alice)
    assert "Комментарии клиентов" in Page(alice.get("/profile")).one(id="profile-notices").text
    assert not [name for name in boxes(alice) if name.startswith("colleague")]
    alice.post("/profile/notices", data={"notice": ["status:email"]})
    assert [name for name, is_on in boxes(alice).items() if is_on] == ["status:email"]


LOOK = {"theme": "dark", "locale": "en", "timezone": "Asia/Vladivostok"}


def test_theme_language_and_time_zone_are_chosen_without_a_script(bob: FlaskClient, people: People) -> None:  # S127
    form = Page(bob.get("/profile")).form("/profile/look")
    assert dict(form) | LOOK == dict(form) | LOOK and dict(form)["theme"] == "" and dict(form)["locale"] == "ru"
    assert bob.post("/profile/look", data=typed(form, **LOOK)).status_code == 303
    page = Page(bob.get("/profile"))
    assert page.one("html")["lang"] == "en" and page.one("html")["data-theme"] == "dark"
    assert "My data" in page.one("h1").text
    assert {name: value for name, value in page.form("/profile/look") if name in LOOK} == LOOK
    anew()
    person = accounts.by_id(people.bob.id)
    assert person is not None and (person.locale, person.timezone) == ("en", "Asia/Vladivostok")
    bob.post("/profile/look", data=LOOK | {"theme": "", "locale": "ru", "timezone": ""})
    page = Page(bob.get("/profile"))
    assert page.one("html")["lang"] == "ru" and "data-theme" not in page.one("html").attributes


def test_the_time_zone_is_the_browsers_until_he_chooses(bob: FlaskClient) -> None:
    bob.set_cookie("tz", "Asia/Kamchatka")
    options = {option["value"]: option.text for option in Page(bob.get("/profile")).one(id="timezone").all("option")}
    assert options[""] == "Как в браузере: Петропавловск-Камчатский, GMT+12"
    assert options["Asia/Yekaterinburg"] == "Екатеринбург, GMT+5"  # S90
    bob.post("/profile/look", data=LOOK | {"timezone": "America/St_Johns"})  # a rarer one stays on offer
    assert "America/St_Johns" in {
        option["value"] for option in Page(bob.get("/profile")).one(id="timezone").all("option")
    }


def test_what_is_not_on_offer_is_refused_beside_its_field(bob: FlaskClient, people: People) -> None:
    page = Page(bob.post("/profile/look", data={"theme": "", "locale": "tlh", "timezone": "Mars/Olympus"}))
    assert page.status == 422 and page.error("locale") and page.error("timezone")
    anew()
    person = accounts.by_id(people.bob.id)
    assert person is not None and (person.locale, person.timezone) == (None, None)
