"""Texts and parts of templates: in the reader's language and zone, safe, and looked up or made once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask
from jinja2 import UndefinedError
from markupsafe import Markup

from blueprints import _templates
from blueprints._thread import Message
from rules.statuses import Status
from services.ticket_rows import TicketRow
from tests.blueprints.conftest import ClientOf
from tests.conftest import People

AT = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)  # the 3rd in Yekaterinburg
ROW = TicketRow(
    number=152875,
    subject="<b>Потери</b>",
    status=Status.OPEN,
    deferred_until=None,
    type_name="Помощь в настройке",
    priority_name="Обычный",
    priority_code="normal",
    company_name="",
    contact_short="Швецов М. Е.",
    author_short="Швецов М. Е.",
    assignee_short="",
    updated_at=AT,
    is_unread=False,
    is_mine_to_answer=False,
)


def said(number: int, body_html: str = "<p>Да</p>") -> Message:
    return Message("comment", AT, number, "Швецов Михаил", "ШМ", "customer", False, False, Markup(body_html), (), ())


@contextmanager
def reader(app: Flask, language: str = "ru", zone: str = "Asia/Yekaterinburg") -> Iterator[None]:
    """A request of somebody's browser, in a context of its own as in life."""
    with app.app_context(), app.test_request_context(headers={"Cookie": f"lang={language}; tz={zone}"}):
        yield


def rendered(app: Flask, template: str) -> str:
    return app.jinja_env.from_string(template).render()


def test_a_text_comes_in_the_readers_language(app: Flask) -> None:
    for language, text in (("ru", "Открыта"), ("en", "Open"), ("ru", "Открыта")):
        with reader(app, language):
            assert rendered(app, "{{ _('Open') }}") == text


def test_values_are_escaped_in_a_page_and_not_in_a_letter(app: Flask) -> None:
    text = "{{ _('Deferred until %(date)s', date='<b>') }}"
    with reader(app, "en"):
        assert rendered(app, text) == "Deferred until &lt;b&gt;"
        assert rendered(app, f"{{% autoescape false %}}{text}{{% endautoescape %}}") == "Deferred until <b>"


def test_a_sign_of_percent_stays_one_with_and_without_values(app: Flask) -> None:
    with reader(app, "en"):
        assert rendered(app, "{{ _('Recognizing… %(percent)s %%', percent=5) }}") == "Recognizing… 5 %"
        assert rendered(app, "{{ _('100 %%') }}") == "100 %"


@pytest.mark.parametrize(("number", "text"), [(1, "1 день"), (3, "3 дня"), (5, "5 дней")])
def test_a_number_goes_with_the_form_of_its_language(app: Flask, number: int, text: str) -> None:
    with reader(app):
        assert rendered(app, f"{{{{ ngettext('%(num)d day', '%(num)d days', {number}) }}}}") == text


def test_a_kept_part_is_made_once_a_language_and_zone(app: Flask) -> None:
    seen = {}
    for language, zone, day in (
        ("ru", "Asia/Yekaterinburg", "3 марта 2026, 02:30"),
        ("ru", "Europe/Moscow", "3 марта 2026, 00:30"),
        ("ru", "UTC", "2 марта 2026, 21:30"),
        ("en", "UTC", "2 March 2026, 21:30"),
    ):
        with reader(app, language, zone):
            seen[language, zone] = _templates.kept("tickets/_row.html", row=ROW, by_contact=False)
            assert day in seen[language, zone] and "&lt;b&gt;Потери" in seen[language, zone]
    with reader(app, "ru", "UTC"):
        assert _templates.kept("tickets/_row.html", row=ROW, by_contact=False) is seen["ru", "UTC"]
        assert _templates.kept("tickets/_row.html", row=ROW, by_contact=True) != seen["ru", "UTC"]


def test_a_kept_part_knows_nothing_of_who_looks(app: Flask) -> None:
    with reader(app), pytest.raises(UndefinedError, match="current_user"):
        _templates.kept("shared/_foot.html")


def test_no_more_parts_are_kept_than_memory_is_meant_for(app: Flask) -> None:
    with reader(app):
        for number in range(_templates.MOST_KEPT + 1):
            _templates.kept("tickets/_message.html", item=said(number))
        assert len(_templates._kept) <= _templates.MOST_KEPT
        long = said(-1, body_html="о" * _templates.LONGEST_KEPT)
        assert _templates.kept("tickets/_message.html", item=long) is not _templates.kept(
            "tickets/_message.html", item=long
        )


def test_a_personal_part_is_kept_once_and_holds_what_is_each_readers_own(people: People, client_of: ClientOf) -> None:
    pages = {person.email: client_of(person).get("/tickets/new").text for person in (people.bob, people.carol)}
    for email, text in pages.items():
        assert set(re.findall(r'data-owner="([^"]*)"', text)) == {email}
        assert _templates.CSRF_MARK not in text and _templates.EMAIL_MARK not in text
    bobs, carols = (
        set(re.findall(r'(?:name="csrf_token" value|csrf-token" content)="([^"]+)"', text)) for text in pages.values()
    )
    assert len(bobs) == len(carols) == 1 and bobs != carols
    kept = [text for key, text in _templates._kept.items() if key[0] == "shared/_recorder.html"]
    assert kept and not any(email in text for email in pages for text in kept)


def test_the_texts_of_all_parts_together_are_bounded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_templates, "MOST_CHARACTERS", 3000)
    with reader(app):
        for number in range(20):
            _templates.kept("tickets/_message.html", item=said(number, f"<p>{'о' * 900}</p>"))
            assert sum(map(len, _templates._kept.values())) < 3000 + _templates.LONGEST_KEPT
