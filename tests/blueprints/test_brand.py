"""The operator's colour is a setting: pages, the installed app and what it keeps follow it."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints import _brand, _web
from rules.brand import USUAL, palette
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page, typed
from tests.conftest import People

SHEET = re.compile(r'<link rel="stylesheet" href="(/static/r-\w+/brand-[^"]+)">')


@pytest.fixture
def anna(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.anna)


def choose(anna: FlaskClient, colour: str) -> Page:
    form = typed(Page(anna.get("/admin/settings")).form("/admin/settings"), brand_color=colour)
    answer = anna.post("/admin/settings", data=form)
    return Page(answer if answer.status_code != 303 else anna.get("/admin/settings"))


def test_the_usual_colour_needs_no_sheet(guest: FlaskClient) -> None:
    assert not SHEET.search(guest.get("/help").text)
    assert guest.get("/manifest.json").get_json()["theme_color"] == USUAL


def test_a_chosen_colour_drives_the_accent_in_the_light_and_in_the_dark(anna: FlaskClient, guest: FlaskClient) -> None:
    page = choose(anna, "#FFCC00")
    assert page.status == 200 and dict(page.form("/admin/settings"))["brand_color"] == "#ffcc00"
    found = SHEET.search(guest.get("/help").text)
    assert found is not None
    sheet = guest.get(found[1])
    assert sheet.mimetype == "text/css" and "immutable" in sheet.headers["Cache-Control"]
    light, system, chosen = sheet.text.strip().splitlines()
    assert light.startswith(":root {") and f"--accent: {palette('#ffcc00').light['accent']};" in light
    assert "prefers-color-scheme: dark" in system and chosen.startswith(':root[data-theme="dark"]')
    for line in (system, chosen):
        assert f"--accent: {palette('#ffcc00').dark['accent']};" in line
    assert "style=" not in guest.get("/help").text  # nor an inline style, which the policy forbids


def test_the_installed_app_follows_it_with_and_without_a_network(anna: FlaskClient, guest: FlaskClient) -> None:
    choose(anna, "#0b6170")
    assert guest.get("/manifest.json").get_json()["theme_color"] == "#0b6170"
    named = json.loads(guest.get("/sw.js").text.split("const SHELL_FILES = ")[1].split(";")[0])
    [sheet] = [path for path in named if path.startswith("brand-")]
    assert guest.get(f"/static/r-{_web.release()}/{sheet}").status_code == 200
    assert SHEET.search(guest.get("/offline").text)


@pytest.mark.parametrize("colour", ["", "purple", "#fff", "#0b6170; } body { display: none"])
def test_what_is_no_colour_is_refused_beside_its_field(anna: FlaskClient, guest: FlaskClient, colour: str) -> None:
    page = choose(anna, colour)
    assert page.status == 422 and page.error("brand_color")
    assert not SHEET.search(guest.get("/help").text)


@pytest.mark.parametrize("name", ["brand-1-0b617.css", "brand-1-0b6170.js", "brand-1-zzzzzz.css", "brand-0-0b6170.css"])
def test_no_other_name_is_a_sheet(app: Flask, guest: FlaskClient, name: str) -> None:
    with app.test_request_context():
        assert _brand.sheet(name) == ""
    assert guest.get(f"/static/r-{_web.release()}/{name}").status_code == 404
