"""Words, links and switches in force: the defaults under what the administrator changed; and changing the lengths.

Every page's foot asks for some of them, so a process keeps them for a few seconds, as `services.clockwork` does.
"""

import time
from collections.abc import Mapping

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from extensions import db
from models import LengthSetting, TextSetting
from rules.lengths import DEFAULTS
from rules.settings import BY_KEY, TEXTS, checked_length, checked_text
from services import clockwork

KEPT_SECONDS = 5.0
_kept: tuple[float, Mapping[str, str]] | None = None


def text(key: str) -> str:
    """Return a setting of `rules.settings.TEXTS` in force; a switch is "1" or "0"."""
    changed = _changed_texts().get(key)
    return default(key) if changed is None else changed


def flag(key: str) -> bool:
    """Tell whether a switch is on, such as `code_in_letters` (D12)."""
    return text(key) == "1"


def default(key: str) -> str:
    """Return what holds where nothing was changed: what the environment says, else the specification's."""
    row = BY_KEY[key]
    if not row.config:
        return row.default
    value = current_app.config[row.config]
    return str(int(value)) if isinstance(value, bool) else str(value)


def changed() -> set[str]:
    """Return the keys of the texts and of the lengths that differ from their defaults."""
    work = clockwork.clockwork().lengths
    return {row.key for row in TEXTS if text(row.key) != default(row.key)} | {
        key for key, usual in DEFAULTS.items() if work[key] != usual
    }


def set_text(key: str, value: str) -> None:
    """Change a text; one that equals its default follows it again. Raises Invalid."""
    value = checked_text(key, value)
    _remove(TextSetting, key)
    if value != default(key):
        db.session.add(TextSetting(key=key, value=value))
    forget()


def set_length(key: str, value: str, unit: str) -> None:
    """Change a length, and let the robot look anew at what waits: a step may be due sooner. Raises Invalid."""
    found = checked_length(key, value, unit)
    row = db.session.get(LengthSetting, key)
    if (found.value, found.unit) == ((row.value, row.unit) if row else (DEFAULTS[key].value, DEFAULTS[key].unit)):
        return
    _remove(LengthSetting, key)
    if found != DEFAULTS[key]:
        db.session.add(LengthSetting(key=key, value=found.value, unit=found.unit))
    _clocks_changed()


def restore(key: str) -> None:
    """Let a text or a length follow its default again."""
    _remove(TextSetting, key)
    _remove(LengthSetting, key)
    _clocks_changed()


def _remove(model: type[TextSetting] | type[LengthSetting], key: str) -> None:
    row = db.session.get(model, key)
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def _clocks_changed() -> None:
    clockwork.changed()
    forget()


def forget() -> None:
    """Load anew at the next question: something was changed here."""
    global _kept
    _kept = None


def _changed_texts() -> Mapping[str, str]:
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
        try:
            rows = db.session.execute(select(TextSetting.key, TextSetting.value))
            _kept = time.monotonic(), {row.key: row.value for row in rows}
        except SQLAlchemyError:  # the page that says so has a foot as well
            return _kept[1] if _kept else {}
    return _kept[1]
