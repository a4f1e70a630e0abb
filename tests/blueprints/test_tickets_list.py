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
    for words in ("ПОРТ_1", "100%25", "Порт_1", "100_", "SNR\\"):  # signs part words and mean nothing else
        assert listed(bob, f"?q={words}") == [found], words
    for words in ("порт_2", "\\", "_____", "%25%25", "'", "\U0001f600"):
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
    bob.get(f"/tickets/{ticket.number}/glance")
    assert unread(bob)  # a quick view is not reading
    bob.get(f"/tickets/{ticket.number}")
    assert not unread(bob)
    comments.note(ticket, "Между нами", by=people.alice, at=utc_now())
    db.session.commit()
    assert not unread(bob) and unread(client_of(people.anna), "/desk")


def test_columns_of_the_list(people: People, client_of: ClientOf) -> None:
    cells = [cell.text for cell in Page(client_of(people.bob).get("/tickets")).all("th")]
    wanted = ["№ заявки", "Тема", "Клиент", "Ответственный", "Автор", "Контактное лицо", "Прогресс", "Статус"]
    assert cells == [*wanted, "Быстрый просмотр"]  # S79


def test_what_waits_for_me_is_on_top_page_after_page(people: People, client_of: ClientOf) -> None:
    """Thirty of Bob's wait for his answer, each older than the thirty that do not."""
    at = utc_now() - timedelta(days=9)
    waiting = [ticket_in(Status.WAITING, people, at=at + timedelta(minutes=n)).number for n in range(30)]
    others = [factories.ticket(people.bob, at=at + timedelta(days=5, minutes=n)).number for n in range(30)]
    colleagues = ticket_in(Status.WAITING, people, at=at + timedelta(days=6))
    colleagues.contact_id = people.carol.id
    db.session.commit()
    bob, seen, address = client_of(people.bob), list[int](), "/tickets?scope=company"
    while address:
        page = Page(bob.get(address))
        seen += rows(page)
        address = next((link for link in page.links() if "cursor=" in link), "")
    assert seen == [*waiting[::-1], colleagues.number, *others[::-1]]
    assert listed(bob, "?sort=created")[0] == others[-1]  # who sorts by something else gets that


def test_the_list_is_sorted_by_change_registration_and_status(people: People, client_of: ClientOf) -> None:  # S78
    at = utc_now() - timedelta(days=3)
    first = factories.ticket(people.bob, at=at)
    closed = ticket_in(Status.CLOSED, people, at=at + timedelta(hours=25))
    last = factories.ticket(people.bob, at=at + timedelta(hours=2))
    comments.reply(first, "Ещё вопрос", by=people.bob, at=utc_now())
    db.session.commit()
    bob = client_of(people.bob)
    assert listed(bob) == [first.number, closed.number, last.number]
    assert listed(bob, "?sort=created") == [last.number, closed.number, first.number]
    assert listed(bob, "?sort=status") == [first.number, last.number, closed.number]
    assert listed(bob, "?sort=nonsense")[0] == first.number


def test_every_order_leads_through_all_pages(people: People, client_of: ClientOf) -> None:
    made = [
        (ticket_in(Status.RESOLVED, people, at=factories.NOW) if n % 2 else factories.ticket(people.bob)).number
        for n in range(45)
    ]
    db.session.commit()
    bob = client_of(people.bob)
    for sort in ("", "updated", "created", "status"):
        seen, address = list[int](), f"/tickets?sort={sort}"
        while address:
            page = Page(bob.get(address, headers=HTMX))
            seen += rows(page)
            address = next((link["href"] for link in page.all("a") if "cursor=" in link["href"]), "")
        assert sorted(seen) == sorted(made), sort


def test_what_was_found_is_marked_and_told_from_where(people: People, client_of: ClientOf) -> None:
    ticket = factories.ticket(people.bob, subject="Потери <b>пакетов</b>", description="Меняли коммутаторы & кабели.")
    comments.note(ticket, "Тайная пометка про коммутатор", by=people.alice, at=utc_now())
    db.session.commit()
    bob = client_of(people.bob)
    page = bob.get("/tickets?q=коммутатор").text
    assert "Меняли <mark>коммутаторы</mark> &amp; кабели." in page and "Тайная" not in page
    assert "Потери &lt;b&gt;<mark>пакетов</mark>&lt;/b&gt;" in bob.get("/tickets?q=пакет").text
    assert listed(bob, "?q=тайная") == [] and rows(Page(client_of(people.alice).get("/desk?q=тайной"))) == [
        ticket.number
    ]


def test_an_empty_list_teaches(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    nothing = Page(bob.get("/tickets"))
    assert "Заявок пока нет" in nothing.text and "/tickets/new" in nothing.links()
    factories.ticket(people.bob)
    db.session.commit()
    missing = Page(bob.get("/tickets?q=абракадабра&status=open"))
    assert "абракадабра" in missing.text and "Попробуйте меньше слов" in missing.text
    assert {"/tickets?q=%D0%B0%D0%B1%D1%80%D0%B0%D0%BA%D0%B0%D0%B4%D0%B0%D0%B1%D1%80%D0%B0", "/tickets"} <= set(
        missing.links()
    )
    none = Page(bob.get("/tickets?status=closed"))
    assert "Заявок в статусе «Закрыта» сейчас нет" in none.text and "/tickets" in none.links()


def test_the_quick_view_shows_a_ticket_to_whoever_may_see_it(people: People, client_of: ClientOf) -> None:  # S79
    ticket = ticket_in(Status.WAITING, people)
    comments.note(ticket, "Между нами", by=people.alice, at=utc_now())
    db.session.commit()
    address = f"/tickets/{ticket.number}/glance"
    assert address in Page(client_of(people.bob).get("/tickets")).links()
    page = Page(client_of(people.bob).get(address))  # without a script: a page
    assert page.all("html") and "Между нами" not in page.text and f"/tickets/{ticket.number}" in page.links()
    for text in ("Обновите загрузчик.", "Алексеев С.", "В ожидании", "Хотим обновить коммутатор"):
        assert text in page.text, text
    fragment = Page(client_of(people.alice).get(address, headers=HTMX))
    assert not fragment.all("html") and "Между нами" in fragment.text and "Внутренняя заметка" in fragment.text
    assert client_of(people.mallory).get(address).status_code == 404
    assert client_of(people.bob).get("/tickets/999999999999/glance").status_code == 404


def test_twenty_rows_weigh_less_than_thirty_kilobytes(people: People, client_of: ClientOf) -> None:
    for place in range(25):
        factories.ticket(people.bob, subject=f"Коммутатор {place}: {'потери пакетов ' * 9}")
    db.session.commit()
    bob = client_of(people.bob)
    for packed in ("zstd", "br", "gzip"):
        for query in ("", "?q=коммутатор"):
            answer = bob.get(f"/tickets{query}", headers={"Accept-Encoding": packed})
            assert answer.headers["Content-Encoding"] == packed
            assert len(answer.data) < 30 * 1024, (packed, query)


def test_a_page_asks_the_database_little(people: People, client_of: ClientOf) -> None:
    for _ in range(3):
        factories.ticket(people.bob)
    db.session.commit()
    bob = client_of(people.bob)
    bob.get("/tickets")  # settings are asked for every few seconds
    for query, most in (("", 2), ("?q=прошивки", 3), ("?q=коммутатор", 4)):
        # Who asks, the rows, where the words stand; on SQLite also whether he has few tickets.
        told = bob.get(f"/tickets{query}").headers["Server-Timing"]
        assert int(told.split('"')[1]) <= most, (query, told)
