"""The outbox being emptied: one worker a message, waits that double, secrets gone once sent (S59, S67)."""

from datetime import timedelta

import pytest

from extensions import db
from models import Delivery, DeliveryState
from services import deliveries, outbox
from services.deliveries import Pace
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


def test_waits_double_up_to_three_hours_and_after_three_days_it_is_over(letter: Delivery) -> None:
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
    assert waits[:-1] == [15, 30, 60, 120, 240, 480, 960, 1920, 3840, 7680] + [10800] * 21
    assert letter.attempts_count == deliveries.MAX_ATTEMPTS == 32
    assert 2.5 * DAY < at - NOW < 4 * DAY
    assert deliveries.due(at=at + 9 * DAY) == []


def test_waits_are_spread_so_that_not_all_come_back_at_once() -> None:
    assert [deliveries.wait_seconds(1, None, chance) for chance in (0, 0.5, 1)] == [15, 16.875, 18.75]
    assert deliveries.wait_seconds(12, None, 1) == 3 * 3600 + 60
    assert deliveries.wait_seconds(2, 7200, 1) == 7260, "never sooner than the other side asked"


def test_what_ends_worker_after_worker_is_set_aside(letter: Delivery) -> None:
    at = NOW
    for deaths in range(deliveries.MAX_DEATHS):
        taken = deliveries.claim(letter.id, at=at)
        assert taken is not None and taken.deaths_count == deaths
        at += STALE + MOMENT
    assert deliveries.claim(letter.id, at=at) is None
    assert (again(letter).state, letter.last_error) == ("failed", "3 workers ended while they were at it")
    assert deliveries.due(at=at + DAY) == []


def test_all_workers_together_keep_the_pace_of_a_channel(people: People) -> None:
    for number in range(9):
        outbox.letter(f"n{number}", people.bob, "new_device", at=NOW)
    db.session.commit()
    one = deliveries.take("email", Pace(at_once=4), at=NOW)
    assert len(one) == 4 and deliveries.take("email", Pace(at_once=4), at=NOW) == []
    for taken in one:
        deliveries.sent(taken, at=NOW)
    db.session.flush()
    assert len(deliveries.take("email", Pace(at_once=4, a_minute=6), at=NOW + SECOND)) == 2
    assert deliveries.take("email", Pace(at_once=4, a_minute=6), at=NOW + 2 * SECOND) == []
    assert len(deliveries.take("email", Pace(at_once=4, a_minute=6), at=NOW + 59 * SECOND)) == 0
    assert len(deliveries.take("email", Pace(at_once=9), at=NOW + 3 * SECOND)) == 3
    assert deliveries.take("web_push", Pace(at_once=4), at=NOW) == []


def test_who_asks_for_certain_messages_gets_them_before_older_ones(people: People) -> None:
    made = [outbox.letter(f"n{number}", people.bob, "new_device", at=NOW) for number in range(5)]
    db.session.commit()
    taken = deliveries.take("email", Pace(at_once=2), at=NOW, first=[made[4].id, 999])
    assert [one.id for one in taken] == [made[0].id, made[4].id]


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
