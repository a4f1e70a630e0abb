"""Words, links and lengths that the administrator changes (S132, D2, D12)."""

import pytest
from flask import Flask

from extensions import db
from models import LengthSetting, TextSetting
from rules.errors import Invalid
from rules.lengths import DEFAULTS
from rules.robot import WARNING_TEXT, warning_text
from rules.statuses import Status
from services import settings
from services.clockwork import clockwork
from tests.conftest import People
from tests.services.played import NOW, ticket_in


def test_what_nobody_changed_follows_the_environment_and_the_specification(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "LEGAL_NAME", "ООО «Ромашка»")
    monkeypatch.setitem(app.config, "CODE_IN_LETTERS", False)
    assert settings.text("legal_name") == "ООО «Ромашка»"  # S132
    assert settings.text("kb_url") == "https://nag.wiki" and settings.text("copyright_year") == ""
    assert not settings.flag("code_in_letters") and settings.changed() == set()


def test_a_change_holds_and_the_default_comes_back(app: Flask) -> None:
    settings.set_text("kb_url", " https://wiki.example/kb ")
    settings.set_text("archive_url", "")
    settings.set_text("code_in_letters", "0")
    assert settings.text("kb_url") == "https://wiki.example/kb" and settings.text("archive_url") == ""
    assert not settings.flag("code_in_letters")  # D12
    assert settings.changed() == {"kb_url", "archive_url", "code_in_letters"}
    settings.restore("archive_url")
    settings.set_text("kb_url", "https://nag.wiki")  # what equals the default follows it again
    assert settings.changed() == {"code_in_letters"} and db.session.query(TextSetting).count() == 1


WRONG = [
    ("site_name", "  ", "required"),
    ("legal_name", "я" * 301, "too_long"),
    ("kb_url", "javascript:alert(1)", "not_a_link"),
    ("kb_url", "nag.wiki", "not_a_link"),
    ("kb_url", 'https://nag.wiki/"><b>', "not_a_link"),
    ("archive_url", "https://user:pass@evil.example", "not_a_link"),
    ("copyright_year", "23", "not_a_year"),
    ("support_email", "support", "not_an_email"),
    ("support_phone", "позвоните", "not_a_phone"),
    ("code_in_letters", "2", "unknown"),
]


@pytest.mark.parametrize(("key", "value", "code"), WRONG)
def test_what_a_setting_cannot_be_is_refused(app: Flask, key: str, value: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        settings.set_text(key, value)
    assert (refused.value.field, refused.value.code) == (key, code)
    assert settings.changed() == set()


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        ("", "working_day", "not_a_number"),
        ("-1", "working_day", "not_a_number"),
        ("2.5", "working_day", "not_a_number"),
        ("٣", "working_day", "not_a_number"),
        ("0", "working_day", "out_of_bounds"),
        ("366", "calendar_day", "out_of_bounds"),
        ("2", "count", "unknown"),
        ("2", "fortnight", "unknown"),
    ],
)
def test_a_length_that_no_clock_can_use_is_refused(app: Flask, value: str, unit: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        settings.set_length("robot_warn_after", value, unit)
    assert (refused.value.field, refused.value.code) == ("robot_warn_after", code)


def test_a_length_drives_the_clocks_at_once(people: People) -> None:  # D2
    ticket = ticket_in(Status.WAITING, people, at=NOW)
    settings.set_length("robot_warn_after", "36", "hour")
    assert clockwork().lengths["robot_warn_after"].value == 36
    db.session.refresh(ticket)
    assert ticket.robot_due_at == ticket.status_since  # the robot looks anew when it passes next
    settings.set_length("robot_warn_after", "2", "working_day")
    assert db.session.query(LengthSetting).count() == 0
    assert clockwork().lengths["robot_warn_after"] == DEFAULTS["robot_warn_after"]


def test_the_robots_words_name_the_length_that_it_waits(app: Flask) -> None:  # S48
    assert warning_text(clockwork().lengths["robot_resolve_after"]) == WARNING_TEXT
    for value, unit, words in (
        ("1", "working_day", "через 1 рабочий день"),
        ("5", "working_day", "через 5 рабочих дней"),
        ("11", "calendar_day", "через 11 дней"),
        ("21", "hour", "через 21 час"),
        ("4", "working_hour", "через 4 рабочих часа"),
    ):
        settings.set_length("robot_resolve_after", value, unit)
        assert warning_text(clockwork().lengths["robot_resolve_after"]).endswith(words)


def test_another_process_sees_a_change_within_seconds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.text("kb_url") == "https://nag.wiki"
    db.session.add(TextSetting(key="kb_url", value="https://wiki.example"))
    db.session.flush()
    monkeypatch.setattr(settings, "KEPT_SECONDS", -1.0)
    assert settings.text("kb_url") == "https://wiki.example"
