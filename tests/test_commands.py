"""The `flask` commands, as operators and scripts use them."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask
from rq import Worker
from rq.cron import CronScheduler
from sqlalchemy import func, select

from extensions import db, limiter, redis
from jobs import QUEUES
from models import Comment, Person, Role, Team, Ticket
from rules.statuses import Status
from services import people as accounts
from tests import factories
from tests.conftest import Client, People
from tests.samples.spoken import FOLDER, HINTS, WORDS, model_folder
from tests.services.played import FRIDAY, TUESDAY, ticket_in
from tests.support.redis_server import RedisServer

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(limiter, "enabled", False)

    def call(*words: str) -> Result:
        db.session.rollback()
        db.session.expire_all()
        return app.test_cli_runner().invoke(args=list(words))

    return call


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_demo_desk_is_loaded_once(app: Flask, run: Run) -> None:
    assert run("demo", "load").exit_code == 0
    rows = [count(model) for model in (Person, Ticket, Comment)]
    again = run("demo", "load")
    assert again.exit_code == 0 and [count(model) for model in (Person, Ticket, Comment)] == rows
    people = said(run("demo", "show", "--json"))["people"]
    assert [person["email"] for person in people] == [
        *("client@romashka.example", "colleague@romashka.example", "stranger@vasilek.example"),
        *("agent@desk.example", "service@desk.example", "admin@desk.example"),
    ]
    for person in people:
        client = Client(app, app.response_class)
        assert client.post("/login", data={"login": person["email"], "password": person["password"]}).status_code == 303
        assert bool(re.fullmatch(r"(\d{4}-){3}\d{4}", person["code"])) == (person["role"] == "contact")  # D12
    assert set(db.session.scalars(select(Ticket.status))) == {status.value for status in Status}
    assert said(run("deliveries", "drain", "--json")) == {"sent": 0, "failed": 0, "waiting": 0}  # it happened long ago


def test_the_demo_desk_never_comes_to_a_desk_in_use(app: Flask, run: Run, people: People) -> None:
    assert run("demo", "load").exit_code == 0 and count(Ticket) == 0
    app.config["DEMO"] = False
    try:
        assert run("demo", "load").exit_code == 1 and run("demo", "show").exit_code == 1
    finally:
        app.config["DEMO"] = True


def test_a_specialist_is_made_and_sets_his_password_by_the_link(app: Flask, run: Run) -> None:
    made = run(
        "staff", "create", "New@Desk.example", "--role", "agent", "--team", "service-center", "--name", "Кузнецов Иван"
    )
    link = made.stdout.strip()
    assert made.exit_code == 0 and link.startswith("http://desk.test/password/reset?token=")
    client = Client(app, app.response_class)
    path = link.removeprefix("http://desk.test")
    sent = {"password": "kovamu-tizeba-47", "password_confirm": "kovamu-tizeba-47"}
    assert "Кузнецов Иван" in client.get(path).get_data(as_text=True)
    assert client.post(path, data=sent).location == "/desk"
    assert client.post(path, data=sent).status_code == 410
    assert client.get("/desk").status_code == 200
    db.session.rollback()
    person = accounts.by_email("new@desk.example")
    assert person is not None and (person.role, person.team, person.code_hash) == (
        Role.AGENT,
        Team.SERVICE_CENTER,
        None,
    )


def test_a_specialist_who_can_not_be_made_is_refused_in_a_line(run: Run, people: People) -> None:
    before = count(Person)
    for words in (
        ("new@desk.example", "--role", "robot", "--name", "Х"),
        ("new@desk.example", "--role", "agent"),
        ("new@desk.example", "--role", "agent", "--name", "  "),
        ("no address", "--role", "agent", "--name", "Х У"),
        ("bob@romashka.example", "--role", "admin", "--name", "Х У"),
    ):
        result = run("staff", "create", *words)
        assert result.exit_code in (1, 2) and result.stdout == "" and "Error: " in result.stderr, words
    assert count(Person) == before


def test_the_newest_letter_is_shown(app: Flask, run: Run, people: People) -> None:
    for letter in Path(app.config["MAIL_URL"].removeprefix("file://")).glob("*.eml"):
        letter.unlink()
    assert run("mail", "last", "--json").exit_code == 1
    client = Client(app, app.response_class)
    for person in (people.bob, people.carol):
        client.post("/password/forgot", data={"email": person.email})
        assert said(run("deliveries", "drain", "--json")) == {"sent": 1, "failed": 0, "waiting": 0}
    letter = said(run("mail", "last", "--json"))
    assert set(letter) == {"to", "subject", "text", "html", "headers", "path"}
    assert (
        letter["to"] == "carol@romashka.example" and letter["headers"]["Message-ID"] and Path(letter["path"]).is_file()
    )
    assert said(run("mail", "last", "--to", "Bob@Romashka.example", "--json"))["to"] == "bob@romashka.example"
    assert run("mail", "last", "--to", "nobody@romashka.example", "--json").exit_code == 1
    assert "subject: " in run("mail", "last").stdout
    assert said(run("deliveries", "drain", "--json")) == {"sent": 0, "failed": 0, "waiting": 0}


def test_the_robot_runs_as_of_any_moment(run: Run, people: People) -> None:
    waiting = ticket_in(Status.WAITING, people, at=FRIDAY).number
    db.session.commit()
    nothing: dict[str, list[int]] = {"warned": [], "resolved": [], "closed": [], "woken": []}
    due = TUESDAY  # 16:00 in Yekaterinburg, 11:00 by UTC (D2)
    early = (due - timedelta(minutes=1)).isoformat()
    assert said(run("robot", "run", "--now", early, "--json")) == nothing
    assert said(run("robot", "run", "--now", "2026-06-23T10:59", "--json")) == nothing  # without a zone: UTC
    for moment in (due.isoformat(), "2026-06-23T11:00", "2026-06-23T11:00:00Z"):
        assert said(run("robot", "run", "--now", moment, "--dry-run", "--json")) == nothing | {"warned": [waiting]}
    assert count(Comment) == 2
    assert said(run("robot", "run", "--now", due.isoformat(), "--json")) == nothing | {"warned": [waiting]}
    assert said(run("robot", "run", "--now", due.isoformat(), "--json")) == nothing
    thursday = due + timedelta(days=2)
    assert said(run("robot", "run", "--now", thursday.isoformat(), "--json")) == nothing | {"resolved": [waiting]}
    closing = thursday + timedelta(days=5)
    assert said(run("robot", "run", "--now", closing.isoformat(), "--json")) == nothing | {"closed": [waiting]}
    for bad in ("yesterday", "2026-13-01", ""):
        result = run("robot", "run", "--now", bad, "--json")
        assert result.exit_code == (2 if bad else 0) and "Traceback" not in result.output
    assert set(run("robot", "run").stdout.split()) >= {"warned:", "resolved:"}


def test_the_promises_are_shown_and_kept_an_eye_on(run: Run, people: People) -> None:  # S72, S90, S92
    shown = said(run("sla", "show", "--json"))
    assert shown["levels"]["basic"] == {
        "first_reaction": "2 working_hour",
        "first_answer": "1 working_day",
        "next_contact": "1 working_day",
    }
    assert shown["teams"]["support"] == {"zone": "Asia/Yekaterinburg", "week": ["mon-fri=8:30-17:30"]}
    assert "basic first_reaction: 2 working_hour" in run("sla", "show").stdout
    week = ("mon-thu=8:30-12:30,13:30-17:30", "fri=8:30-12:30")
    assert run("sla", "hours", "service-center", *week, "--zone", "Europe/Moscow").exit_code == 0
    assert said(run("sla", "show", "--json"))["teams"]["service_center"] == {
        "zone": "Europe/Moscow",
        "week": list(week),
    }
    for bad in (("mon=9",), ("mon=9:00-8:00",), ("mon=9:00-10:00", "--zone", "Mars/Olympus")):
        result = run("sla", "hours", "support", *bad)
        assert result.exit_code == 2 and "Traceback" not in result.output, bad
    ticket = ticket_in(Status.OPEN, people, at=TUESDAY)  # assigned a day before
    db.session.commit()
    nothing: dict[str, list[int]] = {"first_reaction": [], "first_answer": [], "next_contact": []}
    assert said(run("sla", "run", "--now", "2026-06-23T08:29+05:00", "--json")) == nothing
    moment = (TUESDAY - timedelta(hours=2)).isoformat()
    assert said(run("sla", "run", "--now", moment, "--json")) == nothing | {"next_contact": [ticket.number]}


def test_speech_is_heard_from_a_file(run: Run) -> None:
    words = ("speech", "transcribe", str(FOLDER / "sentence.ogg"), "--model", str(model_folder()))
    heard = said(run(*words, "--hints", json.dumps(HINTS, ensure_ascii=False), "--json"))
    assert set(heard) == {"text", "language", "words", "audio_seconds", "took_seconds"}
    assert heard["text"].split() == WORDS and heard["language"] == "ko" and 5 < heard["audio_seconds"] < 9
    assert all(set(word) == {"word", "start", "end", "conf"} for word in heard["words"])


def test_what_can_not_be_heard_is_said_in_a_line(app: Flask, run: Run, tmp_path: Path) -> None:
    sound, model = str(FOLDER / "sentence.ogg"), str(model_folder())
    empty = tmp_path / "empty.ogg"
    empty.touch()
    for words in [
        (sound,),  # no model is installed
        (sound, "--model", str(tmp_path)),
        (str(FOLDER / "README.md"), "--model", model),
        (str(empty), "--model", model),
        (sound, "--model", model, "--hints", "not json"),
        (sound, "--model", model, "--hints", '{"a": 1}'),
        ("/nowhere.ogg",),
    ]:
        result = run("speech", "transcribe", *words, "--json")
        assert result.exit_code in (1, 2) and result.stdout == "", (words, result.output)
        assert "Error: " in result.stderr, words


def test_believable_load_is_made_in_bulk(run: Run, people: People) -> None:
    assert run("generate", "--tickets", "30").exit_code == 0
    assert (count(Ticket), count(Comment)) == (30, 120)
    subjects = db.session.scalars(select(Ticket.subject)).all()
    assert all(re.search("[а-я]", subject) for subject in subjects)
    numbers = db.session.scalars(select(Ticket.number).order_by(Ticket.id)).all()
    assert list(numbers) == sorted(set(numbers))
    assert factories.ticket(people.bob).number == max(numbers) + 1
    db.session.rollback()
    assert run("generate", "--tickets", "-1").exit_code in (0, 2) and count(Ticket) == 30
    assert run("prepare").exit_code == 0


def test_the_doctor_says_what_is_broken(app: Flask, run: Run, redis_server: RedisServer) -> None:
    worker = Worker(QUEUES, connection=redis.client, name="of-the-doctor")
    worker.register_birth()
    clock = CronScheduler(redis.client, name="of-the-doctor")
    clock.register_birth()
    try:
        well = run("doctor")
    finally:
        worker.register_death()
        clock.register_death()
    lines = dict(re.findall(r"^(\S+(?: \w+)*)\s{2,}(\w+)", well.stdout, re.MULTILINE))
    assert well.exit_code == 0, well.stdout
    assert {
        name: lines[name] for name in ("database", "migrations", "redis", "worker", "storage", "vapid")
    } == dict.fromkeys(("database", "migrations", "redis", "worker", "storage", "vapid"), "ok")
    assert {"mail out", "mail in", "telegram", "speech model", "https"} <= set(lines)
    assert urlsplit(app.config["PUBLIC_URL"]).netloc in well.stdout
    redis_server.kill()
    try:
        ill = run("doctor")
    finally:
        redis_server.restart()
        redis.init_app(redis_server.url)
    assert ill.exit_code == 1 and re.search(r"^redis\s+broken", ill.stdout, re.MULTILINE)


def test_every_command_explains_itself(app: Flask, run: Run) -> None:
    groups = {"demo": 2, "staff": 1, "mail": 1, "robot": 1, "speech": 2, "deliveries": 1}
    for group in groups:
        assert len(app.cli.commands[group].commands) >= groups[group]  # type: ignore[attr-defined]
        assert run(group, "--help").exit_code == 0
    for command in ("doctor", "prepare", "generate"):
        assert run(command, "--help").stdout.count("\n") >= 5
