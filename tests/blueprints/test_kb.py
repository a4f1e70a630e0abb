"""The knowledge base, open to all (S6, S82–S87)."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions import db
from models import KbVote
from services import files, knowledge, knowledge_editing, settings
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.conftest import People

NOW = factories.NOW
HTML = "<p>Загрузчик обновляют <b>первым</b>, 100% успеха.</p>"


@pytest.fixture
def shelf(app: Flask) -> dict[str, int]:
    """Two sections (S85), one inside the first, two articles and a draft."""
    firmware = knowledge_editing.add_section("Программы, прошивки, документация", parent=None)
    rules = knowledge_editing.add_section("Регламент работы технической поддержки", parent=None)
    inner = knowledge_editing.add_section("Коммутаторы", parent=firmware)
    made = [
        knowledge_editing.save_article(None, name=name, text=text, section=of, is_published=published, at=NOW)
        for of, name, text, published in (
            (inner, "Обновление ПРОШИВКИ SNR-S2962", HTML, True),
            (rules, "Рабочий график", "<p>Понедельник – Пятница</p>", True),
            (inner, "Черновик о загрузчике", "<p>Секретный загрузчик</p>", False),
        )
    ]
    db.session.commit()
    ids = {"firmware": firmware.id, "inner": inner.id, "rules": rules.id}
    return ids | {"article": made[0].id, "draft": made[2].id}


def add_file(name: str, body: bytes, **of: object) -> str:
    """Return the address of a file that a section or an article has now."""
    made = knowledge_editing.add_file(files.store(io.BytesIO(body)), name, at=NOW, **of)  # type: ignore[arg-type]
    db.session.commit()
    return f"/kb/files/{made.public_id}"


def test_the_knowledge_base_is_open_to_guests(shelf: dict[str, int], guest: FlaskClient) -> None:
    page = Page(guest.get("/kb"))  # S6, S87
    assert "Разделы (2)" in page.text and "← Назад" in page.text and "Главная База знаний" in page.text  # S83, S84
    tiles = [tile.text for tile in page.one(id="kb-sections").all("a")]
    assert tiles == [
        "Программы, прошивки, документация Разделы (1) Статьи (0) / Файлы (0)",
        "Регламент работы технической поддержки Разделы (0) Статьи (1) / Файлы (0)",
    ]
    section = Page(guest.get(f"/kb/sections/{shelf['firmware']}"))
    assert f"/kb/sections/{shelf['inner']}" in section.links()
    inner = Page(guest.get(f"/kb/sections/{shelf['inner']}"))
    assert f"/kb/articles/{shelf['article']}" in inner.links() and f"/kb/sections/{shelf['firmware']}" in inner.links()
    article = Page(guest.get(f"/kb/articles/{shelf['article']}"))
    assert "Загрузчик обновляют первым" in article.text and "15 июня 2026" in article.text
    crumbs = "← Назад Главная База знаний Программы, прошивки, документация Коммутаторы Обновление ПРОШИВКИ SNR-S2962"
    assert article.one("nav", class_="crumbs").text == crumbs  # S83
    assert guest.get("/kb/articles/999").status_code == guest.get("/kb/sections/999").status_code == 404
    assert "Поиск по базе знаний" in guest.get("/kb").get_data(as_text=True)  # S82


def test_the_note_leads_to_the_full_knowledge_base(shelf: dict[str, int], guest: FlaskClient) -> None:  # S86
    words = "База знаний периодически пополняется полезными материалами или ссылками на них. Полноценная база знаний"
    assert f"{words} находится по адресу https://nag.wiki" in Page(guest.get("/kb")).text
    settings.set_text("kb_url", "https://wiki.example")
    db.session.commit()
    assert "https://wiki.example" in Page(guest.get("/kb")).links()
    settings.set_text("kb_url", "")
    db.session.commit()
    assert "Полноценная" not in Page(guest.get("/kb")).text


def test_the_knowledge_base_finds_words_in_every_form(shelf: dict[str, int], guest: FlaskClient) -> None:
    address = f"/kb/articles/{shelf['article']}"
    for words in ("snr-s2962", "прошивки", "ПРОШИВКОЙ", "загрузчики", " первым "):
        page = Page(guest.get("/kb/search", query_string={"q": words}))
        assert any(link.split("?")[0] == address for link in page.links()), words
        assert not any("черновик" in link for link in page.links())
    for words in ("%", "_", "\\", "нет такого", "<b>", "секретный"):
        page = Page(guest.get("/kb/search", query_string={"q": words}))
        assert not any(link.startswith("/kb/articles/") for link in page.links()), words
    empty = Page(guest.get("/kb/search"))
    assert empty.status == 200 and "Введите слово" in empty.text
    assert dict(Page(guest.get("/kb/search?q=порт")).form("/kb/search"))["q"] == "порт"


def test_who_found_no_answer_opens_a_ticket_with_his_words(
    shelf: dict[str, int], people: People, guest: FlaskClient, client_of: ClientOf
) -> None:
    bob = client_of(people.bob)
    asked = {"q": "Прошивка & LACP"}
    [address] = [link for link in Page(bob.get("/kb/search", query_string=asked)).links() if "?subject=" in link]
    assert dict(Page(bob.get(address)).form("/tickets"))["subject"] == "Прошивка & LACP"
    article = f"/kb/articles/{shelf['article']}"
    for query, subject in (({}, "Обновление ПРОШИВКИ SNR-S2962"), (asked, "Прошивка & LACP")):
        [address] = [link for link in Page(bob.get(article, query_string=query)).links() if "?subject=" in link]
        assert dict(Page(bob.get(address)).form("/tickets"))["subject"] == subject
    assert "/tickets/new" in Page(guest.get("/kb")).links()  # he signs in on the way
    assert "Не нашли ответ?" not in Page(client_of(people.alice).get(article)).text


def test_a_draft_is_there_for_administrators_alone(
    shelf: dict[str, int], people: People, client_of: ClientOf
) -> None:  # S87
    draft = knowledge.article(shelf["draft"], drafts=True)
    picture = add_file("схема.png", b"png", article=draft)
    for person in (None, people.bob, people.alice, people.sergey):
        client = client_of(person)
        assert client.get(f"/kb/articles/{shelf['draft']}").status_code == 404
        assert client.get(picture).status_code == 404
        assert client.post(f"/kb/articles/{shelf['draft']}/vote", data={"helpful": "1"}).status_code == 404
        assert "Черновик" not in Page(client.get(f"/kb/sections/{shelf['inner']}")).text
    anna = client_of(people.anna)
    page = Page(anna.get(f"/kb/articles/{shelf['draft']}"))
    assert "Это черновик" in page.text and picture in page.links() and anna.get(picture, buffered=True).data == b"png"


def test_files_are_public_and_can_run_as_no_page_of_ours(
    app: Flask, shelf: dict[str, int], guest: FlaskClient
) -> None:  # S85, S87
    section = knowledge.section(shelf["rules"])
    page = add_file("страница.html", b"<script>alert(1)</script>", section=section)
    image = add_file("nos.img", b"firmware", section=section)
    shown = Page(guest.get(f"/kb/sections/{shelf['rules']}"))
    assert {page, image} <= set(shown.links()) and "Файлы (2)" in shown.text and "nos.img" in shown.text
    answer = guest.get(page, buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    part = guest.get(image, headers={"Range": "bytes=0-3"}, buffered=True)
    assert (part.status_code, part.data) == (206, b"firm")
    assert "Статьи (1) / Файлы (2)" in Page(guest.get("/kb")).text  # S84
    assert guest.get("/kb/files/x").status_code == 404


def test_each_reader_has_one_answer_to_whether_an_article_helped(
    shelf: dict[str, int], people: People, client_of: ClientOf
) -> None:
    address = f"/kb/articles/{shelf['article']}"
    bob, guest, other = client_of(people.bob), client_of(None), client_of(None)
    for client in (bob, guest, other):
        assert client.post(f"{address}/vote", data={"helpful": "1"}).location.startswith(f"{address}#kb-vote")
    form = Page(guest.get(address)).form(f"{address}/vote")
    assert "Спасибо" in Page(guest.get(address)).one(id="kb-vote").text
    guest.post(f"{address}/vote", data=typed(form) | {"helpful": "0", "comment": "Нет про S2995"})
    assert "Нет про S2995" in guest.get(address).get_data(as_text=True)
    assert "Нет про S2995" not in other.get(address).get_data(as_text=True)
    anew()
    assert sorted(vote.is_helpful for vote in db.session.query(KbVote)) == [False, True, True]
    shown = Page(client_of(people.anna).get(f"/admin/kb/articles/{shelf['article']}")).one(id="kb-tally").text
    assert "Помогла: 2 · не помогла: 1" in shown and "Нет про S2995" in shown


def test_an_answer_is_a_fragment_to_a_script_and_needs_its_token(
    shelf: dict[str, int], tokens: None, guest: FlaskClient
) -> None:
    address = f"/kb/articles/{shelf['article']}"
    form = typed(Page(guest.get(address)).form(f"{address}/vote"), helpful="1")
    part = guest.post(f"{address}/vote", data=form, headers={"HX-Request": "true"})
    assert part.status_code == 200 and part.get_data(as_text=True).lstrip().startswith("<section")
    refused = Page(guest.post(f"{address}/vote", data={"helpful": "1"}))
    assert refused.status == 422 and "Нажмите кнопку ещё раз" in refused.text
    elsewhere = guest.post(f"{address}/vote", data={"helpful": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 400
    assert Page(guest.post(f"{address}/vote", data=form | {"helpful": "2"})).status == 422


def test_a_guests_browser_keeps_the_pages_until_something_changes(
    app: Flask, shelf: dict[str, int], people: People, guest: FlaskClient, client_of: ClientOf
) -> None:
    address = f"/kb/articles/{shelf['article']}"
    for path in ("/kb", f"/kb/sections/{shelf['inner']}", address, "/kb/search?q=SNR", "/help", "/help/consent"):
        first = guest.get(path)
        assert first.headers["Cache-Control"] == "private, no-cache"
        kept = {"If-None-Match": first.headers["ETag"]}
        again = guest.get(path, headers=kept)
        assert (again.status_code, again.data) == (304, b""), path
        for cookie, value in (("theme", "dark"), ("lang", "en"), ("tz", "Asia/Tokyo")):
            guest.set_cookie(cookie, value)
            assert guest.get(path, headers=kept).status_code == 200, cookie
            guest.delete_cookie(cookie)
        assert guest.get(path, headers=kept).status_code == 304
        assert client_of(None).get(path, headers=kept).status_code == 200  # its forms carry another session's token
    kept = {"If-None-Match": guest.get(address).headers["ETag"]}
    guest.post(f"{address}/vote", data={"helpful": "1"})
    assert "Спасибо" in Page(guest.get(address, headers=kept)).text
    kept = {"If-None-Match": guest.get(address).headers["ETag"]}
    article = knowledge.article(shelf["article"])
    assert article is not None
    add_file("a.txt", b"x", article=article)
    assert guest.get(address, headers=kept).status_code == 200
    signed_in = client_of(people.bob).get("/kb")
    assert signed_in.headers["Cache-Control"] == "no-store" and "ETag" not in signed_in.headers


def test_pages_are_light(shelf: dict[str, int], guest: FlaskClient) -> None:
    for path, most in (("/kb", 4), (f"/kb/sections/{shelf['inner']}", 8), (f"/kb/articles/{shelf['article']}", 8)):
        guest.get(path)
        answer = guest.get(path, headers={"Accept-Encoding": "gzip"})
        statements = int(answer.headers["Server-Timing"].split('"')[1])
        assert len(answer.data) < 8_000 and statements <= most, (path, len(answer.data), statements)
