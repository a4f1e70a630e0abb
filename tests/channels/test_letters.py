"""Letters about an account, and the headers of all letters (S14–S19, D11, contract section 5)."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask

from channels import letters
from channels.errors import SendError
from models import Delivery, EventKind
from rules.calendar import YEKATERINBURG
from services import people
from tests.support.letter_rows import AT, NUMBER, Page, Talk

SEPARATOR = "Ответ-комментарий размещайте выше этой строки"
TOKEN = "Zm9v-YmFy_1"


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk()


def rendered(delivery: Delivery) -> tuple[EmailMessage, list[str], Page]:
    """Return the letter as it arrives, the lines of its text, its page."""
    letter = message_from_bytes(letters.render(delivery).as_bytes(policy=policy.SMTP), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    return letter, text.get_content().splitlines(), Page(html.get_content())


def copyright_line() -> str:
    return f"© {datetime.now(YEKATERINBURG).year} ООО «НАГ»"


def test_letter_to_confirm_a_registration(app: Flask, talk: Talk) -> None:  # S14–S16, D13
    letter, lines, page = rendered(talk.delivery("confirm_registration", token=TOKEN))
    site = app.config["PUBLIC_URL"]
    link = f"{site}/contacts/confirm_registration?activation_token={TOKEN}"
    assert letter["Subject"] == "Ссылка для подтверждения регистрации в Клиентском портале"
    assert str(letter["From"]) == "nag-support <support@desk.example>"
    assert lines == [
        SEPARATOR,
        "",
        f"Для продолжения регистрации перейдите по указанной ссылке {link}",
        "",
        "Отправляйте заявки со своего мобильного телефона:",
        "Версия для Android | Версия для iOS",
        f"{site}/install#android",
        f"{site}/install#ios",
        "",
        "Код авторизации для мобильного приложения и клиентского портала: [не указано]",
        "",
        copyright_line(),
    ]
    assert page.lines[:3] == [SEPARATOR, "Для продолжения регистрации перейдите по указанной ссылке", link]
    assert page.links[0] == (link, link)
    assert page.lines[-2:] == [lines[-3], lines[-1]]


def test_letter_of_access_names_no_password(app: Flask, talk: Talk) -> None:  # S19, D11
    letter, lines, page = rendered(talk.delivery("access_granted"))
    site = app.config["PUBLIC_URL"]
    assert letter["Subject"] == "Вам предоставлен доступ в систему"
    assert lines == [
        SEPARATOR,
        "",
        "Вам предоставлен доступ в Отклик",
        "",
        "Логин: test@mail.ru",
        "Пароль: указан Вами при регистрации",
        f"Адрес: {site}",
        "",
        copyright_line(),
    ]
    assert page.lines == [
        SEPARATOR,
        "Вам предоставлен доступ в Отклик",
        "Логин: test@mail.ru",
        "Пароль: указан Вами при регистрации",
        "Адрес:",
        site,
        copyright_line(),
    ]


@pytest.mark.parametrize(
    ("template", "subject"),
    [("reset_password", "Новый пароль для входа в Отклик"), ("staff_invitation", "Приглашение в Отклик")],
)
def test_letter_with_a_link_to_a_password(app: Flask, talk: Talk, template: str, subject: str) -> None:
    letter, lines, page = rendered(talk.delivery(template, to=talk.agent, token=TOKEN))
    link = f"{app.config['PUBLIC_URL']}/password/reset?token={TOKEN}"
    assert letter["Subject"] == subject
    assert link in lines
    assert (link, link) in page.links
    assert lines[-1] == page.lines[-1] == copyright_line()


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("password", "по паролю"),
        ("code", "по коду авторизации"),
        ("link", "по ссылке из письма"),
        ("hand-off", "по QR-коду с другого устройства"),
    ],
)
def test_letter_of_a_new_device(app: Flask, talk: Talk, by: str, words: str) -> None:  # D12
    device = "Chrome <b>Windows</b>"
    letter, lines, page = rendered(talk.delivery("new_device", device=device, at=AT.isoformat(), by=by))
    assert letter["Subject"] == "Вход с нового устройства"
    assert lines[2:7] == [
        "В Вашу учётную запись вошли с нового устройства.",
        "",
        f"Устройство: {device}",
        f"Способ входа: {words}",
        "Когда: 14 июня 2023, 13:43, Екатеринбург (GMT+5)",
    ]
    assert f"Устройство: {device}" in page.lines
    assert page.links[0][1] == f"{app.config['PUBLIC_URL']}/profile/devices"


def test_letter_to_whom_is_registered_already(app: Flask, talk: Talk) -> None:  # S8
    letter, lines, page = rendered(talk.delivery("taken"))
    forgot = f"{app.config['PUBLIC_URL']}/password/forgot"
    assert letter["Subject"] == "У Вас уже есть учётная запись"
    assert lines[-3] == forgot
    assert (forgot, forgot) in page.links


@pytest.mark.parametrize("template", ["access_granted", "reset_password", "new_device", "taken", "staff_invitation"])
def test_account_letters_carry_no_code(talk: Talk, template: str) -> None:  # D12
    _, lines, page = rendered(talk.delivery(template, token=TOKEN, device="x", at=AT.isoformat(), by="code"))
    assert people.code_of(talk.contact) not in "\n".join(lines + page.lines)


def test_product_name_and_owner_are_settings(app: Flask, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:  # S132
    monkeypatch.setitem(app.config, "SITE_NAME", "Помощь & <Ко>")
    monkeypatch.setitem(app.config, "LEGAL_NAME", "ООО «Ромашка»")
    _, lines, page = rendered(talk.delivery("access_granted"))
    assert lines[2] == page.lines[1] == "Вам предоставлен доступ в Помощь & <Ко>"
    assert lines[-1] == page.lines[-1] == f"© {datetime.now(YEKATERINBURG).year} ООО «Ромашка»"


def test_letters_of_a_ticket_thread(talk: Talk) -> None:  # contract 5
    first, second = talk.news(talk.say("раз")), talk.news(talk.say("два", 1))
    one, again, two = letters.render(first), letters.render(first), letters.render(second)
    assert one["Message-ID"] == again["Message-ID"] == f"<{first.key}@desk.example>"
    assert two["Message-ID"] != one["Message-ID"]
    for letter in (one, two):
        assert letter["In-Reply-To"] == letter["References"] == f"<ticket-{NUMBER}@desk.example>"


def test_date_is_when_the_letter_was_put_into_the_outbox(talk: Talk) -> None:
    letter, _, _ = rendered(talk.news(talk.say("раз")))
    assert letter["Date"].datetime == AT == datetime(2023, 6, 14, 8, 43, tzinfo=UTC)


def test_robot_says_that_it_is_one(talk: Talk) -> None:  # S53, contract 5
    warned = talk.event(EventKind.WARNED, talk.say("Мы не получили от Вас ответ.", by=talk.robot), by=talk.robot)
    assert letters.render(talk.delivery("comment", warned))["Auto-Submitted"] == "auto-generated"
    assert letters.render(talk.news(talk.say("раз")))["Auto-Submitted"] is None


def test_key_of_any_characters_makes_one_valid_id(talk: Talk) -> None:
    odd = letters.render(talk.delivery("taken", key="a b>\r\nBcc: x@y.ru"))["Message-ID"]
    other = letters.render(talk.delivery("taken", key="a b>\r\nBcc: x@y,ru"))["Message-ID"]
    assert re.fullmatch(r"<[A-Za-z0-9_-]+@desk\.example>", odd)
    assert odd != other


def test_answers_are_led_by_a_token(app: Flask, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:  # contract 5
    monkeypatch.setitem(app.config, "MAIL_REPLY_TO", "Поддержка <answers@desk.example>")
    letter, _, _ = rendered(talk.news(talk.say("раз")))
    (address,) = letter["Reply-To"].addresses
    local, token = address.username.split("+")
    assert (local, address.domain, address.display_name) == ("answers", "desk.example", "Поддержка")
    assert len(address.username) <= 64  # RFC 5321
    assert letters.read_reply_token(token) == (NUMBER, talk.contact.id)


def test_without_a_mailbox_for_answers_there_is_no_reply_to(
    app: Flask, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_REPLY_TO", "")
    assert letters.render(talk.news(talk.say("раз")))["Reply-To"] is None


def test_letters_of_an_account_take_no_answers(app: Flask, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "MAIL_REPLY_TO", "answers@desk.example")
    letter = letters.render(talk.delivery("taken"))
    assert letter["Reply-To"] is None
    assert letter["Auto-Submitted"] == "auto-generated"


def test_reply_token_survives_a_server_that_changes_case(app: Flask) -> None:
    assert letters.read_reply_token(letters.reply_token(152875, 17).upper()) == (152875, 17)


@pytest.mark.parametrize(
    "bend",
    [
        lambda token: token.replace("152875", "152876"),
        lambda token: token.replace("-17-", "-18-"),
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: "",
        lambda token: "152875-17-",
        lambda token: "١٥٢٨٧٥-17-" + token.split("-")[2],
        lambda token: "0" + token,
    ],
)
def test_bent_reply_token_proves_nothing(app: Flask, bend: object) -> None:
    assert callable(bend)
    assert letters.read_reply_token(bend(letters.reply_token(152875, 17))) is None


def test_reply_token_of_another_desk_proves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    token = letters.reply_token(152875, 17)
    monkeypatch.setitem(app.config, "SECRET_KEY", "another " * 5)
    assert letters.read_reply_token(token) is None


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@", "@b.ru", "a@b.ru\r\nBcc: c@d.ru", "a@b.ru>, <c@d.ru", "a b@c.ru", "иван@mail.ru"]
)
def test_address_that_is_none_is_refused_for_good(talk: Talk, address: str) -> None:
    delivery = talk.delivery("taken")
    delivery.target = talk.contact.email = address
    with pytest.raises(SendError) as refused:
        letters.render(delivery)
    assert refused.value.permanent


def test_russian_domain_gets_its_ascii_form(talk: Talk) -> None:
    delivery = talk.delivery("taken")
    delivery.target = "ivan@почта.рф"
    assert letters.render(delivery)["To"] == "ivan@xn--80a1acny.xn--p1ai"


def test_unknown_template_is_refused_for_good(talk: Talk) -> None:
    with pytest.raises(SendError) as refused:
        letters.render(talk.delivery("../base"))
    assert refused.value.permanent


def test_letter_crosses_servers_that_know_ascii_only(talk: Talk) -> None:
    raw = letters.render(talk.news(talk.say("ёж " * 2000))).as_bytes(policy=policy.SMTP)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322
