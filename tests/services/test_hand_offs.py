"""The link by which a signed-in browser lets a phone in (D12): whose, how long, by what, and when it is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from extensions import db
from models import AccessLink, Purpose
from rules.errors import DeskError, NotAllowed
from services import devices, hand_offs, people
from tests.conftest import People
from tests.services.played import DAY, NOW, refused

MOMENT = timedelta(microseconds=1)


def sign_in(crowd: People, by: str) -> None:
    devices.sign_in(crowd.bob, by=by, name="Chrome, Linux", remember=True, at=NOW)


@pytest.mark.parametrize(
    ("giver", "by"),
    [("password", "hand-off"), ("code", "hand-off-code"), ("hand-off", "hand-off"), ("hand-off-code", "hand-off-code")],
)
def test_what_stems_from_a_code_is_known_as_such(crowd: People, giver: str, by: str) -> None:
    sign_in(crowd, giver)
    assert hand_offs.use(hand_offs.make(crowd.bob, at=NOW), at=NOW) == (crowd.bob, by)


def test_its_state_is_told_to_its_owner_alone(crowd: People) -> None:
    sign_in(crowd, "password")
    token, until = hand_offs.make(crowd.bob, at=NOW), NOW + hand_offs.LASTS
    assert hand_offs.state(token, crowd.bob, at=until - MOMENT) == ("waiting", until)
    assert hand_offs.state(token, crowd.bob, at=until) == ("expired", None)
    assert hand_offs.state(token, crowd.carol, at=NOW) == hand_offs.state("", crowd.bob, at=NOW) == ("expired", None)
    hand_offs.use(token, at=NOW)
    assert hand_offs.state(token, crowd.bob, at=NOW) == ("used", None)
    assert refused(DeskError, lambda: hand_offs.use(token, at=NOW)).code == "link_used"


def test_looking_uses_nothing_up(crowd: People) -> None:
    token = hand_offs.make(crowd.bob, at=NOW)
    assert [hand_offs.look(token, at=NOW) for _ in range(3)] == [crowd.bob] * 3
    assert hand_offs.use(token, at=NOW)[0] is crowd.bob


def test_staff_hand_nothing_over(crowd: People) -> None:
    for person in (crowd.alice, crowd.anna):
        refused(NotAllowed, lambda person=person: hand_offs.make(person, at=NOW))


def test_no_other_link_signs_a_phone_in_and_this_one_sets_no_password(crowd: People) -> None:
    token, letter = hand_offs.make(crowd.bob, at=NOW), people_link(crowd)
    assert refused(DeskError, lambda: hand_offs.look(letter, at=NOW)).code == "link_unknown"
    others = {Purpose.CONFIRM, Purpose.RESET, Purpose.STAFF}
    assert refused(DeskError, lambda: link(token, others)).code == "link_unknown"


def people_link(crowd: People) -> str:
    return people.new_link(crowd.bob, Purpose.RESET, at=NOW)


def link(token: str, purposes: set[Purpose]) -> AccessLink:
    return people.link(token, purposes, at=NOW)


def test_old_ones_are_forgotten_and_letters_links_are_not(crowd: People) -> None:
    hand_offs.make(crowd.bob, at=NOW)
    people_link(crowd)
    hand_offs.forget_old(at=NOW + DAY)
    assert len(db.session.scalars(select(AccessLink)).all()) == 2
    hand_offs.forget_old(at=NOW + 2 * DAY)
    assert [found.purpose for found in db.session.scalars(select(AccessLink))] == [Purpose.RESET]
