"""Codes of the layers below put into words of the reader's language. English ids, Russian catalogue."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from blueprints import _times as times
from blueprints._templates import language
from blueprints._templates import phrase as _
from channels import wording
from rules.errors import DeskError, Invalid
from rules.robot import Step
from rules.statuses import Status
from services.threads import Item

VERBS = {
    "resolve": _l("Mark as resolved"),
    "reopen": _l("reopen"),
    "later": _l("I will answer later"),
    "defer": _l("Defer"),
    "take-back": _l("Take back to work"),
    "service-center": _l("Send to the service center"),
    "accept": _l("Accept in the service center"),
    "close": _l("Close for good"),
}

GRADES = {"1": _l("poor"), "2": _l("normal"), "3": _l("good"), "4": _l("excellent")}  # S130

ERRORS = {
    "required": _l("Fill in this field."),
    "too_long": _l("Too long: %(limit)s characters at most."),
    "too_many": _l("Too many: %(limit)s at most."),
    "unknown": _l("Choose one of the list."),
    "not_a_year": _l("Type the year in four digits, such as 2023."),
    "not_a_ticket": _l("Type a ticket's number or paste a link to it."),
    "not_an_email": _l("Check the address: it should look like name@company.ru."),
    "not_in_future": _l("Choose a date in the future."),
    "not_a_date": _l("Check the date and the time."),
    "not_a_time": _l("Write a time such as 22:00."),
    "quiet_all_day": _l("The hours must begin and end at different times."),
    "taken": _l("A user with this login already exists"),  # S8
    "consent": _l("Without your consent we may not register you."),
    "consent_changed": _l("The text of the consent has changed meanwhile. Please read it and tick the box again."),
    "proof": _l("The check was not passed. Please wait until it is done and try again."),
    "proof_expired": _l("The check has expired. It is being done anew, please try again."),
    "too_short": _l("Too short: 8 characters at least."),
    "too_common": _l("This password is among the first that others would try."),
    "same_as_email": _l("The password must not be your address."),
    "mismatch": _l("The passwords differ."),
    "wrong_password": _l("The login or the password is wrong."),
    "wrong_code": _l("The code is wrong. It has 16 digits and stands in «My data» and in the letters."),
    "file_empty": _l("«%(name)s» is empty."),
    "file_too_big": _l("«%(name)s» is larger than %(limit)s MiB."),
    "file_gone": _l("A file of this form is no longer here. Choose it again, please."),
    "file_infected": _l("«%(name)s» holds a virus (%(virus)s) and is given to nobody."),
    "file_infected_left_out": _l("«%(name)s» holds a virus (%(virus)s) and was left out."),
    "file_waits": _l("«%(name)s» is being checked for viruses. It will be here in a moment."),
    "file_unchecked": _l("«%(name)s» could not be checked for viruses and is given to nobody."),
    "upload_busy": _l("This file is just being sent from another place."),
    "upload_gone": _l("This upload is no longer here. Begin anew, please."),
    "upload_checksum": _l("A part of the file arrived damaged. It is sent again."),
    "upload_too_long": _l("The file is longer than was said."),
    "too_many_files": _l("Too many files at once: %(limit)s is the limit."),
    "quota": _l("You have sent very much within a day. Please send the rest tomorrow."),
    "voice_empty": _l("The recording is empty. Check the microphone and record again."),
    "voice_too_big": _l("The recording is larger than %(limit)s MiB."),
    "not_audio": _l("This is not a recording that we can play."),
    "move_not_allowed": _l("The ticket is «%(status)s» now, and this can't be done with it."),
    "closed_no_comment": _l("The ticket is closed, so the comment was not added. Your text is kept below."),
    "overtaken": _l("While you were writing, a new comment came. Look at it and send yours again if it still fits."),
    "too_late_to_reopen": _l(
        "The time to reopen ended on %(until)s. Please open a new ticket that goes on with this one."
    ),
    "later_used_up": _l("«I will answer later» was already used as often as it can be."),
    "staff_only": _l("Only specialists can do this."),
    "admin_only": _l("Only an administrator can do this."),
    "no_such_ticket": _l("There is no such ticket. Check the number."),
    "changed_meanwhile": _l("Somebody changed the ticket at the same moment. Look at it and try again."),
    "not_a_domain": _l("Type a domain, such as company.ru."),
    "free_mail": _l("Anybody can get an address there: such a domain speaks for no company."),
    "not_an_inn": _l("An INN has 10 digits, a sole trader's has 12."),
    "not_a_kpp": _l("A KPP has 9 characters."),
    "ends_before_start": _l("It ends before it begins."),
    "serial_taken": _l("The company has a device with this serial number already."),
    "not_yourself": _l("You can't do this to yourself: ask another administrator."),
    "no_code": _l("Only a contact who has confirmed his address has a code."),
    "not_a_colour": _l("Choose a colour, such as #6a3bd0."),
    "not_a_link": _l("Type a whole address, such as https://example.ru."),
    "not_a_phone": _l("Check the number: digits, spaces, brackets, + and -."),
    "not_a_number": _l("Type a whole number."),
    "out_of_bounds": _l("From %(least)s to %(most)s."),
    "inside_itself": _l("A section can't lie in itself."),
    "section_not_empty": _l("The section is not empty: move or remove what is in it first."),
    "type_in_use": _l("Tickets have this type: it can be renamed, not removed."),
    "not_a_subscription": _l("The browser sent no subscription."),
}


def status_text(status: str, deferred_until: datetime | None = None) -> str:
    """Return the status as it is shown: the date of «Отложена до <…>» stands inside (S39)."""
    if status == Status.DEFERRED and deferred_until is not None:
        return str(_("Deferred until %(date)s", date=times.day(deferred_until)))
    return _status_words(Status(status), language())


@lru_cache
def _status_words(status: Status, language: str) -> str:
    return wording.status_words(status, None)


def statuses() -> tuple[tuple[str, str], ...]:
    """Return (value, words) of every status, for a filter."""
    return _statuses(language())


@lru_cache
def _statuses(language: str) -> tuple[tuple[str, str], ...]:
    return tuple((status.value, status_text(status)) for status in Status)


def verb_text(verb: str) -> str:
    return _verb_words(verb, language())


@lru_cache
def _verb_words(verb: str, language: str) -> str:
    return str(VERBS[verb])


def error_text(code: str, **values: Any) -> str:
    """Return the words for a code; values that are moments or statuses are put into words too."""
    words = {name: _value(value) for name, value in values.items()}
    text = ERRORS.get(code)
    return str(text) % words if text is not None else code


def _value(value: Any) -> str:
    if isinstance(value, Status):
        return status_text(value)
    return times.moment(value) if isinstance(value, datetime) else str(value)


def words_of(error: DeskError) -> str:
    return error_text(error.code, **error.values)


def errors_of(error: Invalid) -> dict[str, str]:
    return {error.field: words_of(error)}


def event_text(item: Item) -> str:
    """Return an event in a line of the thread."""
    who = item.author_name
    match item.event:
        case "opened":
            return str(_("%(who)s opened the ticket", who=who))
        case "assigned" if item.data.get("to"):
            return str(_("%(who)s made %(whom)s responsible", who=who, whom=item.data["to"]))
        case "assigned":
            return str(_("%(who)s left the ticket without a responsible specialist", who=who))
        case "identified":
            return str(_("%(who)s identified the equipment", who=who))
        case "postponed":
            return str(_("%(who)s will answer later", who=who))
        case "bound":
            return str(_("%(who)s: the ticket belongs to %(company)s", who=who, company=item.data.get("company", "")))
        case "linked":
            return str(_("%(who)s linked ticket %(number)s", who=who, number=item.data.get("number", "")))
        case "rated":
            return _rated_text(who, item.data)
        case "deadline":
            return str(_("Running out: %(promise)s", promise=wording.promise_words(item.data.get("clock", ""))))
    until = item.data.get("until")
    status = status_text(item.data.get("to", Status.OPEN), datetime.fromisoformat(until) if until else None)
    return str(_("%(who)s: status «%(status)s»", who=who, status=status))


def _rated_text(who: str, data: dict[str, Any]) -> str:
    grade, words = str(data.get("grade", "")), data.get("words")
    said = str(GRADES.get(grade, grade))
    if words:
        return str(_("%(who)s rated the solution: %(grade)s. «%(words)s»", who=who, grade=said, words=words))
    return str(_("%(who)s rated the solution: %(grade)s", who=who, grade=said))


def robot_line(step: Step, due: datetime) -> str:
    """Return what the robot does next, and exactly when (D2)."""
    when = times.moment_with_zone(due)
    match step:
        case Step.WARN:
            return str(_("It reminds first: %(when)s", when=when))
        case Step.RESOLVE:
            return str(_("If there is no answer, the robot moves the ticket to «Resolved» on %(when)s", when=when))
        case Step.CLOSE:
            return str(_("The ticket closes for good on %(when)s", when=when))
    return str(_("The ticket comes back to work on %(when)s", when=when))


def size_text(size: int) -> str:
    """Return a file's size as people read it."""
    if size < 1024:
        return str(ngettext("%(num)s byte", "%(num)s bytes", size))
    kib = size / 1024
    if kib < 1024:
        return str(_("%(size)s KB", size=f"{kib:.0f}"))
    return str(_("%(size)s MB", size=f"{kib / 1024:.1f}".replace(".", ",")))


def duration_text(milliseconds: int | None) -> str:
    """Return «1:05» of a recording's length."""
    if milliseconds is None:
        return ""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02d}"
