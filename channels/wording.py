"""How a message outside the pages says a status and a moment: in the locale in force, in Yekaterinburg's time (D13)."""

from datetime import datetime

from babel.dates import format_datetime
from flask_babel import get_locale, gettext

from rules.calendar import YEKATERINBURG
from rules.sla import Target
from rules.statuses import Status


def status_words(status: Status, until: datetime | None) -> str:
    """Return the status as S37–S43 name it; `until` is the date of «Отложена до …» (S39)."""
    match status:
        case Status.OPEN:
            return str(gettext("Open"))
        case Status.WAITING:
            return str(gettext("Waiting"))
        case Status.DEFERRED:
            return str(gettext("Deferred until %(date)s", date=day(until))) if until else str(gettext("Deferred"))
        case Status.SERVICE_CENTER:
            return str(gettext("Service center"))
        case Status.RESOLVED:
            return str(gettext("Resolved"))
        case Status.CLOSED:
            return str(gettext("Closed"))
        case Status.REOPENED:
            return str(gettext("Reopened"))


def sign_in_way(by: str) -> str:
    """Return how a device was signed in (models.device: password, code, link or hand-off)."""
    match by:
        case "password":
            return str(gettext("by password"))
        case "code":
            return str(gettext("by authorization code"))
        case "hand-off" | "hand-off-code":
            return str(gettext("by a QR code from another device"))
    return str(gettext("by a link from a letter"))


def promise_words(target: str) -> str:
    """Return what is promised (rules.sla.Target)."""
    match target:
        case Target.FIRST_REACTION:
            return str(gettext("First reaction"))
        case Target.FIRST_ANSWER:
            return str(gettext("First answer once the equipment is identified"))
    return str(gettext("Next contact with the customer"))


def moment(at: datetime) -> str:
    """Return «14 июня 2023, 13:50» (S64)."""
    return str(format_datetime(at, "d MMMM y, HH:mm", tzinfo=YEKATERINBURG, locale=get_locale()))


def day(at: datetime) -> str:
    """Return «5 июля 2023» (S39)."""
    return str(format_datetime(at, "d MMMM y", tzinfo=YEKATERINBURG, locale=get_locale()))
