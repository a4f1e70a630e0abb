"""The administrator's people: list, queue without a company, binding, rights, login, blocking (S69–S71, S115–S119, S125)."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from models import Delivery, Equipment, Person, Ticket, Visibility
from services import people as registered
from services import people_lists
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.conftest import People

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def anna(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.anna)


def send(client: FlaskClient, person: Person, action: str, **values: Any) -> Page:
    """Fill in one of the forms on his card, send it and read where it leads."""
    here = f"/admin/people/{person.id}"
    path = f"{here}/{action}" if action else here
    answer = client.post(path, data=typed(Page(client.get(here)).form(path), **values))
    assert answer.status_code in (303, 422), answer.status_code
    return Page(client.get(answer.location) if answer.status_code == 303 else answer)


def again(person: Person) -> Person:
    anew()
    return db.session.get_one(Person, person.id)


def test_staff_and_customers_find_nothing_there(people: People, client_of: ClientOf) -> None:  # S125
    here = f"/admin/people/{people.bob.id}"
    actions = ("", "/email", "/company", "/company/remove", "/visibility", "/role", "/block", "/unblock", "/sign-out")
    for person in (people.alice, people.bob):
        client = client_of(person)
        for path in ("/admin/people", "/admin/people/waiting", here):
            assert client.get(path).status_code == 404
        for action in (*actions, "/code"):
            assert client.post(f"{here}{action}", data={"email": "x@y.example"}).status_code == 404
    assert again(people.bob).email == "bob@romashka.example"


def test_the_list_is_searched_filtered_and_goes_on_by_pages(
    anna: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(anna.get("/admin/people", query_string={"q": "швецов ромашка"}))
    assert "carol@romashka.example" in page.text and "bob@romashka.example" not in page.text
    assert "Никто не найден" in Page(anna.get("/admin/people?q=зебра")).text
    staff = Page(anna.get("/admin/people?view=staff")).one(id="people").text
    assert "специалист" in staff and "администратор" in staff and "Тестинг" not in staff
    monkeypatch.setattr(people_lists, "PAGE_ROWS", 2)
    seen, path = list[str](), "/admin/people?view=contacts&q=a"
    while path:
        answer = anna.get(path, headers=FRAGMENT)
        assert "<html" not in answer.text
        links = Page(answer).links()
        seen += [link for link in links if "after" not in link]
        path = next((link for link in links if "after" in link), "")
        assert "q=a" in path or not path
    assert len(seen) == len(set(seen)) == 3


def test_a_newcomer_is_bound_by_one_press(anna: FlaskClient, people: People, client_of: ClientOf) -> None:  # S69, D7
    newcomer = factories.person("Новиков", email="petr@romashka.example")
    ticket = factories.ticket(newcomer, subject="Привяжите меня")
    db.session.commit()
    own, bob = client_of(newcomer), client_of(people.bob)
    assert "Люди без компании 1" in Page(anna.get("/admin")).one(id="admin-pages").text
    queue = Page(anna.get("/admin/people/waiting"))
    row = queue.one(id=f"person-{newcomer.id}")
    assert "Первая заявка: № " + str(ticket.number) in row.text and "Привяжите меня" in row.text  # S69
    action = f"/admin/people/{newcomer.id}/company"
    answer = anna.post(action, data=dict(queue.form(action)))
    assert answer.status_code == 303 and answer.location == "/admin/people/waiting"
    page = Page(anna.get(answer.location))
    assert "«Ромашка Телеком»" in page.one(id="messages").text and "1 заявка" in page.one(id="messages").text
    assert "Никто не ждёт" in page.text
    assert again(newcomer).company_id == people.company.id  # S116
    assert "Ромашка Телеком" in Page(own.get("/company")).text  # S118: then he sees his company
    thread = Page(own.get(f"/tickets/{ticket.number}")).text
    assert "заявка отнесена к компании «Ромашка Телеком»" in thread
    assert f"/tickets/{ticket.number}" in Page(bob.get("/tickets?scope=company")).links()  # S70


def test_free_post_is_never_suggested_and_needs_to_be_made_sure_of(anna: FlaskClient, people: People) -> None:  # S117
    private = factories.person("Вольный", email="free@mail.ru")
    db.session.commit()
    row = Page(anna.get("/admin/people/waiting")).one(id=f"person-{private.id}")
    assert not row.all("form") and "Выбрать компанию" in row.text  # D7
    here = f"/admin/people/{private.id}"
    page = Page(anna.get(f"{here}?find=ромашка"))
    assert "Ромашка Телеком" in page.one(id="bind").text
    refused = anna.post(f"{here}/company", data={"company": people.company.id, "grounds": " "})
    page = Page(refused)
    assert page.status == 422 and page.error("grounds") and again(private).company_id is None
    assert ("company", str(people.company.id)) in page.form(f"{here}/company")
    bound = anna.post(f"{here}/company", data={"company": people.company.id, "grounds": "Звонок директору"})
    assert bound.status_code == 303
    page = Page(anna.get(here))
    assert "Причастность подтверждена: Звонок директору" in page.one(id="person-company").text
    assert "Звонок директору" in page.one(id="book").text
    assert "Звонок директору" not in Page(anna.get(f"/admin/companies/{people.company.id}")).one(id="book").text


def test_a_serial_number_of_his_ticket_leads_to_the_company(anna: FlaskClient, people: People) -> None:  # S118
    db.session.add(Equipment(company_id=people.company.id, serial_number="OE4423DS23"))
    owner = factories.person("Владимиров", email="v@mail.ru")
    factories.ticket(owner, serial_numbers=("OE4423DS23",))
    db.session.commit()
    row = Page(anna.get("/admin/people/waiting")).one(id=f"person-{owner.id}")
    link = next(one for one in (a["href"] for a in row.all("a")) if "grounds=" in one)
    form = dict(Page(anna.get(link)).form(f"/admin/people/{owner.id}/company"))
    assert form["company"] == str(people.company.id) and "OE4423DS23" in form["grounds"]
    assert anna.post(f"/admin/people/{owner.id}/company", data=form).status_code == 303
    assert again(owner).company_id == people.company.id


def test_a_company_that_is_none_binds_nobody(anna: FlaskClient, people: People) -> None:
    newcomer = factories.person("Новиков", email="petr@romashka.example")
    db.session.commit()
    for company in ("", "999", "x", str(10**30)):
        page = Page(anna.post(f"/admin/people/{newcomer.id}/company", data={"company": company}))
        assert page.status == 422 and page.error("company")
    assert "Создать" in Page(anna.get(f"/admin/people/{newcomer.id}?find=Зебра")).one(id="bind").text


def test_unbinding_leaves_his_tickets_to_the_company(anna: FlaskClient, people: People) -> None:
    number = factories.ticket(people.bob).number
    db.session.commit()
    page = send(anna, people.bob, "company/remove")
    assert "не привязан" in page.one(id="person-company").text
    anew()
    assert db.session.scalars(select(Ticket.company_id).where(Ticket.number == number)).one() == people.company.id


def test_what_one_person_sees_is_set_and_holds_at_once(
    anna: FlaskClient, people: People, client_of: ClientOf
) -> None:  # S71
    number = factories.ticket(people.bob).number
    db.session.commit()
    carol = client_of(people.carol)
    assert carol.get(f"/tickets/{number}").status_code == 200
    page = send(anna, people.carol, "visibility", visibility="own")
    assert "как настроено у компании → только свои" in page.one(id="book").text
    assert carol.get(f"/tickets/{number}").status_code == 404
    send(anna, people.carol, "visibility", visibility="all")
    assert carol.post(f"/tickets/{number}/resolve").status_code == 303  # a supervisor acts on it, too
    wrong = Page(anna.post(f"/admin/people/{people.carol.id}/visibility", data={"visibility": "everything"}))
    assert wrong.status == 422 and wrong.error("visibility")
    assert again(people.carol).visibility == Visibility.ALL


def test_names_and_login_are_changed_by_the_administrator_only(anna: FlaskClient, people: People) -> None:  # S88, S115
    page = send(anna, people.bob, "", last_name="Иванов", phone="+7 1")
    assert "Иванов" in page.one("h1").text
    assert "Фамилия: Тестинг → Иванов" in page.one(id="book").text
    wrong = send(anna, people.bob, "", last_name="", phone="1" * 51)
    assert wrong.status == 422 and set(wrong.errors()) == {"last_name", "phone"}
    assert dict(wrong.form(f"/admin/people/{people.bob.id}"))["phone"] == "1" * 51
    for bad in ("x", "carol@romashka.example", ""):
        page = send(anna, people.bob, "email", email=bad)
        assert page.status == 422 and page.error("email")
    send(anna, people.bob, "email", email="New@romashka.example")
    assert again(people.bob).email == "new@romashka.example"
    told = db.session.scalars(select(Delivery.target).where(Delivery.template == "email_changed"))
    assert set(told) == {"bob@romashka.example", "new@romashka.example"}


def test_who_is_blocked_is_thrown_out_and_comes_back_when_unblocked(
    anna: FlaskClient, people: People, client_of: ClientOf
) -> None:
    bob = client_of(people.bob)
    page = send(anna, people.bob, "block")
    assert "доступ закрыт" in page.text and bob.get("/tickets").status_code == 303
    signing_in = {"login": people.bob.email, "password": factories.PASSWORD}
    assert client_of(None).post("/login", data=signing_in).status_code == 422
    send(anna, people.bob, "unblock")
    assert client_of(None).post("/login", data=signing_in).status_code == 303
    page = send(anna, people.bob, "sign-out")
    assert "на 1 устройстве" in page.one(id="messages").text
    assert f"/admin/people/{people.anna.id}/block" not in Page(anna.get(f"/admin/people/{people.anna.id}")).actions()
    assert anna.post(f"/admin/people/{people.anna.id}/block").status_code == 422


def test_a_new_code_is_never_shown_to_the_administrator(anna: FlaskClient, people: People) -> None:  # D12
    old = registered.code_of(people.bob)
    page = send(anna, people.bob, "code")
    code = registered.code_of(again(people.bob))
    assert code != old and code not in page.raw and "смена кода авторизации" in page.one(id="book").text
    assert f"/admin/people/{people.alice.id}/code" not in Page(anna.get(f"/admin/people/{people.alice.id}")).actions()
    assert anna.post(f"/admin/people/{people.alice.id}/code").status_code == 422


def test_role_and_team_are_for_staff(anna: FlaskClient, people: People) -> None:  # S125
    page = send(anna, people.alice, "role", role="admin", team="service_center")
    assert "специалист → администратор" in page.one(id="book").text
    assert again(people.alice).is_admin
    assert f"/admin/people/{people.bob.id}/role" not in Page(anna.get(f"/admin/people/{people.bob.id}")).actions()
    assert (
        anna.post(f"/admin/people/{people.bob.id}/role", data={"role": "admin", "team": "support"}).status_code == 422
    )
    assert not again(people.bob).is_admin
    page = send(anna, people.anna, "role", role="agent", team="support")
    assert page.status == 422 and page.error("role")


def test_nobody_that_is_none_is_found(anna: FlaskClient, people: People) -> None:
    robot = registered.robot().id
    for number in (0, 999, 2**31, 10**30, robot):
        assert anna.get(f"/admin/people/{number}").status_code == 404
        for action in ("", "/email", "/company", "/block", "/code"):
            data = {"last_name": "Х", "first_name": "Х", "email": "x@y.example", "company": people.company.id}
            assert anna.post(f"/admin/people/{number}{action}", data=data).status_code == 404


def test_a_fragment_is_answered_to_a_script(anna: FlaskClient, people: People) -> None:
    answer = anna.post(f"/admin/people/{people.bob.id}/email", data={"email": "x"}, headers=FRAGMENT)
    assert answer.status_code == 422 and "<html" not in answer.text and 'id="person-card"' in answer.text


def test_another_sites_address_is_not_gone_on_to(anna: FlaskClient, people: People) -> None:
    data = {"visibility": "own", "next": "//evil.example"}
    answer = anna.post(f"/admin/people/{people.bob.id}/visibility", data=data)
    assert answer.location == f"/admin/people/{people.bob.id}"


def test_a_colleague_who_registered_is_bound_by_what_the_ticket_gives(
    anna: FlaskClient, people: People, client_of: ClientOf
) -> None:  # S119
    factories.person("Дмитриев", first_name="Дмитрий", email="dmitry@romashka.example")
    db.session.commit()
    page = Page(anna.get("/admin/people", query_string={"q": "dmitry@romashka.example"}))
    link = next(one for one in page.links() if one.startswith("/admin/people/") and one[14:].isdigit())
    form = dict(Page(anna.get(link)).form(f"{link}/company"))  # the suggestion is chosen already
    assert anna.post(f"{link}/company", data=form).status_code == 303
    assert "Дмитриев Дмитрий" in Page(client_of(people.bob).get("/company")).one(id="company-colleagues").text
