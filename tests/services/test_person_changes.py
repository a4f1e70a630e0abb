"""What the administrator does to a person, and the line in the book that each change leaves (S71, S88, S125, D12)."""

from typing import Any

import pytest
from sqlalchemy import func, select

from extensions import db
from models import AccessLink, Delivery, DeliveryState, Device, Person, Purpose, Role, Team, Visibility
from rules.errors import DeskError, Invalid
from services import audit, devices, people_lists, person_changes
from services import people as registered
from tests import factories
from tests.conftest import People
from tests.services.played import NOW


def lines(person: Person) -> list[tuple[str, dict[str, Any]]]:
    db.session.flush()
    return [(entry.action, entry.changes) for entry in audit.of(person)][::-1]


def devices_of(person: Person) -> int:
    return db.session.scalar(select(func.count()).select_from(Device).where(Device.person_id == person.id)) or 0


def test_names_are_changed(people: People) -> None:
    texts = {"last_name": "Иванов", "first_name": people.bob.first_name, "patronymic": "", "phone": "1"}
    for _ in range(2):
        person_changes.rename(people.bob, texts, by=people.anna, at=NOW)
    assert people.bob.last_name == "Иванов"
    assert lines(people.bob) == [("changed", {"last_name": ("Тестинг", "Иванов"), "phone": ("", "1")})]


def test_a_new_login_is_told_to_both_addresses_and_closes_old_links(people: People) -> None:  # S7
    token = registered.new_link(people.bob, Purpose.RESET, at=NOW)
    assert person_changes.change_email(people.bob, " New@Romashka.example ", by=people.anna, at=NOW)
    assert people.bob.email == "new@romashka.example" and registered.by_email("bob@romashka.example") is None
    told = db.session.scalars(select(Delivery).where(Delivery.template == "email_changed")).all()
    assert {one.target for one in told} == {"bob@romashka.example", "new@romashka.example"}
    with pytest.raises(DeskError, match="link_expired"):
        registered.link(token, {Purpose.RESET}, at=NOW)
    assert lines(people.bob) == [("email_changed", {"email": ("bob@romashka.example", "new@romashka.example")})]
    assert not person_changes.change_email(people.bob, "NEW@romashka.example", by=people.anna, at=NOW)


@pytest.mark.parametrize(
    ("email", "code"), [("", "required"), ("x", "not_an_email"), ("Carol@romashka.example", "taken")]
)
def test_a_login_that_can_not_be_is_refused(people: People, email: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        person_changes.change_email(people.bob, email, by=people.anna, at=NOW)
    assert people.bob.email == "bob@romashka.example"


def test_what_one_person_sees_is_set(people: People) -> None:  # S71
    for chosen in (Visibility.OWN, Visibility.ALL, Visibility.ALL):
        person_changes.set_visibility(people.bob, chosen, by=people.anna, at=NOW)
    assert people.bob.visibility == Visibility.ALL and people.bob.is_supervisor
    assert [changes["visibility"] for _, changes in lines(people.bob)] == [("company", "own"), ("own", "all")]
    for person, wrong in ((people.bob, "everything"), (people.alice, "all")):
        with pytest.raises(Invalid):
            person_changes.set_visibility(person, wrong, by=people.anna, at=NOW)


def test_the_role_is_for_staff_only(people: People) -> None:  # S125
    person_changes.set_role(people.alice, Role.ADMIN, Team.SERVICE_CENTER, by=people.anna, at=NOW)
    assert (people.alice.role, people.alice.team) == (Role.ADMIN, Team.SERVICE_CENTER)
    for person, role, team in (
        (people.bob, Role.ADMIN, Team.SUPPORT),  # a contact never becomes staff here
        (people.alice, Role.CONTACT, Team.SUPPORT),
        (people.alice, Role.ROBOT, Team.SUPPORT),
        (people.alice, Role.AGENT, "kitchen"),
        (people.anna, Role.AGENT, Team.SUPPORT),  # himself: somebody must stay administrator
    ):
        with pytest.raises(Invalid):
            person_changes.set_role(person, role, team, by=people.anna, at=NOW)
    assert people.bob.role == Role.CONTACT and people.anna.role == Role.ADMIN


def test_who_is_blocked_is_out_at_once_and_stays_out(people: People) -> None:
    key = devices.sign_in(people.bob, by="password", name="x", remember=True, at=NOW)
    code = registered.code_of(people.bob)
    registered.forgot(people.bob.email, at=NOW)
    person_changes.block(people.bob, by=people.anna, at=NOW)
    person_changes.block(people.bob, by=people.anna, at=NOW)
    db.session.flush()
    db.session.expire_all()
    assert devices.owner(key, at=NOW) is None and devices_of(people.bob) == 0
    assert not registered.may_enter(people.bob) and registered.by_code(code) is None
    assert registered.authenticate(people.bob.email, factories.PASSWORD) is None
    assert {one.state for one in db.session.scalars(select(Delivery))} == {DeliveryState.FAILED}
    assert {one.expires_at for one in db.session.scalars(select(AccessLink))} == {NOW}
    person_changes.unblock(people.bob, by=people.anna, at=NOW)
    assert registered.authenticate(people.bob.email, factories.PASSWORD) is people.bob
    assert [action for action, _ in lines(people.bob)] == ["blocked", "unblocked"]


def test_nobody_blocks_himself_or_the_robot(people: People) -> None:
    for person in (people.anna, registered.robot()):
        with pytest.raises(Invalid, match="not_yourself"):
            person_changes.block(person, by=people.anna, at=NOW)


def test_signing_out_ends_every_session(people: People) -> None:
    for way in ("password", "code"):
        devices.sign_in(people.bob, by=way, name=way, remember=True, at=NOW)
    assert person_changes.sign_out_everywhere(people.bob, by=people.anna, at=NOW) == 2 and devices_of(people.bob) == 0


def test_a_new_code_ends_what_came_in_by_the_old_one_and_is_never_written_down(people: People) -> None:  # D12
    for way in ("password", "code"):
        devices.sign_in(people.bob, by=way, name=way, remember=True, at=NOW)
    old = registered.code_of(people.bob)
    person_changes.give_new_code(people.bob, by=people.anna, at=NOW)
    assert registered.by_code(old) is None and registered.by_code(registered.code_of(people.bob)) is people.bob
    assert devices_of(people.bob) == 1 and lines(people.bob) == [("code", {})]
    for person in (people.alice, factories.person("Новый", activated_at=None)):
        with pytest.raises(Invalid, match="no_code"):
            person_changes.give_new_code(person, by=people.anna, at=NOW)


def test_the_list_finds_people_by_every_word(people: People) -> None:
    def found(q: str, view: str = "") -> list[str]:
        return [row.email for row in people_lists.page(q, view=view)[0]]

    assert found("романов") == [] and found("тестинг ромашка") == ["bob@romashka.example"]
    assert found("ROMASHKA.example швецов") == ["carol@romashka.example"]
    assert set(found("", "staff")) == {people.alice.email, people.sergey.email, people.anna.email}
    assert found("", "blocked") == [] and registered.robot().email not in found("")
    people.bob.blocked_at = NOW
    db.session.flush()
    assert found("", "blocked") == ["bob@romashka.example"]


def test_the_list_goes_on_by_pages(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        factories.person("Тестинг")  # namesakes
    everybody = [row.id for row in people_lists.page("")[0]]
    monkeypatch.setattr(people_lists, "PAGE_ROWS", 2)
    seen: list[Any] = []
    after: int | None = 0
    while after is not None:
        rows, after = people_lists.page("", after=after)
        seen += [row.id for row in rows]
    assert seen == everybody and len(set(seen)) == 9


def test_who_is_blocked_gets_no_links(people: People) -> None:
    waiting = factories.person("Неподтверждённый", email="late@romashka.example", activated_at=None)
    for person in (people.bob, waiting):
        person_changes.block(person, by=people.anna, at=NOW)
        registered.forgot(person.email, at=NOW)
    names = {"last_name": "Х", "first_name": "Х", "patronymic": "", "consent_version": "1"}
    with pytest.raises(Invalid, match="taken"):
        registered.register(**names, email=waiting.email, at=NOW)
    assert db.session.scalars(select(Delivery)).all() == []
