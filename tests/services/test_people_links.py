"""Links of letters: each opens one door, once, for a day, and only the newest (S14–S17)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from flask import Flask

from extensions import db
from jobs import committed
from models import LengthSetting, Purpose, Role, Team
from rules.errors import DeskError
from services import clockwork, people
from tests import factories
from tests.conftest import People
from tests.services.accounts import ALL, confirmed, letters, refusal, register, token_of
from tests.services.played import DAY, NOW

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def test_a_link_is_good_for_a_day_and_not_a_moment_longer(app: Flask) -> None:
    person = register()
    token = token_of(letters()[0])
    assert people.link(token, {Purpose.CONFIRM}, at=NOW + DAY - MOMENT).person_id == person.id
    error = refusal(token, at=NOW + DAY)
    assert (error.code, error.values) == ("link_expired", {"email": "new@romashka.example"})


def test_the_administrator_may_change_how_long_links_work(app: Flask) -> None:  # S15
    db.session.add(LengthSetting(key="link_valid_hours", value=2, unit="hour"))
    db.session.flush()
    clockwork.forget()
    register()
    token = token_of(letters()[0])
    people.link(token, {Purpose.CONFIRM}, at=NOW + 2 * HOUR - MOMENT)
    assert refusal(token, at=NOW + 2 * HOUR).code == "link_expired"


def test_looking_at_a_link_does_not_use_it_up(app: Flask) -> None:
    register()
    token = token_of(letters()[0])
    for _ in range(3):
        assert people.link(token, {Purpose.CONFIRM}, at=NOW).used_at is None


def test_an_unknown_link_is_unknown(app: Flask) -> None:
    for token in ["", "no-such", "x" * 5000, "ж", "\x00"]:
        assert refusal(token).code == "link_unknown"


def test_a_link_opens_only_its_own_door_and_says_no_more(app: Flask) -> None:
    register()
    error = refusal(token_of(letters()[0]), {Purpose.RESET, Purpose.STAFF})
    assert (error.code, error.values) == ("link_unknown", {})


def test_a_used_link_is_used_for_ever_and_says_for_whom(app: Flask) -> None:
    confirmed()
    token = token_of(letters()[0])
    for at in (NOW, NOW + 9 * DAY):
        error = refusal(token, at=at)
        assert (error.code, error.values) == ("link_used", {"email": "new@romashka.example"})


def test_a_new_password_closes_every_other_door_to_set_one(app: Flask) -> None:
    """A link lying in an old letter or a log must not undo what its owner has just done."""
    invited, staff_token = people.add_staff(
        "chief@desk.example", role=Role.ADMIN, team=Team.SUPPORT, last_name="Главный", first_name="", at=NOW
    )
    people.forgot(invited.email, at=NOW)
    people.set_password(people.link(token_of(letters("reset_password")[0]), ALL, at=NOW), factories.PASSWORD, at=NOW)
    assert refusal(staff_token, at=NOW).code == "link_expired"


def test_forgetting_sends_a_link_for_what_is_missing(crowd: People) -> None:
    register()
    people.forgot("NEW@romashka.example", at=NOW + HOUR)
    people.forgot("bob@romashka.example", at=NOW)
    people.forgot("alice@desk.example", at=NOW)
    assert [(letter.template, letter.person_id) for letter in letters()[1:]] == [
        ("confirm_registration", letters()[0].person_id),
        ("reset_password", crowd.bob.id),
        ("reset_password", crowd.alice.id),
    ]


def test_an_address_that_nobody_registered_gets_silence(app: Flask) -> None:
    for email in ["nobody@romashka.example", "", "robot@localhost", "a\x00b@romashka.example"]:
        people.forgot(email, at=NOW)
        assert letters() == []
    assert people.authenticate("a\x00b@romashka.example", factories.PASSWORD) is None


def test_forgetting_twice_leaves_the_newest_link(crowd: People) -> None:
    for hours in (0, 1):
        people.forgot("bob@romashka.example", at=NOW + hours * HOUR)
    old, new = (token_of(letter) for letter in letters())
    assert refusal(old, at=NOW + HOUR).code == "link_expired"
    assert people.link(new, {Purpose.RESET}, at=NOW + HOUR)


def test_of_two_who_use_a_link_at_the_same_moment_one_comes_too_late(app: Flask) -> None:
    register()
    token, barrier = token_of(letters()[0]), Barrier(3)
    db.session.commit()

    def use(number: int) -> str:
        with app.app_context():
            people.link(token, ALL, at=NOW)  # the page was open in each
            barrier.wait(timeout=30)
            try:
                with committed():
                    people.set_password(people.link(token, ALL, at=NOW, to_use=True), f"horse number {number}", at=NOW)
            except DeskError as error:
                return error.code
        return "done"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(use, range(3))) == ["done", "link_used", "link_used"]
    assert len(letters("access_granted")) == 1
