"""Words, links, lengths, the consent, types and priorities as the administrator sets them (S12, S22, S23, S132, D2)."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from channels.letters import render
from extensions import db
from jobs import robot
from models import ConsentText, Delivery, Priority, Ticket, TicketType
from rules.statuses import Status
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page, typed
from tests.conftest import People
from tests.services.played import do, ticket_in

FRIDAY = datetime(2030, 6, 14, 11, 0, tzinfo=UTC)  # 16:00 in Yekaterinburg


@pytest.fixture
def anna(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.anna)


def save(anna: FlaskClient, **values: str) -> Page:
    form = typed(Page(anna.get("/admin/settings")).form("/admin/settings"), **values)
    answer = anna.post("/admin/settings", data=form)
    return Page(answer if answer.status_code != 303 else anna.get("/admin/settings"))


def test_words_and_links_hold_on_every_page(anna: FlaskClient, guest: FlaskClient) -> None:  # S86, S102, S121, S132
    links = ("https://wiki.example", "https://old.example", "https://shop.example/warranty")
    page = save(
        anna,
        legal_name="ООО «Ромашка»",
        copyright_year="2023",
        kb_url=links[0],
        archive_url=links[1],
        warranty_url=links[2],
        support_email="help@desk.example",
    )
    assert page.status == 200 and "Настройки сохранены" in page.one(id="messages").text
    shown = [Page(guest.get(path)) for path in ("/kb", "/help", "/help/regulations")]
    for one, link in zip(shown, links, strict=True):
        assert link in one.links() and "© 2023 ООО «Ромашка»" in one.one(id="foot").text
    assert "mailto:help@desk.example" in shown[1].links()


def test_the_default_is_shown_and_comes_back_by_one_press(anna: FlaskClient) -> None:
    page = save(anna, kb_url="https://wiki.example", robot_warn_after="3", robot_warn_after_unit="calendar_day")
    assert "По умолчанию: https://nag.wiki" in page.text and "По умолчанию: 2 рабочих дня" in page.text
    assert {"/admin/settings/kb_url/default", "/admin/settings/robot_warn_after/default"} <= page.actions()
    for key in ("kb_url", "robot_warn_after"):
        assert anna.post(f"/admin/settings/{key}/default").status_code == 303
    page = Page(anna.get("/admin/settings"))
    form = dict(page.form("/admin/settings"))
    assert (form["kb_url"], form["robot_warn_after"], form["robot_warn_after_unit"]) == (
        "https://nag.wiki", "2", "working_day"
    )  # fmt: skip
    assert not [action for action in page.actions() if action.endswith("/default")]
    assert anna.post("/admin/settings/nothing/default").status_code == 404


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(anna: FlaskClient) -> None:
    wrong = {"legal_name": "", "kb_url": "nag.wiki", "copyright_year": "3", "robot_warn_after": "0", "later_limit": "x"}
    page = save(anna, site_name="Стол", **wrong)
    assert page.status == 422 and set(page.errors()) == set(wrong)
    assert dict(page.form("/admin/settings")) | wrong == dict(page.form("/admin/settings"))
    assert Page(anna.get("/admin/settings")).one(id="menu").text.startswith("Отклик")


def test_a_length_drives_the_robot_at_once(people: People, anna: FlaskClient) -> None:  # D2, S47
    number = ticket_in(Status.WAITING, people, at=FRIDAY).number
    db.session.commit()
    assert "вт, 18 июня, 16:00" in Page(anna.get(f"/tickets/{number}")).one(id="ticket-header").text
    save(anna, robot_warn_after="3", robot_warn_after_unit="working_hour")
    due = FRIDAY + timedelta(days=2, hours=18)  # an hour and a half on Friday, the rest on Monday until 10:00
    assert robot.run(due - timedelta(minutes=1))["warned"] == []
    assert robot.run(due)["warned"] == [number]
    anew()
    assert db.session.scalars(select(Ticket.warned_at)).one() == due


def letter_of(people: People) -> str:
    """Return a letter to Bob about an answer, as it would be sent now."""
    ticket = factories.ticket(people.bob)
    do("comment", ticket, people.alice, factories.NOW)
    db.session.flush()
    mine = (Delivery.person_id == people.bob.id, Delivery.channel == "email")
    delivery = db.session.scalars(select(Delivery).where(*mine).order_by(Delivery.id.desc())).first()
    assert delivery is not None
    text = render(delivery).get_body(("plain",))
    assert text is not None
    db.session.rollback()
    return str(text.get_content())


def test_letters_name_the_owner_and_the_year(people: People, anna: FlaskClient) -> None:  # S132
    save(anna, legal_name="ООО «Ромашка»", copyright_year="2024")
    assert "© 2024 ООО «Ромашка»" in letter_of(people)


def test_letters_carry_the_code_or_not(people: People, anna: FlaskClient, guest: FlaskClient) -> None:  # D12
    assert "Код авторизации" in letter_of(people)
    assert dict(Page(anna.get("/admin/settings")).form("/admin/settings"))["code_in_letters"] == "1"
    form = typed(Page(anna.get("/admin/settings")).form("/admin/settings"))
    del form["code_in_letters"]  # as a browser sends a box that is not checked
    assert anna.post("/admin/settings", data=form).status_code == 303
    assert "code_in_letters" not in dict(Page(anna.get("/admin/settings")).form("/admin/settings"))
    assert "Он есть в письмах" not in Page(guest.get("/help")).text
    assert "Код авторизации" not in letter_of(people)


def test_a_new_consent_is_a_version_that_new_people_agree_to(anna: FlaskClient, guest: FlaskClient) -> None:  # S12
    form = Page(anna.get("/admin/consent")).form("/admin/consent")
    assert "персональных данных" in dict(form)["body"]
    preview = Page(anna.post("/admin/consent", data=typed(form, body="<p>Новое</p>") | {"preview": "1"}))
    assert preview.one(id="consent-preview").text.endswith("Новое") and count(ConsentText) == 1
    assert anna.post("/admin/consent", data=typed(form, body="<p>Новое <b>согласие</b></p>")).status_code == 303
    page = Page(anna.get("/admin/consent"))
    anew()
    newest = db.session.scalars(select(ConsentText).order_by(ConsentText.id.desc())).first()
    assert newest is not None and f"{newest.version} действует" in page.text
    assert "Новое согласие" in Page(guest.get("/help/consent")).text
    refused = Page(anna.post("/admin/consent", data={"body": " "}))
    assert refused.status == 422 and refused.error("body") and count(ConsentText) == 2


def test_types_and_priorities_are_worded_ordered_added_and_removed(
    people: People, anna: FlaskClient, client_of: ClientOf
) -> None:  # S22, S23
    bob = client_of(people.bob)
    first, second = db.session.scalars(select(TicketType).order_by(TicketType.position).limit(2))
    high = db.session.scalars(select(Priority).where(Priority.code == "high")).one()
    form = Page(anna.get("/admin/types")).form("/admin/types")
    words = {f"name-{first.id}": "Настройка", f"hint-{first.id}": "Какая <модель>?", f"priority-{high.id}": "Срочный"}
    given = typed(form, **words, usual=str(high.id), move=f"up-{second.id}")
    assert anna.post("/admin/types", data=given).status_code == 303
    page = Page(bob.get("/tickets/new"))
    assert [option.text for option in page.one("select", name="type").all("option")][1:3] == [second.name, "Настройка"]
    assert dict(page.form("/tickets"))["priority"] == "high" and "Срочный" in page.text

    assert anna.post("/admin/types/new", data={"name": "Обучение", "hint": "Кого учим?"}).status_code == 303
    anew()
    added = db.session.scalars(select(TicketType).where(TicketType.name == "Обучение")).one()
    assert added.code == "type-1" and "Обучение" in Page(bob.get("/tickets/new")).text
    assert anna.post(f"/admin/types/{added.id}/remove").status_code == 303
    assert "Обучение" not in dict(Page(anna.get("/admin/types")).form("/admin/types")).values()


def test_types_that_cannot_be_so_are_refused(people: People, anna: FlaskClient) -> None:
    ticket = ticket_in(Status.OPEN, people, at=FRIDAY)
    db.session.commit()
    refused = Page(anna.post(f"/admin/types/{ticket.type_id}/remove"))
    assert refused.status == 409 and "Такие заявки уже есть" in refused.text
    form = Page(anna.get("/admin/types")).form("/admin/types")
    page = Page(anna.post("/admin/types", data=typed(form, **{f"name-{ticket.type_id}": " "}, usual="999")))
    assert page.status == 422 and set(page.errors()) == {f"name-{ticket.type_id}"}
    page = Page(anna.post("/admin/types/new", data={"name": "", "hint": "Кого учим?"}))
    assert page.status == 422 and page.error("name") and dict(page.form("/admin/types/new"))["hint"] == "Кого учим?"
    assert anna.post("/admin/types/999/remove").status_code == 404


def test_only_the_administrator_comes_in(people: People, client_of: ClientOf) -> None:
    for person in (people.alice, people.sergey, people.bob):
        client = client_of(person)
        for path in ("/admin/settings", "/admin/consent", "/admin/types"):
            assert client.get(path).status_code == 404
            assert client.post(path, data={"body": "x", "site_name": "x"}).status_code == 404
        assert client.post("/admin/settings/kb_url/default").status_code == 404
    assert client_of(None).get("/admin/settings").status_code == 303
    assert count(ConsentText) == 1
