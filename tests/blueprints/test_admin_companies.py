"""The administrator's companies: list, card of S75, privacy, observers, equipment, contracts (S69–S76, S81, S128–S129)."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from models import Company, CompanyObserver, Contract, Equipment, Event
from services import companies
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.conftest import People

FRAGMENT = {"HX-Request": "true"}
CARD = {
    "name": "Одуванчик",
    "other_names": "Oduvanchik",
    "site": "oduvanchik.example",
    "domain": "https://www.oduvanchik.example/",
    "email": "noc@oduvanchik.example",
    "phone": "+7 343 1",
    "address": "Екатеринбург",
    "inn": "6658123456",
    "kpp": "665801001",
    "tax_number": "77",
    "comment": "Только для своих",
}


@pytest.fixture
def anna(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.anna)


def fill(client: FlaskClient, page: str, action: str, **values: Any) -> Page:
    """Open the page, type into its form, send it; follow where a success leads."""
    form = typed(Page(client.get(page)).form(action), **values)
    answer = client.post(action, data=form)
    assert answer.status_code in (303, 422), answer.status_code
    return Page(client.get(answer.location) if answer.status_code == 303 else answer)


def test_the_first_page_leads_everywhere_and_the_menu_to_it(anna: FlaskClient, people: People) -> None:
    page = Page(anna.get("/admin"))
    links = page.links()
    for path in ("companies", "people", "people/waiting", "calendar", "kb", "consent", "settings"):
        assert f"/admin/{path}" in links
    assert links.count("/admin") == 1
    assert "Администрирование" in page.one("nav", id="menu").text


def test_staff_and_customers_find_nothing_there(people: People, client_of: ClientOf) -> None:  # S125
    company = people.company.id
    for person in (people.alice, people.sergey, people.bob):
        client = client_of(person)
        assert "/admin" not in Page(client.get("/profile")).links()
        for path in ("", "/companies", "/companies/new", f"/companies/{company}", f"/companies/{company}/edit"):
            assert client.get(f"/admin{path}").status_code == 404
        for path in ("", f"/{company}", f"/{company}/equipment", f"/{company}/contracts"):
            assert client.post(f"/admin/companies{path}", data=CARD).status_code == 404
    assert client_of(None).get("/admin/companies").status_code == 303


def test_a_company_is_made_with_every_field_of_the_card(anna: FlaskClient, people: People) -> None:  # S69, S75, S128
    page = fill(
        anna,
        "/admin/companies/new",
        "/admin/companies",
        **CARD,
        responsible=str(people.alice.id),
        manager=str(people.anna.id),
        contacts_see_all="1",
        observers=[str(people.sergey.id)],
    )
    made = db.session.scalars(select(Company).where(Company.name == "Одуванчик")).one()
    for name, text in CARD.items():
        assert getattr(made, name) == ("oduvanchik.example" if name == "domain" else text)
    assert (made.responsible_id, made.manager_id, made.contacts_see_all) == (people.alice.id, people.anna.id, True)
    facts = page.one(id="company-facts")
    assert [label.text for label in facts.all("dt")][:12] == [
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
        "Комментарий",
    ]
    assert people.sergey.full_name in facts.text and "все заявки компании" in facts.text
    edits = [link["href"] for link in facts.all("a")]
    assert len(edits) == 14 and all(f"/admin/companies/{made.id}/edit#" in link for link in edits)  # S74: ↗ on each


def test_the_card_is_found_again_in_its_form_and_changed(anna: FlaskClient, people: People) -> None:
    path = f"/admin/companies/{people.company.id}"
    form = dict(Page(anna.get(f"{path}/edit")).form(path))
    assert (form["name"], form["domain"], form["contacts_see_all"]) == ("Ромашка Телеком", "romashka.example", "1")
    page = fill(anna, f"{path}/edit", path, phone="+7 1", contacts_see_all="", observers=[str(people.carol.id)])
    assert "Карточка сохранена" in page.one(id="messages").text
    book = page.one(id="book").text
    assert people.anna.short_name in book and "изменение карточки" in book
    assert "Телефон: +7 1" in book and "Все контактные лица видят все заявки: да → нет" in book
    assert people.carol.full_name in book
    again = Page(anna.get(f"{path}/edit")).form(path)
    assert ("observers", str(people.carol.id)) in again and "contacts_see_all" not in dict(again)


def test_a_wrong_card_comes_back_with_all_that_was_typed(anna: FlaskClient, people: People) -> None:
    wrong = CARD | {"name": "", "domain": "mail.ru", "inn": "1", "kpp": "2", "email": "x"}
    page = fill(anna, "/admin/companies/new", "/admin/companies", **wrong, observers=[str(people.sergey.id)])
    assert page.status == 422 and set(page.errors()) == {"name", "domain", "inn", "kpp", "email"}
    assert "любой" in page.error("domain")
    kept = page.form("/admin/companies")
    assert dict(kept)["inn"] == "1" and dict(kept)["comment"] == CARD["comment"]
    assert ("observers", str(people.sergey.id)) in kept
    answer = anna.post("/admin/companies", data=wrong, headers=FRAGMENT)
    assert answer.status_code == 422 and "<html" not in answer.text and 'id="company-form"' in answer.text
    path = f"/admin/companies/{people.company.id}"
    page = fill(anna, f"{path}/edit", path, observers=[str(people.mallory.id)])
    assert page.status == 422 and page.error("observers")
    page = fill(anna, f"{path}/edit", path, responsible=str(people.bob.id))
    assert page.status == 422 and page.error("responsible")
    anew()
    assert db.session.scalars(select(CompanyObserver)).all() == []


def test_the_list_is_searched_and_goes_on_by_pages(
    anna: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        factories.company(f"Компания {number}", inn=f"665812345{number}")
    db.session.commit()
    monkeypatch.setattr(companies, "PAGE_ROWS", 3)
    seen: list[str] = []
    path = "/admin/companies"
    while path:
        answer = anna.get(path, headers=FRAGMENT)
        assert "<html" not in answer.text
        links = Page(answer).links()
        seen += [link for link in links if "after" not in link]
        path = next((link for link in links if "after" in link), "")
    assert len(seen) == len(set(seen)) == 7
    for q, words in (("РОМАШКА", "Ромашка Телеком"), ("vasilek.ex", "Василёк"), ("6658123453", "Компания 3")):
        page = Page(anna.get("/admin/companies", query_string={"q": q}))
        assert words in page.text and len([one for one in page.links() if one.startswith("/admin/companies/")]) == 2
    assert "Ничего не найдено" in Page(anna.get("/admin/companies?q=зебра")).text


def test_equipment_is_added_changed_and_removed(anna: FlaskClient, people: People) -> None:  # S72, S129
    here = f"/admin/companies/{people.company.id}"
    fill(anna, f"{here}/contracts/new", f"{here}/contracts", number="РП-1", starts_on="2026-01-01")
    contract = db.session.scalars(select(Contract)).one()
    values = {"serial_number": "OE1", "model": "S2962", "site": "Крыша", "warranty_until": "2020-01-01"}
    page = fill(anna, f"{here}/equipment/new", f"{here}/equipment", **values, contract=str(contract.id))
    text = page.one(id="company-equipment").text
    assert "OE1" in text and "гарантия закончилась 1 января 2020" in text and "РП-1" in text
    twice = fill(anna, f"{here}/equipment/new", f"{here}/equipment", **values)
    assert twice.status == 422 and "уже есть" in twice.error("serial_number")
    anew()
    device = db.session.scalars(select(Equipment)).one()
    path = f"{here}/equipment/{device.id}"
    assert dict(Page(anna.get(path)).form(path))["contract"] == str(contract.id)
    wrong = fill(anna, path, path, serial_number="", warranty_until="завтра")
    assert wrong.status == 422 and set(wrong.errors()) == {"serial_number", "warranty_until"}
    assert dict(wrong.form(path))["site"] == "Крыша"
    page = fill(anna, path, path, site="Подвал")
    assert "Подвал" in page.one(id="company-equipment").text and "Крыша → Подвал" in page.one(id="book").text
    assert anna.post(f"{path}/remove").status_code == 303
    assert anna.post(f"{path}/remove").status_code == anna.get(path).status_code == 404
    anew()
    assert db.session.scalars(select(Equipment)).all() == []


def test_contracts_are_added_changed_and_removed(anna: FlaskClient, people: People) -> None:  # S72, S81
    here = f"/admin/companies/{people.company.id}"
    days = {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}
    wrong = fill(anna, f"{here}/contracts/new", f"{here}/contracts", number="", **days)
    assert (
        set(wrong.errors()) == {"number", "ends_on"}
        and dict(wrong.form(f"{here}/contracts"))["ends_on"] == days["ends_on"]
    )
    fill(anna, f"{here}/contracts/new", f"{here}/contracts", number="РП-1", ends_on="2020-12-31")
    contract = db.session.scalars(select(Contract)).one()
    path = f"{here}/contracts/{contract.id}"
    assert "закончился 31 декабря 2020" in Page(anna.get(here)).one(id="company-contracts").text
    page = fill(anna, path, path, ends_on="2099-12-31")
    assert "до 31 декабря 2099" in page.one(id="company-contracts").text
    assert anna.post(f"{path}/remove").status_code == 303
    assert anna.get(path).status_code == anna.post(path, data={"number": "1"}).status_code == 404


def test_one_companys_things_are_not_reached_by_anothers_address(anna: FlaskClient, people: People) -> None:
    device = Equipment(company_id=people.company.id, serial_number="OE1")
    contract = Contract(company_id=people.company.id, number="1")
    db.session.add_all((device, contract))
    db.session.commit()
    other = f"/admin/companies/{people.mallory.company_id}"
    for path in (f"{other}/equipment/{device.id}", f"{other}/contracts/{contract.id}"):
        assert anna.get(path).status_code == anna.post(f"{path}/remove").status_code == 404
        assert anna.post(path, data={"serial_number": "X", "number": "X"}).status_code == 404
    for number in (0, 999, 2**31, 10**30):
        assert anna.get(f"/admin/companies/{number}").status_code == 404
        assert anna.post(f"/admin/companies/{number}", data=CARD).status_code == 404
        assert anna.get(f"/admin/companies/{people.company.id}/equipment/{number}").status_code == 404


def test_the_card_counts_what_the_company_has(anna: FlaskClient, people: People) -> None:  # S76
    factories.ticket(people.bob)
    db.session.commit()
    page = Page(anna.get(f"/admin/companies/{people.company.id}"))
    tabs = page.one("nav", aria_label="Части карточки").text
    assert tabs == "Заявки 1 Контакты 2 Оборудование 0 Договоры 0 История"
    assert "← Назад Главная Клиенты Ромашка Телеком" in page.text  # S74
    assert f"/desk?view=all&company={people.company.id}" in page.links()
    assert db.session.scalars(select(Event)).all() != []
