"""The text of the consent (S12): versions that nobody changes, the newest in force."""

from datetime import timedelta

import pytest
from flask import Flask

from extensions import db
from models import ConsentText
from rules.errors import Invalid
from services import consent
from tests import factories
from tests.conftest import People

NOW = factories.NOW


def test_a_new_text_is_a_new_version_named_by_its_day(app: Flask) -> None:  # S12
    first, html = consent.current()
    assert first == "2026-01" and "персональных данных" in html
    names = [consent.publish(f"<p>Текст {number}</p>", is_html=True, at=NOW).version for number in (1, 2)]
    evening = NOW.replace(hour=20)  # the next day has begun in Yekaterinburg
    names.append(consent.publish("Просто текст\n\nиз двух абзацев", is_html=False, at=evening).version)
    assert names == ["2026-06-15.1", "2026-06-15.2", "2026-06-16.1"]
    assert consent.current() == (names[-1], "<p>Просто текст</p><p>из двух абзацев</p>")
    older = consent.version("2026-06-15.1")
    assert older is not None and older.body_html == "<p>Текст 1</p>"
    assert consent.version("2020-01") is None


def test_the_same_text_is_no_new_version(app: Flask) -> None:
    made = consent.publish("<p>Текст</p>", is_html=True, at=NOW)
    assert consent.publish("<p>Текст</p>", is_html=True, at=NOW + timedelta(days=1)).version == made.version
    assert db.session.query(ConsentText).count() == 2


def test_an_empty_text_is_refused_and_a_script_never_kept(app: Flask) -> None:
    for empty in ("", "  ", "<p> </p>", "<script>alert(1)</script>"):
        with pytest.raises(Invalid):
            consent.publish(empty, is_html=True, at=NOW)
    made = consent.publish('<p onclick="x()">Да<script>x()</script></p>', is_html=True, at=NOW)
    assert made.body_html == "<p>Да</p>"


def test_each_version_knows_how_many_agreed(people: People) -> None:
    people.bob.consent_version = people.carol.consent_version = "2026-01"
    made = consent.publish("<p>Новое</p>", is_html=True, at=NOW)
    people.mallory.consent_version = made.version
    db.session.flush()
    assert [(text.version, count) for text, count in consent.versions()] == [(made.version, 1), ("2026-01", 2)]
