"""The knowledge base as its administrator writes it (S84–S87)."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions import db
from models import KbArticle, KbFile, KbSection
from services import files, knowledge, knowledge_editing
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page, typed
from tests.conftest import People


@pytest.fixture
def anna(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.anna)


def names(parent_id: int | None = None) -> list[str]:
    anew()
    return [tile.name for tile in knowledge.sections(parent_id)]


def sent_files(*names: str) -> dict[str, Any]:
    return {"files": [(io.BytesIO(name.encode()), name) for name in names]}


def one_section(name: str = "Прошивки") -> int:
    made = knowledge_editing.add_section(name, parent=None)
    db.session.commit()
    return made.id


def write(anna: FlaskClient, section_id: int, **values: str) -> int:
    """Write a new article as its form is filled in; return its number."""
    form = Page(anna.get(f"/admin/kb/articles/new?section={section_id}")).form("/admin/kb/articles")
    given = typed(form, **({"title": "Статья", "body": "Текст", "is_published": "1"} | values))
    answer = anna.post("/admin/kb/articles", data=given)
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def test_sections_are_added_renamed_moved_ordered_and_removed(anna: FlaskClient) -> None:  # S84, S85
    for name in ("Программы", "Регламент"):
        form = Page(anna.get("/admin/kb")).form("/admin/kb/sections")
        assert anna.post("/admin/kb/sections", data=typed(form, name=name)).status_code == 303
    first, second = (tile.id for tile in knowledge.sections())
    form = Page(anna.get(f"/admin/kb/sections/{first}")).form("/admin/kb/sections")
    anna.post("/admin/kb/sections", data=typed(form, name="Коммутаторы"))
    assert names(first) == ["Коммутаторы"]
    inner = knowledge.sections(first)[0].id

    assert anna.post(f"/admin/kb/sections/{second}/order", data={"way": "up"}).location == "/admin/kb"
    assert names() == ["Регламент", "Программы"]
    anna.post(f"/admin/kb/sections/{second}/order", data={"way": "down"})
    assert names() == ["Программы", "Регламент"]

    page = Page(anna.get(f"/admin/kb/sections/{inner}"))
    choices = [option["value"] for option in page.one(id="parent_id").all("option")]
    assert choices == ["", str(first), str(second)]  # nowhere in itself
    form = page.form(f"/admin/kb/sections/{inner}")
    anna.post(f"/admin/kb/sections/{inner}", data=typed(form, name="Маршрутизаторы", parent_id=str(second)))
    assert names(second) == ["Маршрутизаторы"] and names(first) == []

    refused = Page(anna.post(f"/admin/kb/sections/{second}/remove"))
    assert refused.status == 409 and "Раздел не пуст" in refused.text
    assert anna.post(f"/admin/kb/sections/{inner}/remove").location == f"/admin/kb/sections/{second}"
    assert anna.post(f"/admin/kb/sections/{second}/remove").location == "/admin/kb"
    assert names() == ["Программы"]


def test_a_section_that_cannot_be_so_is_refused_beside_its_field(anna: FlaskClient) -> None:
    outer = one_section()
    inner = knowledge_editing.add_section("SNR", parent=knowledge.section(outer))
    db.session.commit()
    page = Page(anna.post("/admin/kb/sections", data={"name": " ", "parent_id": str(outer)}))
    assert page.status == 422 and "Заполните" in page.one(id="new-section-error").text
    for parent, code in ((str(inner.id), "самом себе"), ("999", "Выберите"), ("x", "Выберите")):
        page = Page(anna.post(f"/admin/kb/sections/{outer}", data={"name": "Новое", "parent_id": parent}))
        assert page.status == 422 and code in page.error("parent_id")
        assert dict(page.form(f"/admin/kb/sections/{outer}"))["name"] == "Новое"
    page = Page(anna.post(f"/admin/kb/sections/{outer}", data={"name": "я" * 201, "parent_id": ""}))
    assert page.status == 422 and "200" in page.error("name")
    assert names() == ["Прошивки"]


def test_an_article_is_written_previewed_published_moved_and_removed(anna: FlaskClient, guest: FlaskClient) -> None:
    section_id, other = one_section(), one_section("Другой")
    form = Page(anna.get(f"/admin/kb/articles/new?section={section_id}")).form("/admin/kb/articles")
    given = typed(form, title="LACP", body="<h2>Порядок</h2><script>x()</script>")
    preview = Page(anna.post("/admin/kb/articles", data=given | {"preview": "1"}))
    assert preview.status == 200 and preview.one(id="kb-preview").text.endswith("Порядок")
    assert dict(preview.form("/admin/kb/articles"))["body"] == given["body"] and count(KbArticle) == 0

    address = anna.post("/admin/kb/articles", data=given).location  # a draft: «Опубликована» is not checked
    number = int(address.rsplit("/", 1)[1])
    assert guest.get(f"/kb/articles/{number}").status_code == 404
    assert "Черновик" in Page(anna.get(f"/admin/kb/sections/{section_id}")).one(id="kb-articles").text
    form = Page(anna.get(address)).form(address)
    assert dict(form)["body"] == "<h2>Порядок</h2>"
    anna.post(address, data=typed(form, is_published="1", section_id=str(other)))
    assert "Порядок" in Page(guest.get(f"/kb/articles/{number}")).text
    assert "LACP" in Page(guest.get(f"/kb/sections/{other}")).text
    assert anna.post(f"{address}/remove").location == f"/admin/kb/sections/{other}"
    assert guest.get(f"/kb/articles/{number}").status_code == 404


def test_an_article_that_cannot_be_so_keeps_what_was_typed(anna: FlaskClient) -> None:
    section_id = one_section()
    body = "Много текста\nв две строки"
    for values, field in (
        ({"title": ""}, "title"),
        ({"title": "я" * 201}, "title"),
        ({"section_id": ""}, "section_id"),
        ({"section_id": "999"}, "section_id"),
        ({"body": "<b>" * 6000}, "body"),
    ):
        given = {"title": "A", "body": body, "section_id": str(section_id), "is_published": "1"} | values
        page = Page(anna.post("/admin/kb/articles", data=given))
        assert page.status == 422 and page.error(field), field
        kept = dict(page.form("/admin/kb/articles"))
        assert (kept["title"], kept["body"], kept["is_published"]) == (given["title"], given["body"], "1")
    number = write(anna, section_id)
    page = Page(anna.post(f"/admin/kb/articles/{number}", data={"title": "", "body": body, "section_id": section_id}))
    assert page.status == 422 and dict(page.form(f"/admin/kb/articles/{number}"))["body"] == body


def test_articles_are_put_in_order(anna: FlaskClient, guest: FlaskClient) -> None:
    section_id = one_section()
    write(anna, section_id, title="А"), write(anna, section_id, title="Б")
    second = knowledge.articles(section_id)[1].id
    assert anna.post(f"/admin/kb/articles/{second}/order", data={"way": "up"}).status_code == 303
    shown = [row.text for row in Page(guest.get(f"/kb/sections/{section_id}")).all("a", class_="list__row")]
    assert shown == ["Б", "А"]


def test_files_are_added_to_sections_and_articles_and_removed(
    app: Flask, anna: FlaskClient, guest: FlaskClient
) -> None:  # S85
    section_id = one_section()
    number = write(anna, section_id)
    for address, names in ((f"/admin/kb/sections/{section_id}", ("nos.img", "readme.txt")),
                           (f"/admin/kb/articles/{number}", ("схема.png",))):  # fmt: skip
        given = sent_files(*names)
        assert anna.post(f"{address}/files", data=given, content_type="multipart/form-data").status_code == 303
        page = Page(anna.get(address)).one(id="kb-files")
        assert all(name in page.text for name in names)
    anew()
    for file in db.session.query(KbFile).all():
        assert guest.get(f"/kb/files/{file.public_id}", buffered=True).data == file.name.encode()
        assert anna.post(f"/admin/kb/files/{file.public_id}/remove").status_code == 303
        assert guest.get(f"/kb/files/{file.public_id}").status_code == 404
    for chosen, words in (list[str](), "Заполните"), (["пустой.txt"], "пустой.txt"):
        empty: dict[str, Any] = {"files": [(io.BytesIO(b""), name) for name in chosen]}
        page = Page(anna.post(f"/admin/kb/articles/{number}/files", data=empty, content_type="multipart/form-data"))
        assert page.status == 422 and words in page.error("files")


def test_a_picture_of_the_rich_editor_becomes_the_articles_own(
    anna: FlaskClient, people: People, guest: FlaskClient
) -> None:
    section_id = one_section()
    sent = files.keep(files.store(io.BytesIO(b"png")), "снимок.png", people.anna, at=factories.NOW)
    his = files.keep(files.store(io.BytesIO(b"his")), "чужой.png", people.bob, at=factories.NOW)
    db.session.commit()
    body = f'<div><img src="/attachments/{sent.public_id}" alt="снимок"><img src="/attachments/{his.public_id}"></div>'
    ids = [sent.public_id, his.public_id]
    given = {"title": "A", "body": body, "section_id": str(section_id), "is_published": "1", "upload_ids": ids}
    preview = anna.post("/admin/kb/articles", data=given | {"preview": "1", "title": ""})
    assert sent.public_id in preview.get_data(as_text=True)
    number = int(anna.post("/admin/kb/articles", data=given).location.rsplit("/", 1)[1])
    [picture] = Page(guest.get(f"/kb/articles/{number}")).one(id="kb-article").all("img")
    assert guest.get(picture["src"], buffered=True).data == b"png" and picture["alt"] == "снимок"
    assert count(KbFile) == 1


def test_only_the_administrator_comes_in(people: People, client_of: ClientOf) -> None:
    section_id = one_section()
    calls = (
        ("GET", "/admin/kb"),
        ("GET", f"/admin/kb/sections/{section_id}"),
        ("POST", "/admin/kb/sections"),
        ("POST", f"/admin/kb/sections/{section_id}/remove"),
        ("GET", "/admin/kb/articles/new"),
        ("POST", "/admin/kb/articles"),
    )
    for person in (people.alice, people.sergey, people.bob):
        client = client_of(person)
        for method, path in calls:
            data = {"name": "x", "title": "x", "section_id": str(section_id)} if method == "POST" else None
            assert client.open(path, method=method, data=data).status_code == 404, path
    assert client_of(None).get("/admin/kb").status_code == 303
    assert count(KbSection) == 1 and count(KbArticle) == 0
    for path in ("/admin/kb/sections/999", "/admin/kb/articles/999", f"/admin/kb/sections/{2**70}"):
        assert client_of(people.anna).get(path).status_code == 404
