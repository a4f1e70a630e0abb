"""People at their browsers: what each of them asks of a running desk over HTTP, signed in."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import urllib3
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from models import Person
from services import devices
from tests.soak import guide

FORMS: dict[str, tuple[str, dict[str, str]]] = {  # of an action: where it is posted, and what
    "answer": ("comments", {"body": "Обновите прошивку и пришлите журнал."}),
    "reply": ("comments", {"body": "Не помогло, журнал приложу."}),
    "thank": ("comments", {"body": "Спасибо!"}),
    "defer": ("defer", {"body": "Проверим в лаборатории."}),
    "send in": ("service-center", {"confirmed": "1", "shipping": "СДЭК, Екатеринбург"}),
    "customer resolves": ("resolve", {}),
    "customer reopens": ("reopen", {}),
    "administrator reopens": ("reopen", {}),
}
TICKET = {
    "subject": "SNR-S2962-24T обновление прошивки",
    "type": "setup-help",
    "priority": "normal",
    "serial_numbers": "OE4423DS23",
    "order_number": "0000012345",
    "order_year": "2023",
    "description": "Хотим обновить коммутатор, пришлите инструкцию и файл обновления.",
}
SECONDS = 60.0


@dataclass
class Answer:
    status: int
    place: str
    text: str


class Browsers:
    """`post` raises urllib3.exceptions.HTTPError when the server ends over it."""

    def __init__(self, app: Flask, url: str) -> None:
        self._app, self._url = app, url
        self._signed_in: dict[int, dict[str, str]] = {}
        self._pool = urllib3.PoolManager(maxsize=4, retries=False, timeout=SECONDS)

    def sign_in(self, person: Person, at: datetime) -> None:
        """Make what a browser has after a sign-in. Goes inside `committed()`."""
        key = devices.sign_in(person, by="password", name="Chrome, Linux", remember=True, at=at)
        session = {"_user_id": key, "_fresh": True, "csrf_token": "0" * 40}
        signer = self._app.session_interface.get_signing_serializer(self._app)  # type: ignore[attr-defined]
        token = URLSafeTimedSerializer(self._app.secret_key or "", salt="wtf-csrf-token").dumps("0" * 40)
        self._signed_in[person.id] = {"Cookie": f"desk={signer.dumps(session)}", "X-CSRF-Token": str(token)}

    def post(self, person_id: int, path: str, fields: dict[str, str]) -> Answer:
        headers = self._signed_in[person_id]
        options: dict[str, Any] = {"encode_multipart": False, "redirect": False}
        got = self._pool.request("POST", self._url + path, fields=fields, headers=headers, **options)
        return Answer(got.status, got.headers.get("Location", ""), got.data.decode(errors="replace"))

    def post_json(self, person_id: int, path: str, value: Any) -> Answer:
        got = self._pool.request("POST", self._url + path, json=value, headers=self._signed_in[person_id])
        return Answer(got.status, "", got.data.decode(errors="replace"))

    def is_answered(self) -> bool:
        """Tell whether the web server works."""
        try:
            return self._pool.request("GET", f"{self._url}/healthz").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def close(self) -> None:
        self._pool.clear()


def form_of(action: str, specialist: int, until: datetime | None) -> tuple[str, dict[str, str]]:
    """Return where the action on a ticket is posted, and its form."""
    verb, fields = FORMS.get(action, (action, {}))
    fields = fields | {"client_id": str(uuid.uuid4())}
    if action == "assign":
        fields["assignee"] = str(specialist)
    if until is not None:
        fields["until"] = until.astimezone(guide.LOCAL).strftime("%Y-%m-%dT%H:%M")
    return verb, fields


def whole_minute(at: datetime) -> datetime:
    """Return what a field of date and time can hold."""
    return at - timedelta(seconds=at.second, microseconds=at.microsecond)
