"""The desk with JavaScript off: everything but the recording and the push, in a browser that runs no script at all.
What an administrator does there: test_without_script_admin.py."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from channels import mailbox
from tests.browser.conftest import EMAILS, PASSWORDS, PHONE, House
from tests.support.waiting import until

pytestmark = pytest.mark.browser
LIGHT = True

PageOf = Callable[..., Page]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWCOMER, PASSWORD = "newcomer@fialka.example", "без-скриптов-тоже-можно"


def test_a_customer_lives_the_story(house: House, page_of: PageOf, tmp_path: Path) -> None:
    page = page_of(size=PHONE, script=False)
    registers(page, house)
    sign_out(page)
    sign_in(page, house, NEWCOMER, PASSWORD)
    opens_a_ticket(page, house, tmp_path)
    comments_resolves_and_reopens(page)
    sign_out(page)
    page.goto(f"{house.url}/tickets")
    expect(page).to_have_url(re.compile("/login"))


def registers(page: Page, house: House) -> None:
    page.goto(f"{house.url}/register")
    register = page.locator("#register")
    register.get_by_label("Фамилия").fill("Фиалкина")
    register.get_by_label("Имя").fill("Вера")
    register.get_by_label("Электронная почта").fill(NEWCOMER)
    register.get_by_label("Даю свое согласие").check()
    expect(register.get_by_role("button", name="Регистрация")).to_have_count(0)  # the check of D14 can't run
    register.get_by_role("button", name="Получить ссылку письмом").click()
    expect(page.locator("main")).to_contain_text(NEWCOMER)
    page.goto(until(lambda: link_for(house, NEWCOMER), "the letter with the link"))  # S17
    for name in ("password", "password_confirm"):
        page.locator(f"input[name={name}]").fill(PASSWORD)
    page.get_by_role("button", name="Сохранить").click()
    expect(page).to_have_url(f"{house.url}/tickets")
    expect(page.get_by_role("status").first).to_contain_text("Пароль сохранён")


def link_for(house: House, email: str) -> str | None:
    letter = mailbox.last(house.desk.folder / "mail", email)
    found = re.search(r"http\S+/contacts/confirm_registration\?\S+", letter.text) if letter else None
    return found[0] if found else None


def sign_in(page: Page, house: House, email: str, password: str) -> None:
    page.goto(f"{house.url}/login")
    fill_in(page, email, password)


def fill_in(page: Page, email: str, password: str) -> None:
    form = page.locator("form[action='/login']")
    form.get_by_label("Логин").fill(email)
    form.locator("[name=password]").fill(password)
    form.get_by_role("button", name="Войти").click()


def sign_out(page: Page) -> None:
    page.goto(re.sub(r"(http://[^/]+).*", r"\1/profile", page.url))
    page.locator("main form[action='/logout'] button").click()
    expect(page).to_have_url(re.compile("/login$"))


def opens_a_ticket(page: Page, house: House, tmp_path: Path) -> None:
    log = tmp_path / "журнал.log"
    log.write_text("CRC 18233")
    page.goto(f"{house.url}/tickets/new")
    page.get_by_label("Тема").fill("Без единого скрипта")
    page.locator("input[type=file][name=files]").set_input_files(log)
    without_its_type(page)
    page.get_by_label("Тип заявки").select_option(label="Консультация")
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Без единого скрипта")
    expect(page.locator("#ticket-timeline").get_by_role("link", name="журнал.log")).to_be_visible()


def without_its_type(page: Page) -> None:
    """What the browser would hold back by itself reaches the server: it comes back with all that was given."""
    page.locator("form#new-ticket").evaluate("(form) => { form.noValidate = true }")
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_text("Проверьте отмеченные поля")).to_be_visible()
    expect(page.get_by_text("Заполните это поле")).to_be_visible()
    expect(page.get_by_label("Тема")).to_have_value("Без единого скрипта")
    expect(page.get_by_label("журнал.log")).to_be_checked()


def comments_resolves_and_reopens(page: Page) -> None:
    page.get_by_label("Комментарий").fill("Дополняю: порт 25.")
    page.get_by_role("button", name="комментировать").click()
    expect(page.locator(".message", has_text="Дополняю: порт 25.")).to_have_count(1)
    ticket = page.locator("#ticket")
    page.locator("#ticket-actions").get_by_role("button", name="Решена").click()
    expect(ticket).to_have_attribute("data-status", "resolved")
    page.locator("#ticket-actions").get_by_role("button", name="возобновить").click()
    expect(ticket).to_have_attribute("data-status", "reopened")


def test_a_specialist_is_told_of_a_wrong_date_and_keeps_his_words(house: House, page_of: PageOf) -> None:  # S39
    path = house.new_ticket("Отложить без скриптов")
    page = page_of("agent", script=False)
    page.goto(house.url + path)
    page.locator("summary", has_text="Отложить").click()
    page.get_by_label("Дата и время следующего взаимодействия").fill("2020-01-31T09:00")
    page.get_by_label("Что сообщить клиенту").fill("Вернусь с прошивкой.")
    page.get_by_role("button", name="Отложить").last.click()
    expect(page.get_by_text("Выберите дату в будущем")).to_be_visible()
    until_field = page.get_by_label("Дата и время следующего взаимодействия")
    expect(until_field).to_have_value("2020-01-31T09:00")
    expect(page.get_by_label("Что сообщить клиенту")).to_have_value("Вернусь с прошивкой.")
    until_field.fill((datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT09:00"))
    page.get_by_role("button", name="Отложить").last.click()
    expect(page.locator("#ticket")).to_have_attribute("data-status", "deferred")
    expect(page.locator(".message", has_text="Вернусь с прошивкой.")).to_have_count(1)


def test_a_ticket_written_while_the_session_ended_is_sent_once_after_signing_in(house: House, page_of: PageOf) -> None:
    page, text = page_of("client", script=False, size=PHONE), "Порт 25 теряет пакеты каждый вечер после десяти."
    page.goto(f"{house.url}/tickets/new")
    page.get_by_label("Тема").fill("Сессия без скриптов")
    page.get_by_label("Тип заявки").select_option(label="Консультация")
    page.get_by_label("Описание").fill(text)
    page.context.clear_cookies()
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("heading", name="Ваш текст сохранён")).to_be_visible()
    page.get_by_text("Что Вы написали").click()
    expect(page.get_by_text(text)).to_be_visible()
    fill_in(page, EMAILS["client"], "не тот пароль")
    expect(page.get_by_text("Неверный логин или пароль")).to_be_visible()
    fill_in(page, EMAILS["client"], PASSWORDS[EMAILS["client"]])
    page.get_by_role("button", name="Отправить").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Сессия без скриптов")
    expect(page.locator("#ticket-timeline")).to_contain_text(text)
    assert house.count_tickets("Сессия без скриптов") == 1


def test_a_code_a_filter_a_search_and_the_order(house: House, page_of: PageOf) -> None:  # S78, S107
    for subject in ("Кофейник один", "Кофейник два"):
        house.new_ticket(subject)
    code = page_of("client").request.get(f"{house.url}/profile").text()
    [digits] = re.findall(r'data-testid="code">(.*?)</p>', code)
    page = page_of(script=False, size=PHONE)
    page.goto(f"{house.url}/login")
    page.get_by_role("link", name="Войти по коду авторизации").click()
    page.get_by_label("Код авторизации").fill(re.sub("<[^>]+>", "", digits))
    page.get_by_role("button", name="Войти").click()
    expect(page).to_have_url(f"{house.url}/tickets")
    page.get_by_role("searchbox", name="Поиск по заявкам").fill("кофейники")
    page.get_by_label("Сортировать по").select_option(label="времени регистрации")
    page.get_by_role("button", name="Найти").click()
    expect(page.locator(".row-card__title")).to_have_text(["Кофейник два", "Кофейник один"])
    expect(page.locator(".row-card mark").first).to_be_visible()
    page.get_by_role("navigation", name="По статусу").get_by_role("link", name="Решена").click()
    expect(page.get_by_text("Ничего не найдено").first).to_be_visible()
    page.get_by_role("link", name="Искать во всех статусах").click()
    expect(page.locator(".row-card")).to_have_count(2)
    page.get_by_role("navigation", name="Чьи заявки").get_by_role("link", name="Вся компания").click()
    expect(page.get_by_role("searchbox", name="Поиск по заявкам")).to_have_value("кофейники")
    expect(page.locator(".row-card")).to_have_count(2)


def test_an_answer_to_one_comment_a_grade_and_a_continuation(house: House, page_of: PageOf) -> None:  # S42, S58, S130
    path = house.new_ticket("Цитата без скриптов")
    house.act("agent", f"{path}/comments", {"body": "Какая версия прошивки?", "visibility": "public"})
    page = page_of("client", script=False, size=PHONE)
    page.goto(house.url + path)
    page.locator(".message", has_text="Какая версия").get_by_role("link", name="ответить").click()
    page.get_by_label("Комментарий").fill("7.0.3.5")
    page.get_by_role("button", name="комментировать").click()
    said = page.locator(".message", has_text="7.0.3.5")
    expect(said.locator(".quote")).to_contain_text("Какая версия прошивки?")

    page.get_by_role("button", name="Изменить статус").click()  # S33: the menu needs no script
    page.locator("#status-menu").get_by_role("button", name="Решена").click()
    expect(page.locator("#ticket")).to_have_attribute("data-status", "resolved")
    rating = page.locator("#ticket-rating")
    rating.get_by_label("Отлично").check()
    rating.get_by_label("Пара слов, если хотите").fill("Спасибо")
    rating.get_by_role("button", name="Отправить оценку").click()
    expect(page.get_by_text("Ваша оценка: отлично")).to_be_visible()

    house.act("admin", f"{path}/close")
    page.reload()
    page.get_by_role("link", name="Продолжить в новой заявке").click()
    expect(page.get_by_label("Тема")).to_have_value("Цитата без скриптов")
    page.get_by_label("Описание").fill("Снова то же самое.")
    page.get_by_role("button", name="Создать").click()
    page.locator("[data-relation=continues] a").click()
    expect(page).to_have_url(house.url + path)
    expect(page.locator("[data-relation=continued_by]")).to_contain_text("Цитата без скриптов")


def test_a_comment_after_the_ticket_was_closed_is_not_lost(house: House, page_of: PageOf) -> None:  # S42
    path = house.new_ticket("Закрыта, пока писал")
    page = page_of("client", script=False)
    page.goto(house.url + path)
    page.get_by_label("Комментарий").fill("Писал полчаса.")
    for verb in ("resolve", "close"):
        house.act("admin", f"{path}/{verb}")
    page.get_by_role("button", name="комментировать").click()
    expect(page.get_by_role("alert").first).to_contain_text("Заявка закрыта")
    page.get_by_role("button", name="Продолжить в новой заявке").click()
    expect(page.get_by_label("Описание")).to_have_value("Писал полчаса.")


def test_my_data_my_choices_and_my_devices(house: House, page_of: PageOf) -> None:  # S67, D12
    with house.browser.new_context(user_agent=FIREFOX) as other:
        house.sign_in(other.request, "colleague")
        page = page_of("colleague", script=False, size=PHONE)
        page.goto(f"{house.url}/profile")
        page.get_by_role("checkbox", name="Изменения статуса По почте").uncheck()
        page.locator("#profile-notices").get_by_role("button", name="Сохранить").click()
        expect(page.get_by_role("checkbox", name="Изменения статуса По почте")).not_to_be_checked()
        page.get_by_role("checkbox", name="Изменения статуса По почте").check()
        page.locator("#profile-notices").get_by_role("button", name="Сохранить").click()
        chooses_a_look(page)

        page.get_by_role("link", name="Посмотреть устройства и выйти").click()
        page.locator(".browser", has_text="Firefox").first.get_by_role("button", name="Выйти").click()
        expect(page.get_by_role("status").first).to_be_visible()
        assert other.request.get(f"{house.url}/profile", max_redirects=0).status == 303


def chooses_a_look(page: Page) -> None:
    look, html = page.locator("#profile-look"), page.locator("html")
    look.get_by_label("Тёмное").check()
    look.get_by_label("Язык").select_option(label="English")
    look.get_by_role("button", name="Сохранить").click()
    expect(html).to_have_attribute("data-theme", "dark")
    expect(html).to_have_attribute("lang", "en")
    look.get_by_label("As in the system").check()
    look.get_by_label("Language").select_option(label="Русский")
    look.get_by_role("button", name="Save").click()
    expect(html).to_have_attribute("lang", "ru")
    expect(html).not_to_have_attribute("data-theme", "dark")


def test_a_qr_code_and_the_phone_that_reads_it(house: House, page_of: PageOf) -> None:  # S110, D12
    page = page_of("colleague", script=False)
    page.goto(f"{house.url}/profile")
    page.get_by_role("button", name="Показать QR-код").click()
    expect(page.locator(".qr-frame svg")).to_be_visible()
    expect(page.get_by_text("Код действует до")).to_be_visible()


def test_a_ticket_about_a_device_of_the_company(house: House, page_of: PageOf) -> None:  # S72, S73, S89
    page = page_of("client", script=False, size=PHONE)
    page.goto(f"{house.url}/company")
    page.get_by_role("link", name="Создать заявку: SNR-S2962-24T, OE4423DS23").click()
    expect(page.get_by_label("Серийный номер")).to_have_value("OE4423DS23")
    page.get_by_label("Тип заявки").select_option(label="Консультация")
    page.get_by_label("Описание").fill("Вопрос.")
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("SNR-S2962-24T")
    page.goto(f"{house.url}/company")
    page.get_by_role("link", name="Изменить данные").click()
    expect(page.get_by_label("Описание")).to_have_value(re.compile("Что изменить"))


@pytest.mark.parametrize("who", ["", "client"])
def test_the_knowledge_base_is_searched_read_and_judged(house: House, page_of: PageOf, who: str) -> None:  # S84–S87
    page = page_of(who, script=False, size=PHONE)
    page.goto(f"{house.url}/kb")
    page.locator("#kb-search").get_by_role("searchbox").fill("прошивки")
    page.locator("#kb-search").get_by_role("button", name="Найти").click()
    page.get_by_role("link", name="Как обновить прошивку коммутатора").click()
    page.get_by_role("button", name="Да", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Спасибо")).to_be_visible()
    page.get_by_label("Что было полезно?").fill("Порядок")
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_label("Что было полезно?")).to_have_value("Порядок")
