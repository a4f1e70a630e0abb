"""The knowledge base, open to all (S6, S82–S87)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions import db
from models import KbArticle, KbSection
from services import richtext
from tests import factories
from tests.blueprints.html import Page


@pytest.fixture
def shelf(app: Flask) -> dict[str, int]:
    """Two sections (S85), one inside the first, and two articles."""
    firmware = KbSection(name="Программы, прошивки, документация", position=0)
    rules = KbSection(name="Регламент работы технической поддержки", position=1)
    db.session.add_all((firmware, rules))
    db.session.flush()
    inner = KbSection(name="Коммутаторы", parent_id=firmware.id)
    db.session.add(inner)
    db.session.flush()
    articles = []
    for section, title, html in [
        (inner, "Обновление ПРОШИВКИ SNR-S2962", "<p>Загрузчик обновляют <b>первым</b>, 100% успеха.</p>"),
        (rules, "Рабочий график", "<p>Понедельник – Пятница</p>"),
    ]:
        articles.append(
            KbArticle(
                section_id=section.id,
                title=title,
                body_html=html,
                body_text=richtext.to_text(html),
                updated_at=factories.NOW,
            )
        )
    db.session.add_all(articles)
    db.session.commit()
    return {"firmware": firmware.id, "inner": inner.id, "article": articles[0].id, "rules": rules.id}


def test_the_knowledge_base_is_open_to_guests(shelf: dict[str, int], guest: FlaskClient) -> None:
    page = Page(guest.get("/kb"))  # S6, S87
    assert "Разделы (2)" in page.text and "← Назад" in page.text and "Главная База знаний" in page.text  # S83, S84
    tiles = [tile.text for tile in page.one(id="kb-sections").all("a")]
    assert tiles == [
        "Программы, прошивки, документация Разделы (1) Статьи (0) / Файлы (0)",
        "Регламент работы технической поддержки Разделы (0) Статьи (1) / Файлы (0)",
    ]
    assert "Полноценная база знаний находится по адресу https://nag.wiki" in page.text  # S86
    section = Page(guest.get(f"/kb/sections/{shelf['firmware']}"))
    assert f"/kb/sections/{shelf['inner']}" in section.links()
    inner = Page(guest.get(f"/kb/sections/{shelf['inner']}"))
    assert f"/kb/articles/{shelf['article']}" in inner.links() and f"/kb/sections/{shelf['firmware']}" in inner.links()
    article = Page(guest.get(f"/kb/articles/{shelf['article']}"))
    assert "Загрузчик обновляют первым" in article.text and "15 июня 2026" in article.text
    assert guest.get("/kb/articles/999").status_code == guest.get("/kb/sections/999").status_code == 404


def test_the_knowledge_base_finds_words_in_any_case(shelf: dict[str, int], guest: FlaskClient) -> None:
    address = f"/kb/articles/{shelf['article']}"
    for words in ("snr-s2962", "прошивки", "ПРОШИВКИ", "загрузчик", "100%", " первым "):
        assert address in Page(guest.get("/kb/search", query_string={"q": words})).links(), words
    for words in ("%", "_", "\\", "нет такого", "<b>"):
        page = Page(guest.get("/kb/search", query_string={"q": words}))
        assert (address in page.links()) == (words == "%"), words
    empty = Page(guest.get("/kb/search"))
    assert empty.status == 200 and "Введите слово" in empty.text
    assert dict(Page(guest.get("/kb/search?q=порт")).form("/kb/search"))["q"] == "порт"
