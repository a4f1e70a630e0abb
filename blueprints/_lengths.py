"""Lengths of time in words, in the unit that the administrator counts them in: «2 рабочих дня», «в течение 5 дней»."""

from flask_babel import ngettext

from rules.lengths import Length, Unit


def plain(length: Length) -> str:
    """Return «2 рабочих дня»; a count or a size is its number."""
    number = length.value
    match length.unit:
        case Unit.WORKING_DAY:
            return str(ngettext("%(num)d working day", "%(num)d working days", number))
        case Unit.WORKING_HOUR:
            return str(ngettext("%(num)d working hour", "%(num)d working hours", number))
        case Unit.CALENDAR_DAY:
            return str(ngettext("%(num)d day", "%(num)d days", number))
        case Unit.HOUR:
            return str(ngettext("%(num)d hour", "%(num)d hours", number))
    return str(number)


def within(length: Length) -> str:
    """Return «в течение 2 рабочих дней»: the case that stands after "within"."""
    number = length.value
    match length.unit:
        case Unit.WORKING_DAY:
            return str(ngettext("within %(num)d working day", "within %(num)d working days", number))
        case Unit.WORKING_HOUR:
            return str(ngettext("within %(num)d working hour", "within %(num)d working hours", number))
        case Unit.CALENDAR_DAY:
            return str(ngettext("within %(num)d day", "within %(num)d days", number))
        case Unit.HOUR:
            return str(ngettext("within %(num)d hour", "within %(num)d hours", number))
    return str(number)
