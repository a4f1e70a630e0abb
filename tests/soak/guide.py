"""The guide's statuses once more, written from its text and from nothing of the desk's own rules (S37–S58, S90, D1, D2).

Knows no table of moves, no calendar and no database: only what the guide says, in plain steps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=5))  # Yekaterinburg has no daylight saving time
OPENS, CLOSES = timedelta(hours=8, minutes=30), timedelta(hours=17, minutes=30)
TWO_DAYS = timedelta(hours=18)  # of nine working hours each
FIVE_DAYS, THREE_DAYS = timedelta(days=5), timedelta(days=3)
IN_WORK = {"open", "reopened"}
ALL = IN_WORK | {"waiting", "deferred", "service_center", "resolved", "closed"}
LIVING = ALL - {"resolved", "closed"}
FROM = {  # in which statuses the guide knows an action
    "assign": ALL,
    **dict.fromkeys(("answer", "reply", "thank"), ALL - {"closed"}),
    "defer": IN_WORK | {"waiting"},
    "take-back": {"waiting", "deferred"},
    "send in": IN_WORK | {"waiting", "deferred"},
    "accept": {"service_center"},
    **dict.fromkeys(("resolve", "customer resolves"), LIVING),
    **dict.fromkeys(("reopen", "customer reopens"), {"resolved"}),
    "administrator reopens": {"resolved", "closed"},
    "later": {"waiting"},
}
LEADS = {  # where it leads; an answer and a customer's comment lead on from where the ticket stands
    "defer": "deferred",
    "take-back": "open",
    "send in": "service_center",
    "accept": "open",
    **dict.fromkeys(("resolve", "customer resolves"), "resolved"),
    **dict.fromkeys(("reopen", "customer reopens", "administrator reopens"), "reopened"),
    "later": "waiting",
}


def rings(start: datetime, working: timedelta = TWO_DAYS) -> datetime:
    """Return when a wait of working time is over, day by day. The month that is played has no holidays."""
    midnight = start.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    left = working
    while True:
        if midnight.weekday() < 5:
            begins = max(midnight + OPENS, start)
            if begins < midnight + CLOSES:
                if begins + left <= midnight + CLOSES:
                    return begins + left
                left -= midnight + CLOSES - begins
        midnight += timedelta(days=1)


@dataclass
class Ticket:
    """A ticket as the guide has it. `told_customer`, `told_specialist`: how often each was written to; `told_service`: how
    often of the latter it was the one of the service center who has taken the ticket."""

    since: datetime
    status: str = "open"
    warned: datetime | None = None
    until: datetime | None = None
    laters: int = 0
    has_specialist: bool = False
    is_at_service: bool = False
    told_customer: int = 0
    told_specialist: int = 0
    told_service: int = 0
    said_by_robot: int = 0

    def _enter(self, status: str, at: datetime) -> None:
        self.status, self.since, self.warned = status, at, None

    def may(self, action: str, at: datetime) -> bool:
        """Tell whether the guide lets somebody do this now."""
        if self.status not in FROM[action]:
            return False
        if action == "customer reopens":
            return at <= self.since + FIVE_DAYS  # D1
        if action == "administrator reopens" and self.status == "closed":
            return at <= self.since + THREE_DAYS  # S123, D1
        return self.laters < 3 if action == "later" else True

    def do(self, action: str, at: datetime, until: datetime | None = None) -> None:
        """Do what `may` allows, and write to whom it concerns."""
        self._tell(action)
        to = LEADS.get(action, "")
        if action == "answer":
            to = "" if self.status in {"service_center", "resolved"} else "waiting"
        elif action in {"reply", "thank"}:  # a bare «спасибо» stays «Решена», and only there is it more than a comment
            to = {"waiting": "open", "deferred": "open"}.get(self.status, "")
            to = "reopened" if action == "reply" and self.status == "resolved" else to
        if to:
            self._enter(to, at)
        self.until = until if action == "defer" else self.until
        self.laters += action == "later"
        if action in {"assign", "accept"}:
            self.has_specialist, self.is_at_service = True, action == "accept"

    def _tell(self, action: str) -> None:
        if action in {"assign", "later"}:
            return
        if action in {"reply", "thank", "customer resolves", "customer reopens"}:
            self._tell_specialist(self.has_specialist)
        else:
            self.told_customer += 1

    def robot(self, at: datetime) -> str:
        """Do what the robot does in one pass, and return it: one step at most."""
        if self.status == "waiting" and self.warned is None and at >= rings(self.since):
            self.warned = at
            self.said_by_robot += 1
            return self._robot_told("warned")
        if self.status == "waiting" and self.warned is not None and at >= rings(self.warned):
            self._enter("resolved", at)
            self.said_by_robot += 1
            return self._robot_told("resolved")
        if self.status == "resolved" and at >= self.since + FIVE_DAYS:
            self._enter("closed", at)
            return self._robot_told("closed")
        if self.status == "deferred" and self.until is not None and at >= self.until:
            self._enter("open", at)
            return self._robot_told("woken")
        return ""

    def _robot_told(self, step: str) -> str:
        """Write to both; whoever put a ticket off is reminded even of one that nobody has (S100)."""
        self.told_customer += 1
        self._tell_specialist(self.has_specialist or step == "woken")
        return step

    def _tell_specialist(self, is_there: bool) -> None:
        self.told_specialist += is_there
        self.told_service += is_there and self.is_at_service
