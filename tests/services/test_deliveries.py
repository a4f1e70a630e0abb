"""The outbox being emptied: one worker a message, waits that double, secrets gone once sent (S59, S67)."""

from datetime import timedelta

import pytest

from extensions import db
from models import Delivery, DeliveryState
from services import deliveries, outbox
from tests.conftest import People
from tests.services.played import DAY, NOW

SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)
STALE = deliveries.STALE


@pytest.fixture
def letter(people: People) -> Delivery:
    made = outbox.letter("one", people.bob, "confirm_registration", at=NOW, data={"token": "secret"})
    db.session.commit()
    return made


def again(letter: Delivery) -> Delivery:
    db.session.commit()
    db.session.refresh(letter)
    return letter


def test_of_two_workers_one_gets_the_letter_with_its_reader(letter: Delivery, people: People) -> None:
    taken = deliveries.claim(letter.id, at=NOW)
    assert taken is letter and (taken.state, taken.attempts_count, taken.claimed_at) == ("claimed", 1, NOW)
    assert taken.person is people.bob and taken.event is None
    assert deliveries.claim(letter.id, at=NOW) is None
    assert deliveries.claim(letter.id, at=NOW + STALE) is None
    assert deliveries.claim(999, at=NOW) is None


def test_a_dead_workers_letter_is_taken_again_exactly_once(letter: Delivery) -> None:
    deliveries.claim(letter.id, at=NOW)
    later = NOW + STALE + MOMENT
    assert deliveries.due(at=later) == [letter.id]
    assert deliveries.claim(letter.id, at=later) is not None
    assert deliveries.claim(letter.id, at=later) is None
    assert deliveries.due(at=later) == []


def test_nothing_is_sent_before_its_time(letter: Delivery) -> None:
    letter.next_attempt_at = NOW + SECOND
    db.session.commit()
    assert deliveries.due(at=NOW) == [] and deliveries.claim(letter.id, at=NOW) is None
    assert deliveries.due(at=NOW + SECOND) == [letter.id]


def test_what_is_due_comes_the_oldest_first(people: People) -> None:
    made = [outbox.letter(f"n{number}", people.bob, "new_device", at=NOW - number * SECOND) for number in range(3)]
    db.session.commit()
    assert deliveries.due(at=NOW, limit=2) == [made[0].id, made[1].id]


@pytest.mark.parametrize(("template", "kept"), [
    ("confirm_registration", {}),
    ("reset_password", {}),
    ("staff_invitation", {}),
    ("new_device", {"token": "secret"}),
])  # fmt: skip
def test_what_opens_a_door_is_wiped_once_the_letter_is_out(letter: Delivery, template: str, kept: object) -> None:
    letter.template = template
    deliveries.claim(letter.id, at=NOW)
    deliveries.sent(letter, at=NOW)
    assert (again(letter).data, letter.state, letter.sent_at, letter.claimed_at) == (kept, "sent", NOW, None)
    assert deliveries.claim(letter.id, at=NOW + DAY) is None and deliveries.due(at=NOW + DAY) == []


def test_waits_double_up_to_an_hour_and_then_it_is_over(letter: Delivery) -> None:
    at, waits = NOW, []
    while letter.state != DeliveryState.FAILED:
        assert deliveries.claim(letter.id, at=at) is not None
        deliveries.failed(letter, "451 busy", permanent=False, at=at)
        again(letter)
        assert (letter.last_error, letter.claimed_at, letter.data) == (
            "451 busy", None, {} if letter.state == DeliveryState.FAILED else {"token": "secret"}
        )  # fmt: skip
        waits.append((letter.next_attempt_at - at).total_seconds())
        at = max(at, letter.next_attempt_at)
    assert waits[:-1] == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert letter.attempts_count == deliveries.MAX_ATTEMPTS == 12
    assert deliveries.due(at=at + 9 * DAY) == []


def test_the_other_side_may_ask_for_its_own_wait(letter: Delivery) -> None:
    deliveries.claim(letter.id, at=NOW)
    deliveries.failed(letter, "429", permanent=False, retry_after=7200, at=NOW)
    assert again(letter).next_attempt_at == NOW + timedelta(hours=2)


def test_a_wait_of_nothing_is_not_taken_at_its_word(letter: Delivery) -> None:
    deliveries.claim(letter.id, at=NOW)
    deliveries.failed(letter, "429", permanent=False, retry_after=0, at=NOW)
    assert again(letter).next_attempt_at == NOW + 15 * SECOND


def test_a_refusal_for_good_is_the_last_attempt_and_keeps_no_secret(letter: Delivery) -> None:
    deliveries.claim(letter.id, at=NOW)
    deliveries.failed(letter, "550 " + "x" * 999, permanent=True, at=NOW)
    assert (again(letter).state, letter.data, len(letter.last_error)) == ("failed", {}, 300)
    assert deliveries.due(at=NOW + DAY) == []


def test_a_slow_workers_failure_does_not_take_back_what_another_one_sent(letter: Delivery) -> None:
    deliveries.claim(letter.id, at=NOW)  # hangs
    deliveries.claim(letter.id, at=NOW + 2 * STALE)
    deliveries.sent(letter, at=NOW + 2 * STALE)
    deliveries.failed(letter, "timed out", permanent=False, at=NOW + 3 * STALE)
    assert (again(letter).state, letter.sent_at, letter.last_error) == ("sent", NOW + 2 * STALE, "")


def test_what_waits_is_counted(letter: Delivery, people: People) -> None:
    claimed = outbox.letter("two", people.bob, "new_device", at=NOW)
    done = outbox.letter("three", people.bob, "new_device", at=NOW)
    db.session.flush()
    deliveries.claim(claimed.id, at=NOW)
    deliveries.sent(done, at=NOW)
    assert deliveries.waiting_count() == 2
