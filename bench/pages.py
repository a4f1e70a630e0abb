"""The pages that are measured, as requests that can be sent again and again."""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bench.visitors import Visitor

SUBJECT = "SNR-S2985G-24T: потери пакетов на портах после обновления прошивки"
DESCRIPTION = (
    "После обновления прошивки коммутатор теряет пакеты на портах 17–24. Перезагрузка помогает на час-другой, потом всё "
    "повторяется. Журнал за сутки приложу. Питание в норме, температура 41 °C, линки не падают. Что посмотреть ещё? "
)
SOUGHT = ("коммутаторы", "потери пакетов на портах", "прошивк", "ошибка лицензии")
ANSWER = "Спасибо, поставили версию 7.0.3.5, за ночь потерь не было. Посмотрим до конца недели и тогда закроем заявку. "


@dataclass(frozen=True)
class Request:
    """One request. With `body` it is a POST of a form, to which a new `client_id` is added each time."""

    path: str
    headers: dict[str, str]
    body: str = ""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"

    def fresh_body(self) -> str | None:
        return f"{self.body}&client_id={uuid.uuid4()}" if self.body else None


@dataclass(frozen=True)
class Page:
    """What is measured: requests to take turns with, the answer to expect, and what each of them adds, if anything."""

    name: str
    requests: Sequence[Request]
    status: int = 200
    holds: str = ""
    adds: str = ""  # tickets or comments
    at_most: int = 0  # times the constant page's wait at p50; 0: nothing is promised

    def forever(self) -> Iterator[Request]:
        return itertools.cycle(self.requests)


def pages(
    readers: Sequence[Visitor], writers: Sequence[Visitor], agent: Visitor, type_code: str, priority_code: str
) -> list[Page]:
    """Return the pages in the order of the table. Writers are many, since each may write only so often a minute."""
    shown = [_get(f"/tickets/{number}", visitor) for visitor in readers for number in visitor.tickets[:8]]
    searched = [_get(f"/tickets?q={quote(words)}", visitor) for visitor in readers for words in SOUGHT]
    fields = {"subject": SUBJECT, "type": type_code, "priority": priority_code, "serial_numbers": "OE4423DS23"}
    new = [_post("/tickets", visitor, fields | {"description": DESCRIPTION * 2}) for visitor in writers]
    said = [
        _post(f"/tickets/{visitor.tickets[0]}/comments", visitor, {"body": ANSWER * 2})
        for visitor in writers
        if visitor.tickets
    ]
    return [
        Page("list", [_get("/tickets", visitor) for visitor in readers], holds="row-card", at_most=10),
        Page("ticket", shown, holds='id="ticket-timeline"', at_most=10),
        Page("search", searched, holds="<mark>", at_most=15),
        Page("queue", [_get("/desk", agent)], holds="row-card"),
        Page("queue, search", [_get(f"/desk?q={quote(SOUGHT[0])}", agent)], holds="<mark>"),
        Page("POST ticket", new, status=303, adds="tickets"),
        Page("POST comment", said, status=303, adds="comments"),
    ]


def _get(path: str, visitor: Visitor) -> Request:
    return Request(path, visitor.headers)


def _post(path: str, visitor: Visitor, fields: dict[str, str]) -> Request:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(path, visitor.headers | form, urlencode(fields | {"csrf_token": visitor.token}))
