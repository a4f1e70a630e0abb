"""Each letter filled with the guide's own example, for the administrator to see what his customers get (S60–S66)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup

from channels.letter_thread import Link, Said, Thread
from channels.letter_words import worded
from models import Person, Role
from rules.calendar import YEKATERINBURG
from rules.sla import Target
from rules.statuses import Status
from services import people, seals

AT = datetime(2023, 6, 14, 13, 43, tzinfo=YEKATERINBURG)
MINUTE = timedelta(minutes=1)
TO_STAFF = {"reminder", "deadline", "staff_invitation"}
NOBODYS_CODE = "1307382900000000"
NUMBER, SUBJECT = 152875, "SNR-S2962-24T обновление прошивки"


@dataclass(frozen=True)
class Sample:
    subject: str
    text: str
    html: str


def of(name: str, staff: Person) -> Sample | None:
    """Return the letter in the language of who looks: what goes to customers as a customer gets it, with all that the
    customer may do and a code of nobody's; None for an unknown name."""
    if name not in _ABOUT:
        return None
    template, threads, data = _ABOUT[name]()
    reader = staff if name in TO_STAFF else _customer()
    with force_locale(staff.locale or "ru"):
        return Sample(*worded(template, reader, threads, data))


def _customer() -> Person:
    """Return a contact that is in no table."""
    sealed = seals.seal(NOBODYS_CODE, people.CODE)
    return Person(role=Role.CONTACT, email="test@mail.ru", code_sealed=sealed)


def _said(author: str, minutes: int, *paragraphs: str, files: Sequence[Link] = ()) -> Said:
    html = Markup("").join(Markup("<p>{}</p>").format(Markup(one)) for one in paragraphs)
    text = "\n".join(Markup(one).striptags() for one in paragraphs)
    return Said(author, AT + minutes * MINUTE, text, html, files, ())


def _talk() -> list[Said]:
    site = current_app.config["PUBLIC_URL"]
    return [
        _said("Алексеев Степан", 0, "Здравствуйте!", 'Файлы обновления лежат <a href="https://nag.wiki">здесь</a>.'),
        _said(
            "Тестинг Тестовый", 3, "Спасибо, обновляю. Лог приложил.", files=[Link("boot.log", f"{site}/attachments/1")]
        ),
        _said(
            "Алексеев Степан",
            7,
            "Дополнительная документация по оборудованию:",
            "<ul><li>перед обновлением сохраните настройки;</li><li>после него проверьте версию:</li></ul>",
            "<pre>Switch#show version</pre>",
        ),
    ]


def _thread(**values: Any) -> Thread:
    said = _talk()
    known: dict[str, Any] = {
        "number": NUMBER,
        "subject": SUBJECT,
        "url": f"{current_app.config['PUBLIC_URL']}/tickets/{NUMBER}",
        "is_robots": False,
        "is_warning": False,
        "status": None,
        "until": None,
        "deadline": AT + timedelta(days=5),
        "new": said[-1],
        "last": said[::-1],
        "limit": 5,
        "news": said[-1:],
    }
    return Thread(**(known | values))


def _second() -> Thread:
    said = _said("Алексеев Степан", 20, "Серийный номер нашли, гарантия действует.")
    return _thread(number=NUMBER + 1, subject="OE4423DS23 не включается", status=Status.OPEN, new=said, news=[said])


_About = tuple[str, Sequence[Thread], dict[str, Any]]


def _status(status: Status, **values: Any) -> _About:
    return "status", [_thread(**({"status": status, "new": None, "news": []} | values))], {}


_ABOUT: dict[str, Any] = {
    "comment": lambda: ("comment", [_thread(status=Status.WAITING)], {}),
    "burst": lambda: ("comment", [_thread(news=_talk())], {}),
    "opened": lambda: ("opened", [_thread()], {}),
    "resolved": lambda: _status(Status.RESOLVED),
    "closed": lambda: _status(Status.CLOSED),
    "deferred": lambda: _status(Status.DEFERRED, until=AT + timedelta(days=21), new=_talk()[-1], news=_talk()[-1:]),
    "woken": lambda: _status(Status.OPEN, wakes=True),
    "warning": lambda: ("comment", [_thread(is_warning=True, is_robots=True)], {}),
    "digest": lambda: ("digest", [_thread(status=Status.WAITING), _second()], {}),
    "reminder": lambda: ("reminder", [_thread(status=Status.OPEN)], {}),
    "deadline": lambda: ("deadline", [_thread(promise=Target.FIRST_REACTION)], {}),
    "confirm_registration": lambda: ("confirm_registration", [], {"token": "sample"}),
    "access_granted": lambda: ("access_granted", [], {}),
    "reset_password": lambda: ("reset_password", [], {"token": "sample"}),
    "staff_invitation": lambda: ("staff_invitation", [], {"token": "sample"}),
    "new_device": lambda: ("new_device", [], {"device": "Chrome, Android", "by": "code", "at": AT.isoformat()}),
    "taken": lambda: ("taken", [], {}),
    "email_changed": lambda: ("email_changed", [], {"old": "old@romashka.example", "new": "new@romashka.example"}),
}
NAMES = tuple(_ABOUT)
