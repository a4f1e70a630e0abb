"""The table of moves against the specification's, every status × verb × actor, and its documents."""

import runpy
from itertools import product
from pathlib import Path

import pytest

from rules.errors import InvalidMove
from rules.statuses import (
    ACTIVE,
    ALL,
    CUSTOMERS,
    ENDED,
    MOVES,
    STAFF,
    SUBJECT_TO_ROBOT,
    Actor,
    Status,
    may_comment,
    moves,
    next_status,
)

ROOT = Path(__file__).resolve().parents[2]

OPEN, WAITING, DEFERRED, SERVICE = Status.OPEN, Status.WAITING, Status.DEFERRED, Status.SERVICE_CENTER
RESOLVED, CLOSED, REOPENED = Status.RESOLVED, Status.CLOSED, Status.REOPENED

TEAM = {Actor.AGENT, Actor.SERVICE, Actor.ADMIN}
WHOEVER_SEES_IT = {Actor.CONTACT, Actor.SUPERVISOR, Actor.COLLEAGUE}
OWNERS = {Actor.CONTACT, Actor.SUPERVISOR}

# Written down from docs/requirements.md#moves, not from the program: verb, from, to, who.
SPECIFICATION = [
    ("answer", {OPEN, REOPENED, DEFERRED, WAITING}, WAITING, TEAM),
    ("answer", {SERVICE}, SERVICE, TEAM),
    ("answer", {RESOLVED}, RESOLVED, TEAM),
    ("reply", {WAITING, DEFERRED}, OPEN, WHOEVER_SEES_IT),
    ("reply", {OPEN}, OPEN, WHOEVER_SEES_IT),
    ("reply", {REOPENED}, REOPENED, WHOEVER_SEES_IT),
    ("reply", {SERVICE}, SERVICE, WHOEVER_SEES_IT),
    ("reply", {RESOLVED}, REOPENED, WHOEVER_SEES_IT),
    ("thank", {RESOLVED}, RESOLVED, WHOEVER_SEES_IT),
    ("defer", {OPEN, REOPENED, WAITING}, DEFERRED, TEAM),
    ("wake", {DEFERRED}, OPEN, {Actor.ROBOT}),
    ("take-back", {WAITING, DEFERRED}, OPEN, TEAM),
    ("service-center", {OPEN, REOPENED, WAITING, DEFERRED}, SERVICE, TEAM),
    ("accept", {SERVICE}, OPEN, {Actor.SERVICE}),
    ("resolve", {OPEN, WAITING, DEFERRED, SERVICE, REOPENED}, RESOLVED, OWNERS | TEAM),
    ("resolve", {WAITING}, RESOLVED, {Actor.ROBOT}),
    ("reopen", {RESOLVED}, REOPENED, OWNERS | TEAM),
    ("reopen", {CLOSED}, REOPENED, {Actor.ADMIN}),
    ("close", {RESOLVED}, CLOSED, {Actor.ROBOT, Actor.ADMIN}),
    ("later", {WAITING}, WAITING, {Actor.CONTACT}),
]
VERBS = sorted({verb for verb, *_ in SPECIFICATION})
ALLOWED = {(status, verb, actor): to for verb, sources, to, by in SPECIFICATION for status in sources for actor in by}


def test_specification_here_names_each_move_once() -> None:
    assert len(ALLOWED) == sum(len(sources) * len(by) for _, sources, _, by in SPECIFICATION)


@pytest.mark.parametrize("verb", VERBS)
def test_every_status_and_actor_moves_as_the_table_says_or_not_at_all(verb: str) -> None:
    for status, actor in product(Status, Actor):
        expected = ALLOWED.get((status, verb, actor))
        if expected is None:
            with pytest.raises(InvalidMove) as refused:
                next_status(status, verb, frozenset({actor}))
            assert (refused.value.code, refused.value.values) == ("move_not_allowed", {"status": status, "verb": verb})
        else:
            assert next_status(status, verb, frozenset({actor})) == expected, (status, verb, actor)


def test_program_has_no_verb_that_the_specification_has_not() -> None:
    assert sorted({move.verb for move in MOVES}) == VERBS


def test_no_two_rows_contradict() -> None:
    results: dict[tuple[Status, str], set[Status]] = {}
    for move in MOVES:
        for status in move.sources:
            results.setdefault((status, move.verb), set()).add(move.to or status)
    assert {key: to for key, to in results.items() if len(to) > 1} == {}


def test_no_row_repeats_what_another_one_grants() -> None:
    cells = [(status, move.verb, actor) for move in MOVES for status in move.sources for actor in move.by]
    assert len(cells) == len(set(cells))


def test_unknown_verb_and_nobody_are_refused() -> None:
    with pytest.raises(InvalidMove):
        next_status(OPEN, "explode", frozenset(Actor))
    for status, verb in product(Status, VERBS):
        with pytest.raises(InvalidMove):
            next_status(status, verb, frozenset())


def test_somebody_in_two_capacities_may_do_what_either_may() -> None:
    both = frozenset({Actor.AGENT, Actor.SERVICE})
    assert next_status(SERVICE, "accept", both) == OPEN
    assert moves(SERVICE, both) == ["accept", "resolve"]


@pytest.mark.parametrize(("status", "actor"), list(product(Status, Actor)))
def test_no_button_can_fail(status: Status, actor: Actor) -> None:
    for verb in moves(status, frozenset({actor})):
        assert (status, verb, actor) in ALLOWED


def test_buttons_of_the_contact() -> None:
    offered = {status: moves(status, frozenset({Actor.CONTACT})) for status in Status}
    assert offered == {
        OPEN: ["resolve"],  # S33
        WAITING: ["resolve", "later"],
        DEFERRED: ["resolve"],
        SERVICE: ["resolve"],
        RESOLVED: ["reopen"],  # S35, S57
        CLOSED: [],  # S42, S58
        REOPENED: ["resolve"],
    }


def test_what_follows_from_a_comment_or_the_clock_is_no_button() -> None:
    hidden = {"answer", "reply", "thank", "wake"}
    assert all(hidden.isdisjoint(moves(status, frozenset(Actor))) for status in Status)
    assert all(moves(status, frozenset({Actor.ROBOT})) == [] for status in Status)


def test_client_closes_by_resolving() -> None:  # D10
    for status, actor in product(Status, CUSTOMERS):
        assert "close" not in moves(status, frozenset({actor}))


def test_ways_out_of_closed_are_the_administrators_alone() -> None:  # S42, S58, S123, D1
    ways = [(move.verb, move.by) for move in MOVES if CLOSED in move.sources]
    assert ways == [("reopen", frozenset({Actor.ADMIN}))]


@pytest.mark.parametrize(("status", "actor"), list(product(Status, sorted(CUSTOMERS | STAFF))))
def test_comment_is_taken_everywhere_but_in_closed(status: Status, actor: Actor) -> None:  # S42, S58
    assert may_comment(status, frozenset({actor})) == (status != CLOSED)


def test_robot_touches_nothing_that_it_must_not() -> None:  # S55
    touched = {status for move in MOVES if Actor.ROBOT in move.by for status in move.sources}
    assert touched == SUBJECT_TO_ROBOT == {WAITING, RESOLVED, DEFERRED}
    assert [move.verb for move in MOVES if Actor.ROBOT in move.by and DEFERRED in move.sources] == ["wake"]  # S100


def test_working_lists_hide_what_has_ended() -> None:  # S44
    assert {RESOLVED, CLOSED} == ENDED
    assert ACTIVE | ENDED == ALL == set(Status)


def test_document_is_what_the_table_says() -> None:
    pages = runpy.run_path(str(ROOT / "bin" / "write-docs"))["PAGES"]
    for name, page in pages.items():
        assert (ROOT / name).read_text(encoding="utf-8") == page(), f"{name}: run bin/write-docs"
