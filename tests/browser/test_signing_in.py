"""Registering, signing in and «Мои данные» in a browser: with the keyboard alone, by a code, by a QR code, on a lost
session (S9–S19, S107–S110, D12, D14)."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Page, expect

from channels import mailbox
from tests.browser.conftest import DESKTOP, EMAILS, PASSWORDS, PHONE, House, stands
from tests.support.waiting import until

pytestmark = pytest.mark.browser
INSTALLS = False

PageOf = Callable[..., Page]
NEWCOMER = "klaviatura@fialka.example"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or button of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.activeElement?.labels?.[0]?.textContent ?? document.activeElement.textContent")
            .strip(" *\n")
            .startswith(name)
        ):
            return
    raise AssertionError(f"Tab never reached {name!r}")


def type_into(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.type(text)


def link_to(house: House, email: str) -> str:
    def look() -> str | None:
        letter = mailbox.last(house.desk.folder / "mail", email)
        found = re.search(r"http\S+token=\S+", letter.text) if letter else None
        return found[0] if found else None

    return until(look, f"the letter to {email}")


def no_violations(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_guest_registers_with_the_keyboard_alone(house: House, page_of: PageOf) -> None:  # S9–S18, D14
    page = page_of()
    page.goto(f"{house.url}/register")
    expect(page.get_by_label("Фамилия")).to_be_focused()
    page.keyboard.type("Фиалкина")
    type_into(page, "Имя", "Вера")
    type_into(page, "Электронная почта", NEWCOMER)
    tab_to(page, "Даю свое согласие")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Проверено")).to_be_checked()  # the work is done
    tab_to(page, "Регистрация")
    page.keyboard.press("Enter")
    expect(page.locator("#registration-sent")).to_contain_text(NEWCOMER)

    page.goto(link_to(house, NEWCOMER))
    choose_a_password(page)
    expect(page).to_have_url(f"{house.url}/tickets")
    expect(page.locator("#messages")).to_contain_text("Пароль сохранён")


def choose_a_password(page: Page) -> None:
    """See what the page says about bad ones, then take one that it invents (S18)."""
    password, again = page.locator("[name=password]"), page.locator("[name=password_confirm]")
    hint = page.locator(".strength__text")
    tab_to(page, "Пароль")
    for text, words in [
        ("короче", "Слишком короткий"),
        ("qwertyuiop", "Слабый: "),
        ("йцукенгшщз", "Слабый: "),  # the same keys
        ("fialka-vera", "Слабый: составлен из Вашего имени или адреса"),
        ("19841984", "Слабый: "),
    ]:
        password.fill(text)
        expect(hint).to_contain_text(words)
    no_violations(page)
    password.press("Tab")
    expect(page.get_by_role("button", name="Показать пароль").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(password).to_have_attribute("type", "text")
    page.keyboard.press("Enter")
    expect(password).to_have_attribute("type", "password")
    tab_to(page, "Сгенерировать пароль")
    page.keyboard.press("Enter")
    expect(password).to_have_value(re.compile(r"^([a-z]{6}-){3}\d\d$"))
    expect(password).to_have_attribute("type", "text")  # to be written down
    expect(hint).to_have_text("Надёжный")
    assert password.input_value() == again.input_value()
    assert password.get_attribute("autocomplete") == again.get_attribute("autocomplete") == "new-password"
    tab_to(page, "Сохранить")
    page.keyboard.press("Enter")


def test_the_password_page_loads_its_library_only_when_somebody_types(house: House, page_of: PageOf) -> None:
    page = page_of()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{house.url}/login")
    stands(page)
    page.locator("#sign-in [name=password]").fill("что-нибудь")
    expect(page.get_by_role("button", name="Показать пароль")).to_be_visible()
    assert not [url for url in asked if "zxcvbn" in url or "strength" in url]


def test_the_code_stands_at_the_lower_right(house: House, page_of: PageOf) -> None:  # S108
    page = page_of("client", size=DESKTOP)
    page.goto(f"{house.url}/profile")
    code, column = page.locator("#profile-code").bounding_box(), page.locator(".profile").bounding_box()
    assert code is not None and column is not None
    assert code["x"] > column["x"] + column["width"] / 2 - 1
    assert abs(code["y"] + code["height"] - column["y"] - column["height"]) < 2
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Скопировать код").click()  # S109
    expect(page.get_by_role("button", name="Скопировано")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.get_by_test_id("code").inner_text().replace("\n", "")


def code_of(page: Page, house: House) -> str:
    page.goto(f"{house.url}/profile")
    return page.get_by_test_id("code").inner_text().replace("\n", "")


def test_a_code_groups_itself_and_takes_a_paste(house: House, page_of: PageOf) -> None:  # S107, S109, D12
    code = code_of(page_of("colleague"), house)
    digits = code.replace("-", "")
    page = page_of(size=PHONE)
    page.goto(f"{house.url}/login/code")
    field = page.get_by_label("Код авторизации")
    expect(field).to_be_focused()
    assert field.get_attribute("inputmode") == "numeric"
    page.keyboard.type("1234a56")
    expect(field).to_have_value("1234-56")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(field).to_have_value("1234")
    page.keyboard.press("Backspace")
    page.keyboard.type("49")
    expect(field).to_have_value("1234-9")
    page.keyboard.press("Home")
    page.keyboard.type("0")  # in the middle the groups move, and the caret stays with what was typed
    page.keyboard.type("0")
    expect(field).to_have_value("0012-349")
    for pasted in (code, digits, f" {code.replace('-', ' ')} ", code.replace("-", "–")):
        field.fill("")
        field.evaluate("(field, text) => { field.focus(); document.execCommand('insertText', false, text); }", pasted)
        expect(field).to_have_value(code)
    no_violations(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.url}/tickets")


def read_qr(page: Page) -> str:
    """Read the code off the screen, as a phone's camera does."""
    picture = Image.open(io.BytesIO(page.locator(".qr").screenshot()))
    [found] = zxingcpp.read_barcodes(picture)
    return str(found.text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_signs_in_by_the_qr_code_of_a_computer(house: House, page_of: PageOf, scheme: str) -> None:  # S110, D12
    computer, phone = page_of("colleague", size=DESKTOP), page_of(size=PHONE)
    computer.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    computer.goto(f"{house.url}/profile")
    computer.get_by_role("button", name="Показать QR-код").press("Enter")
    expect(computer.get_by_role("timer")).to_contain_text(re.compile(r"Осталось [12]:\d\d"))
    expect(computer.locator("#hand-off-button")).to_be_focused()
    no_violations(computer)
    phone.goto(read_qr(computer))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Войти на этом устройстве?")
    no_violations(phone)
    phone.get_by_role("button", name=re.compile("Войти как ")).click()
    phone.wait_for_url(f"{house.url}/tickets")
    expect(computer.locator("#hand-off")).to_contain_text("Готово: вход на телефоне выполнен")

    phone.goto(f"{house.url}/profile/devices")
    expect(phone.locator(".browser", has_text="это устройство")).to_contain_text("по QR-коду с другого устройства")
    no_violations(phone)


def test_my_data_work_without_a_script(house: House, page_of: PageOf) -> None:  # S67, D12
    page, phone = page_of("stranger", script=False), page_of(size=PHONE, script=False)
    page.goto(f"{house.url}/profile")
    page.get_by_role("button", name="Показать QR-код").click()
    expect(page).to_have_url(f"{house.url}/profile/hand-off")
    expect(page.locator("#hand-off-time")).to_contain_text("Код действует до")
    phone.goto(read_qr(page))
    phone.get_by_role("button", name=re.compile("Войти как ")).click()
    expect(phone).to_have_url(f"{house.url}/tickets")
    page.reload()
    expect(page.locator("#hand-off")).to_contain_text("Готово")

    page.goto(f"{house.url}/profile/devices")
    page.get_by_role("button", name="Выйти на всех остальных").click()
    expect(page.locator("#messages")).to_contain_text("На всех остальных устройствах сеанс завершён")
    phone.goto(f"{house.url}/tickets")
    expect(phone).to_have_url(re.compile("/login"))

    page.goto(f"{house.url}/profile")
    page.get_by_role("radio", name="Тёмное").check()
    page.get_by_label("Часовой пояс").select_option(label="Владивосток, GMT+10")
    page.locator("#profile-look").get_by_role("button", name="Сохранить").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("radio", name="Как в системе").check()
    page.get_by_label("Часовой пояс").select_option(value="")
    page.locator("#profile-look").get_by_role("button", name="Сохранить").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", re.compile("."))


def test_looks_change_at_once_and_stay(house: House, page_of: PageOf) -> None:
    page = page_of("colleague")
    page.goto(f"{house.url}/profile")
    page.get_by_role("radio", name="Тёмное").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    no_violations(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("radio", name="Как в системе").check()
    expect(page.locator("html")).not_to_have_attribute("data-theme", re.compile("."))


def test_notices_are_chosen_in_place(house: House, page_of: PageOf) -> None:  # S67
    page = page_of("stranger")
    page.goto(f"{house.url}/profile")
    box = page.get_by_role("checkbox", name="Напоминания робота По почте")
    box.uncheck()
    page.locator("#save-notices").click()
    expect(page.locator("#notices-saved")).to_have_text("Сохранено.")
    expect(page.locator("#save-notices")).to_be_focused()
    page.reload()
    expect(box).not_to_be_checked()
    box.check()
    page.locator("#save-notices").click()
    expect(page.locator("#notices-saved")).to_have_text("Сохранено.")


@pytest.mark.parametrize("ends", ["after the file was chosen", "before"])
def test_a_session_that_ended_loses_no_comment_and_no_file(
    house: House, page_of: PageOf, tmp_path: Path, ends: str
) -> None:
    log = tmp_path / "журнал.log"
    log.write_text("CRC 18233")
    page = page_of("client")
    code = code_of(page, house)
    page.goto(house.url + house.new_ticket("Сеанс кончился под файлом"))
    page.locator("form[data-composer=on]").wait_for()
    page.get_by_role("textbox", name="Комментарий").fill("Смотрите журнал.")
    if ends == "before":  # then the file itself asks for the sign-in
        page.context.clear_cookies(name=re.compile("^desk"))
    page.locator("input[type=file][name=files]").first.set_input_files(log)
    if ends != "before":
        expect(page.locator("[data-files-list] input[name=upload_ids]")).to_have_count(1)  # it has arrived
        page.context.clear_cookies(name=re.compile("^desk"))
        page.get_by_role("button", name="комментировать").click()
    dialog = page.get_by_role("dialog", name="Войдите снова")
    expect(dialog.get_by_label("Логин")).to_have_value(EMAILS["client"])
    no_violations(page)
    if ends == "before":  # who came by a code may have no password at hand
        dialog.get_by_text("Войти по коду авторизации").click()
        dialog.get_by_label("Код авторизации").fill("1")
        dialog.get_by_role("button", name="Войти").last.click()
        expect(dialog.locator("#code-error")).to_contain_text("Неверный код")
        dialog.get_by_label("Код авторизации").fill(code)
        dialog.get_by_role("button", name="Войти").last.click()
        expect(dialog).to_be_hidden()
        page.get_by_role("button", name="комментировать").click()
    else:
        dialog.locator("input[name=password]").fill(PASSWORDS[EMAILS["client"]])
        dialog.get_by_role("button", name="Войти").click()
    message = page.locator(".message", has_text="Смотрите журнал.")
    expect(message).to_have_count(1)
    expect(message).to_contain_text("журнал.log")
