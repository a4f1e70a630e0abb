"""Finding words in a column, the same on both databases."""

from typing import Any

from sqlalchemy import ColumnElement, or_

from extensions import db


def holds(column: Any, words: str) -> ColumnElement[bool]:
    """Return the condition that the text column holds `words` in any case; % and _ are signs like any other.

    SQLite folds the case of ASCII only, so there the usual spellings of other letters are asked for.
    """
    if db.engine.dialect.name == "postgresql":
        return column.icontains(words, autoescape=True)  # type: ignore[no-any-return]
    spelled = dict.fromkeys((words, words.lower(), words.upper(), words.capitalize()))
    return or_(*(column.contains(form, autoescape=True) for form in spelled))
