"""«Компания» as its people see it (S70–S75, S116–S119, S129)."""

import io
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from extensions import db
from models import Attachment, Company, CompanyObserver, Contract, Equipment, Person, Visibility
from services import files
from services.messages import Enclosed
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People

IN_ORDER = (  # S75, without «Комментарий», which is internal
    "Дополнительные названия",
    "Сайт",
    "Электронная почта",
    "Телефон",
    "Наблюдатели заявок по умолчанию",
    "Ответственный за компанию",
    "Адрес",
    "ИНН",
    "КПП",
    "Налоговый номер",
    "Менеджер",
)


def brought(page: Page, start: str) -> dict[str, str]:
    """Return what the link to a prefilled ticket brings along whose subject begins so."""
    for link in page.links():
        given = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        if link.startswith("/tickets/new?") and given.get("subject", "").startswith(start):
            return given
    raise AssertionError(f"no ticket {start!r} among {page.links()}")


@pytest.fixture
def company(people: People) -> Company:
    """Bob's, with a card, a contract that runs and two devices."""
    found = db.session.get_one(Company, people.company.id)
    found.phone, found.site, found.comment, found.inn = "+7 343 555-01-22", "romashka.example", "Должники", "6658123456"
    found.responsible_id, found.manager_id = people.alice.id, people.anna.id
    contract = Contract(company_id=found.id, number="РП-2026/114", ends_on=date(2099, 12, 31))
    db.session.add(contract)
    db.session.flush()
    for serial, until, contract_id in (
        ("OE4423DS23", date(2099, 6, 1), contract.id),
        ("OLD777", date(2020, 5, 1), None),
    ):
        db.session.add(
            Equipment(
                company_id=found.id,
                serial_number=serial,
                manufacturer="SNR",
                model="SNR-S2962-24T",
                site="Крыша",
                contract_id=contract_id,
                warranty_until=until,
            )
        )
    db.session.commit()
    return found


def test_the_card_prints_the_guides_fields_in_order(company: Company, people: People, client_of: ClientOf) -> None:
    card = Page(client_of(people.bob).get("/company")).one(id="company-facts")
    assert [label.text for label in card.all("dt")] == list(IN_ORDER)  # S75
    values = dict(zip(IN_ORDER, (value.text for value in card.all("dd")), strict=True))
    assert (values["Телефон"], values["ИНН"]) == ("+7 343 555-01-22", "6658123456")
    assert (values["Ответственный за компанию"], values["Менеджер"]) == (people.alice.full_name, people.anna.full_name)
    assert values["КПП"] == values["Наблюдатели заявок по умолчанию"] == "[не указано]"  # S74


def test_what_is_internal_never_gets_out(company: Company, people: People, client_of: ClientOf) -> None:
    text = client_of(people.bob).get("/company").get_data(as_text=True)
    for secret in ("Должники", people.alice.email, people.anna.email, "как настроено"):
        assert secret not in text
    assert "/admin" not in text


def test_colleagues_stand_there_and_who_is_blocked_does_not(
    company: Company, people: People, client_of: ClientOf
) -> None:  # S70
    factories.person("Уволенный", company_id=company.id, blocked_at=factories.NOW)
    people.carol.visibility = Visibility.ALL
    db.session.commit()
    text = Page(client_of(people.bob).get("/company")).one(id="company-colleagues").text
    assert "Тестинг Тестовый" in text and "Швецов Иван carol@romashka.example · руководитель" in text
    assert "Уволенный" not in text


def test_the_level_of_support_is_said_in_words(company: Company, people: People, client_of: ClientOf) -> None:  # S72
    bob = client_of(people.bob)
    page = Page(bob.get("/company"))
    assert "Расширенная поддержка по договору № РП-2026/114" in page.one(id="company-contracts").text
    assert "до 31 декабря 2099" in page.one(id="company-contracts").text
    assert "Базовая гарантийная поддержка" in Page(client_of(people.mallory).get("/company")).text
    contract = db.session.query(Contract).one()
    contract.ends_on = date(2020, 1, 1)
    db.session.commit()
    text = Page(bob.get("/company")).one(id="company-contracts").text
    assert "Базовая гарантийная поддержка" in text and "закончился 1 января 2020" in text


def test_equipment_with_its_warranty_and_a_ticket_for_each(
    company: Company, people: People, client_of: ClientOf
) -> None:  # S72, S129
    bob = client_of(people.bob)
    section = Page(bob.get("/company")).one(id="company-equipment")
    assert "OE4423DS23" in section.text and "Крыша" in section.text and "гарантия до 1 июня 2099" in section.text
    assert [mark.text for mark in section.all() if "term--over" in mark.attributes.get("class", "")] == [
        "гарантия закончилась 1 мая 2020"
    ]
    link = next(one["href"] for one in section.all("a") if "OE4423DS23" in one["href"])
    form = Page(bob.get(link))
    assert form.one(id="serial_numbers")["value"] == "OE4423DS23"
    assert form.one(id="subject")["value"].startswith("SNR-S2962-24T")


def test_nothing_is_changed_here_but_a_ticket_asks_for_it(
    company: Company, people: People, client_of: ClientOf
) -> None:  # S73, S89, S119
    bob = client_of(people.bob)
    page = Page(bob.get("/company"))
    assert not page.one("main").all("form")
    for start, asked in (("Добавить коллегу", ("ФИО:", "E-mail")), ("Изменить данные", ("Что изменить:",))):
        given = brought(page, start)
        assert given["type"] == "account" and all(words in given["description"] for words in asked)
        form = Page(bob.get("/tickets/new", query_string=given))
        assert form.one(id="subject")["value"] == given["subject"] and given["description"].split("\n")[0] in form.raw


def test_who_has_no_company_reads_how_he_comes_to_one(people: People, client_of: ClientOf) -> None:  # S116–S118
    corporate = factories.person("Одинцов", email="boss@own-firm.example")
    private = factories.person("Вольный", email="free@mail.ru")
    db.session.commit()
    page = Page(client_of(corporate).get("/company"))
    assert "серийный номер" in page.text and "own-firm.example, должен совпадать с доменом компании" in page.text
    given = brought(page, "Привязать меня к компании")
    assert given["type"] == "account" and "Серийный номер" in given["description"]
    page = Page(client_of(private).get("/company"))
    assert "mail.ru" in page.text and "подтвердим иным способом" in page.text  # S117


def test_a_stranger_and_a_guest_see_nothing_of_it(company: Company, people: People, client_of: ClientOf) -> None:
    text = Page(client_of(people.mallory).get("/company")).text
    assert "Василёк" in text and "OE4423DS23" not in text and "Тестинг" not in text
    assert client_of(None).get("/company").status_code == 303


def reach(person: Person, number: int, file_id: str, client_of: ClientOf) -> dict[str, bool]:
    """Return all the ways to another one's ticket: which of them this person has."""
    client = client_of(person)
    return {
        "list": f"/tickets/{number}" in Page(client.get("/tickets?scope=company")).links(),
        "search": f"/tickets/{number}" in Page(client.get("/tickets?scope=company&q=SNR")).links(),
        "page": client.get(f"/tickets/{number}").status_code == 200,
        "news": client.get(f"/tickets/{number}/timeline").status_code == 200,
        "comment": client.post(f"/tickets/{number}/comments", data={"body": "Я"}).status_code != 404,
        "file": client.get(f"/attachments/{file_id}", buffered=True).status_code == 200,
        "link": "/tickets?scope=company" in Page(client.get("/company")).links(),
    }


@pytest.mark.parametrize("shows_all", [True, False])
@pytest.mark.parametrize("right", [*Visibility, "observer"])
def test_what_one_person_sees_holds_on_every_way(
    people: People, client_of: ClientOf, shows_all: bool, right: str
) -> None:  # S71, S75
    people.company.contacts_see_all = shows_all
    people.carol.visibility = Visibility.OWN if right == "observer" else Visibility(right)
    if right == "observer":
        db.session.add(CompanyObserver(company_id=people.company.id, person_id=people.carol.id))
    file = log_of(people.bob)
    ticket = factories.ticket(people.bob, enclosed=Enclosed([file]))
    db.session.commit()
    sees = right in (Visibility.ALL, "observer") or (right == Visibility.COMPANY and shows_all)
    assert set(reach(people.carol, ticket.number, file.public_id, client_of).values()) == {sees}
    assert set(reach(people.mallory, ticket.number, file.public_id, client_of).values()) == {False}


def log_of(owner: Person) -> Attachment:
    return files.keep(files.store(io.BytesIO(b"log")), "switch.log", owner, at=factories.NOW)


def test_who_will_see_it_follows_the_companys_setting(people: People, client_of: ClientOf) -> None:  # S71
    bob = client_of(people.bob)
    assert "коллеги из «Ромашка Телеком»" in Page(bob.get("/tickets/new")).text
    people.company.contacts_see_all = False
    db.session.commit()
    number = factories.ticket(people.bob).number
    db.session.commit()
    for path in ("/tickets/new", f"/tickets/{number}"):
        assert "наблюдатели и руководители «Ромашка Телеком»" in Page(bob.get(path)).text
