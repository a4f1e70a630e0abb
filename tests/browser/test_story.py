"""The whole story in a browser: from a spoken word to an answered ticket, on real parts.

A customer on a phone (Chromium with a microphone that plays a wav, a push service of its own), a specialist at a
desktop, the desk as `make run` starts it, letters over SMTP. Nothing is played by anything but itself.
"""

import json
import re
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect, sync_playwright

from tests.samples.spoken import HINTS, MICROPHONE_WAV, SENTENCE, model_folder
from tests.support.chromium import CHROMIUM_ARGS, chromium_path
from tests.support.desk import RunningDesk
from tests.support.fake_fcm import FakeFcm
from tests.support.mail_server import Inbox, mail_server
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.long]

EMAIL = "noc@romashka.example"
PASSWORD = "крыша-и-один-бар-сети"
SUBJECT = "SNR-S2962-24T обновление прошивки"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Story"]:
    chromium = chromium_path()
    inbox = Inbox()
    with FakeFcm() as fcm, mail_server(inbox) as smtp_port:
        environment = fcm.environment | {
            "MAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "LETTERS_GATHERED_SECONDS": "0",  # days go by in a minute here: what would be letters apart would be a burst
            "VOSK_MODEL": str(model_folder()),
            "VOSK_HINTS": json.dumps(HINTS, ensure_ascii=False),
        }
        with RunningDesk(tmp_path_factory.mktemp("desk"), environment) as desk, sync_playwright() as playwright:
            phone = playwright.chromium.launch_persistent_context(
                str(tmp_path_factory.mktemp("phone")),
                executable_path=chromium,
                args=[*CHROMIUM_ARGS, *fcm.chromium_args, f"--use-file-for-fake-audio-capture={MICROPHONE_WAV}%noloop"],
                ignore_default_args=list(fcm.ignored_default_args),
                viewport={"width": 390, "height": 844},
                locale="ru-RU",
                timezone_id="Asia/Yekaterinburg",
            )
            phone.grant_permissions(["notifications", "microphone"], origin=desk.url)
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
            office = browser.new_context(
                viewport={"width": 1280, "height": 800}, locale="ru-RU", timezone_id="Asia/Yekaterinburg"
            )
            yield Story(desk, inbox, phone, office)
            phone.close()
            browser.close()


class Story:
    """The people of the story and what they see."""

    def __init__(self, desk: RunningDesk, inbox: Inbox, phone: BrowserContext, office: BrowserContext) -> None:
        self.desk, self.inbox = desk, inbox
        self.faults: list[str] = []
        self.phone, self.phone_context = phone.pages[0], phone
        self.office = office.new_page()
        for page in (self.phone, self.office):
            page.on("pageerror", self.hear)
            page.set_default_timeout(60_000)
        self.number = 0

    def hear(self, error: Error) -> None:
        self.faults.append(f"{self.phone.url}, {self.office.url}: {error}")

    def letter(self, subject: str, to: str = EMAIL) -> EmailMessage:
        """Wait for the newest letter whose subject holds the words."""

        def found() -> EmailMessage | None:
            letters = [taken.letter for taken in self.inbox.taken if to in taken.readers]
            return next((letter for letter in reversed(letters) if subject in str(letter["Subject"])), None)

        return until(found, f"a letter «{subject}» to {to}")

    def letters(self, subject: str, to: str = EMAIL) -> list[EmailMessage]:
        return [
            taken.letter
            for taken in self.inbox.taken
            if to in taken.readers and subject in str(taken.letter["Subject"])
        ]

    def robot(self, now: datetime) -> dict[str, list[int]]:
        done: dict[str, list[int]] = json.loads(self.desk.flask("robot", "run", "--now", now.isoformat(), "--json"))
        return done

    def open_ticket(self, page: Page) -> None:
        page.goto(f"{self.desk.url}/tickets/{self.number}")


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def status(page: Page) -> Any:
    return page.locator("#ticket")


def test_the_whole_story(story: Story, tmp_path: Path) -> None:
    registers(story)
    signs_in_each_way(story)
    switches_notifications_on(story)
    speaks_a_ticket(story, tmp_path)
    specialist_answers(story)
    customer_and_specialist_go_on(story)
    robot_warns_resolves_and_closes(story)
    goes_on_in_a_new_ticket(story)
    assert story.faults == []


def registers(story: Story) -> None:
    page = story.phone
    page.goto(f"{story.desk.url}/register")  # S9–S13
    page.get_by_label("Фамилия").fill("Иванов")
    page.get_by_label("Имя", exact=False).first.fill("Пётр")
    page.get_by_label("Отчество").fill("Сергеевич")
    page.get_by_label("Электронная почта").fill(EMAIL)
    page.get_by_label("Даю свое согласие").check()
    page.wait_for_function("() => document.querySelector('altcha-widget input[name=altcha]')?.value", timeout=180_000)
    page.get_by_role("button", name="Регистрация").click()
    expect(page.locator("main")).to_contain_text(EMAIL)

    confirm = story.letter("Ссылка для подтверждения регистрации в Клиентском портале")  # S14
    text = text_of(confirm)
    assert text.splitlines()[0] == "Ответ-комментарий размещайте выше этой строки"  # S15
    assert "[не указано]" in text  # S16
    link = re.search(r"http\S+/contacts/confirm_registration\?activation_token=\S+", text)
    assert link is not None
    page.goto(link[0])  # S17
    expect(page.get_by_role("heading", name="Иванов Пётр")).to_be_visible()
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password_confirm]").fill(PASSWORD)
    page.get_by_role("button", name="Сохранить").click()
    page.wait_for_url("**/tickets")
    access = text_of(story.letter("Вам предоставлен доступ в систему"))  # S19, D11
    assert f"Логин: {EMAIL}" in access
    assert "указан Вами при регистрации" in access
    assert PASSWORD not in access


def signs_in_each_way(story: Story) -> None:
    page = story.phone
    sign_out(story)
    page.locator("#sign-in input[name=login]").fill(EMAIL)  # S5
    page.locator("#sign-in input[name=password]").fill(PASSWORD)
    page.get_by_label("Запомнить меня").check()
    page.get_by_role("button", name="Войти", exact=True).click()
    page.wait_for_url("**/tickets")
    page.goto(f"{story.desk.url}/profile")
    code = page.locator("[data-testid=code]").inner_text().replace("\n", "")  # S107–S109, D12
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{4}", code)
    sign_out(story)
    page.goto(f"{story.desk.url}/login/code")
    page.locator("input[name=code]").fill(code)
    page.locator("form[action='/login/code'] button[type=submit]").click()
    page.wait_for_url("**/tickets")


def sign_out(story: Story) -> None:
    story.phone.goto(f"{story.desk.url}/profile")
    story.phone.locator("form[action='/logout'] button").last.click()
    story.phone.wait_for_url("**/login")


def switches_notifications_on(story: Story) -> None:
    page = story.phone
    page.goto(f"{story.desk.url}/profile")
    page.locator("[data-push-enable]").click()
    expect(page.locator("[data-push-state]")).to_contain_text("приходят на это устройство")


def speaks_a_ticket(story: Story, tmp_path: Path) -> None:
    page = story.phone
    log, photo = tmp_path / "журнал.log", tmp_path / "фото.png"
    log.write_text("CRC 18233")
    photo.write_bytes(bytes.fromhex("89504e470d0a1a0a") + b"0" * 64)
    page.goto(f"{story.desk.url}/tickets/new")  # S20
    page.locator("[name=subject]").fill(SUBJECT)
    page.locator("[name=type]").select_option(label="Помощь в настройке")
    page.locator("[name=serial_numbers]").fill("OE4423DS23;OE4423DS24")
    page.locator("[name=order_number]").fill("0000012345")
    page.locator("[name=order_year]").fill("2023")
    page.locator("input[type=file][name=files]").set_input_files([log, photo])
    page.locator("[data-recorder-record]").click()  # S105
    expect(page.locator("[data-recorder-stop]")).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-recorder-elapsed]').textContent >= '0:08'")
    page.locator("[data-recorder-stop]").click()
    description = page.locator("textarea[name=description]")
    expect(description).to_have_value(SENTENCE)  # really heard
    description.fill(f"{SENTENCE}. Прошивка 7.0.3.")
    page.get_by_role("button", name="Создать").click()  # S30
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    story.number = int(page.url.rsplit("/", 1)[1])
    thread = page.locator("#ticket-timeline")
    expect(thread).to_contain_text(f"{SENTENCE}. Прошивка 7.0.3.")
    expect(thread).to_contain_text("журнал.log")
    expect(thread.get_by_role("link", name="фото.png")).to_be_visible()
    expect(thread.locator("audio")).to_have_count(1)
    assert playable(page)
    expect(status(page)).to_have_attribute("data-status", "open")  # S37


def playable(page: Page) -> bool:
    """Tell whether the browser itself can play the recording of the thread."""
    return bool(
        page.locator("#ticket-timeline audio").evaluate(
            """(audio) => new Promise((done) => {
                audio.onloadeddata = () => done(true); audio.onerror = () => done(false);
                audio.preload = "auto"; audio.load();
            })"""
        )
    )


def specialist_answers(story: Story) -> None:
    page = story.office
    page.goto(f"{story.desk.url}/login")
    page.locator("#sign-in input[name=login]").fill("agent@desk.example")
    page.locator("#sign-in input[name=password]").fill("agent-demo-1")
    page.get_by_role("button", name="Войти", exact=True).click()
    page.wait_for_url("**/desk")
    page.get_by_role("link", name=re.compile(SUBJECT)).first.click()
    page.wait_for_url(f"**/tickets/{story.number}")
    page.locator("[name=assignee]").select_option(label="Алексеев С.")
    page.get_by_role("button", name="Назначить").click()
    expect(page.locator("#ticket-timeline")).to_contain_text("ответственный — Алексеев Степан")
    say(page, "Скачать файлы обновления можно здесь: https://data.nag.wiki")
    expect(status(page)).to_have_attribute("data-status", "waiting")  # S38, S45

    letter = story.letter("Новый комментарий к заявке")  # S60
    assert str(letter["Subject"]) == f"[TicketID: {story.number}] Новый комментарий к заявке"
    text = text_of(letter)
    assert text.splitlines()[0] == "Ответ-комментарий размещайте выше этой строки"  # S61
    for line in (SUBJECT, "Комментарий:", "5 последних комментариев:", "Алексеев Степан (", "Версия для Android"):
        assert line in text  # S62–S65
    assert re.search(r"Код авторизации для мобильного приложения и клиентского портала: (\d{4}-){3}\d{4}", text)  # S66
    rings(story, "Скачать файлы обновления")


def rings(story: Story, words: str) -> None:
    """The phone shows the push (S67–S68), and a tap on it opens the ticket."""
    page = story.phone
    page.goto(f"{story.desk.url}/tickets")
    shown = until(
        lambda: [
            note
            for note in page.evaluate(
                """async () => (await (await navigator.serviceWorker.ready).getNotifications())
                   .map(({title, body, tag, data}) => ({title, body, tag, url: data?.url}))"""
            )
            if words in note["body"]
        ],
        f"a notification with «{words}»",
    )
    assert shown[0]["tag"] == f"ticket-{story.number}"
    worker = story.phone_context.service_workers[0]
    worker.evaluate(
        """(tag) => self.registration.getNotifications({tag}).then(([notification]) =>
             self.dispatchEvent(new NotificationEvent("notificationclick", {notification, action: ""})))""",
        shown[0]["tag"],
    )
    page.wait_for_url(f"**/tickets/{story.number}")


def say(page: Page, text: str) -> None:
    page.locator("#comment-body").fill(text)
    page.locator("#composer button[type=submit]").click()
    expect(page.locator("#ticket-timeline")).to_contain_text(text.split("http")[0].strip())


def move(page: Page, verb: str) -> None:
    """Press the first button of the page that stands for the verb, the status menu opened if it is in there."""
    form = page.locator(f"form[action$='/{verb}']")
    if not form.locator("visible=true").count():
        page.locator("[popovertarget=status-menu]").click()
    form.locator("button >> visible=true").first.click()


def customer_and_specialist_go_on(story: Story) -> None:
    customer, specialist = story.phone, story.office
    story.open_ticket(customer)
    say(customer, "Файл скачали, обновляем ночью.")
    expect(status(customer)).to_have_attribute("data-status", "open")  # S45

    story.open_ticket(specialist)
    specialist.locator("details:has(#defer-until) > summary").last.click()
    day = datetime.now(UTC) + timedelta(days=6)
    specialist.locator("#defer-until").fill(day.strftime("%Y-%m-%dT09:00"))
    specialist.locator("#defer-body").fill("Вернусь с вопросом о результате.")
    specialist.locator("form[action$='/defer'] button[type=submit]").click()
    expect(status(specialist)).to_have_attribute("data-status", "deferred")  # S39
    letter = story.letter("Изменён статус заявки")  # S68
    assert "Отложена до" in text_of(letter)

    move(specialist, "resolve")
    expect(status(specialist)).to_have_attribute("data-status", "resolved")  # S41
    until(lambda: len(story.letters("Изменён статус заявки")) == 2, "the letter about «Решена»")
    story.open_ticket(customer)
    move(customer, "reopen")  # S35, S57
    expect(status(customer)).to_have_attribute("data-status", "reopened")
    story.open_ticket(specialist)
    say(specialist, "Уточните, пожалуйста, версию после обновления.")
    expect(status(specialist)).to_have_attribute("data-status", "waiting")


def robot_warns_resolves_and_closes(story: Story) -> None:
    page = story.phone
    now = datetime.now(UTC)
    assert story.number not in story.robot(now)["warned"]
    assert story.number in story.robot(now + timedelta(days=20))["warned"]  # S47
    story.open_ticket(page)
    expect(page.locator("#ticket-timeline")).to_contain_text(
        "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
    )  # S48
    assert story.number in story.robot(now + timedelta(days=40))["resolved"]  # S49
    story.open_ticket(page)
    expect(page.locator("#ticket-timeline")).to_contain_text(
        "К сожалению, мы так и не получили от Вас ответ. Если вопрос всё ещё актуален, просьба создать новую заявку"
    )  # S50
    expect(status(page)).to_have_attribute("data-status", "resolved")  # S51
    assert story.number in story.robot(now + timedelta(days=46))["closed"]  # S52


def goes_on_in_a_new_ticket(story: Story) -> None:
    page = story.phone
    story.open_ticket(page)
    expect(status(page)).to_have_attribute("data-status", "closed")
    expect(page.locator("#comment-body")).to_have_count(0)  # S58
    page.get_by_role("link", name="Продолжить в новой заявке").click()
    page.wait_for_url("**/tickets/new?continues=*")
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)["continues"] == [str(story.number)]
    page.locator("textarea[name=description]").fill("Вопрос остался.")
    page.get_by_role("button", name="Создать").click()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    expect(page.locator("main")).to_contain_text(str(story.number))  # S42, S124
