"""Where a ticket stands, for its reader: who answers and by when, the robot's clock, what he may do about it."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from blueprints import _times, _words
from blueprints._templates import language
from blueprints._templates import phrase as _
from blueprints._web import now
from rules.lengths import after, reopen_until
from rules.ratings import Grade, may_rate
from rules.robot import Step
from rules.statuses import CUSTOMERS, Actor, Status, moves
from services import sla, tickets
from services.cards import Card
from services.clockwork import clockwork

MEANINGS = {  # S37–S43, as their reader needs them
    Status.OPEN: _l("A specialist has the ticket in work."),
    Status.WAITING: _l("The specialist has answered, and the ticket waits for the customer's answer."),
    Status.DEFERRED: _l("The specialist has put the ticket off and named the date when he comes back to it."),
    Status.SERVICE_CENTER: _l(
        "The equipment is expected in the service center; then its specialist accepts the ticket and goes on with it."
    ),
    Status.RESOLVED: _l("The ticket is resolved. If questions remain, it can be taken back to work."),
    Status.CLOSED: _l("The ticket is closed for good. If questions remain, open a new one that goes on with it."),
    Status.REOPENED: _l("The ticket is back in work."),
}


@dataclass(frozen=True, slots=True)
class State:
    """What `tickets/_header.html`, `_actions.html`, `_prompt.html` and the closed panel say; all of it is words."""

    meaning: str
    who: str = ""
    clock: tuple[str, ...] = ()
    later_left: str = ""
    promised: str = ""
    back: str = ""
    admin_until: str = ""
    may_rate: bool = False
    grade: int | None = None
    grade_words: str = ""
    grade_comment: str = ""
    grades: tuple[tuple[int, str], ...] = ()


def state(card: Card, roles: frozenset[Actor]) -> State:
    """Return where the ticket stands for a reader in these `roles`."""
    status = Status(card.status)
    until = _until(card, status)
    rating = may_rate(status, roles)
    return State(
        meaning=_meaning(status, language()),
        who=_who(card, status),
        clock=_clock(card, until),
        later_left=_later_left(card) if Actor.CONTACT in roles and status == Status.WAITING else "",
        promised=_promised(card) if status == Status.DEFERRED else "",
        back=_back(card, until, roles) if until and status == Status.RESOLVED else "",
        admin_until=_times.moment_with_zone(until) if until and status == Status.CLOSED and until > now() else "",
        may_rate=rating,
        grade=card.rating_grade,
        grade_words=str(_words.GRADES[str(card.rating_grade)]) if card.rating_grade else "",
        grade_comment=card.rating_comment,
        grades=_grades(language()) if rating else (),
    )


@lru_cache
def _grades(language: str) -> tuple[tuple[int, str], ...]:
    return tuple((grade.value, str(_words.GRADES[str(grade.value)]).capitalize()) for grade in Grade)


@lru_cache
def _meaning(status: Status, language: str) -> str:
    return str(MEANINGS[status])


def buttons(card: Card, roles: frozenset[Actor]) -> list[str]:
    """Return the verbs of the table, without those whose time or number is used up: no button may fail."""
    status = Status(card.status)
    verbs = moves(status, roles)
    until = _until(card, status)
    limited = status == Status.CLOSED or bool(roles & CUSTOMERS)
    if "reopen" in verbs and limited and (until is None or until < now()):
        verbs.remove("reopen")
    if "later" in verbs and _left(card) <= 0:
        verbs.remove("later")
    return verbs


def _until(card: Card, status: Status) -> datetime | None:
    work = clockwork()
    return reopen_until(status, card.status_since, work.lengths, work.calendar)


def _left(card: Card) -> int:
    return clockwork().lengths["later_limit"].value - card.later_count


def _later_left(card: Card) -> str:
    left = max(_left(card), 0)
    return str(ngettext("%(num)s more time", "%(num)s more times", left)) if left else str(_("used up"))


def _who(card: Card, status: Status) -> str:
    """Return who answers; of a ticket that nobody has yet, by when the first reaction is promised (S92)."""
    if status in (Status.RESOLVED, Status.CLOSED):
        return ""
    if card.assignee_name:
        return str(_("%(who)s answers", who=card.assignee_name))
    if card.first_reaction_at is not None:
        return str(_("No specialist is assigned yet"))
    by = _times.moment_with_zone(sla.reaction(card.company_id, card.created_at).until)
    return str(_("No specialist is assigned yet; the first reaction is promised by %(when)s", when=by))


def _promised(card: Card) -> str:
    return _times.moment_with_zone(card.deferred_until) if card.deferred_until else ""


def _back(card: Card, until: datetime, roles: frozenset[Actor]) -> str:
    """Return until when a resolved ticket can be taken back (S57, D1); where it closes at that moment, both in one."""
    if "reopen" not in moves(Status(card.status), roles):
        return ""
    when = _times.moment_with_zone(until)
    if until < now():
        return str(_("The time to take the ticket back to work ended: %(when)s", when=when))
    if tickets.next_step(card) == (Step.CLOSE, until):
        return str(_("The ticket can be taken back to work until: %(when)s. Then it closes for good", when=when))
    return str(_("The ticket can be taken back to work until: %(when)s", when=when))


def _clock(card: Card, until: datetime | None) -> tuple[str, ...]:
    """Return what the robot does next, exactly when (D2); before the reminder also when that leads to «Решена».

    What happens as the time to reopen ends is said with that time, see `_back`.
    """
    step = tickets.next_step(card)
    if step is None or step[0] == Step.WAKE:
        return ()
    kind, due = step
    if kind == Step.CLOSE and due == until and until > now():
        return ()
    if kind != Step.WARN:
        return (_words.robot_line(kind, due),)
    work = clockwork()
    resolved_at = after(work.lengths["robot_resolve_after"], due, work.calendar_of(card.team))
    return _words.robot_line(Step.RESOLVE, resolved_at), _words.robot_line(Step.WARN, due)
