"""Lengths of time and texts that the administrator may change, days that break the calendar, pages he writes."""

import datetime as dt
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class LengthSetting(db.Model):
    """A changed row of `rules.lengths`; an absent one means the default."""

    __tablename__ = "length_setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int]
    unit: Mapped[str] = mapped_column(String(16))


class TextSetting(db.Model):
    """A changed row of `rules.settings.TEXTS`: a word, a link or a switch; an absent one means the default."""

    __tablename__ = "text_setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class CalendarDay(db.Model):
    """A day that is off, or worked, against the weekly hours and Russia's public holidays."""

    __tablename__ = "calendar_day"

    date: Mapped[dt.date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(100), default="")


class TeamCalendar(db.Model):
    """The week of a team that works other hours than S90, or in another zone. `hours`: weekday ("0" is Monday) -> openings
    as [["08:30", "12:30"], …]. A team without a row works by S90."""

    __tablename__ = "team_calendar"

    team: Mapped[str] = mapped_column(String(16), primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))
    hours: Mapped[dict[str, Any]] = mapped_column(JSON)


class ConsentText(db.Model):
    """A version of the text that S12 asks consent to; the newest one is in force."""

    __tablename__ = "consent_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(32), unique=True)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
