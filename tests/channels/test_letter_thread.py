"""Letters about a ticket, line by line: S60–S66, S68, D11–D13."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm.attributes import set_committed_value

from channels import letter_thread, letters, rings
from channels.errors import SendError
from extensions import db
from models import Attachment, Comment, EventKind, Kind, Team, VoiceNote, VoiceState
from rules.calendar import YEKATERINBURG
from rules.statuses import Status
from services import clockwork, people
from tests.support.letter_rows import AT, NUMBER, Page, Talk

SEPARATOR = "Ответ-комментарий размещайте выше этой строки"


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk()


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def page_of(letter: EmailMessage) -> Page:
    part = letter.get_body(("html",))
    assert part is not None
    return Page(part.get_content())


def attach(comment: Comment, name: str) -> None:
    row = Attachment(
        public_id="f" * 32,
        owner_id=comment.author_id,
        comment_id=comment.id,
        name=name,
        content_type="text/plain",
        size=5,
        sha256="0" * 64,
        created_at=AT,
    )
    db.session.add(row)
    db.session.flush()


def record(comment: Comment, state: VoiceState, text: str = "") -> None:
    row = VoiceNote(
        public_id=f"voice-{state}",
        owner_id=comment.author_id,
        comment_id=comment.id,
        content_type="audio/webm",
        size=5,
        sha256="0" * 64,
        state=state,
        text=text,
        created_at=AT,
    )
    db.session.add(row)
    db.session.flush()


def test_letter_of_a_comment_reads_as_in_the_guide(app: Flask, talk: Talk) -> None:  # S60–S66, D12, D13, S132
    talk.say("Здравствуйте,\nСкачать файлы обновления можно https://nag.wiki/a")
    new = talk.say(
        "Дополнительная документация по оборудованию здесь",
        7,
        html='<p>Дополнительная документация по оборудованию <a href="https://nag.wiki/b">здесь</a></p>',
    )
    letter = letters.render(talk.news(new))
    site = app.config["PUBLIC_URL"]
    assert letter["Subject"] == "[TicketID: 152875] Новый комментарий к заявке"
    assert str(letter["From"]) == "nag-support <support@desk.example>"
    assert letter["To"] == "test@mail.ru"
    assert text_of(letter).splitlines() == [
        SEPARATOR,
        "",
        "SNR-S2962-24T обновление прошивки",
        f"{site}/tickets/152875",
        "",
        "Комментарий:",
        "Дополнительная документация по оборудованию здесь",
        "",
        "5 последних комментариев:",
        "Алексеев Степан (14 июня 2023, 13:50)",
        "Дополнительная документация по оборудованию здесь",
        "",
        "Алексеев Степан (14 июня 2023, 13:43)",
        "Здравствуйте,",
        "Скачать файлы обновления можно https://nag.wiki/a",
        "",
        "Время указано по Екатеринбургу (GMT+5).",
        "",
        "Отправляйте заявки со своего мобильного телефона:",
        "Версия для Android | Версия для iOS",
        f"{site}/install#android",
        f"{site}/install#ios",
        "",
        f"Код авторизации для мобильного приложения и клиентского портала: {people.code_of(talk.contact)}",
        "",
        f"© {datetime.now(YEKATERINBURG).year} ООО «НАГ»",
    ]


def test_html_says_the_same_in_the_same_order_with_live_links(app: Flask, talk: Talk) -> None:  # S61–S66
    talk.say("Здравствуйте", by=talk.contact)
    new = talk.say("Дополнительно здесь", 7, html='<p>Дополнительно <a href="https://nag.wiki/b">здесь</a></p>')
    page = page_of(letters.render(talk.news(new)))
    site = app.config["PUBLIC_URL"]
    assert page.lines == [
        SEPARATOR,
        "SNR-S2962-24T обновление прошивки",
        "Комментарий:",
        "Дополнительно",
        "здесь",
        "5 последних комментариев:",
        "Алексеев Степан (14 июня 2023, 13:50)",
        "Дополнительно",
        "здесь",
        "Тестинг Тестовый (14 июня 2023, 13:43)",
        "Здравствуйте",
        "Время указано по Екатеринбургу (GMT+5).",
        "Отправляйте заявки со своего мобильного телефона:",
        "Версия для Android",
        "|",
        "Версия для iOS",
        f"Код авторизации для мобильного приложения и клиентского портала: {people.code_of(talk.contact)}",
        f"© {datetime.now(YEKATERINBURG).year} ООО «НАГ»",
    ]
    assert page.links == [
        ("SNR-S2962-24T обновление прошивки", f"{site}/tickets/{NUMBER}"),
        ("здесь", "https://nag.wiki/b"),
        ("здесь", "https://nag.wiki/b"),
        ("Версия для Android", f"{site}/install#android"),
        ("Версия для iOS", f"{site}/install#ios"),
    ]


def test_only_the_five_newest_public_comments_are_told(talk: Talk) -> None:  # S64
    talk.say("описание", kind=Kind.DESCRIPTION)
    said = [talk.say(f"ответ {number}", number) for number in range(6)]
    talk.say("между нами", 5, kind=Kind.INTERNAL)
    told = text_of(letters.render(talk.news(said[-1])))
    listed = told.split("5 последних комментариев:\n")[1]
    assert [line for line in listed.splitlines() if line.startswith("ответ")] == [
        f"ответ {number}" for number in (5, 4, 3, 2, 1)
    ]
    assert "описание" not in told
    assert "между нами" not in told


def test_repeat_after_newer_comments_is_the_same_letter(talk: Talk) -> None:
    delivery = talk.news(talk.say("первый"))
    first = letters.render(delivery)
    talk.say("второй", 1)
    again = letters.render(delivery)
    assert text_of(again) == text_of(first)
    assert page_of(again).lines == page_of(first).lines
    assert [again[name] for name in ("Message-ID", "Date", "Subject")] == [
        first[name] for name in ("Message-ID", "Date", "Subject")
    ]


def test_internal_note_never_leaves(talk: Talk) -> None:
    delivery = talk.news(talk.say("между нами", kind=Kind.INTERNAL))
    with pytest.raises(SendError) as refused:
        letters.render(delivery)
    assert refused.value.permanent


def test_event_that_is_gone_is_refused_for_good(talk: Talk) -> None:
    with pytest.raises(SendError) as refused:
        letters.render(talk.delivery("comment"))
    assert refused.value.permanent


def test_files_and_recordings_are_listed_with_links(app: Flask, talk: Talk) -> None:
    new = talk.say("Смотрите", by=talk.contact)
    attach(new, "лог.txt")
    record(new, VoiceState.DONE, "не работает порт")
    record(new, VoiceState.WAITING)
    record(new, VoiceState.FAILED)
    letter = letters.render(talk.news(new, to=talk.agent, by=talk.contact))
    site = app.config["PUBLIC_URL"]
    comment = text_of(letter).split("Комментарий:\n")[1].split("\n\n")[0]
    assert comment.splitlines() == [
        "Смотрите",
        "Файл: лог.txt",
        f"{site}/attachments/{'f' * 32}",
        "Голосовое сообщение: «не работает порт»",
        f"{site}/tickets/{NUMBER}?at={new.id}#voice-note-voice-done",
        "Голосовое сообщение (его текст появится в заявке)",
        f"{site}/tickets/{NUMBER}?at={new.id}#voice-note-voice-waiting",
        "Голосовое сообщение",  # nothing more will come of it
        f"{site}/tickets/{NUMBER}?at={new.id}#voice-note-voice-failed",
    ]
    assert page_of(letter).links[1:3] == [
        ("лог.txt", f"{site}/attachments/{'f' * 32}"),
        ("Прослушать", f"{site}/tickets/{NUMBER}?at={new.id}#voice-note-voice-done"),
    ]


def test_what_the_comment_itself_says_is_not_said_twice(app: Flask, talk: Talk) -> None:
    new = talk.say("Добрый день! Не работает порт: 5.", by=talk.contact)
    record(new, VoiceState.DONE, "не работает порт пять")
    letter = letters.render(talk.news(new, to=talk.agent, by=talk.contact))
    comment = text_of(letter).split("Комментарий:\n")[1].split("\n\n")[0]
    address = f"{app.config['PUBLIC_URL']}/tickets/{NUMBER}?at={new.id}#voice-note-voice-done"
    assert comment.splitlines() == ["Добрый день! Не работает порт: 5.", "Голосовое сообщение", address]
    assert ("Прослушать", address) in page_of(letter).links


def test_a_phone_is_told_what_was_spoken(app: Flask, talk: Talk) -> None:
    new = talk.say("", by=talk.contact)
    ring = talk.news(new, to=talk.agent, by=talk.contact)
    set_committed_value(ring, "person", talk.agent)
    assert rings.payload(ring)["body"] == "Новые файлы"
    record(new, VoiceState.WAITING)
    assert rings.payload(ring)["body"] == "Голосовое сообщение"
    record(new, VoiceState.DONE, "Не работает порт.")
    assert rings.payload(ring)["body"] == "Голосовое сообщение: «Не работает порт.»"


@pytest.mark.parametrize(
    ("to", "until", "words"),
    [
        (Status.OPEN, None, "Открыта"),  # S37
        (Status.WAITING, None, "В ожидании"),  # S38
        (Status.DEFERRED, "2023-07-04T20:00:00+00:00", "Отложена до 5 июля 2023"),  # S39, D13: Yekaterinburg's day
        (Status.DEFERRED, "2023-07-05", "Отложена до 5 июля 2023"),
        (Status.SERVICE_CENTER, None, "Сервисный центр"),  # S40
        (Status.RESOLVED, None, "Решена"),  # S41
        (Status.CLOSED, None, "Закрыта"),  # S42
        (Status.REOPENED, None, "Возобновлено"),  # S43, D6
    ],
)
def test_change_of_status_is_told_in_words(talk: Talk, to: Status, until: str | None, words: str) -> None:  # S68
    moved = talk.event(EventKind.STATUS, data={"from": "open", "to": to, "until": until, "verb": "move"})
    letter = letters.render(talk.delivery("status", moved))
    assert letter["Subject"] == "[TicketID: 152875] Изменён статус заявки"
    lines = text_of(letter).splitlines()
    assert lines[0] == SEPARATOR
    assert lines[2:6] == ["SNR-S2962-24T обновление прошивки", lines[3], "", f"Статус заявки: {words}"]
    assert "Комментарий:" not in lines
    assert "5 последних комментариев:" not in lines
    page = page_of(letter)
    assert page.lines[:3] == [SEPARATOR, "SNR-S2962-24T обновление прошивки", f"Статус заявки: {words}"]


def test_comment_of_a_move_comes_with_its_letter(talk: Talk) -> None:  # S39, S63, S68
    why = talk.say("Ждём прошивку", by=talk.agent)
    moved = talk.event(EventKind.STATUS, why, data={"from": "open", "to": "deferred", "until": "2023-07-05"})
    lines = text_of(letters.render(talk.delivery("status", moved))).splitlines()
    start = lines.index("Статус заявки: Отложена до 5 июля 2023")
    assert lines[start : start + 7] == [
        "Статус заявки: Отложена до 5 июля 2023",
        "",
        "Комментарий:",
        "Ждём прошивку",
        "",
        "5 последних комментариев:",
        "Алексеев Степан (14 июня 2023, 13:43)",
    ]


def test_status_letter_without_comment_shows_the_talk_as_of_then(talk: Talk) -> None:  # S64
    talk.say("раньше")
    moved = talk.event(EventKind.STATUS, data={"from": "open", "to": "resolved"})
    delivery = talk.delivery("status", moved)
    before = text_of(letters.render(delivery))
    talk.say("позже", 3 * 24 * 60)
    assert "раньше" in before
    assert text_of(letters.render(delivery)) == before


def test_answer_that_moves_the_ticket_says_so(talk: Talk) -> None:  # S38, S68
    moved = talk.event(EventKind.COMMENTED, talk.say("Проверьте"), data={"from": "open", "to": "waiting"})
    assert "Статус заявки: В ожидании" in text_of(letters.render(talk.delivery("comment", moved))).splitlines()


def test_resolved_letter_names_the_last_moment_to_reopen(talk: Talk) -> None:  # D1, D4, S41
    moved = talk.event(EventKind.STATUS, data={"from": "waiting", "to": "resolved"})
    hint = "Если остались вопросы, заявку можно вернуть в работу до 20 июня 2023, 13:43:"
    assert hint in text_of(letters.render(talk.delivery("status", moved))).splitlines()
    assert hint not in text_of(letters.render(talk.delivery("status", moved, to=talk.agent)))


def test_closed_letter_leads_to_a_new_ticket(app: Flask, talk: Talk) -> None:  # S42, S58
    moved = talk.event(EventKind.STATUS, data={"from": "resolved", "to": "closed"}, by=talk.robot)
    page = page_of(letters.render(talk.delivery("status", moved)))
    assert "Если остались вопросы, откройте новую заявку, укажите ссылку на закрытую:" in page.lines
    assert ("Новая заявка", f"{app.config['PUBLIC_URL']}/tickets/new?continues={NUMBER}") in page.links


def test_warning_names_the_moment_of_the_next_step(talk: Talk) -> None:  # S48, D2
    warning = talk.event(EventKind.WARNED, talk.say("Мы не получили от Вас ответ.", by=talk.robot), by=talk.robot)
    letter = letters.render(talk.delivery("comment", warning))
    due = "Если ответа не будет, робот переведёт заявку в статус «Решена» 16 июня 2023, 13:43."
    assert due in text_of(letter).splitlines()
    assert due in page_of(letter).lines


def test_warning_of_another_team_counts_by_its_own_hours(talk: Talk) -> None:  # D2
    clockwork.set_week(Team.SERVICE_CENTER, {2: [(time(8), time(18))]}, YEKATERINBURG)  # Wednesdays
    talk.ticket.team = Team.SERVICE_CENTER
    warning = talk.event(EventKind.WARNED, talk.say("Мы не получили от Вас ответ.", by=talk.robot), by=talk.robot)
    due = "Если ответа не будет, робот переведёт заявку в статус «Решена» 28 июня 2023, 13:43."
    assert due in text_of(letters.render(talk.delivery("comment", warning))).splitlines()


def test_code_stands_in_letters_to_contacts_only(talk: Talk) -> None:  # S66, D12
    new = talk.say("Готово")
    mine = text_of(letters.render(talk.news(new)))
    assert people.code_of(talk.contact) in mine
    assert "Код авторизации" not in text_of(letters.render(talk.news(new, to=talk.agent)))


def test_setting_leaves_the_code_out(app: Flask, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:  # D12
    monkeypatch.setitem(app.config, "CODE_IN_LETTERS", False)
    letter = letters.render(talk.news(talk.say("Готово")))
    assert "Код авторизации" not in text_of(letter)
    assert people.code_of(talk.contact) not in "".join(page_of(letter).lines)


def test_contact_without_code_sees_that_there_is_none(talk: Talk) -> None:  # S16, S74
    talk.contact.code_sealed = None
    line = "Код авторизации для мобильного приложения и клиентского портала: [не указано]"
    assert line in text_of(letters.render(talk.news(talk.say("Готово")))).splitlines()


def test_english_reader_gets_english(talk: Talk) -> None:
    talk.contact.locale = "en"
    letter = letters.render(talk.news(talk.say("Done")))
    assert letter["Subject"] == "[TicketID: 152875] New comment on the ticket"
    lines = text_of(letter).splitlines()
    assert lines[0] == "Write your answer above this line"
    assert "5 last comments:" in lines
    assert "Алексеев Степан (14 June 2023, 13:43)" in lines


HOSTILE = (
    '<p onclick="steal()">текст</p><script>steal()</script><img src="http://evil.example/pixel">'
    '<a href="javascript:steal()">сюда</a><a href="/kb/articles/1">статья</a><style>*{display:none}</style>'
    '<div style="position:fixed">поверх</div></div></div><iframe src="http://evil.example"></iframe>'
)


def test_hostile_ticket_stays_text(app: Flask) -> None:
    talk = Talk(subject='<script>alert("x")</script>\r\nBcc: victim@mail.ru')
    talk.agent.last_name = "<b>Злой</b>"
    new = talk.say("a & b <script>\n\nBcc: victim@mail.ru", html=HOSTILE)
    attach(new, '"><svg onload=steal()>.txt')
    record(new, VoiceState.DONE, "<script>steal()</script>")
    letter = letters.render(talk.news(new))
    page = page_of(letter)
    assert page.tags <= {"html", "head", "meta", "base", "style", "body", "div", "h1", "p", "a", "br"}
    assert page.attributes <= {"lang", "charset", "name", "content", "target", "class", "style", "href", "rel"}
    assert {address.split(":")[0] for _, address in page.links} <= {"http", "https", ""}
    assert ("статья", f"{app.config['PUBLIC_URL']}/kb/articles/1") in page.links
    assert '<script>alert("x")</script> Bcc: victim@mail.ru' in page.lines
    assert "<b>Злой</b> Степан (14 июня 2023, 13:43)" in page.lines
    assert letter.keys().count("Bcc") == 0
    assert "evil.example" not in letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "a & b <script>" in text_of(letter).splitlines()


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    found: list[str] = []

    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


def test_reading_a_thread_takes_four_statements(talk: Talk) -> None:
    for minute in range(6):
        attach_to = talk.say(f"ответ {minute}", minute)
    attach(attach_to, "лог.txt")
    delivery = talk.news(attach_to)
    event_id = delivery.event_id or 0
    letter_thread.load(event_id)  # the lengths in force are kept from here on
    db.session.expire_all()
    with counted_statements() as statements:
        thread = letter_thread.load(event_id)
    assert len(thread.last) == 5
    assert len(statements) == 4


def test_moments_are_yekaterinburgs_whatever_the_readers_zone(talk: Talk) -> None:  # D13
    talk.contact.timezone = "Asia/Vladivostok"
    new = talk.say("Поздно", by=talk.agent)
    new.at = AT + timedelta(hours=11)
    assert "Алексеев Степан (15 июня 2023, 00:43)" in text_of(letters.render(talk.news(new)))
