"""What the installed app is made of (S106)."""

from flask import Flask
from flask.testing import FlaskClient

from tests.blueprints.html import Page


def test_the_app_can_be_installed(app: Flask, guest: FlaskClient) -> None:
    manifest = guest.get("/manifest.json")
    assert manifest.mimetype == "application/manifest+json" and manifest.headers["Cache-Control"] == "no-cache"
    values = manifest.get_json()
    assert (values["start_url"], values["scope"], values["display"]) == ("/tickets", "/", "standalone")
    assert values["name"] == app.config["SITE_NAME"]
    for icon in values["icons"]:
        assert guest.get(icon["src"], buffered=True).mimetype == icon["type"]
    worker = guest.get("/sw.js")
    assert worker.mimetype == "text/javascript" and worker.headers["Cache-Control"] == "no-cache"
    assert "__VERSION__" not in worker.text
    install = Page(guest.get("/install"))
    assert install.one(id="android") and install.one(id="ios")  # S106
    assert Page(guest.get("/offline")).one(id="offline")
    assert guest.get("/favicon.ico", buffered=True).status_code == 200


def test_every_file_that_a_page_names_is_there_and_may_be_kept(app: Flask, guest: FlaskClient) -> None:
    page = Page(guest.get("/register"))
    named = {
        found.attributes.get("src") or found.attributes.get("href", "")
        for found in page.all()
        if found.tag in {"link", "script", "img"}
    }
    static = sorted(name.split("#")[0] for name in named if name.startswith("/static/"))
    assert len(static) >= 5
    for address in static:
        answer = guest.get(address, buffered=True)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"], address
    style = guest.get(next(name for name in static if "app.css" in name), buffered=True)
    assert style.mimetype == "text/css" and len(style.data) > 5000
    assert guest.get("/static/nothing.css").status_code == 404
