"""Search: every word of a ticket in any of its forms, the same on both databases, kept up as things are said."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, text

from extensions import db
from jobs import committed
from models import KbArticle, KbSection, Person, Ticket, TicketWords, VoiceNote
from services import comments, files, lists, search, search_index, voice_notes
from services.lists import Filters
from services.messages import Enclosed
from tests import factories
from tests.conftest import People

NOW = factories.NOW
Find = Callable[[str], list[int]]


def own(person: Person, asked: str) -> list[int]:
    return [row.number for row in lists.own(person, Filters(q=asked)).rows]


def desk(person: Person, asked: str) -> list[int]:
    return [row.number for row in lists.queue(person, Filters(q=asked)).rows]


# What stands in one ticket -> what finds it, what does not. The databases must agree on all of it.
FORMS: tuple[tuple[str, str, str], ...] = (
    ("Коммутатор не видит модули", "коммутаторы модуль", "коммутировать"),
    ("Настройка учётной записи", "учетные записи", "запас"),
    ("Список записей", "запись", "списать"),
    ("Много ошибок на порту", "ошибка порты", "опора"),
    ("Осталось пять дней", "день", "лень"),
    ("Люди не могут войти", "человек", "любить"),
    ("Нет заявок", "заявка", "завод"),
    ("Прошивка слетела", "прошивками", "прошлое"),
    ("Индикаторы горят красным", "горит красный", "гора"),
    ("Обновил загрузчик", "обновить загрузчики", "загрузить"),
    ("Сгорели платы питания", "плата", "план"),
    ("Конфигурация VLAN-ов", "vlan конфигурации", "lan"),
    ("Ёмкость батареи", "емкость", "ёлка"),
    ("Печатает через раз", "печата", "печка"),
    ("Свитч завис: switches are down", "switch", "swift"),
    ("Коммутатор SNR-S2962-24T", "snr s2962-24", "s2963"),
    ("Порт Gi1/0/24 лежит", "gi1/0/24", "gi1/0/23"),
    ("Адрес 192.168.10.5 не отвечает", "192.168.10", "192.169"),
    ("Версия 7.0.3.5", "7.0.3", "7.1"),
    ("MAC f8:f0:82:10:aa:0c", "f8f08210", "f8f083"),
    ("24-портовый", "портовый", "портал"),
    ("Печать-сервер", "серверы", "север"),
    ("не горит порт", "порт не горит", "порт не мигает"),
    ("Ошибка «E-1234»!", "e1234", "e1235"),
)


@pytest.fixture(params=["few", "many"])
def how_many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sees few tickets has each looked into on SQLite, who sees many has the index asked: the answers are the same."""
    monkeypatch.setattr(search, "FEW", 500 if request.param == "few" else 0)


@pytest.fixture
def tickets_of_forms(people: People) -> dict[str, int]:
    made = {
        subject: factories.ticket(
            people.bob, subject=subject, description="-", serial_numbers=(), order_number="", order_year=None
        ).number
        for subject, _, _ in FORMS
    }
    db.session.commit()
    return made


@pytest.mark.usefixtures("how_many")
def test_words_are_found_in_any_form_on_either_database(people: People, tickets_of_forms: dict[str, int]) -> None:
    for subject, asked, not_it in FORMS:
        assert tickets_of_forms[subject] in own(people.bob, asked), (subject, asked)
        assert tickets_of_forms[subject] not in own(people.bob, not_it), (subject, not_it)
        assert own(people.mallory, asked) == []


EXACT = {  # the whole answer, so that no database finds more than the other
    "коммутатор": ("Коммутатор не видит модули", "Коммутатор SNR-S2962-24T"),
    "порт": ("Много ошибок на порту", "Порт Gi1/0/24 лежит", "24-портовый", "не горит порт"),
    "запись": ("Настройка учётной записи", "Список записей"),
    "печат": ("Печатает через раз", "Печать-сервер"),
    "ё": (),
    "не": ("не-такого-слова",),
    "нет": ("Нет заявок",),
}


@pytest.mark.usefixtures("how_many")
def test_both_databases_find_just_the_same(people: People, tickets_of_forms: dict[str, int]) -> None:
    for asked, subjects in EXACT.items():
        wanted = {tickets_of_forms[subject] for subject in subjects if subject in tickets_of_forms}
        if asked == "не":  # particles are found by nothing, but other words may begin like them
            wanted = {tickets_of_forms["Нет заявок"]}
        assert set(own(people.bob, asked)) == wanted, asked


def test_a_word_is_found_while_it_is_typed(people: People) -> None:
    number = factories.ticket(people.bob, subject="Маршрутизаторы перезагружаются", description="-").number
    db.session.commit()
    word = "перезагружаются"
    for length in range(2, len(word) + 1):
        assert own(people.bob, f"маршрутизатор {word[:length]}") == [number], word[:length]


def test_every_part_of_a_ticket_is_searched(people: People) -> None:
    file = files.keep(files.store(BytesIO(b"x")), "Схема_подключения-щита.pdf", people.bob, at=NOW)
    note = voice_notes.keep(voice_notes.store(BytesIO(b"x")), "audio/ogg", people.bob, client_id=None, at=NOW)
    ticket = factories.ticket(
        people.bob, subject="Тема", description="Описание беды", serial_numbers=("OE44-23DS23", "123"),
        order_number="0000012345", invoice_number="СЧ-778/1", enclosed=Enclosed([file], [note]),
    )  # fmt: skip
    comments.reply(ticket, "Прислали резервную копию", by=people.bob, at=NOW)
    db.session.commit()
    assert own(people.bob, "ретранслятор") == []
    with committed():
        waiting = db.session.get_one(VoiceNote, note.id)
        voice_notes.finish(waiting, text="мигает ретранслятор", words=[], language="ru", audio_ms=900)
    asked = (
        "тема", "описания", "резервные копии", "схемы", "подключение", "щит", "pdf", "ретрансляторы", "oe4423ds",
        "23ds", "ОЕ44", "12345", "сч778", "СЧ-778/1", "778", str(ticket.number), "тема схема ретранслятор 12345",
    )  # fmt: skip
    for words in asked:
        assert own(people.bob, words) == [ticket.number], words
    places = {
        words: search.excerpts(search.read(words), [ticket.id])[ticket.id]
        for words in ("схемы", "ретрансляторы", "23ds", "12345", "778", "копия", "описание")
    }
    assert [place.kind for place in places.values()] == [
        "file", "voice", "serial", "order", "invoice", "public", "description"
    ]  # fmt: skip
    assert places["ретрансляторы"].html == "мигает <mark>ретранслятор</mark>"


def test_notes_are_found_by_staff_alone(people: People) -> None:
    ticket = factories.ticket(people.bob, subject="Тема", description="Общее")
    file = files.keep(files.store(BytesIO(b"x")), "наружу-нельзя.txt", people.alice, at=NOW)
    comments.note(ticket, "Подозреваем контрафакт", by=people.alice, at=NOW, enclosed=Enclosed([file]))
    db.session.commit()
    for words in ("контрафакт", "наружу", "тема контрафакт"):
        assert own(people.bob, words) == own(people.carol, words) == []
        assert desk(people.alice, words) == [ticket.number]
    what = search.read("контрафакт")
    assert search.excerpts(what, [ticket.id]) == {}
    assert search.excerpts(what, [ticket.id], internal=True)[ticket.id].kind == "internal"


def test_staff_find_by_client_and_contact_too(people: People) -> None:
    ticket = factories.ticket(people.bob, subject="Тема")
    factories.ticket(people.mallory, subject="Тема")
    db.session.commit()
    for words in ("ромашка", "РОМАШКА", "Ромашка Телеком", "тестинг"):
        assert desk(people.alice, words) == [ticket.number], words
        assert own(people.bob, words) == []


def test_what_is_rolled_back_is_not_found(people: People) -> None:
    ticket = factories.ticket(people.bob)
    db.session.commit()
    with pytest.raises(RuntimeError), committed():
        comments.reply(db.session.get_one(Ticket, ticket.id), "небылица", by=people.bob, at=NOW)
        db.session.flush()
        assert own(people.bob, "небылицы") == [ticket.number]  # within the transaction it is
        raise RuntimeError
    assert own(people.bob, "небылица") == []


def test_a_ticket_takes_its_words_along(people: People, app: Flask) -> None:
    factories.ticket(people.bob)
    db.session.commit()
    db.session.execute(text("DELETE FROM ticket"))
    db.session.commit()
    assert db.session.scalars(select(TicketWords)).all() == [] and desk(people.alice, "прошивка") == []


def test_what_came_past_the_session_is_found_after_a_rebuild(people: People, app: Flask) -> None:
    ticket = factories.ticket(people.bob)
    db.session.commit()
    db.session.execute(text("UPDATE ticket SET subject = 'Гиперболоид'"))
    db.session.execute(text("UPDATE ticket_words SET version = 0"))
    db.session.commit()
    assert own(people.bob, "гиперболоиды") == []
    result = app.test_cli_runner().invoke(args=["search", "rebuild", "--json"])
    assert result.exit_code == 0 and '"indexed": 1' in result.output
    assert own(people.bob, "гиперболоиды") == [ticket.number]
    with committed():
        db.session.execute(text("DELETE FROM ticket_words"))
    assert own(people.bob, "гиперболоид") == []
    assert app.test_cli_runner().invoke(args=["prepare"]).exit_code == 0  # what every start runs
    assert own(people.bob, "гиперболоид") == [ticket.number]


def test_no_question_breaks_the_databases(people: People) -> None:
    factories.ticket(people.bob)
    db.session.commit()
    for asked in (
        '"',
        "'",
        "a'b",
        "* OR *",
        "NEAR(a b)",
        "{public}:x",
        "a & b | !c",
        "-",
        "x:*",
        "\\",
        "а" * 999,
        "\0",
    ):
        own(people.bob, asked), desk(people.alice, asked), search.articles(asked)


def article(title: str, body: str, **values: object) -> KbArticle:
    section = db.session.scalars(select(KbSection)).first() or KbSection(name="Прошивки")
    db.session.add(section)
    db.session.flush()
    made = KbArticle(
        section_id=section.id, title=title, body_html=f"<p>{body}</p>", body_text=body, updated_at=NOW, **values
    )
    db.session.add(made)
    db.session.flush()
    return made


def test_articles_are_found_by_word_forms_those_by_title_first(app: Flask) -> None:  # S82
    body = article("Регламент", "Как обновить коммутаторы <SNR> и ничего не потерять. " + "Вода. " * 90)
    title = article("Коммутаторы: прошивки", "Обновление по сети")
    article("Другое", "Совсем о другом")
    db.session.commit()
    hits = search.articles("коммутатор обновить")
    assert [hit.id for hit in hits] == [body.id] or [hit.id for hit in hits] == [title.id, body.id]
    assert [hit.id for hit in search.articles("коммутатора")] == [title.id, body.id]
    assert search.articles("коммутатора")[0].title_html == "<mark>Коммутаторы</mark>: прошивки"
    assert "<mark>коммутаторы</mark> &lt;SNR&gt;" in search.articles("коммутатора")[1].excerpt_html
    assert [hit.id for hit in search.articles("коммутатора", KbArticle.id != title.id)] == [body.id]
    assert search.articles("") == search.articles("%") == search.articles("нет такого слова") == []
    body.body_text = "Маршрутизаторы"
    db.session.commit()
    assert [hit.id for hit in search.articles("маршрутизатор")] == [body.id]


def test_a_change_that_moves_a_ticket_writes_no_words(people: People, statements: list[str]) -> None:
    ticket = factories.ticket(people.bob)
    db.session.commit()
    statements.clear()
    ticket.assignee_id = people.alice.id
    db.session.commit()
    assert not [statement for statement in statements if "ticket_words" in statement]
    search_index.index_tickets([ticket.id])
    assert [statement for statement in statements if "ticket_words" in statement]
