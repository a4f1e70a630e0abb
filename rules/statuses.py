"""The seven statuses of a ticket and the one table of moves between them.

Source: S37–S43, S45, the table of moves in docs/requirements.md, D1, D6, D10.
`services/tickets.py` is the only writer of `ticket.status`; it asks `next_status`.
Screens ask `moves` which buttons to show, so no button can fail for want of a row.
"""

from dataclasses import dataclass
from enum import StrEnum

from rules.errors import InvalidMove


class Status(StrEnum):
    """Where a ticket stands. The value is what addresses and the database carry."""

    OPEN = "open"  # S37 «Открыта»
    WAITING = "waiting"  # S38 «В ожидании»
    DEFERRED = "deferred"  # S39 «Отложена до <…>»
    SERVICE_CENTER = "service_center"  # S40 «Сервисный центр»
    RESOLVED = "resolved"  # S41 «Решена»
    CLOSED = "closed"  # S42 «Закрыта»
    REOPENED = "reopened"  # S43, D6 «Возобновлено»


class Actor(StrEnum):
    """In which capacity somebody acts on one ticket. A person may hold several at once."""

    CONTACT = "contact"  # whose ticket it is
    SUPERVISOR = "supervisor"  # of the contact's company, by privacy right (S71)
    COLLEAGUE = "colleague"  # may see the ticket, and no more than comment
    AGENT = "agent"  # specialist of technical support
    SERVICE = "service"  # specialist of the service center (СЦ)
    ADMIN = "admin"
    ROBOT = "robot"


OPEN, WAITING, DEFERRED = Status.OPEN, Status.WAITING, Status.DEFERRED
SERVICE_CENTER, RESOLVED, CLOSED, REOPENED = (
    Status.SERVICE_CENTER,
    Status.RESOLVED,
    Status.CLOSED,
    Status.REOPENED,
)

ALL = frozenset(Status)
ENDED = frozenset({RESOLVED, CLOSED})  # S44: hidden from the specialists' working lists
ACTIVE = ALL - ENDED
SUBJECT_TO_ROBOT = frozenset({WAITING, RESOLVED, DEFERRED})  # S55: it touches no other

CUSTOMERS = frozenset({Actor.CONTACT, Actor.SUPERVISOR, Actor.COLLEAGUE})
STAFF = frozenset({Actor.AGENT, Actor.SERVICE, Actor.ADMIN})
OWNERS = frozenset({Actor.CONTACT, Actor.SUPERVISOR})


@dataclass(frozen=True)
class Move:
    """A row of the table: `verb` takes a ticket from one of `sources` to `to`, done by one of `by`.

    `to` None: the status stays. `button` False: the move follows from a comment or the clock, no screen shows it.
    """

    verb: str
    sources: frozenset[Status]
    to: Status | None
    by: frozenset[Actor]
    button: bool = True


def _move(verb: str, sources: set[Status] | frozenset[Status], to: Status | None, by: object, **more: bool) -> Move:
    return Move(verb, frozenset(sources), to, frozenset(by), **more)  # type: ignore[call-overload]


MOVES = (
    # A public comment by staff: the customer's turn, the robot's clock starts anew (S38, S45).
    _move("answer", {OPEN, REOPENED, DEFERRED, WAITING}, WAITING, STAFF, button=False),
    _move("answer", {SERVICE_CENTER, RESOLVED}, None, STAFF, button=False),
    # A comment by the customer: staff's turn, the robot's clock stops (S45, S51).
    _move("reply", {WAITING, DEFERRED}, OPEN, CUSTOMERS, button=False),
    _move("reply", {OPEN, REOPENED, SERVICE_CENTER}, None, CUSTOMERS, button=False),
    _move("reply", {RESOLVED}, REOPENED, CUSTOMERS, button=False),
    _move("thank", {RESOLVED}, None, CUSTOMERS, button=False),  # a bare «спасибо» stays «Решена»
    _move("defer", {OPEN, REOPENED, WAITING}, DEFERRED, STAFF),  # S39, S97, S99: a date and a comment
    _move("wake", {DEFERRED}, OPEN, {Actor.ROBOT}, button=False),  # S100: on the date
    _move("take-back", {WAITING, DEFERRED}, OPEN, STAFF),
    _move("service-center", {OPEN, REOPENED, WAITING, DEFERRED}, SERVICE_CENTER, STAFF),  # S40, S102–S103
    _move("accept", {SERVICE_CENTER}, OPEN, {Actor.SERVICE}),  # S40: the service center's own queue
    _move("resolve", ACTIVE, RESOLVED, OWNERS | STAFF),  # S33, S56, D10
    _move("resolve", {WAITING}, RESOLVED, {Actor.ROBOT}, button=False),  # S49
    _move("reopen", {RESOLVED}, REOPENED, OWNERS | STAFF),  # S35, S57, D1: within 5 days for the customer
    _move("reopen", {CLOSED}, REOPENED, {Actor.ADMIN}),  # S123, D1: within 3 days
    _move("close", {RESOLVED}, CLOSED, {Actor.ROBOT}, button=False),  # S52
    _move("close", {RESOLVED}, CLOSED, {Actor.ADMIN}),  # D10
    _move("later", {WAITING}, None, {Actor.CONTACT}),  # «Отвечу позже»: at most 3 times a ticket
)


def next_status(status: Status, verb: str, actors: frozenset[Actor]) -> Status:
    """Return the status after `verb` done by somebody who holds any of `actors`. Raises InvalidMove."""
    for move in MOVES:
        if move.verb == verb and status in move.sources and move.by & actors:
            return move.to or status
    raise InvalidMove("move_not_allowed", status=status, verb=verb)


def moves(status: Status, actors: frozenset[Actor]) -> list[str]:
    """Return the verbs to offer as buttons, in the order of the table."""
    return list(
        dict.fromkeys(move.verb for move in MOVES if move.button and status in move.sources and move.by & actors)
    )


def may_comment(status: Status, actors: frozenset[Actor]) -> bool:
    """Tell whether a public comment is taken. In «Закрыта» it is not (S42, S58)."""
    verb = "answer" if actors & STAFF else "reply"
    return any(move.verb == verb and status in move.sources and move.by & actors for move in MOVES)
