"""The inactivity robot («робот-информатор», S47–S58): what it does next to a ticket, and when.

Each wait counts from the moment the step before it was really taken, so a robot that stood still for
a week warns first and waits its full time again: nobody is closed out unheard.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.calendar import Calendar
from rules.lengths import Length, Lengths, Unit, after
from rules.statuses import Status

# The robot's two letters, stored as its comments (S53), letter for letter.
WARNING_TEXT = (  # S48
    "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
)
RESOLVED_TEXT = (  # S50
    "К сожалению, мы так и не получили от Вас ответ. Если вопрос всё ещё актуален, просьба создать новую заявку"
)


_FORMS = {  # one, two to four, five and more; the default says 2 working days, letter for letter
    Unit.WORKING_DAY: ("рабочий день", "рабочих дня", "рабочих дней"),
    Unit.WORKING_HOUR: ("рабочий час", "рабочих часа", "рабочих часов"),
    Unit.CALENDAR_DAY: ("день", "дня", "дней"),
    Unit.HOUR: ("час", "часа", "часов"),
}


def warning_text(wait: Length) -> str:
    """Return WARNING_TEXT with the length that the robot will wait, when an administrator has changed it."""
    ones, tens = wait.value % 10, wait.value % 100
    form = 2 if 10 < tens < 20 or not 0 < ones < 5 else 0 if ones == 1 else 1
    return WARNING_TEXT.replace("2 рабочих дня", f"{wait.value} {_FORMS[wait.unit][form]}")


class Step(StrEnum):
    """What the robot may do. Except for the warning, the value is the verb in the table of moves."""

    WARN = "warn"  # S47: WARNING_TEXT, the status stays
    RESOLVE = "resolve"  # S49: with RESOLVED_TEXT
    CLOSE = "close"  # S52
    WAKE = "wake"  # S100: the date of «Отложена до …» has come


@dataclass(frozen=True)
class Rule:
    """What the robot does to a ticket that has stood in `status` for the length `wait` (S54): the length's key in
    rules.lengths, where the administrator changes it. `follows`: the step that this one counts from, if not from when
    the status was entered. Without `wait` it acts on the date that the ticket was put off to."""

    step: Step
    status: Status
    wait: str = ""
    follows: Step | None = None
    text: str = ""


RULES = (
    Rule(Step.WARN, Status.WAITING, "robot_warn_after", text=WARNING_TEXT),  # S47–S48
    Rule(Step.RESOLVE, Status.WAITING, "robot_resolve_after", follows=Step.WARN, text=RESOLVED_TEXT),  # S49–S50
    Rule(Step.CLOSE, Status.RESOLVED, "resolved_close_after"),  # S52, S56
    Rule(Step.WAKE, Status.DEFERRED),  # S100
)


def due(
    status: Status,
    since: datetime,
    warned: datetime | None,
    deferred_until: datetime | None,
    lengths: Lengths,
    calendar: Calendar,
) -> tuple[Step, datetime] | None:
    """Return the robot's next step and the moment (UTC) from which it is due; None when it has none (S55).

    `since`: when the wait began: the status was entered, staff answered again, or «Отвечу позже» was pressed.
    `warned`: when the warning went out; one from before `since` belongs to an earlier wait and counts for nothing.
    A deferred ticket without a date is due at once: better awake too early than asleep for ever.
    """
    has_warned = status == Status.WAITING and warned is not None and warned >= since
    done = Step.WARN if has_warned else None
    for rule in RULES:
        if rule.status == status and rule.follows == done:
            if not rule.wait:
                return rule.step, deferred_until or since
            began = warned if has_warned and warned is not None else since
            return rule.step, after(lengths[rule.wait], began, calendar)
    return None
