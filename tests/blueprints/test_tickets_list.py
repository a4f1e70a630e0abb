"""The customer's list (S79, S82): whose tickets, which, and page after page without gaps."""

from datetime import timedelta

from flask.testing import FlaskClient

from extensions import db
from jobs.clock import utc_now
from rules.statuses import Status
from services import comments, tickets
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Element, Page
from tests.conftest import People
from tests.services.played import ticket_in

HTMX = {"HX-Request": "true"}


def rows(page: Element) -> list[int]:
    numbers = [
        row.all("td")[0].text.removeprefix("№ ")
        for row in page.all("tr")
        if "row-card" in row.attributes.get("class", "")
    ]
    return [int(number) for number in numbers]


def listed(client: FlaskClient, query: str = "") -> list[int]:
    answer = client.get(f"/tickets{query}")
    assert answer.status_code == 200, query
    return rows(Page(answer))


def test_forty_five_tickets_come_page_by_page_without_gaps_or_repeats(people: People, client_of: ClientOf) -> None:
    at = utc_now() - timedelta(days=1)
    made = [  # several of them in the very same moment
        factories.ticket(people.bob, at=at + timedelta(seconds=place // 7), subject=f"Заявка {place}").number
        for place in range(45)
    ]
    tickets.move(ticket_in(Status.OPEN, people, at=at), "resolve", by=people.alice, at=utc_now())
    db.session.commit()
    bob, seen, address = client_of(people.bob), list[int](), "/tickets?status=open&q=Заявка&scope=mine"
    sizes = []
    while address:
        page = Page(bob.get(address, headers=HTMX if sizes else {}))
        assert not sizes or not page.all("html")  # the rows only
        sizes.append(len(rows(page)))
        seen += rows(page)
        more = [link["href"] for link in page.all("a") if "cursor=" in link["href"]]
        address = more[0] if more else ""
    assert sizes == [20, 20, 5]
    assert seen == sorted(made, reverse=True)


def test_new_tickets_do_not_shift_the_pages_that_follow(people: People, client_of: ClientOf) -> None:
    made = [factories.ticket(people.bob, at=factories.NOW + timedelta(minutes=n)).number for n in range(25)]
    db.session.commit()
    bob = client_of(people.bob)
    first = Page(bob.get("/tickets"))
    factories.ticket(people.bob, at=utc_now())
    db.session.commit()
    more = next(link for link in first.links() if "cursor=" in link)
    assert rows(first) + listed(bob, more.removeprefix("/tickets")) == made[::-1]


def test_a_broken_cursor_is_the_first_page(people: People, client_of: ClientOf) -> None:
    number = factories.ticket(people.bob).number
    db.session.commit()
    bob = client_of(people.bob)
    for cursor in ("x", "-", "1-", "1-2-3", "9" * 30 + "-1", "1-" + "9" * 30, "1-" + "9" * 18, "٣-٣", "%00"):
        assert listed(bob, f"?cursor={cursor}") in ([number], []), cursor
    assert listed(bob, "?cursor=x") == [number]


def test_search_finds_by_number_subject_serial_and_order_in_any_case(people: People, client_of: ClientOf) -> None:
    found = factories.ticket(
        people.bob,
        subject="Не горит ПОРТ_1 на SNR-S2962, 100% потерь",
        serial_numbers=("OE4423DS23",),
        order_number="0000012345",
    ).number
    factories.ticket(people.bob, subject="Другое", serial_numbers=(), order_number="")
    db.session.commit()
    bob = client_of(people.bob)
    for words in (
        str(found),
        "snr-s2962",
        "SNR-S2962",
        "Не горит",
        "не горит",
        "порт",
        "ПОРТ",
        "oe4423",
        "0000012345",
        " потерь ",
    ):
        assert listed(bob, f"?q={words}") == [found], words
    for words in ("ПОРТ_1", "100%25", "Порт_1"):  # signs that a pattern would take for its own
        assert listed(bob, f"?q={words}") == [found], words
    for words in ("100_", "порт%251", "SNR\\", "\\", "_____", "%25%25", "'", "\U0001f600"):
        assert listed(bob, f"?q={words}") == [], words
    assert "Ничего не найдено" in Page(bob.get("/tickets?q=нет такого")).text


def test_scope_and_status_narrow_the_list(people: People, client_of: ClientOf) -> None:
    mine = factories.ticket(people.bob).number
    waiting = ticket_in(Status.WAITING, people, at=utc_now()).number
    colleague = factories.ticket(people.carol).number
    factories.ticket(people.mallory)
    db.session.commit()
    bob = client_of(people.bob)
    assert set(listed(bob)) == set(listed(bob, "?scope=mine")) == {mine, waiting}
    assert set(listed(bob, "?scope=company")) == {mine, waiting, colleague}  # S70
    assert listed(bob, "?status=waiting") == [waiting]
    assert listed(bob, "?status=waiting&scope=company") == [waiting]
    assert listed(bob, "?status=closed") == []
    assert set(listed(bob, "?status=nonsense&scope=company")) == {mine, waiting, colleague}
    page = Page(bob.get("/tickets"))
    assert {"Открыта", "В ожидании", "Отложена", "Сервисный центр", "Решена", "Закрыта", "Возобновлено"} <= {
        link.text for link in page.one("nav", data_keep_search="", aria_label="По статусу").all("a")
    }
    people.company.contacts_see_all = False
    db.session.commit()
    assert listed(bob, "?scope=company") == listed(bob) != []  # S71
    assert "?scope=company" not in Page(bob.get("/tickets")).raw
    carol = client_of(people.carol)
    carol_row = db.session.get(type(people.carol), people.carol.id)
    assert carol_row is not None
    carol_row.is_supervisor = True
    db.session.commit()
    assert set(listed(carol, "?scope=company")) == {mine, waiting, colleague}  # S71: «например руководителю»


def test_news_are_marked_until_they_are_read(people: People, client_of: ClientOf) -> None:
    ticket = factories.ticket(people.bob, at=utc_now() - timedelta(minutes=5))
    db.session.commit()
    bob, alice = client_of(people.bob), client_of(people.alice)

    def unread(client: FlaskClient, address: str = "/tickets") -> bool:
        return bool(Page(client.get(address)).all(aria_label="Есть новое"))

    bob.get(f"/tickets/{ticket.number}")
    assert not unread(bob) and unread(alice, "/desk")
    comments.reply(ticket, "Обновите загрузчик.", by=people.alice, at=utc_now())
    db.session.commit()
    assert unread(bob)
    row = Page(bob.get("/tickets")).one("tbody").text
    assert "Ждёт Вашего ответа" in row and "В ожидании" in row
    bob.get(f"/tickets/{ticket.number}/timeline")
    assert not unread(bob)
    comments.note(ticket, "Между нами", by=people.alice, at=utc_now())
    db.session.commit()
    assert not unread(bob) and unread(client_of(people.anna), "/desk")


def test_columns_of_the_list(people: People, client_of: ClientOf) -> None:
    cells = [cell.text for cell in Page(client_of(people.bob).get("/tickets")).all("th")]
    wanted = ["№ заявки", "Тема", "Клиент", "Ответственный", "Автор", "Контактное лицо", "Прогресс", "Статус"]  # S79
    assert cells == wanted
