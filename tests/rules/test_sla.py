"""The promises as clocks over events, by tables written from the guide (S72, S92–S97)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import YEKATERINBURG, Calendar
from rules.lengths import DEFAULTS, Length, Unit, lengths
from rules.sla import SERVICE_CENTER, SUPPORT, Happened, Level, Target, drafts, key_of, policy, promised_until
from rules.sla_clock import Clock, Outcome, measured
from rules.sla_stretches import Reason, stretches
from rules.statuses import Status
from tests.rules.test_spells import LUNCH, PLAIN

S = Status
CALENDARS = {SUPPORT: PLAIN, SERVICE_CENTER: LUNCH}
HOUR = timedelta(hours=1)
Told = list[tuple[str, str]]


def at(text: str) -> datetime:
    """Return a moment of June 2023: «14 10:00» is a Wednesday morning in Yekaterinburg."""
    return datetime.fromisoformat(f"2023-06-{text}").replace(tzinfo=YEKATERINBURG)


def happened(told: Told) -> list[Happened]:
    """Return events by their short names, the status following as by the table of moves."""
    made = {
        "assign": {"kind": "assigned", "by_staff": True, "gives": True},
        "unassign": {"kind": "assigned", "by_staff": True},
        "identify": {"kind": "identified", "by_staff": True},
        "answer": {"kind": "commented", "by_staff": True, "to": S.WAITING},
        "reply": {"kind": "commented", "to": S.OPEN},
        "reply again": {"kind": "commented"},
        "defer": {"kind": "status", "by_staff": True, "verb": "defer", "to": S.DEFERRED},
        "wake": {"kind": "status", "verb": "wake", "to": S.OPEN},
        "send in": {"kind": "status", "by_staff": True, "verb": "service-center", "to": S.SERVICE_CENTER},
        "accept": {"kind": "status", "by_staff": True, "verb": "accept", "to": S.OPEN},
        "resolve": {"kind": "status", "verb": "resolve", "to": S.RESOLVED},
        "reopen": {"kind": "status", "verb": "reopen", "to": S.REOPENED},
    }
    return [Happened(at(moment), **made[name]) for moment, name in told]  # type: ignore[arg-type]


def clocks(
    told: Told, *, now: str, opened: str = "14 10:00", level: Level = Level.BASIC, percent: int = 75
) -> list[Clock]:
    events = happened(told)
    moved = [event for event in events if event.to]
    status, since = (moved[-1].to or S.OPEN, moved[-1].at) if moved else (S.OPEN, at(opened))
    team = SERVICE_CENTER if any(event.verb == "accept" for event in events) else SUPPORT
    promised = policy(level, DEFAULTS)
    found = drafts(at(opened), events, status=status, since=since, team=team)
    return [measured(one, promised[one.target], CALENDARS, now=at(now), warn_percent=percent) for one in found]


def test_the_guides_figures() -> None:  # S92, S94, S96, D9
    basic = policy(Level.BASIC, DEFAULTS)
    assert {target: (length.value, length.unit) for target, length in basic.items()} == {
        Target.FIRST_REACTION: (2, Unit.WORKING_HOUR),
        Target.FIRST_ANSWER: (1, Unit.WORKING_DAY),
        Target.NEXT_CONTACT: (1, Unit.WORKING_DAY),
    }
    assert {key_of(target, level) for target in Target for level in Level} <= set(DEFAULTS)


@pytest.mark.parametrize(
    ("told", "now", "outcome", "ended"),
    [
        ([], "14 11:00", Outcome.RUNS, None),
        ([], "14 12:00", Outcome.RUNS, None),  # the last moment is in time
        ([], "14 12:01", Outcome.LATE, None),
        ([("14 11:00", "assign")], "14 18:00", Outcome.KEPT, "14 11:00"),  # S93
        ([("14 11:00", "answer")], "14 18:00", Outcome.KEPT, "14 11:00"),  # S93: a question
        ([("14 12:00", "assign")], "14 18:00", Outcome.KEPT, "14 12:00"),
        ([("14 12:01", "assign")], "14 18:00", Outcome.MISSED, "14 12:01"),
        ([("14 11:00", "unassign")], "14 18:00", Outcome.LATE, None),
        ([("14 11:00", "identify")], "14 18:00", Outcome.LATE, None),
        ([("14 11:00", "reply again")], "14 11:30", Outcome.RUNS, None),  # the customer adds something
        ([("14 11:00", "resolve")], "14 18:00", Outcome.KEPT, "14 11:00"),
        ([("14 11:00", "defer")], "14 18:00", Outcome.KEPT, "14 11:00"),
    ],
)
def test_first_reaction_in_two_working_hours(told: Told, now: str, outcome: Outcome, ended: str | None) -> None:  # S92
    first = clocks(told, now=now)[0]
    assert (first.target, first.outcome) == (Target.FIRST_REACTION, outcome)
    assert first.ended_at == (at(ended) if ended else None)
    assert first.due_at == at("14 12:00") or ended and first.outcome == Outcome.KEPT


def test_a_ticket_of_friday_evening_is_promised_for_monday() -> None:  # S90, S92
    [first] = clocks([], now="17 12:00", opened="16 17:00")
    assert (first.due_at, first.used, first.left) == (at("19 10:00"), HOUR / 2, 3 * HOUR / 2)
    assert promised_until(at("16 17:00"), Level.BASIC, DEFAULTS, PLAIN) == at("19 10:00")
    assert promised_until(at("16 17:00"), Level.EXTENDED, DEFAULTS, PLAIN) == at("19 09:00")  # S72


@pytest.mark.parametrize(
    ("told", "now", "outcome", "used"),
    [
        ([("14 11:00", "identify")], "15 11:00", Outcome.RUNS, 9),
        ([("14 11:00", "identify")], "15 12:00", Outcome.LATE, 10),
        ([("14 11:00", "identify"), ("15 10:00", "answer")], "20 10:00", Outcome.KEPT, 8),
        ([("14 11:00", "identify"), ("15 12:00", "answer")], "20 10:00", Outcome.MISSED, 10),
        # A date alone is no answer: until it comes the clock stands still (S96).
        ([("14 11:00", "identify"), ("14 13:00", "defer")], "20 10:00", Outcome.STANDS, 2),
        ([("14 11:00", "identify"), ("14 13:00", "defer"), ("20 09:00", "wake")], "20 11:00", Outcome.RUNS, 4),
        # An answer asks; what is identified while the customer is silent waits for him.
        ([("14 11:00", "answer"), ("14 12:00", "identify")], "20 10:00", Outcome.STANDS, 0),
        ([("14 11:00", "answer"), ("14 12:00", "identify"), ("16 10:00", "reply")], "16 11:00", Outcome.RUNS, 1),
        ([("14 11:00", "identify"), ("14 12:00", "resolve")], "20 10:00", Outcome.KEPT, 1),
        ([("14 11:00", "identify"), ("14 12:00", "send in")], "20 10:00", Outcome.KEPT, 1),  # S102: told how to ship
    ],
)
def test_first_answer_within_a_working_day_of_the_identification(
    told: Told, now: str, outcome: Outcome, used: int
) -> None:  # S94
    [answer] = [one for one in clocks([("14 10:30", "assign"), *told], now=now) if one.target == Target.FIRST_ANSWER]
    assert (answer.outcome, answer.used) == (outcome, used * HOUR)


def test_each_turn_of_the_customer_starts_a_clock_of_its_own() -> None:  # S96
    told = [
        ("14 11:00", "assign"),  # somebody has it: the customer hears within a working day
        ("14 15:00", "answer"),
        ("15 10:00", "reply"),
        ("15 11:00", "reply again"),  # starts nothing anew: he waits since ten
        ("16 11:00", "answer"),  # too late
        ("19 09:00", "reply"),
        ("19 10:00", "defer"),  # a date is a contact (S95–S96)
        ("26 09:00", "wake"),
        ("26 10:00", "resolve"),
        ("27 10:00", "reopen"),
    ]
    turns = [one for one in clocks(told, now="27 12:00") if one.target == Target.NEXT_CONTACT]
    assert [(one.began_at, one.ended_at, one.outcome) for one in turns] == [
        (at("14 11:00"), at("14 15:00"), Outcome.KEPT),
        (at("15 10:00"), at("16 11:00"), Outcome.MISSED),
        (at("19 09:00"), at("19 10:00"), Outcome.KEPT),
        (at("26 09:00"), at("26 10:00"), Outcome.KEPT),
        (at("27 10:00"), None, Outcome.RUNS),
    ]
    assert turns[1].late_at == at("16 10:00") and turns[-1].due_at == at("28 10:00")


def test_a_deferred_ticket_owes_no_contact() -> None:  # S96–S97
    found = clocks([("14 11:00", "assign"), ("14 12:00", "defer")], now="30 12:00")
    assert [one.outcome for one in found] == [Outcome.KEPT, Outcome.KEPT]


def test_extended_support_has_targets_of_its_own() -> None:  # S72
    assert clocks([], now="14 10:30", level=Level.EXTENDED)[0].due_at == at("14 11:00")
    changed = lengths({"extended_first_reaction": (30, "hour")})
    assert policy(Level.EXTENDED, changed)[Target.FIRST_REACTION].value == 30
    assert policy(Level.BASIC, changed) == policy(Level.BASIC, DEFAULTS)


def test_a_team_that_took_over_works_by_its_own_hours() -> None:
    told = [("14 10:30", "assign"), ("14 11:00", "send in"), ("15 12:00", "accept")]
    turn = clocks(told, now="15 14:00")[-1]
    assert (turn.used, turn.goal, turn.due_at) == (HOUR, 8 * HOUR, at("16 12:00"))  # its lunch doesn't count


def test_a_status_that_no_event_explains_wins() -> None:
    found = drafts(at("14 10:00"), [], status=S.WAITING, since=at("14 11:00"))
    clock = measured(found[0], DEFAULTS["first_reaction"], CALENDARS, now=at("20 10:00"))
    assert (clock.outcome, clock.used) == (Outcome.STANDS, HOUR)


@pytest.mark.parametrize(
    ("opened", "length", "percent", "warned"),
    [
        ("14 10:00", Length("any", 2, Unit.WORKING_HOUR, "S92"), 75, "14 11:30"),
        ("14 16:30", Length("any", 2, Unit.WORKING_HOUR, "S92"), 50, "15 08:30"),  # not as they go home
        ("16 17:00", Length("any", 2, Unit.WORKING_HOUR, "S92"), 75, "19 09:30"),
        ("14 10:00", Length("any", 1, Unit.WORKING_DAY, "S94"), 75, "14 16:45"),
        ("14 10:00", Length("any", 24, Unit.HOUR, "S94"), 75, "15 08:30"),  # at 4:00 nobody is there
        ("16 10:00", Length("any", 24, Unit.HOUR, "S94"), 75, "16 17:15"),  # before the weekend in which it ends
        ("14 20:00", Length("any", 4, Unit.HOUR, "S94"), 75, "14 20:00"),  # nobody can be told in time
    ],
)
def test_a_warning_comes_in_working_hours(opened: str, length: Length, percent: int, warned: str) -> None:  # S95
    [draft] = drafts(at(opened), [], status=S.OPEN, since=at(opened))
    assert measured(draft, length, CALENDARS, now=at(opened), warn_percent=percent).warn_at == at(warned)


def test_a_clock_that_stands_warns_of_nothing() -> None:
    found = clocks([("14 10:30", "assign"), ("14 11:00", "identify"), ("14 12:00", "defer")], now="14 13:00")
    assert [one.warn_at for one in found] == [None] * len(found)


def test_the_ledger_explains_every_stretch() -> None:
    told = [("14 10:30", "assign"), ("14 16:30", "identify"), ("15 10:30", "defer"), ("19 17:00", "wake")]
    answer = next(one for one in clocks(told, now="20 09:30") if one.target == Target.FIRST_ANSWER)
    shown = [(one.reason, one.start, one.end, one.used) for one in stretches(answer, CALENDARS, now=at("20 09:30"))]
    nothing = timedelta()
    assert shown == [
        (Reason.RUNNING, at("14 16:30"), at("14 17:30"), HOUR),
        (Reason.NIGHT, at("14 17:30"), at("15 08:30"), nothing),
        (Reason.RUNNING, at("15 08:30"), at("15 10:30"), 2 * HOUR),
        (Reason.DEFERRED, at("15 10:30"), at("19 17:00"), nothing),
        (Reason.RUNNING, at("19 17:00"), at("19 17:30"), HOUR / 2),
        (Reason.NIGHT, at("19 17:30"), at("20 08:30"), nothing),
        (Reason.RUNNING, at("20 08:30"), at("20 09:30"), HOUR),
    ]


NAMES = st.sampled_from(
    ["assign", "identify", "answer", "reply", "reply again", "defer", "wake", "send in", "accept", "resolve", "reopen"]
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 60 * 24 * 14), NAMES), max_size=12), st.integers(0, 60 * 24 * 15))
def test_whatever_happens_the_stretches_add_up(told: list[tuple[int, str]], minutes: int) -> None:
    start = at("14 10:00")
    events = [
        Happened(start + timedelta(minutes=after), event.kind, event.by_staff, event.to, event.verb, event.gives)
        for after, name in sorted(told)
        for event in happened([("14 10:00", name)])
    ]
    now = start + timedelta(minutes=minutes)
    for draft in drafts(start, events, status=S.OPEN, since=start):
        clock = measured(draft, DEFAULTS[draft.target], CALENDARS, now=now)
        parts = stretches(clock, CALENDARS, now=now)
        assert sum((part.used for part in parts), timedelta()) == clock.used >= timedelta()
        assert all(part.start <= part.end for part in parts)
        assert (clock.late_at is not None) == (clock.used > clock.goal)
        assert clock.late_at is None or clock.late_at <= now


def test_a_calendar_that_is_changed_moves_the_deadline() -> None:
    [draft] = drafts(at("16 17:00"), [], status=S.OPEN, since=at("16 17:00"))
    moved = Calendar(extra={at("19 00:00").date(): False})
    clock = measured(draft, DEFAULTS["first_reaction"], {SUPPORT: moved}, now=at("16 17:10"))
    assert clock.due_at == at("20 10:00")
