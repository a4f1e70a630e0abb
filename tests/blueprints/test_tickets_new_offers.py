"""What «Новая заявка» offers while it is filled in: articles, devices, a ticket that is there already, its own hour."""

import io
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from extensions import db
from models import Contract, Equipment, KbArticle, KbSection, Person, TicketType
from rules.statuses import Status
from services import files, messages, tickets
from services.messages import Enclosed
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People

LEAST = {"subject": "Порт лежит", "type": "setup-help", "priority": "normal"}


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def device(serial: str, company_id: int | None, **values: object) -> None:
    db.session.add(Equipment(serial_number=serial, company_id=company_id, **values))
    db.session.commit()


def article(title: str, text: str = "") -> None:
    section = KbSection(name="Коммутаторы")
    db.session.add(section)
    db.session.flush()
    words = {"title": title, "body_html": f"<p>{text}</p>", "body_text": text, "updated_at": factories.NOW}
    db.session.add(KbArticle(section_id=section.id, **words))
    db.session.commit()


def opened(person: Person, serial: str, subject: str = "Уже спросили") -> int:
    made = factories.ticket(person, subject=subject, serial_numbers=(serial,))
    db.session.commit()
    return made.number


def told(client: FlaskClient, serials: str) -> Page:
    return Page(client.get("/tickets/new/serials", query_string={"serial_numbers": serials}))


def offered(client: FlaskClient, subject: str) -> list[str]:
    return Page(client.get("/tickets/new/articles", query_string={"subject": subject})).links()


def test_new_ticket_is_offered_on_every_page(bob: FlaskClient, people: People) -> None:  # S20
    for path in (
        "/tickets",
        "/tickets/new",
        f"/tickets/{opened(people.bob, '1')}",
        "/company",
        "/profile",
        "/kb",
        "/help",
    ):
        links = [link for link in Page(bob.get(path)).all("a", href="/tickets/new") if "Новая заявка" in link.text]
        assert links, path


def test_articles_are_offered_while_the_subject_is_typed_three_at_most(bob: FlaskClient) -> None:  # S21
    for number in range(5):
        article(f"Прошивка коммутатора, часть {number}")
    article("Как настроить VLAN")
    page = Page(bob.get("/tickets/new/articles?subject=прошивка"))
    assert len(page.links()) == 3 and all(link.startswith("/kb/articles/") for link in page.links())
    assert {link["target"] for link in page.all("a")} == {"_blank"}  # the form stays where it is
    assert "Как настроить VLAN" in Page(bob.get("/tickets/new/articles?subject=SNR-S2962 VLAN не работает")).text
    assert offered(bob, "VL") == offered(bob, "") == offered(bob, "Совершенно другое") == []


def test_the_companys_devices_are_offered_and_told_by_their_number(bob: FlaskClient, people: People) -> None:  # S25
    device("OE4423DS23", people.bob.company_id, model="SNR-S2962-24T", warranty_until=date(2027, 6, 14))
    device("XX1", people.mallory.company_id, model="Чужая модель")
    form = Page(bob.get("/tickets/new"))
    assert [option["value"] for option in form.one("datalist").all("option")] == ["OE4423DS23"]
    page = told(bob, "oe4423ds23; XX1;нет такого")
    assert [line["data-serial"] for line in page.all("p") if "data-serial" in line.attributes] == ["oe4423ds23"]
    assert "SNR-S2962-24T, гарантия до 14 июня 2027" in page.text
    assert "Чужая" not in page.text
    assert told(bob, "").text == told(bob, ";".join(map(str, range(99)))).text == ""


def test_an_open_ticket_with_the_same_number_is_named_to_whom_may_see_it(
    people: People, client_of: ClientOf
) -> None:  # S25, S71
    number = opened(people.bob, "OE4423DS23", "Теряет пакеты")
    for person, sees in ((people.bob, True), (people.carol, True), (people.mallory, False)):
        page = told(client_of(person), "123;oe4423ds23")
        assert (f"/tickets/{number}" in page.links()) is sees
        assert ("Теряет пакеты" in page.text) is sees and (str(number) in page.text) is sees
    people.company.contacts_see_all = False
    db.session.commit()
    assert told(client_of(people.carol), "OE4423DS23").text == "", "a colleague without the right learns nothing"
    assert told(client_of(people.bob), "OE4423DS2").text == "", "a part of a number is another number"


def test_a_ticket_that_has_ended_warns_nobody(bob: FlaskClient, people: People) -> None:  # S25
    number = opened(people.bob, "OE4423DS23")
    ticket = tickets.find(number, people.bob)
    assert ticket is not None
    tickets.move(ticket, "resolve", by=people.bob, at=factories.NOW)
    db.session.commit()
    assert ticket.status == Status.RESOLVED and told(bob, "OE4423DS23").text == ""


def test_the_types_own_hint_stands_under_the_list(bob: FlaskClient) -> None:  # S22
    kind = db.session.query(TicketType).filter_by(code="setup-help").one()
    kind.hint = "Приложите вывод <show running-config>."
    db.session.commit()
    page = Page(bob.get("/tickets/new?type=setup-help"))
    assert page.one(id="type-text").text == "Приложите вывод <show running-config>."
    assert "show running-config" in page.one("select", id="type")["data-hints"]
    assert "hidden" in Page(bob.get("/tickets/new")).one(id="type-text").attributes


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 6, 15, 6, 0, tzinfo=UTC), "отреагирует не позднее пн, 15 июня, 13:00"),  # 11:00 there
        (
            datetime(2026, 6, 15, 11, 30, tzinfo=UTC),
            "отреагирует не позднее вт, 16 июня, 09:30",
        ),  # 16:30: one hour left
        (
            datetime(2026, 6, 19, 13, 0, tzinfo=UTC),
            "нерабочее время. Специалист отреагирует не позднее пн, 22 июня, 10:30",
        ),
    ],
)
def test_the_form_says_when_the_two_working_hours_end(
    bob: FlaskClient, monkeypatch: pytest.MonkeyPatch, at: datetime, words: str
) -> None:  # S92
    monkeypatch.setattr("blueprints.tickets.now", lambda: at)
    form = Page(bob.get("/tickets/new")).one("form", id="new-ticket")
    assert words in form.text and "Екатеринбург" not in form.text
    bob.set_cookie("tz", "Europe/Moscow")
    elsewhere = Page(bob.get("/tickets/new")).one("form", id="new-ticket").text
    assert words in elsewhere and "(Екатеринбург)" in elsewhere  # both clocks


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words", "length"),
    [
        (None, None, "не позднее чт, 5 ноября, 09:30. Расширенная поддержка по договору.", "1 рабочий час"),
        (date(2026, 11, 4), date(2026, 11, 4), "не позднее чт, 5 ноября, 09:30. Расширенная", "1 рабочий час"),
        (None, date(2026, 11, 3), "не позднее чт, 5 ноября, 10:30. 4 ноября", "2 рабочих часа"),  # it is over
        (date(2026, 11, 5), None, "не позднее чт, 5 ноября, 10:30. 4 ноября", "2 рабочих часа"),  # it is ahead
    ],
)
def test_the_form_promises_what_the_readers_own_support_will_keep(
    bob: FlaskClient,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    starts_on: date | None,
    ends_on: date | None,
    words: str,
    length: str,
) -> None:  # S72, S92
    at = datetime(2026, 11, 4, 7, 0, tzinfo=UTC)
    db.session.add(Contract(company_id=people.company.id, number="15", starts_on=starts_on, ends_on=ends_on))
    db.session.commit()
    monkeypatch.setattr("blueprints.tickets.now", lambda: at)
    form = Page(bob.get("/tickets/new")).one("form", id="new-ticket")
    assert f"Сейчас нерабочее время. Специалист отреагирует {words}" in form.text
    assert "4 ноября — День народного единства." in form.text
    sent = {"subject": "Нет линка", "type": "setup-help", "priority": "normal"}
    ticket_page = bob.post("/tickets", data=sent).headers["Location"]
    for page in (ticket_page, f"{ticket_page}/ledger"):  # what was promised holds once it is sent
        assert words.split(" ", 2)[2].split(".")[0] in Page(bob.get(page)).text
    assert f"Обещано: {length}" in Page(bob.get(f"{ticket_page}/ledger")).text


def test_a_company_of_nobodys_contract_is_promised_the_basic_reaction(
    people: People, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:  # S72
    db.session.add(Contract(company_id=people.company.id, number="15"))
    db.session.commit()
    monkeypatch.setattr("blueprints.tickets.now", lambda: datetime(2026, 6, 15, 6, 0, tzinfo=UTC))
    page = Page(client_of(people.mallory).get("/tickets/new"))
    assert "отреагирует не позднее пн, 15 июня, 13:00" in page.text and "Расширенная" not in page.text


def test_the_line_who_will_see_it_follows_the_companys_setting(bob: FlaskClient, people: People) -> None:  # S71
    assert "Ваши коллеги" in Page(bob.get("/tickets/new")).one("form", id="new-ticket").text
    people.company.contacts_see_all = False
    db.session.commit()
    assert "Ваши коллеги" not in Page(bob.get("/tickets/new")).one("form", id="new-ticket").text


def test_formatted_text_is_cleaned_and_shown_formatted(bob: FlaskClient) -> None:  # S28
    html = '<div>Вот <b onclick="x()">лог</b>:</div><pre>interface eth0\n  no shutdown</pre><script>alert(1)</script>'
    sent = LEAST | {"description": html, "description_format": "html"}
    said = Page(bob.get(bob.post("/tickets", data=sent).location)).one(id="ticket-timeline")
    assert [bold.text for bold in said.all("b")] == ["лог"] and not said.all("script")
    assert said.one("pre").raw == "interface eth0\n  no shutdown" and "alert" not in said.text
    assert "onclick" not in said.one("b").attributes


def test_a_refused_form_gives_formatted_text_back_as_it_was(bob: FlaskClient) -> None:  # S28
    sent = LEAST | {"subject": "", "description": "<div><b>Лог</b></div>", "description_format": "html"}
    page = Page(bob.post("/tickets", data=sent))
    field = page.one("textarea", id="description")
    assert page.status == 422 and field["data-editor"] == "html" and field.raw.strip() == "<div><b>Лог</b></div>"
    plain = Page(bob.post("/tickets", data=LEAST | {"subject": "", "description": "<b>"}))
    assert plain.one("textarea", id="description")["data-editor"] == ""


def picture(person: Person) -> str:
    kept = files.keep(files.store(io.BytesIO(b"GIF89a")), "снимок.gif", person, at=factories.NOW)
    db.session.commit()
    return kept.public_id


def test_a_picture_in_the_text_is_a_file_that_came_with_it(people: People, client_of: ClientOf) -> None:  # S28, S29
    own, other, foreign = picture(people.bob), picture(people.bob), picture(people.mallory)
    html = "".join(f'<img src="/attachments/{key}" alt="{key}">' for key in (own, other, foreign))
    html += '<img src="https://evil.example/spy.png"><img src="/logout">'
    sent = LEAST | {"description": f"<p>Смотрите: {html}</p>", "description_format": "html", "upload_ids": [own]}
    answer = client_of(people.bob).post("/tickets", data=sent)
    assert answer.status_code == 303, Page(answer).text
    address = answer.location
    for person in (people.bob, people.alice, people.carol):
        shown = Page(client_of(person).get(address)).one(id="ticket-timeline").all("img")
        assert f"/attachments/{own}" in [image["src"] for image in shown]
        assert not {f"/attachments/{other}", f"/attachments/{foreign}"} & {image["src"] for image in shown}
        assert all(image["src"].startswith("/attachments/") for image in shown)
        assert client_of(person).get(f"/attachments/{own}", buffered=True).status_code == 200
    assert client_of(people.mallory).get(f"/attachments/{own}").status_code == 404


def test_what_a_row_holds_is_cleaned_again_before_it_is_shown(bob: FlaskClient, people: People) -> None:  # S28
    made = factories.ticket(people.bob, description="Вопрос")
    said = messages.add(made, people.bob, "x", at=factories.NOW, enclosed=Enclosed())
    said.body_html = '<p onclick="x()">Из <b>импорта</b></p><script>alert(1)</script><img src="https://evil.example/x">'
    db.session.commit()
    page = Page(bob.get(f"/tickets/{made.number}")).one(id="ticket-timeline")
    assert "Из импорта" in page.text and not page.all("script") and not page.all("img")
    assert not [found for found in page.all("p") if "onclick" in found.attributes]


def test_a_plain_text_with_fences_is_shown_as_code(bob: FlaskClient) -> None:  # S28
    text = "Конфигурация:\r\n```\r\nvlan 10\r\n  name <office>\r\n```\r\nНе работает."
    said = Page(bob.get(bob.post("/tickets", data=LEAST | {"description": text}).location)).one(id="ticket-timeline")
    assert said.one("pre").raw == "vlan 10\n  name <office>"
    assert "```" not in said.text and "Не работает." in said.text


def test_a_continuation_keeps_a_draft_of_its_own(bob: FlaskClient, people: People) -> None:  # D5
    number = opened(people.bob, "OE4423DS23")
    assert Page(bob.get("/tickets/new")).one("form", id="new-ticket")["data-draft"] == "new-ticket"
    after = f"new-ticket-after-{number}"
    page = Page(bob.get(f"/tickets/new?continues={number}"))
    assert page.one("form", id="new-ticket")["data-draft"] == after
    again = Page(bob.post("/tickets", data=dict(page.form("/tickets")) | {"subject": ""}))
    assert again.status == 422 and again.one("form", id="new-ticket")["data-draft"] == after


def test_a_link_to_the_earlier_ticket_fills_the_form_as_its_number_does(bob: FlaskClient, people: People) -> None:  # D5
    number = opened(people.bob, "OE4423DS23")
    for typed in (str(number), f"№ {number}", f"https://www.nag.support/tickets/{number}"):
        fields = dict(Page(bob.get("/tickets/new", query_string={"continues": typed})).form("/tickets"))
        assert (fields["continues"], fields["serial_numbers"]) == (typed, "OE4423DS23")


def test_formatted_text_for_a_closed_ticket_goes_on_in_a_new_one(bob: FlaskClient, people: People) -> None:  # S28, S58
    number = opened(people.bob, "OE4423DS23")
    ticket = tickets.find(number, people.anna)
    assert ticket is not None
    for verb in ("resolve", "close"):
        tickets.move(ticket, verb, by=people.anna, at=factories.NOW)
    db.session.commit()
    html = "<div>Опять <b>лежит</b></div><script>alert(1)</script>"
    refused = Page(bob.post(f"/tickets/{number}/comments", data={"body": html, "body_format": "html"}))
    panel = refused.one(id="composer")
    assert refused.status == 409 and panel.one("b").text == "лежит" and not panel.all("script")
    field = Page(bob.post("/tickets/new", data=dict(refused.form("/tickets/new")))).one("textarea", id="description")
    assert field["data-editor"] == "html" and field.raw.strip() == html  # cleaned when it is sent, as ever
