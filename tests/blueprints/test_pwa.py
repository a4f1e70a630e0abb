"""What the installed app is made of, and what it opens (S104, S106)."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from extensions import db
from jobs import committed
from models import Attachment
from rules import codes
from services import people as accounts
from services import settings
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page, typed
from tests.conftest import People


def test_the_app_can_be_installed(app: Flask, guest: FlaskClient) -> None:
    manifest = guest.get("/manifest.json")
    assert manifest.mimetype == "application/manifest+json" and manifest.headers["Cache-Control"] == "no-cache"
    values = manifest.get_json()
    assert (values["start_url"], values["scope"], values["display"]) == ("/tickets", "/", "standalone")
    assert (values["id"], values["name"]) == ("/tickets", app.config["SITE_NAME"])
    worker = guest.get("/sw.js")
    assert worker.mimetype == "text/javascript" and worker.headers["Cache-Control"] == "no-cache"
    assert "__VERSION__" not in worker.text and "__SHELL__" not in worker.text
    install = Page(guest.get("/install"))
    assert install.one(id="android") and install.one(id="ios")  # S106
    assert Page(guest.get("/offline")).one(id="offline")
    assert guest.get("/favicon.ico", buffered=True).status_code == 200


def test_the_manifest_is_rendered_from_the_settings(
    app: Flask, guest: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "BRAND_COLOR", "#0b6170")
    with committed():
        settings.set_text("site_name", "Поддержка НАГ")
    values = guest.get("/manifest.json").get_json()
    assert (values["name"], values["short_name"], values["theme_color"]) == ("Поддержка НАГ",) * 2 + ("#0b6170",)


def test_the_pictures_of_the_manifest_are_what_it_says_they_are(guest: FlaskClient) -> None:
    values = guest.get("/manifest.json").get_json()
    assert {icon["purpose"] for icon in values["icons"]} == {"any", "maskable", "monochrome"}
    assert {shot["form_factor"] for shot in values["screenshots"]} == {"narrow", "wide"}
    shortcuts = [icon for shortcut in values["shortcuts"] for icon in shortcut["icons"]]
    for picture in (*values["icons"], *values["screenshots"], *shortcuts):
        answer = guest.get(picture["src"], buffered=True)
        assert answer.mimetype == picture["type"] and "immutable" in answer.headers["Cache-Control"], picture
        if picture["type"] != "image/svg+xml":
            with Image.open(io.BytesIO(answer.data)) as image:
                assert "x".join(str(side) for side in image.size) == picture["sizes"], picture


def test_the_apps_addresses_are_within_its_scope_and_answered(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    values = bob.get("/manifest.json").get_json()
    assert [one["name"] for one in values["shortcuts"]] == ["Новая заявка", "Голосом", "Мои заявки"]
    for address in (values["start_url"], *(one["url"] for one in values["shortcuts"])):
        assert address.startswith(values["scope"]) and bob.get(address).status_code == 200
    target = values["share_target"]
    assert (target["action"], target["method"], target["enctype"]) == ("/share", "POST", "multipart/form-data")


def test_the_worker_names_every_script_so_that_none_is_missing_offline(guest: FlaskClient) -> None:
    text = guest.get("/sw.js").text
    named = json.loads(text.split("const SHELL_FILES = ")[1].split(";")[0])
    assert {"app.css", "js/app.js", "js/kept.js", "icons/sprite.svg"} <= set(named)
    assert not any(path.startswith("sw") or "altcha" in path for path in named if path != "js/altcha-init.js")
    release = text.split('const RELEASE = "')[1].split('"')[0]
    for part in ("shell", "reader", "reading", "share", "push"):
        assert guest.get(f"/static/r-{release}/sw/{part}.js", buffered=True).status_code == 200


def test_each_answer_says_whose_it_is(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    answer = bob.get("/tickets")
    reader = f"{people.bob.id}.{people.bob.device_id}"
    assert answer.headers["Desk-Reader"] == reader
    [cookie] = [text for text in answer.headers.getlist("Set-Cookie") if text.startswith("reader")]
    assert cookie.startswith(f"reader={reader};") and "SameSite=Lax" in cookie and "Max-Age" not in cookie
    assert "reader=" not in bob.get("/tickets").headers.get("Set-Cookie", "")  # told once
    bob.set_cookie("desk_remember", "x")
    remembered = bob.get("/tickets")
    assert (
        remembered.headers["Desk-Reader"] == f"{reader}!"
        and f"reader={reader}!; Expires" in remembered.headers["Set-Cookie"]
    )
    assert client_of(people.alice).get("/desk").headers["Desk-Reader"] == "staff"
    for path in ("/manifest.json", "/sw.js", "/favicon.ico", "/static/sw.js"):
        assert "Desk-Reader" not in bob.get(path, buffered=True).headers, path


def test_who_has_left_is_told_apart_from_who_could_not_be_asked(people: People, client_of: ClientOf) -> None:
    guest = client_of(None)
    guest.set_cookie("reader", "1.1")
    left = guest.get("/login")
    assert left.headers["Desk-Reader"] == "guest" and "reader=;" in left.headers["Set-Cookie"]
    assert guest.get("/tickets", headers={"Accept": "application/json"}).headers["Desk-Reader"] == "guest"
    guest.set_cookie("reader", "1.1")
    foreign = guest.post("/login", data={"login": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert "Desk-Reader" not in foreign.headers and not foreign.headers.getlist("Set-Cookie")


def shared(client: FlaskClient, **fields: Any) -> Any:
    return client.post("/share", data=fields, content_type="multipart/form-data")


def test_what_is_shared_stands_in_the_draft_of_a_new_ticket(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    answer = shared(
        bob,
        title="Коммутатор",
        text="Не грузится",
        url="https://nag.wiki/1",
        files=[(io.BytesIO(b"a"), "one.log"), (io.BytesIO(b"b"), "two.jpg")],
    )
    assert answer.status_code == 303 and answer.location.startswith("/tickets/new?")
    page = bob.get(answer.location).text
    assert all(words in page for words in ("Коммутатор", "Не грузится\nhttps://nag.wiki/1", "one.log", "two.jpg"))
    long = shared(bob, text="строка журнала\n" * 500)
    assert len(long.location) < 2000 and "shared.txt" in bob.get(long.location).text
    assert shared(bob).location == "/tickets/new"


def test_a_stranger_and_another_site_share_nothing(people: People, client_of: ClientOf) -> None:
    log = {"files": [(io.BytesIO(b"a"), "one.log")]}
    answer = shared(client_of(None), **log)
    assert answer.status_code == 303 and answer.location == "/login"
    foreign = client_of(people.bob).post(
        "/share", data={"text": "x"}, content_type="multipart/form-data", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.location == "/tickets/new"
    anew()
    assert count(Attachment) == 0


def test_the_letters_links_lead_to_the_page_that_tells_how(guest: FlaskClient) -> None:  # S106
    letter = (Path(__file__).parents[2] / "templates/email/_layout.html").read_text()
    for platform, agent in (("android", "Linux; Android 15"), ("ios", "iPhone; CPU")):
        assert f"/install#{platform}" in letter
        page = Page(guest.get("/install", headers={"User-Agent": agent}))
        assert "Ваше устройство" in page.one(id=platform).text


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


def test_the_code_alone_opens_all_that_the_app_is_for(people: People, client_of: ClientOf) -> None:  # S104, S107
    number = factories.ticket(people.bob, subject="Заявка с портала").number
    theirs = factories.ticket(people.mallory, subject="Чужая заявка").number
    code = accounts.code_of(people.bob) or codes.show(accounts.new_code(people.bob))
    db.session.commit()
    phone = client_of(None)
    manifest = phone.get("/manifest.json").get_json()
    assert phone.get(manifest["start_url"]).location.startswith("/login")
    assert phone.post("/login/code", data={"code": code}).location == manifest["start_url"]
    shown = Page(phone.get(manifest["start_url"]))
    assert f"/tickets/{number}" in shown.links() and f"/tickets/{theirs}" not in shown.links()
    form = typed(
        Page(phone.get(manifest["shortcuts"][0]["url"])).form("/tickets"),
        subject="С крыши",
        type="malfunction",
        files=[(io.BytesIO(b"link down"), "switch.log")],
    )
    made = phone.post("/tickets", data=form)
    assert made.status_code == 303 and "switch.log" in Page(phone.get(made.location)).one(id="ticket-timeline").text
    said = {"body": "Снимок стойки", "files": [(io.BytesIO(b"vlan 7"), "стойка.txt")]}
    assert phone.post(f"{made.location}/comments", data=said).status_code == 303
    thread = Page(phone.get(made.location)).one(id="ticket-timeline").text
    assert "Снимок стойки" in thread and "стойка.txt" in thread
