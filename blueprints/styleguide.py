"""The living page of the components: what pages are made of, by the very macros and parts. Only where DEMO is on."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _
from markupsafe import Markup

from blueprints import _times
from blueprints._web import Answer, Form, now
from rules.statuses import Status

bp = Blueprint("styleguide", __name__)

KINDS = (
    ("colour", re.compile(r"#[0-9a-f]{6}|rgb\(.*\)")),
    ("size", re.compile(r"[\d.]+rem")),
    ("space", re.compile(r"[\d.]+rem")),
    ("radius", re.compile(r"[\d.]+px")),
    ("shadow", re.compile(r"0 .*")),
)
TOKEN = re.compile(r"--([\w-]+): ([^;]+);")
EARLIER = timedelta(minutes=14)


@bp.get("/styleguide")
def show() -> Answer:
    context: dict[str, Any] = {
        "tokens": _tokens(),
        "icons": _icons(),
        "statuses": list(Status),
        "filled": Form({"guide-name": "Швецов Михаил", "guide-kind": "2", "guide-note": "CRC растёт на порту 1/0/7."}),
        "wrong": Form(
            {"guide-email": "shvetsov@romashka"},
            {"guide-email": _("Check the address: it should look like name@company.ru.")},
        ),
        "rows": _rows(),
        "talk": _talk(),
        "at": now(),
    }
    return render_template("styleguide/show.html", **context)


@lru_cache
def _tokens() -> dict[str, list[tuple[str, str]]]:
    """Return the names in tokens.css with their values in the light, by kind, each once."""
    text = (Path(current_app.static_folder or "") / "css" / "tokens.css").read_text()
    known = dict(reversed(TOKEN.findall(text)))  # the first of a name is the light one
    rows = list(reversed(known.items()))
    found = {kind: [row for row in rows if row[0].startswith(kind)] for kind, _looks in KINDS[1:]}
    return found | {"colour": [row for row in rows if KINDS[0][1].fullmatch(row[1])]}


@lru_cache
def _icons() -> list[str]:
    sprite = (Path(current_app.static_folder or "") / "icons" / "sprite.svg").read_text()
    return re.findall(r'<symbol id="([\w-]+)"', sprite)


def _row(number: int, subject: str, status: Status, **more: Any) -> SimpleNamespace:
    """Return what `tickets/_row.html` shows of a ticket that is none."""
    usual: dict[str, Any] = {
        "deferred_until": None,
        "type_name": "Неисправность",
        "company_name": "ООО «Ромашка»",
        "assignee_short": "Лебедева А.",
        "author_short": "Швецов М.",
        "contact_short": "Швецов М.",
        "updated_at": now() - EARLIER,
        "is_unread": False,
        "is_mine_to_answer": False,
        "step": 2,
    }
    return SimpleNamespace(number=number, subject=subject, status=status, **(usual | more))


def _rows() -> list[SimpleNamespace]:
    return [
        _row(152875, "Потери пакетов на порту", Status.WAITING, step=3, is_unread=True, is_mine_to_answer=True),
        _row(152871, "Свитч перезагружается после грозы", Status.OPEN, is_unread=True),
        _row(152860, "Обновление прошивки", Status.RESOLVED, step=4),
    ]


def _talk() -> list[dict[str, Any]]:
    """Return a short talk as `tickets/_items.html` shows one, but that its messages are none of the database's."""
    begun = datetime(2026, 6, 15, 5, 12, tzinfo=UTC)

    def said(minutes: int, who: str, initials: str, role: str, text: str, **more: Any) -> dict[str, Any]:
        message = SimpleNamespace(
            id=minutes, at=begun + timedelta(minutes=minutes), number=152875, author_name=who, author_initials=initials,
            author_kind=role, body_html=Markup("<p>{}</p>").format(text), voice_notes=(), attachments=(),
            **({"kind": "comment", "is_mine": False, "quote": None, "may_reply": False} | more),
        )  # fmt: skip
        return {"kind": message.kind, "message": message, "at": message.at}

    answered = SimpleNamespace(id=4, author_name="Лебедева Анна", text="Пришлите журнал порта.", files=())
    return [
        said(
            1, "Швецов Михаил", "ШМ", "customer", "На порту 1/0/7 растут ошибки, клиент за ним без связи.", is_mine=True
        ),
        {"kind": "event", "day": _times.day(begun), "text": _("Status"), "at": begun + timedelta(minutes=2)},
        said(4, "Лебедева Анна", "ЛА", "staff", "Пришлите журнал порта.", may_reply=True),
        said(9, "Лебедева Анна", "ЛА", "staff", "Похоже на модуль, гарантия до осени.", kind="note"),
        {**said(14, "Швецов Михаил", "ШМ", "customer", "Вот он.", is_mine=True, quote=answered), "begins_new": True},
        said(20, "Отклик", "", "robot", "Ждём ответа два рабочих дня."),
    ]
