"""The guide, the regulations, the frequent questions and the consent as pages (S3, S12, S90–S103, S115–S124)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions import db
from models import Team
from services import clockwork, consent, settings
from tests import factories
from tests.blueprints.html import Page

CHAPTERS = (
    "Регистрация", "Открыть заявку", "Работа с заявкой", "Уведомления", "Добавить коллегу к моей заявке",
    "База знаний", "Изменить данные в личном кабинете", "Мобильное приложение", "Telegram",
    "Регламент работы технической поддержки ООО «НАГ»", "Ответы на частые вопросы",
)  # fmt: skip


def change(**values: str) -> None:
    """Set texts, and lengths as `key="3 hour"`."""
    for key, value in values.items():
        if key in clockwork.clockwork().lengths:
            settings.set_length(key, *value.split())
        else:
            settings.set_text(key, value)
    db.session.commit()


def test_the_guide_has_its_chapters_in_order_with_a_table_of_contents(app: Flask, guest: FlaskClient) -> None:  # S3
    page = Page(guest.get("/help"))
    contents = page.one(id="contents").all("a")
    assert tuple(link.text for link in contents) == CHAPTERS
    for link, chapter in zip(contents, CHAPTERS, strict=True):
        assert page.one(id=link["href"].removeprefix("#")).all("h2")[0].text == chapter


@pytest.mark.parametrize(
    "words",
    [
        "клиентский портал, веб-версия: http://desk.test",  # S1
        "используйте корпоративный E-mail, в дальнейшем это позволит быстрее обрабатывать Вашу заявку",  # S2
        "«Пользователь с таким логином уже существует», нажмите «Забыли пароль?»",  # S8
        "«Ссылка для подтверждения регистрации в Клиентском портале». Ссылка действует 24 часа",  # S14
        "придумайте или сгенерируйте пароль и нажмите «Сохранить»",  # S18
        "через точку с запятой: 123;456;789",  # S25
        "Номер заказа покупателя поможет специалисту ТП увидеть состав заказа, точные артикулы",  # S26
        "измените статус, который подсвечен в правом верхнем углу",  # S33
        "Ограничения по вложениям: 75 МБ на файл",  # S34
        "заявку можно вернуть в работу в течение 5 дней",  # S41
        "Если Вы не отвечаете в течение 2 рабочих дней, робот-информатор напомнит об этом; ещё через 2 рабочих дня",
        "администратор Help Desk создает карточку компании и привязывает автора к компании",  # S69
        "Клиенты не могут самостоятельно добавить себя или других контактных лиц к компании",  # S73
        "ограничивает самостоятельное внесение изменений",  # S88
        "напишите об этом в заявке, администратор Help Desk внесет изменения",  # S89
        "в нижней правой части страницы «Мои данные»",  # S108
        "Бот пока не подключён",  # S111: nothing is promised that is not there
        "Все изменения доступны только администратору",  # S115
        "Email контактного лица должен совпадать с доменом компании",  # S116
        "с подтверждением причастности лица к компании иным способом",  # S117
        "укажите серийный номер оборудования, по которому есть вопросы",  # S118
        "Новое контактное лицо сначала нужно зарегистрировать, затем в заявке указать Email и ФИО",  # S119
        "Все активные (не закрытые) заявки были перенесены",  # S120
        "работает в качестве архива, работа по заявкам в ней не ведется",  # S121
        "в течение 3 дней после того, как она была закрыта; позже закрытые заявки открыть нельзя",  # S123
        "укажите номер закрытой, для продолжения диалога администратор свяжет старую и новую заявки",  # S124
    ],
)
def test_the_guide_says_what_holds_for_this_desk(app: Flask, guest: FlaskClient, words: str) -> None:
    assert words in Page(guest.get("/help")).text


def test_the_archive_of_the_old_system_is_a_setting(app: Flask, guest: FlaskClient) -> None:  # S121
    assert "https://oldsupport.nag.ru" in Page(guest.get("/help")).links()
    change(archive_url="https://old.example")
    page = Page(guest.get("/help"))
    assert "https://old.example" in page.links() and "https://oldsupport.nag.ru" not in page.links()
    change(archive_url="")
    assert "раньше у вас была другая система" not in Page(guest.get("/help")).text


def test_the_help_is_searched_in_every_form_of_a_word(app: Flask, guest: FlaskClient) -> None:
    def found(words: str) -> list[str]:
        page = Page(guest.get("/help", query_string={"q": words}))
        return [link.text for link in (page.one(id="contents").all("a") if page.all(id="contents") else [])]

    assert "Регистрация" in found("пароли") and "Telegram" not in found("пароли")
    assert found("серийным номером") == ["Открыть заявку", "Ответы на частые вопросы"]
    assert found("зебра") == found("%") == []
    page = Page(guest.get("/help?q=зебра"))
    assert "ничего не нашлось" in page.text and any(link.startswith("/kb/search?q=") for link in page.links())


def test_contacts_are_shown_once_they_are_set(app: Flask, guest: FlaskClient) -> None:
    assert not Page(guest.get("/help")).all(id="contacts")
    change(support_email="help@desk.example", support_phone="+7 343 555-01-22")
    contacts = Page(guest.get("/help")).one(id="contacts")
    assert contacts.one("a")["href"] == "mailto:help@desk.example" and "+7 343 555-01-22" in contacts.text


@pytest.mark.parametrize(
    "words",
    [
        "Понедельник – Пятница 8:30 - 17:30",  # S90
        "Суббота – Воскресенье Выходной",
        "Часовой пояс Екатеринбург (GMT+5)",
        "Круглосуточно на http://desk.test",  # S91
        "2 рабочих часа с момента регистрации заявки в системе Help Desk",  # S92
        "Уточнение данных для идентификации оборудования или услуги",  # S93
        "Запрос дополнительной информации о проблеме",
        "Назначение заявки профильному специалисту",
        "Первый ответ в течение суток после идентификации оборудования по заявке",  # S94
        "Если подготовка ответа на заявку занимает более одного рабочего дня",  # S95
        "не реже чем 1 раз в сутки",  # S96
        "Функционал будет добавлен вместе с плановым выпуском прошивки запланированным на 3 квартал",  # S97
        "Если клиент не отвечает в течение 2 рабочих дней, робот-информатор сообщает",  # S98, D2
        "Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня",
        "К сожалению, мы так и не получили от Вас ответ. Если вопрос всё ещё актуален, просьба создать новую заявку",
        "Через 5 дней заявка автоматически будет переведена в статус «Закрыта»",
        "По просьбе её может открыть администратор в течение 3 дней",  # D1
        "специалист устанавливает дату следующего взаимодействия, согласовав с клиентом",  # S99
        "установит следующую дату",  # S100
        "Заявка считается решенной если:",  # S101
        "в рамках базовой гарантийной поддержки",
        "Клиент перестал отвечать в заявку в течение 4 рабочих дней",  # D3: built from the robot's settings
        "специалист должен подтвердить, что СЦ готов принять оборудование, и указать детали по отправке в СЦ",  # S102
        "Негарантийное оборудование с предварительным согласованием условий в заявке.",  # S103
    ],
)
def test_the_regulations_say(app: Flask, guest: FlaskClient, words: str) -> None:
    assert words in Page(guest.get("/help/regulations")).text


def test_the_regulations_follow_what_drives_the_clocks(app: Flask, guest: FlaskClient) -> None:  # D2, D3
    change(
        first_reaction="4 working_hour",
        first_answer="2 working_day",
        next_contact="8 working_hour",
        robot_warn_after="3 calendar_day",
        robot_resolve_after="36 hour",
        resolved_close_after="7 calendar_day",
        closed_reopen_days="1 calendar_day",
        warranty_url="",
    )
    clockwork.set_day(date(2030, 3, 8), is_working=False, name="День компании")
    db.session.commit()
    page = Page(guest.get("/help/regulations"))
    for words in (
        "4 рабочих часа с момента регистрации",
        "Первый ответ в течение 2 рабочих дней после",
        "не реже чем раз в 8 рабочих часов",
        "не отвечает в течение 3 дней, робот",
        "в статус Решена через 36 часов",
        "перестал отвечать в заявку в течение 3 дней и затем ещё 36 часов",
        "Через 7 дней заявка",
        "администратор в течение 1 дня",
        "8 марта 2030 — выходной (День компании)",
    ):
        assert words in page.text, words
    assert not [link for link in page.links() if "warranty" in link]  # S102


SENTENCES = {  # a number of the regulations -> what the page says of it
    "first_reaction": "7 рабочих часов с момента регистрации",
    "first_answer": "Первый ответ в течение 7 рабочих часов после",
    "next_contact": "не реже чем раз в 7 рабочих часов",
    "extended_first_reaction": "с момента регистрации заявки в системе Help Desk По договору расширенной поддержки: 7 рабочих",
    "extended_first_answer": "оборудования по заявке. По договору расширенной поддержки: 7 рабочих часов",
    "extended_next_contact": "дату следующего взаимодействия. По договору расширенной поддержки: 7 рабочих часов",
    "robot_warn_after": "не отвечает в течение 7 рабочих часов, робот",
    "robot_resolve_after": "в статус Решена через 7 рабочих часов",
    "resolved_close_after": "Через 7 рабочих часов заявка",
    "resolved_reopen_days": "клиент может в течение 7 рабочих часов возобновить",
    "closed_reopen_days": "администратор в течение 7 рабочих часов",
}


def test_each_length_of_the_regulations_is_the_clocks_own(app: Flask, guest: FlaskClient) -> None:  # S92–S101
    before = Page(guest.get("/help/regulations")).text
    for key, words in SENTENCES.items():
        change(**{key: "7 working_hour"})
        assert words not in before and words in Page(guest.get("/help/regulations")).text, key
        settings.restore(key)
    db.session.commit()
    assert Page(guest.get("/help/regulations")).text == before


def test_the_regulations_have_the_hours_and_days_of_the_calendars(
    app: Flask, guest: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:  # S90
    monkeypatch.setattr("blueprints.help.now", lambda: datetime(2026, 10, 20, 7, 0, tzinfo=UTC))
    page = Page(guest.get("/help/regulations"))
    days = [one.text for one in page.one(id="regulations-table").all("li")[:2]]
    assert days == ["4 ноября — День народного единства", "Уточнение данных для идентификации оборудования или услуги"]
    lunch = [(time(9), time(13)), (time(14), time(18))]
    clockwork.set_week(Team.SUPPORT, {**dict.fromkeys(range(6), lunch)}, ZoneInfo("Europe/Moscow"))
    clockwork.set_week(Team.SERVICE_CENTER, {0: [(time(0), time(0))]}, ZoneInfo("Asia/Tokyo"))
    clockwork.set_day(date(2026, 11, 4), is_working=True, name="Дежурство")
    db.session.commit()
    text = Page(guest.get("/help/regulations")).text
    assert "Понедельник – Суббота 9:00 - 13:00, 14:00 - 18:00 Воскресенье Выходной Часовой пояс Москва (GMT+3)" in text
    assert "Понедельник 0:00 - 24:00 Вторник – Воскресенье Выходной Часовой пояс Токио (GMT+9)" in text
    assert "8:30" not in text and "Екатеринбург" not in text and "4 ноября 2026 — рабочий день (Дежурство)" in text
    assert "День народного единства" not in text


def test_a_kept_page_follows_the_settings(app: Flask, guest: FlaskClient) -> None:
    for setting in ({"first_answer": "3 hour"}, {"brand_color": "#0b6170"}, {"extended_first_answer": "2 hour"}):
        kept = guest.get("/help/regulations").headers["ETag"]
        assert guest.get("/help/regulations", headers={"If-None-Match": kept}).status_code == 304
        change(**setting)
        assert guest.get("/help/regulations", headers={"If-None-Match": kept}).status_code == 200


def test_the_consent_shows_the_version_in_force_and_older_ones_by_name(app: Flask, guest: FlaskClient) -> None:  # S12
    page = Page(guest.get("/help/consent"))
    assert "Редакция 2026-01" in page.text and "персональных данных" in page.text
    made = consent.publish("<p>Новый текст</p>", is_html=True, at=factories.NOW)
    db.session.commit()
    page = Page(guest.get("/help/consent"))
    assert f"Редакция {made.version}" in page.text and "Новый текст" in page.text
    older = Page(guest.get("/help/consent?version=2026-01"))
    assert "прежняя редакция" in older.text and "Новый текст" not in older.text and "/help/consent" in older.links()
    assert guest.get("/help/consent?version=2020-01").status_code == 404


def test_the_foot_names_the_owner_and_the_year(app: Flask, guest: FlaskClient) -> None:  # S132
    change(legal_name="ООО «Ромашка» & Ко", copyright_year="2023", site_name="Стол <b>")
    page = Page(guest.get("/help/consent"))
    assert page.one(id="foot").text.endswith("© 2023 ООО «Ромашка» & Ко")
    assert page.one("header", id="topbar").text.startswith("Стол <b>")
    assert guest.get("/manifest.json").get_json()["name"] == "Стол <b>"
    assert "Регламент работы технической поддержки ООО «Ромашка» & Ко" in Page(guest.get("/help/regulations")).text
