"""The form «Новая заявка» (S20–S30): verbatim labels, every field kept, nothing made twice, nothing lost."""

import io
from typing import IO
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from models import Ticket
from services import cards
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page, typed
from tests.conftest import People

LEAST = {"subject": "SNR-S2962-24T обновление прошивки", "type": "setup-help", "priority": "normal"}
FULL = {
    **LEAST,
    "invoice_number": "СЧ-0001",
    "serial_numbers": "OE4423DS23; 456;789",
    "order_number": "0000012345",
    "order_year": "2023",
    "description": "Хотим обновить коммутатор.\r\n\r\n<script>alert(1)</script> https://nag.wiki",
}


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def file(name: str, data: bytes = b"log") -> tuple[IO[bytes], str]:
    return io.BytesIO(data), name


def test_the_form_says_what_the_guide_says_in_its_order(bob: FlaskClient) -> None:
    page = Page(bob.get("/tickets"))
    assert "/tickets/new" in page.links() and "Новая заявка" in page.text  # S20
    form = Page(bob.get("/tickets/new"))
    text = form.one("form", id="new-ticket").text
    places = [
        text.index(words)
        for words in (
            "* Тема",  # S21
            "О чем пойдет речь в заявке (рекомендуется указать артикул)",
            "* Тип заявки",  # S22
            "* Приоритет",  # S23
            "Счет на оплату",  # S24
            "номер счета (при наличии)",
            "Серийный номер",  # S25
            "через точку с запятой 123;456;789",
            "Номер заказа покупателя",  # S26
            "поможет увидеть состав заказа, точные артикулы для специалиста ТП",
            "Год заказа покупателя",  # S27
            "Описание",  # S28
            "Опишите подробно по вопросу или проблеме, приложите лог файлы или видео/фото",
            "+ Добавить файлы",  # S29
            "Создать",  # S30
            "* — обязательное поле",
        )
    ]
    assert places == sorted(places)
    assert form.one(id="invoice_number")["placeholder"] == "Счет на оплату"
    required = {found["name"] for found in form.one("form", id="new-ticket").all() if "required" in found.attributes}
    assert required == {"subject", "type", "priority"}  # S30
    fields = dict(form.form("/tickets"))
    assert fields["priority"] == "normal" and fields["type"] == ""  # S23 «Обычный»
    names = [option.text for option in form.one("select", id="type").all("option")]
    assert "Помощь в настройке" in names and "Обычный" in form.one("select", id="priority").text  # S22
    assert "75" in form.one(id="files-limit").text  # S34, D8


def test_three_fields_are_enough(bob: FlaskClient) -> None:
    answer = bob.post("/tickets", data=LEAST)  # urlencoded, as a form without files may be sent
    assert (answer.status_code, answer.location) == (303, "/tickets/152876")  # S31
    page = Page(bob.get(answer.location))
    assert page.one("h1").text == LEAST["subject"] and "Открыта" in page.one(id="ticket-header").text
    assert "[не указано]" in page.one(id="ticket-facts").text


def test_every_field_is_saved_and_shown(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    form = typed(Page(bob.get("/tickets/new")).form("/tickets"), **FULL)
    answer = bob.post("/tickets", data=form | {"files": [file("конфигурация.txt"), file("фото.jpg")]})
    assert answer.status_code == 303
    for client in (bob, client_of(people.alice)):
        page = Page(client.get(answer.location))
        facts = page.one(id="ticket-facts").text
        for words in ("Помощь в настройке", "Обычный", "СЧ-0001", "0000012345", "2023", "Ромашка Телеком"):
            assert words in facts
        assert [chip.text for chip in page.one(id="ticket-facts").all("li")] == ["OE4423DS23", "456", "789"]  # S25
        said = page.one(id="ticket-timeline")
        assert "Хотим обновить коммутатор. <script>alert(1)</script>" in said.text and not said.all("script")
        assert "https://nag.wiki" in [link["href"] for link in said.all("a")]
        assert "конфигурация.txt" in said.text and [image["alt"] for image in said.all("img")] == ["фото.jpg"]
    anew()
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.order_number, ticket.order_year, ticket.invoice_number) == ("0000012345", 2023, "СЧ-0001")
    card = cards.card(ticket.number, people.bob)
    assert card is not None and card.serial_numbers == ("OE4423DS23", "456", "789")


def test_faults_stand_beside_the_fields_and_all_else_is_kept(bob: FlaskClient) -> None:
    bad = FULL | {"subject": " ", "type": "nonsense", "priority": "", "order_year": "23", "continues": "что-то"}
    sent = bad | {"client_id": str(uuid4()), "files": [file("журнал.log"), file("пустой.txt", b"")]}
    page = Page(bob.post("/tickets", data=sent))
    assert page.status == 422
    assert page.errors() == {
        "subject": "Заполните это поле.",
        "type": "Выберите из списка.",
        "priority": "Заполните это поле.",
        "order_year": "Укажите год четырьмя цифрами, например 2023.",
        "continues": "Укажите номер заявки или вставьте ссылку на неё.",
    }
    assert "Файл «пустой.txt» пустой." in page.text
    form = page.form("/tickets")
    kept = dict(form)
    for name in ("invoice_number", "serial_numbers", "order_number", "order_year", "description", "continues"):
        assert kept[name].replace("\n", "\r\n").replace("\r\r", "\r") == bad[name], name
    assert kept["client_id"] == sent["client_id"]
    fragment = bob.post("/tickets", data=bad | {"files": [file("б.log")]}, headers={"HX-Request": "true"})
    assert fragment.status_code == 422 and not Page(fragment).all("html") and Page(fragment).errors()
    answer = bob.post("/tickets", data=typed(form, **LEAST, order_year="2023", continues=""))
    assert answer.status_code == 303
    assert "журнал.log" in Page(bob.get(answer.location)).one(id="ticket-timeline").text  # its bytes were kept


def test_limits_of_the_fields_are_said_in_numbers(bob: FlaskClient) -> None:
    many = ";".join(str(number) for number in range(51))
    for field, value, limit in [
        ("subject", "я" * 201, "200"),
        ("invoice_number", "1" * 65, "64"),
        ("serial_numbers", many, "50"),
        ("serial_numbers", "1" * 65, "64"),
        ("order_number", "0" * 65, "64"),
        ("description", "я" * 100_001, "100000"),
    ]:
        page = Page(bob.post("/tickets", data=LEAST | {field: value}))
        assert page.status == 422 and limit in page.error(field).replace("\xa0", ""), (field, page.error(field))
        assert dict(page.form("/tickets"))[field] == value
    assert count(Ticket) == 0
