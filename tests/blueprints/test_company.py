"""«Компания» as its people see it (S70–S75, S118)."""

from datetime import date

from extensions import db
from models import Company, Contract, Equipment
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People


def test_a_company_is_shown_to_its_people(people: People, client_of: ClientOf) -> None:
    company = db.session.get(Company, people.company.id)
    assert company is not None
    company.phone, company.site = "+7 343 555-01-22", "romashka.example"
    contract = Contract(company_id=company.id, number="РП-2026/114", ends_on=date(2026, 12, 31))
    db.session.add_all((contract, Equipment(company_id=company.id, serial_number="OE4423DS23", model="SNR-S2962-24T")))
    db.session.commit()
    page = Page(client_of(people.bob).get("/company"))
    for words in (
        "Ромашка Телеком",
        "+7 343 555-01-22",
        "[не указано]",
        "OE4423DS23",
        "РП-2026/114",
        "до 31 декабря 2026",
    ):
        assert words in page.text  # S72, S74, S75
    assert "Тестинг Тестовый" in page.text and "Швецов Иван" in page.text  # S70
    assert not page.one("main").all("form")  # S73
    stranger = Page(client_of(people.mallory).get("/company")).text
    assert "Василёк" in stranger and "OE4423DS23" not in stranger and "Тестинг" not in stranger
    alone = factories.person("Одинцов")
    db.session.commit()
    page = Page(client_of(alone).get("/company"))
    assert "администратор" in page.text and any(
        link.startswith("/tickets/new?subject=") for link in page.links()
    )  # S118
    assert client_of(None).get("/company").status_code == 303
