"""The page of the components shows all that there is, and only where DEMO is on."""

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from extensions import db
from rules.statuses import Status
from tests.blueprints.html import Page
from tests.conftest import Client

STATIC = Path(__file__).parents[2] / "static"


def test_it_shows_every_token_icon_and_status(guest: FlaskClient) -> None:
    answer = guest.get("/styleguide")
    page = Page(answer)
    assert page.status == 200
    names = re.findall(
        r"--((?:size|space|radius|shadow)[\w-]*|[\w-]+(?=: (?:#|rgb))):", (STATIC / "css/tokens.css").read_text()
    )
    shown = {code.text for code in page.all("code")}
    drawn = (STATIC / "styleguide.css").read_text()
    for name in names:
        assert name in shown and f".guide-{name} {{" in drawn, name
    sprite = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons/sprite.svg").read_text())
    assert set(sprite) <= shown
    assert {status.value for status in Status} <= {badge.attributes.get("data-status") for badge in page.all("span")}


def test_nothing_in_it_can_be_sent_or_belongs_to_anybody(guest: FlaskClient) -> None:
    page = Page(guest.get("/styleguide"))
    assert [form["method"] for form in page.all("form")] == ["get", "get"]
    assert len({one["id"] for one in page.all() if "id" in one.attributes}) == len(
        [one for one in page.all() if "id" in one.attributes]
    )


def test_a_desk_at_work_has_no_such_page(app: Flask, tmp_path: Path) -> None:
    settings = {name: app.config[name] for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "SECRET_KEY")}
    real = create_app(settings | {"DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://desk.test", "DEMO": False})
    assert Client(real, real.response_class).get("/styleguide").status_code == 404
    with real.app_context():
        db.engine.dispose()
