"""«Сроки»: the promises made on a ticket, each stretch of their clocks explained to both sides (S72, S92–S97)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, g, render_template
from flask_babel import lazy_gettext as _l
from flask_login import login_required

from blueprints import _lengths, _special_days, _times
from blueprints._templates import phrase as _
from blueprints._web import Answer, found, me, now
from channels import wording
from rules.sla import Level
from rules.sla_clock import Clock, Outcome
from rules.sla_stretches import Reason, Stretch, stretches
from services import cards, sla
from services.clockwork import clockwork

bp = Blueprint("ledger", __name__)

SHOWN = 12  # clocks; a long talk has one for each of its turns
REASONS = {
    Reason.RUNNING: _l("The clock runs"),
    Reason.NIGHT: _l("Night: outside working hours"),
    Reason.BREAK: _l("Break of the day"),
    Reason.WEEKEND: _l("Weekend"),
    Reason.HOLIDAY: _l("Holiday"),
    Reason.CUSTOMER: _l("Waits for the customer's answer"),
    Reason.DEFERRED: _l("Put off to an agreed date"),
    Reason.SERVICE_CENTER: _l("The equipment is expected in the service center"),
    Reason.RESOLVED: _l("The ticket is resolved"),
}
LEVELS = {Level.BASIC: _l("basic warranty support"), Level.EXTENDED: _l("extended support by contract")}
OUTCOMES = {
    Outcome.RUNS: _l("runs"),
    Outcome.STANDS: _l("stands still"),
    Outcome.LATE: _l("late"),
    Outcome.KEPT: _l("kept"),
    Outcome.MISSED: _l("missed"),
}
ICONS = {
    Outcome.RUNS: "timer",
    Outcome.STANDS: "clock",
    Outcome.LATE: "triangle-alert",
    Outcome.KEPT: "circle-check",
    Outcome.MISSED: "triangle-alert",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch in words. `used`: the working time that it took of the promise, '' where none passed; `days`: the holidays
    and moved days in it, by name."""

    reason: str
    words: str
    days: tuple[str, ...]
    start: datetime
    end: datetime
    lasts: bool
    used: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock in words."""

    title: str
    length: str
    outcome: str
    outcome_words: str
    icon: str
    began_at: datetime
    line: str
    used: str
    left: str
    percent: int
    rows: tuple[Row, ...]
    is_open: bool


@bp.get("/tickets/<int:number>/ledger")
@login_required
def show(number: int) -> Answer:
    """Show how the time of each promise has passed: to staff and to whoever else may see the ticket."""
    g.section = "desk" if me().is_staff else "tickets"
    ticket = found(cards.card(number, me()))
    at = now()
    kept = found(sla.ledger(ticket.id, at=at))
    shown = kept.clocks[-SHOWN:]
    promises = [_promise(clock, at, is_last=clock is shown[-1]) for clock in reversed(shown)]
    calendar = clockwork().calendar_of(ticket.team)
    return render_template(
        "tickets/ledger.html",
        ticket=ticket,
        level=str(LEVELS[kept.level]),
        promises=promises,
        earlier=len(kept.clocks) - len(shown),
        is_working=calendar.is_working(at),
        opens=_times.moment_with_zone(calendar.next_opening(at)),
        closed_for=_special_days.why_closed(calendar, at),
        is_staff=me().is_staff,
    )


def _promise(clock: Clock, at: datetime, *, is_last: bool) -> Promise:
    parts = stretches(clock, clockwork().calendars, now=at)
    return Promise(
        title=wording.promise_words(clock.target),
        length=_lengths.plain(clock.length),
        outcome=clock.outcome,
        outcome_words=str(OUTCOMES[clock.outcome]),
        icon=ICONS[clock.outcome],
        began_at=clock.began_at,
        line=_line(clock),
        used=span_text(clock.used),
        left=span_text(clock.left, is_rest=True) if clock.outcome in (Outcome.RUNS, Outcome.STANDS) else "",
        percent=min(100, round(100 * clock.used / clock.goal)) if clock.goal else 100,
        rows=tuple(_row(part, is_running=clock.ended_at is None and part is parts[-1]) for part in parts),
        is_open=is_last or clock.ended_at is None,
    )


def _row(part: Stretch, *, is_running: bool) -> Row:
    used = span_text(part.used) if part.used else ""
    days = tuple(line for _first, line in _special_days.lines(part.days))
    return Row(part.reason, _reason(part), days, part.start, part.end, is_running, used)


def _reason(part: Stretch) -> str:
    if part.reason == Reason.HOLIDAY and not _special_days.is_public(part.days):
        return str(_("Day off"))
    return str(REASONS[part.reason])


def _line(clock: Clock) -> str:
    """Return how the promise stands in one sentence."""
    due = _times.moment_with_zone(clock.due_at) if clock.due_at else ""
    ended = _times.moment_with_zone(clock.ended_at) if clock.ended_at else ""
    late = _times.moment_with_zone(clock.late_at) if clock.late_at else ""
    match clock.outcome:
        case Outcome.RUNS:
            return str(_("Promised by %(when)s", when=due))
        case Outcome.STANDS:
            return str(_("The clock stands still and goes on when it is our turn again"))
        case Outcome.LATE:
            return str(_("Was promised by %(when)s, and is still owed", when=late))
        case Outcome.MISSED:
            return str(_("Was promised by %(when)s, done on %(done)s", when=late, done=ended))
    return str(_("Done on %(done)s, in time", done=ended))


def span_text(span: timedelta, *, is_rest: bool = False) -> str:
    """Return «2 ч 5 мин»; a minute that has begun counts to the rest, so that what is used and what is left add up."""
    seconds = int(span.total_seconds())
    minutes = -(-seconds // 60) if is_rest else seconds // 60
    hours, rest = divmod(minutes, 60)
    if not hours:
        return str(_("%(minutes)s min", minutes=rest))
    return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=rest) if rest else _("%(hours)s h", hours=hours))
