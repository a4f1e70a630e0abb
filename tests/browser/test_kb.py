"""The knowledge base in a browser (S84–S87): an answer without a reload, the rich editor, a page on paper."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, House

pytestmark = pytest.mark.browser
LIGHT = True

PageOf = Callable[..., Page]
PIXEL = (Path(__file__).parents[2] / "static" / "icons" / "apple-touch-icon.png").read_bytes()


def test_an_answer_is_taken_without_a_reload_and_kept(page_of: PageOf, house: House) -> None:
    page = page_of("", size=PHONE)
    page.goto(f"{house.url}/kb/articles/1")
    page.evaluate("window.untouched = true")
    page.get_by_role("button", name="Нет", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Спасибо")).to_be_visible()
    page.get_by_label("Чего не хватает?").fill("Нет про стек")
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_label("Чего не хватает?")).to_have_value("Нет про стек")
    assert page.evaluate("window.untouched")
    page.reload()
    expect(page.get_by_role("button", name="Нет", exact=True)).to_have_attribute("aria-pressed", "true")


def test_an_article_is_written_with_a_picture_and_read_by_a_guest(page_of: PageOf, house: House) -> None:
    page = page_of("admin", size=DESKTOP)
    page.goto(f"{house.url}/admin/kb/articles/new?section=2")
    page.get_by_label("Заголовок").fill("Схема стойки")
    text = page.locator("textarea[name=body]")
    text.fill("Порядок подключения")
    page.locator("[data-tool=bold]").click()
    editor = page.get_by_role("textbox", name="Текст")
    expect(editor).to_contain_text("Порядок подключения")
    with page.expect_file_chooser() as chosen:
        page.locator("[data-tool=picture]").click()
    chosen.value.set_files({"name": "стойка.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(editor.locator("img[src^='/attachments/']")).to_be_visible()
    page.get_by_label("Опубликована").check()
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Статья сохранена и опубликована")).to_be_visible()
    number = re.findall(r"\d+$", page.url)[0]
    expect(page.get_by_role("textbox", name="Текст").locator("img[src^='/kb/files/']")).to_be_visible()

    guest = page_of("", size=PHONE)
    guest.goto(f"{house.url}/kb/articles/{number}")
    picture = guest.locator("#kb-article img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.complete && image.naturalWidth > 0")


def test_on_paper_only_the_article_is_left(page_of: PageOf, house: House) -> None:
    page = page_of("", size=DESKTOP)
    page.goto(f"{house.url}/kb/articles/1")
    page.emulate_media(media="print")
    expect(page.locator("#kb-article")).to_be_visible()
    for gone in ("#topbar", "#foot", "#kb-vote", "#kb-ask", ".crumbs"):
        expect(page.locator(gone)).to_be_hidden()
