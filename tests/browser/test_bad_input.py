"""What goes wrong between a person and the desk: each time he is told in Russian, keeps his words, and nothing
happens twice (D8, S42, S58, S107)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from channels import mailbox
from tests.browser.conftest import EMAILS, PASSWORDS, PHONE, House, stands
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.long]
INSTALLS = False

MIB = 1024 * 1024
PageOf = Callable[..., Page]
# As in a private window of some browsers, or on a full disk.
NO_ROOM = "IDBFactory.prototype.open = () => { throw new DOMException('', 'QuotaExceededError'); };"


def open_form(page: Page, address: str) -> None:
    """Open a page with a form to write into, and wait until its scripts have taken it on."""
    page.goto(address)
    expect(page.locator("form[data-composer=on]")).to_be_visible()
    stands(page)


def write_ticket(page: Page, house: House, subject: str) -> None:
    open_form(page, f"{house.url}/tickets/new")
    page.get_by_label("Тема").fill(subject)
    page.get_by_label("Тип заявки").select_option(label="Консультация")
    page.get_by_label("Описание").fill("Порт 25 теряет пакеты.")


def lose_session(context: BrowserContext) -> None:
    context.clear_cookies(name=re.compile("^desk"))


def sent(page: Page) -> list[str]:
    """Return a list that grows by the path of each POST."""
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    return posts


def comments(page: Page, text: str) -> int:
    page.reload()
    return page.locator(".message", has_text=text).count()


def test_a_session_lost_while_typing_is_renewed_over_the_page_and_the_form_goes(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE, installs=True)  # the worker asks for things just then, too
    write_ticket(page, house, "Сессия пропала")
    lose_session(page.context)
    page.get_by_role("button", name="Создать").click()
    dialog = page.get_by_role("dialog", name="Войдите снова")
    expect(dialog).to_contain_text("Написанное сохранено")
    expect(page.get_by_label("Описание")).to_have_value("Порт 25 теряет пакеты.")

    expect(dialog.get_by_label("Логин")).to_have_value(EMAILS["client"])
    expect(dialog.locator("input[name=password]")).to_be_focused()
    lose_session(page.context)
    page.request.get(f"{house.url}/login")  # another tab has been given a session of its own meanwhile
    dialog.locator("input[name=password]").fill("не тот пароль")
    dialog.get_by_role("button", name="Войти").click()
    expect(dialog).to_contain_text("Неверный логин или пароль")
    dialog.locator("input[name=password]").fill(PASSWORDS[EMAILS["client"]])
    dialog.get_by_role("button", name="Войти").click()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Сессия пропала")
    assert house.count_tickets("Сессия пропала") == 1


def test_a_closed_sign_in_leaves_the_text_and_a_way_to_send_again(house: House, page_of: PageOf) -> None:
    page = page_of("client")
    write_ticket(page, house, "Вход отложен")
    lose_session(page.context)
    page.get_by_role("button", name="Создать").click()
    page.get_by_role("dialog").get_by_role("button", name="Закрыть").click()
    failure = page.get_by_role("alert").filter(has_text="Вы вышли")
    expect(failure.get_by_role("button", name="Повторить")).to_be_visible()
    expect(page.get_by_label("Тема")).to_have_value("Вход отложен")


def test_a_double_click_makes_one_ticket(house: House, page_of: PageOf) -> None:
    page = page_of("client")
    write_ticket(page, house, "Двойное нажатие")
    page.get_by_role("button", name="Создать").dblclick()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    assert house.count_tickets("Двойное нажатие") == 1


def test_a_comment_that_no_device_can_keep_stays_in_its_form_until_it_is_sent_again(
    house: House, page_of: PageOf
) -> None:
    page = page_of("client", size=PHONE)
    page.add_init_script(NO_ROOM)
    open_form(page, house.url + house.new_ticket("Один бар сети"))
    page.get_by_label("Комментарий").fill("Пишу с крыши.")
    page.context.set_offline(True)
    expect(page.get_by_text("Нет сети")).to_be_visible()
    page.get_by_role("button", name="комментировать").click()
    failure = page.get_by_role("alert").filter(has_text="Нет связи")
    expect(failure).to_contain_text("Текст и файлы на месте")
    expect(page.get_by_label("Комментарий")).to_have_value("Пишу с крыши.")

    page.context.set_offline(False)
    failure.get_by_role("button", name="Повторить").click()
    expect(page.locator(".message", has_text="Пишу с крыши.")).to_have_count(1)
    expect(page.get_by_label("Комментарий")).to_have_value("")
    assert comments(page, "Пишу с крыши.") == 1


def test_a_comment_whose_answer_was_lost_goes_to_the_outbox_and_is_not_said_twice(
    house: House, page_of: PageOf
) -> None:
    page = page_of("client")
    open_form(page, house.url + house.new_ticket("Ответ потерян"))

    lost: list[int] = []

    def deliver_and_lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/comments", deliver_and_lose, times=1)
    page.get_by_label("Комментарий").fill("Дошло ли?")
    page.get_by_role("button", name="комментировать").click()
    expect(page.locator(".message", has_text="Дошло ли?")).to_have_count(1)
    expect(page.locator("li.parcel")).to_have_count(0)
    assert lost == [200] and comments(page, "Дошло ли?") == 1


def test_empty_and_oversized_files_are_named_before_a_byte_is_sent(
    house: House, page_of: PageOf, tmp_path: Path
) -> None:
    page = page_of("client")
    empty, huge, good = tmp_path / "пустой.log", tmp_path / "дамп.pcap", tmp_path / "лог.txt"
    empty.touch()
    good.write_text("CRC 18233")
    with huge.open("wb") as file:
        file.truncate(75 * MIB + 1)  # D8
    write_ticket(page, house, "Файлы")
    posts = sent(page)
    page.locator("input[type=file][name=files]").set_input_files([empty, huge])
    complaint = page.get_by_role("alert").filter(has_text="дамп.pcap")
    expect(complaint).to_contain_text("больше 75 МиБ")
    expect(complaint).to_contain_text("Файл «пустой.log» пуст")
    assert posts == []
    page.locator("input[type=file][name=files]").set_input_files([good])
    expect(page.locator("[data-files-list]")).to_have_text(re.compile("лог.txt"))
    expect(page.get_by_label("Описание")).to_have_value("Порт 25 теряет пакеты.")
    page.get_by_role("button", name="Создать").click()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    expect(page.locator("#ticket-timeline")).to_contain_text("лог.txt")
    expect(page.locator("#ticket-timeline")).not_to_contain_text("дамп.pcap")


def test_a_comment_on_a_ticket_closed_meanwhile_goes_on_in_a_new_one(house: House, page_of: PageOf) -> None:  # S42, S58
    path = house.new_ticket("Закрыли раньше")
    page = page_of("client", size=PHONE)
    open_form(page, house.url + path)
    house.act("admin", f"{path}/resolve")
    house.act("admin", f"{path}/close")
    text = "Лог прилагаю. " * 1500  # more than an address can carry
    page.get_by_label("Комментарий").fill(text)
    page.get_by_role("button", name="комментировать").click()
    expect(page.get_by_role("alert")).to_contain_text("Заявка закрыта")
    expect(page.get_by_label("Ваш текст сохранён")).to_have_value(text)
    page.get_by_role("button", name="Продолжить в новой заявке").click()
    expect(page.get_by_label("Описание")).to_have_value(text)
    expect(page.locator("[name=continues]")).to_have_value(path.rsplit("/", 1)[1])


def test_the_slower_of_two_specialists_sees_the_newer_answer_first(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Отвечают двое")
    page = page_of("agent")
    open_form(page, house.url + path)
    page.get_by_label("Комментарий").fill("Обновите прошивку.")
    house.act("service", f"{path}/comments", {"body": "Замените модуль.", "visibility": "public"})
    page.get_by_role("button", name="комментировать").click()
    expect(page.get_by_role("alert")).to_contain_text("новый комментарий")
    expect(page.locator(".message", has_text="Замените модуль.")).to_be_visible()
    expect(page.locator(".message", has_text="Обновите прошивку.")).to_have_count(0)
    expect(page.get_by_label("Комментарий")).to_have_value("Обновите прошивку.")
    page.get_by_role("button", name="комментировать").click()
    expect(page.locator(".message", has_text="Обновите прошивку.")).to_have_count(1)


def test_a_wrong_code_is_said_beside_its_field(house: House, page_of: PageOf) -> None:  # S107, D12
    page = page_of(size=PHONE)
    page.goto(f"{house.url}/login/code")
    field = page.get_by_label("Код авторизации")
    field.press_sequentially("1234567812345678")
    expect(field).to_have_value("1234-5678-1234-5678")
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_text("Неверный код")).to_be_visible()
    expect(field).to_have_value("1234-5678-1234-5678")
    expect(field).to_be_focused()


def test_a_used_link_says_so_and_offers_a_new_one(house: House, page_of: PageOf) -> None:
    page, email = page_of(), EMAILS["stranger"]
    page.goto(f"{house.url}/password/forgot")
    page.get_by_label("Электронная почта").fill(email)
    page.get_by_role("button", name="Отправить ссылку").click()
    expect(page.locator("main")).to_contain_text(email)
    link = until(lambda: link_of_letter(house, email), "the letter with the link")
    page.goto(link)
    for name in ("password", "password_confirm"):
        page.locator(f"input[name={name}]").fill(PASSWORDS[email])  # others sign in with it, too
    page.get_by_role("button", name="Сохранить").click()
    page.wait_for_url("**/tickets")
    house.forget("stranger")
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", name="Этой ссылкой уже воспользовались")).to_be_visible()
    page.get_by_role("button", name="Получить новую ссылку").click()  # the link knows whose it was
    expect(page.locator("main")).to_contain_text(email)
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("уже воспользовались")


def link_of_letter(house: House, email: str) -> str | None:
    letter = mailbox.last(house.desk.folder / "mail", email)
    found = re.search(r"http\S+/password/reset\?token=\S+", letter.text) if letter else None
    return found[0] if found else None
