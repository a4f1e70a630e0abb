"""The robot as both sides see it on their pages, from the answer to «Закрыта» (S37–S58, S99–S100)."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs import robot
from jobs.clock import utc_now
from models import Ticket
from rules.statuses import Status
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page
from tests.blueprints.test_moves import status_of
from tests.conftest import People
from tests.services.played import ANSWER, DEFERRED_FOR, FRIDAY, TUESDAY, ticket_in

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
WARNING = (
    "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
)
FAREWELL = "К сожалению, мы так и не получили от Вас ответ. Если вопрос всё ещё актуален, просьба создать новую заявку"


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


@pytest.fixture
def alice(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.alice)


@pytest.fixture
def answered(bob: FlaskClient, alice: FlaskClient) -> int:
    """A ticket that Bob opened and Alice answered, by their forms."""
    sent = {"subject": "SNR-S2962-24T обновление прошивки", "type": "setup-help", "priority": "normal"}
    number = int(bob.post("/tickets", data=sent).headers["Location"].rpartition("/")[2])
    assert status_of(number) == Status.OPEN  # S37
    assert alice.post(f"/tickets/{number}/comments", data={"body": ANSWER}).status_code == 303
    assert status_of(number) == Status.WAITING  # S38, S45
    return number


def due(number: int) -> datetime:
    anew()
    found = db.session.scalar(select(Ticket.robot_due_at).where(Ticket.number == number))
    assert found is not None
    return found


def test_silence_leads_to_a_reminder_then_to_resolved_then_to_closed(
    bob: FlaskClient, alice: FlaskClient, answered: int
) -> None:  # S47–S53, S58
    path = f"/tickets/{answered}"
    warns = due(answered)
    assert robot.run(warns - MOMENT)["warned"] == []
    assert WARNING not in bob.get(path).text
    robot.run(warns)  # S47
    page = Page(bob.get(path))
    assert WARNING in page.text and "Робот-информатор" in page.text  # S48, S53
    assert page.one(id="ticket")["data-status"] == "waiting"
    resolves = due(answered)
    assert resolves > warns + 2 * DAY - DAY / 2
    robot.run(resolves - MOMENT)
    assert status_of(answered) == Status.WAITING
    robot.run(resolves)  # S49
    page = Page(bob.get(path))
    assert page.one(id="ticket")["data-status"] == "resolved" and FAREWELL in page.text  # S50, S51
    assert f"{path}/reopen" in page.actions()  # S57, D4
    closes = due(answered)
    assert closes == resolves + 5 * DAY  # S52, D2: calendar days
    robot.run(closes - MOMENT)
    assert status_of(answered) == Status.RESOLVED
    robot.run(closes)
    assert Page(bob.get(path)).one(id="ticket")["data-status"] == "closed"  # S52
    assert bob.post(f"{path}/reopen").status_code == 409  # S58
    assert bob.post(f"{path}/comments", data={"body": "Ещё вопрос"}).status_code == 409
    assert alice.post(f"{path}/reopen").status_code == 409


def test_any_answer_stops_the_robot(bob: FlaskClient, answered: int) -> None:  # S37, S45, S51
    robot.run(due(answered))
    bob.post(f"/tickets/{answered}/comments", data={"body": "Ещё проверяю"})
    assert status_of(answered) == Status.OPEN
    anew()
    assert db.session.scalar(select(Ticket.robot_due_at).where(Ticket.number == answered)) is None
    assert robot.run(utc_now() + 60 * DAY) == {"warned": [], "resolved": [], "closed": [], "woken": []}


def test_an_answer_in_the_second_in_which_the_robot_resolves_brings_the_ticket_back(
    bob: FlaskClient, people: People, answered: int
) -> None:  # S43, S51, D6
    robot.run(due(answered))
    robot.run(due(answered))
    assert status_of(answered) == Status.RESOLVED
    bob.post(f"/tickets/{answered}/comments", data={"body": "Я только что проверил: не помогло"})
    page = Page(bob.get(f"/tickets/{answered}"))
    assert page.one(id="ticket")["data-status"] == "reopened" and "Возобновлено" in page.one(id="ticket-header").text
    assert robot.run(utc_now() + 60 * DAY)["closed"] == []


def test_a_hand_that_resolves_starts_the_same_five_days(bob: FlaskClient, answered: int) -> None:  # S56
    before = utc_now()
    bob.post(f"/tickets/{answered}/resolve")
    closes = due(answered)
    assert before + 5 * DAY <= closes <= utc_now() + 5 * DAY
    robot.run(closes)
    assert status_of(answered) == Status.CLOSED


def test_a_server_that_was_down_for_a_week_gives_the_whole_wait(bob: FlaskClient, answered: int) -> None:
    late = due(answered) + 7 * DAY
    assert robot.run(late)["warned"] == [answered] and robot.run(late)["resolved"] == []
    assert due(answered) > late + DAY
    assert WARNING in bob.get(f"/tickets/{answered}").text and status_of(answered) == Status.WAITING


def test_a_deferred_ticket_sleeps_till_its_date_and_wakes(
    bob: FlaskClient, alice: FlaskClient, answered: int
) -> None:  # S39, S46, S55, S99, S100
    until = (utc_now() + 20 * DAY).replace(microsecond=0)
    sent = {"until": until.isoformat(), "body": "Вы просили вернуться к этому в июле"}
    assert alice.post(f"/tickets/{answered}/defer", data=sent).status_code == 303
    assert "Отложена до" in Page(bob.get(f"/tickets/{answered}")).one(id="ticket-header").text
    assert robot.run(until - MOMENT) == {"warned": [], "resolved": [], "closed": [], "woken": []}
    assert robot.run(until)["woken"] == [answered]
    for reader in (bob, alice):
        page = Page(reader.get(f"/tickets/{answered}"))
        assert page.one(id="ticket")["data-status"] == "open" and "Робот-информатор" in page.text


def test_the_administrator_sees_the_rules_and_what_they_would_do(people: People, client_of: ClientOf) -> None:  # S54
    silent, asleep = ticket_in(Status.WAITING, people, at=FRIDAY), ticket_in(Status.DEFERRED, people, at=FRIDAY)
    db.session.commit()
    anna = client_of(people.anna)
    page = Page(anna.get("/admin/robot?now=2026-06-23T15:59"))
    assert WARNING in page.text and FAREWELL in page.text and "через: 2 рабочих дня" in page.text
    assert "Робот ничего бы не сделал." in page.text
    page = Page(anna.get("/admin/robot", query_string={"now": (TUESDAY + DEFERRED_FOR).isoformat()}))
    steps = {found["data-step"]: found.text for found in page.one(id="robot-steps").all("li")}
    assert (
        set(steps) == {"warn", "wake"} and str(silent.number) in steps["warn"] and str(asleep.number) in steps["wake"]
    )
    assert status_of(silent.number) == Status.WAITING and status_of(asleep.number) == Status.DEFERRED
    wrong = Page(anna.get("/admin/robot?now=завтра"))
    assert wrong.status == 422 and wrong.error("now") == "Проверьте дату и время."
    assert client_of(people.alice).get("/admin/robot").status_code == 404
    assert Page(anna.get("/admin")).links().count("/admin/robot") == 1
