"""Files in a real browser: they go up as soon as they are chosen, go on after what stops them, and are looked at in place."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, House
from tests.browser.every_page import AUDIT, RULES
from tests.support.waiting import until

pytestmark = pytest.mark.browser
LIGHT = True

MIB = 1024 * 1024
PERCENT = re.compile(r"\d+\s%")
PASTE = """(form) => {
  const data = new DataTransfer();
  data.items.add(new File(["port 5 down"], "снимок.txt", { type: "text/plain" }));
  form.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
DROP = """(form) => {
  const data = new DataTransfer();
  data.items.add(new File(["hostname core-1"], "core.cfg", { type: "" }));
  for (const name of ["dragover", "drop"]) {
    form.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""
SWIPE = """(view, left) => {
  const touch = (x) => new Touch({ identifier: 1, target: view, clientX: x, clientY: 300 });
  const [from, to] = left ? [300, 60] : [60, 300];
  view.dispatchEvent(new TouchEvent("touchstart", { touches: [touch(from)], changedTouches: [touch(from)], bubbles: true }));
  view.dispatchEvent(new TouchEvent("touchend", { touches: [], changedTouches: [touch(to)], bubbles: true }));
}"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "дамп.bin"
    path.write_bytes(bytes(range(256)) * (6 * 4096))
    return path


@pytest.fixture
def slow() -> Callable[[Page, int], None]:
    """Slow a page's link down to so many bytes a second."""

    def set_speed(page: Page, speed: int) -> None:
        link = page.context.new_cdp_session(page)
        link.send("Network.enable")
        how = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": speed}
        link.send("Network.emulateNetworkConditions", how)

    return set_speed


def chip(page: Page, name: str) -> Locator:
    return page.locator(".file-chip", has_text=name)


def choose(page: Page, *files: Path) -> None:
    page.locator("input[type=file][name=files]").set_input_files(list(files))


def state(page: Page, name: str, wanted: str) -> None:
    expect(chip(page, name)).to_have_attribute("data-state", wanted)


def test_chosen_pasted_and_dropped_files_go_with_the_comment(
    house: House, page_of: Callable[..., Page], tmp_path: Path
) -> None:
    """S29, S36: each is on the server before the form is sent; one that was taken away is not in it."""
    page = page_of("client")
    page.goto(house.url + house.new_ticket("Файлы всех дорог"))
    form = page.locator("#composer[data-composer=on]")
    assert not page.evaluate("() => Boolean(window.tus)")  # the first view stays light
    for name in ("первый.log", "лишний.log"):
        (tmp_path / name).write_text("port 5 down\n" * 100)
    choose(page, tmp_path / "первый.log", tmp_path / "лишний.log")
    form.evaluate(PASTE)
    form.evaluate(DROP)
    for name in ("первый.log", "лишний.log", "снимок.txt", "core.cfg"):
        state(page, name, "done")
    chip(page, "лишний.log").get_by_role("button", name="Убрать").click()
    expect(chip(page, "лишний.log")).to_have_count(0)
    page.get_by_role("button", name="комментировать").click()
    said = page.locator("#ticket-timeline .message").last
    for name in ("первый.log", "снимок.txt", "core.cfg"):
        expect(said).to_contain_text(name)
    expect(said).not_to_contain_text("лишний.log")
    expect(page.locator(".file-chip")).to_have_count(0)
    page.reload()
    expect(page.locator("#composer[data-composer=on]")).to_be_visible()
    expect(page.locator(".file-chip")).to_have_count(0)


def test_a_lost_network_only_holds_a_file_and_a_waiting_form_goes_by_itself(
    house: House, page_of: Callable[..., Page], dump: Path, slow: Callable[[Page, int], None]
) -> None:
    """tus-js-client with the line cut in the middle; the form was sent meanwhile and waits in plain sight."""
    page = page_of("client")
    page.goto(house.url + house.new_ticket("Обрыв связи"))
    expect(page.locator("#composer[data-composer=on]")).to_be_visible()
    slow(page, 2 * MIB)
    patches: list[str] = []
    page.on(
        "request",
        lambda request: patches.append(request.headers.get("upload-offset", "")) if request.method == "PATCH" else None,
    )
    choose(page, dump)
    expect(chip(page, dump.name)).to_contain_text(PERCENT)
    page.wait_for_function("() => document.querySelector('.file-chip__bar')?.value > 20")
    page.get_by_role("button", name="комментировать").click()
    note = page.locator("[data-files-waiting-note]")
    expect(note).to_contain_text("Всё отправится само")
    expect(note).to_contain_text(dump.name)
    page.context.set_offline(True)
    state(page, dump.name, "held")
    expect(chip(page, dump.name)).to_contain_text("ждёт сети")
    page.context.set_offline(False)
    expect(page.locator("#ticket-timeline .message").last).to_contain_text(dump.name)
    expect(note).to_have_count(0)
    assert len(patches) < 12 and patches.count("0") == 1  # it went on from where it was, 1 MiB at a time
    with page.expect_download() as download:
        page.locator(".file-link", has_text=dump.name).click()
    assert download.value.path().read_bytes() == dump.read_bytes()


def test_a_closed_app_goes_on_at_the_next_visit_and_a_pause_is_kept_to(
    house: House, page_of: Callable[..., Page], dump: Path, slow: Callable[[Page, int], None]
) -> None:
    page = page_of("client")
    address = house.url + house.new_ticket("Закрыли приложение")
    page.goto(address)
    expect(page.locator("#composer[data-composer=on]")).to_be_visible()
    slow(page, 2 * MIB)
    choose(page, dump)
    page.wait_for_function("() => document.querySelector('.file-chip__bar')?.value > 20")
    chip(page, dump.name).get_by_role("button", name="Приостановить").click()
    state(page, dump.name, "paused")
    again = page.context.new_page()
    page.close()
    offsets: list[str] = []
    again.on(
        "request",
        lambda request: offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None,
    )
    again.goto(address)
    state(again, dump.name, "done")
    assert int(offsets[0]) >= MIB
    again.get_by_role("button", name="комментировать").click()
    expect(again.locator("#ticket-timeline .message").last).to_contain_text(dump.name)


def test_a_rejected_form_keeps_its_files(house: House, page_of: Callable[..., Page], tmp_path: Path) -> None:
    page = page_of("client")
    page.goto(f"{house.url}/tickets/new")
    expect(page.locator("form[data-composer=on]")).to_be_visible()
    (tmp_path / "лог.txt").write_text("port 5 down")
    choose(page, tmp_path / "лог.txt")
    state(page, "лог.txt", "done")
    page.locator("form[data-composer]").evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    expect(page.locator('[aria-invalid="true"]').first).to_be_visible()
    expect(page.locator(".file-chip")).to_have_count(1)
    expect(page.locator("[name=upload_ids]")).to_have_count(1)
    state(page, "лог.txt", "done")
    chip(page, "лог.txt").get_by_role("button", name="Убрать").click()
    expect(page.locator("[name=upload_ids]")).to_have_count(0)


def test_what_is_too_large_is_said_before_a_byte_is_sent(
    house: House, page_of: Callable[..., Page], tmp_path: Path
) -> None:
    """S34, D8."""
    page = page_of("client")
    page.goto(f"{house.url}/tickets/new")
    expect(page.locator("form[data-composer=on]")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/uploads" in request.url else None)
    huge = tmp_path / "видео.mp4"
    with huge.open("wb") as file:
        file.truncate(75 * MIB + 1)
    choose(page, huge)
    expect(page.locator("[data-files-error]")).to_contain_text("видео.mp4")
    expect(page.locator(".file-chip")).to_have_count(0)
    assert asked == []


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    made = []
    for name, colour, size in (("стойка.png", "teal", (2400, 1600)), ("порты.jpg", "maroon", (600, 900))):
        made.append(tmp_path / name)
        Image.new("RGB", size, colour).save(made[-1])
    (tmp_path / "журнал.log").write_bytes("Порт 5 упал\n".encode("cp1251") * 300)
    return [*made, tmp_path / "журнал.log"]


def test_pictures_and_logs_are_looked_at_over_the_thread(
    house: House, page_of: Callable[..., Page], pictures: list[Path]
) -> None:
    page = page_of("client", size=PHONE)
    scripts: list[Route] = []

    def hold(script: Route) -> None:
        scripts.append(script)

    page.route("**/js/viewer.js", hold)
    page.goto(house.url + house.new_ticket("Посмотреть на месте"))
    expect(page.locator("#composer[data-composer=on]")).to_be_visible()
    choose(page, *pictures)
    for path in pictures:
        state(page, path.name, "done")
    page.get_by_role("button", name="комментировать").click()
    thumb = page.locator(".thumbs__link", has=page.get_by_alt_text("стойка.png"))
    thumb.click()  # before its script was there
    expect(thumb).to_have_attribute("data-going", "")
    scripts[0].continue_()
    dialog = page.locator("dialog.viewer-dialog")
    expect(dialog.locator(".viewer__image")).to_have_attribute("alt", "стойка.png")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator(".viewer__image")).to_have_attribute("alt", "порты.jpg")
    dialog.locator("[data-view]").evaluate(SWIPE, True)
    expect(dialog.locator(".viewer__text")).to_contain_text("Порт 5 упал")
    dialog.locator("[data-view]").evaluate("(view) => view.querySelector('[data-view-name]').focus()")
    page.keyboard.press("ArrowLeft")
    expect(dialog.locator(".viewer__image")).to_have_attribute("alt", "порты.jpg")
    dialog.locator(".viewer__image").click()
    expect(dialog.locator(".is-large")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(thumb).to_be_focused()
    thumb.click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("link", name="Закрыть").click()
    expect(dialog).not_to_be_visible()
    expect(page.locator("#composer")).to_be_visible()


def test_a_small_picture_is_drawn_by_a_job_and_holds_its_place(
    house: House, page_of: Callable[..., Page], pictures: list[Path]
) -> None:
    page = page_of("client")
    address = house.url + house.new_ticket("Миниатюра")
    page.goto(address)
    expect(page.locator("#composer[data-composer=on]")).to_be_visible()
    choose(page, pictures[0])
    state(page, "стойка.png", "done")
    page.get_by_role("button", name="комментировать").click()
    image = page.get_by_alt_text("стойка.png")
    expect(image).to_be_visible()

    def drawn() -> bool:
        page.reload()
        return image.get_attribute("width") == "2400"

    until(drawn, "the job's picture")
    assert image.evaluate("(image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [
        480,
        320,
    ]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_chips_the_viewer_and_its_page_bar_nobody(
    house: House, page_of: Callable[..., Page], pictures: list[Path], size: tuple[int, int]
) -> None:
    page = page_of("client", size=size)
    page.context.add_init_script(AXE_SCRIPT)
    page.goto(house.url + house.new_ticket("Доступность файлов"))
    expect(page.locator("#composer[data-composer=on]")).to_be_visible()
    choose(page, *pictures)
    for path in pictures:
        state(page, path.name, "done")
    assert page.evaluate(AUDIT, RULES) == []
    page.get_by_role("button", name="комментировать").click()
    page.locator(".thumbs__link").first.click()
    for kind in (".viewer__image", ".viewer__image", ".viewer__text"):
        expect(page.locator(f"dialog {kind}")).to_be_visible()
        assert page.evaluate(AUDIT, RULES) == []
        address = page.locator("dialog [data-view-step=after]")
        if address.count():
            address.click()
            expect(page.locator("dialog[aria-busy]")).to_have_count(0)
    page.goto(house.url + str(page.locator("dialog [data-view-step=before]").get_attribute("href")))
    assert page.evaluate(AUDIT, RULES) == []


def test_without_a_script_a_file_has_a_page(house: House, page_of: Callable[..., Page], pictures: list[Path]) -> None:
    page = page_of("client", script=False)
    page.goto(house.url + house.new_ticket("Без сценариев"))
    page.locator("input[type=file][name=files]").set_input_files(pictures)
    page.get_by_role("button", name="комментировать").click()
    page.locator(".thumbs__link").first.click()
    expect(page.locator(".viewer__image")).to_have_attribute("alt", "стойка.png")
    page.locator('[rel="next"]').click()
    page.locator('[rel="next"]').click()
    expect(page.locator(".viewer__text")).to_contain_text("Порт 5 упал")
    page.get_by_role("link", name="Закрыть").click()
    expect(page.get_by_role("heading", name="Без сценариев")).to_be_visible()
