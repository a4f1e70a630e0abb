"""From the form to the personal account (S8–S19, D11, D14), over HTTP and through the letters."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import altcha
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from blueprints import _proof
from channels import mailbox
from channels.mailbox import Letter
from extensions import db
from jobs import deliver
from jobs.clock import utc_now
from models import AccessLink, Person
from services import people as accounts
from tests.blueprints.conftest import anew
from tests.blueprints.html import Page, typed
from tests.conftest import People

EMAIL = "ivan@romashka.example"
NEW = {"last_name": "Тестинг", "first_name": "Тестовый", "email": EMAIL, "consent": "1"}
PASSWORD = "kovamu-tizeba-47"


def proof(client: FlaskClient) -> str:
    """Do the work that the widget of the page would do."""
    widget = Page(client.get("/register")).one("altcha-widget")
    given = client.get(widget["challenge"])
    assert given.headers["Cache-Control"] == "no-store"
    challenge = altcha.Challenge.from_dict(given.get_json())
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


def register(client: FlaskClient, **values: Any) -> Any:
    return client.post("/register", data={**NEW, "altcha": proof(client), **values})


def letter_to(app: Flask, address: str) -> Letter:
    deliver.drain()
    found = mailbox.last(Path(app.config["MAIL_URL"].removeprefix("file://")), address)
    assert found is not None, f"no letter to {address}"
    return found


def link_in(letter: Letter) -> str:
    found = re.search(r"http://desk\.test(/\S+token=\S+)", letter.text)
    assert found, letter.text
    return found[1]


def find(email: str) -> Person | None:
    anew()
    return accounts.by_email(email)
