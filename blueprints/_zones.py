"""The time zones that somebody may choose for himself: ours and the neighbours', each with its city and its offset."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location

from blueprints._templates import language

USUAL = (
    *("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk"),
    *("Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka"),
    *("Europe/Minsk", "Europe/Chisinau", "Europe/Istanbul", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Baku"),
    *("Asia/Dubai", "Asia/Tashkent", "Asia/Almaty", "Asia/Bishkek", "Asia/Dushanbe", "Asia/Shanghai", "UTC"),
)


def choices(at: datetime, *, own: str = "") -> list[tuple[str, str]]:
    """Return (name, «Екатеринбург, GMT+5») from west to east; `own`, somebody's rarer one, among them."""
    names = {*USUAL, own} & available_timezones()
    shown = [(at.astimezone(ZoneInfo(name)).utcoffset(), name) for name in names]
    return [(name, label(name, at)) for _, name in sorted(shown, key=lambda pair: (pair[0], pair[1]))]


def label(name: str, at: datetime) -> str:
    """Return «Екатеринбург, GMT+5»."""
    offset = at.astimezone(ZoneInfo(name)).utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"{_city(name, language())}, GMT{sign}{hours}{f':{rest:02d}' if rest else ''}"


@lru_cache
def _city(name: str, locale: str) -> str:
    return "UTC" if name == "UTC" else get_timezone_location(name, locale=locale, return_city=True)
