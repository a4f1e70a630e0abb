"""«Доставка»: what did not reach its reader, repeated or put away; who does not work; how each letter looks (S59–S66)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from sqlalchemy import select, update

from channels import letter_samples
from extensions import db, redis
from jobs import HOUSEKEEPING, QUEUES, committed, deliver
from models import Delivery, DeliveryState
from rules.brand import USUAL, in_force
from services import comments, health, outbox, settings
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page
from tests.conftest import People
from tests.services.played import NOW
from tests.support.mail_server import Inbox

PAGE = "/admin/deliveries"
S = DeliveryState


@pytest.fixture
def anna(people: People, client_of: ClientOf) -> Iterator[FlaskClient]:
    redis.client.flushdb()
    yield client_of(people.anna)
    redis.client.flushdb()


def states() -> list[str]:
    anew()
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


def refused(people: People, inbox: Inbox) -> list[int]:
    """Two answers to one ticket that go in one letter, a letter about an account, a link: all refused for good."""
    with committed():
        ticket = factories.ticket(people.bob)
        for _ in range(2):
            comments.reply(ticket, "Ответ", by=people.alice, at=NOW)
        outbox.letter("one", people.bob, "taken", at=NOW)
        outbox.letter("two", people.bob, "reset_password", at=NOW, data={"token": "secret"})
    inbox.reader_answer = "550 no such user"
    deliver.drain()
    inbox.reader_answer = "250 OK"
    return list(db.session.scalars(select(Delivery.id).order_by(Delivery.id)))


def test_only_the_administrator_sees_it(people: People, client_of: ClientOf) -> None:
    for who in (people.bob, people.alice):
        client = client_of(who)
        assert client.get(PAGE).status_code == client.post(f"{PAGE}/repeat").status_code == 404
        assert client.get("/admin/letters").status_code == client.get("/admin/letters/comment/html").status_code == 404
        assert client.post("/admin/jobs/x/repeat").status_code == 404
    assert client_of(None).get(PAGE).status_code == 303


def test_what_was_refused_is_listed_and_repeated_one_by_one(people: People, inbox: Inbox, anna: FlaskClient) -> None:
    ids = refused(people, inbox)
    page = Page(anna.get(PAGE))
    assert "550 no such user" in page.text and people.bob.email in page.text and "№ 152876" in page.text
    assert "пусть адресат запросит новую" in page.text
    assert anna.post(f"{PAGE}/{ids[3]}/repeat").status_code == 404, "its link is gone"
    assert anna.post(f"{PAGE}/{ids[0]}/repeat").status_code == 303
    assert states() == [S.WAITING, S.GATHERED, S.FAILED, S.FAILED]
    deliver.drain()
    assert states() == [S.SENT, S.SENT, S.FAILED, S.FAILED] and len(inbox.taken) == 1
    assert anna.post(f"{PAGE}/{ids[0]}/repeat").status_code == 404, "it has gone out"
    assert anna.post(f"{PAGE}/{10**12}/repeat").status_code == 404


def test_all_are_repeated_at_once_and_what_nobody_needs_is_put_away(
    people: People, inbox: Inbox, anna: FlaskClient
) -> None:
    ids = refused(people, inbox)
    assert anna.post(f"{PAGE}/{ids[3]}/put-away").status_code == 303
    assert anna.post(f"{PAGE}/{ids[3]}/put-away").status_code == 404
    assert anna.post(f"{PAGE}/repeat").status_code == 303
    deliver.drain()
    assert states() == [S.SENT, S.SENT, S.SENT, S.SKIPPED] and len(inbox.taken) == 2
    assert "Всё дошло до адресатов" in Page(anna.get(PAGE)).text


def test_what_is_going_to_be_tried_again_is_shown_and_may_be_tried_now(
    people: People, inbox: Inbox, anna: FlaskClient
) -> None:
    with committed():
        made = outbox.letter("one", people.bob, "taken", at=NOW)
    inbox.data_answer = "451 later"
    deliver.drain()
    inbox.data_answer = "250 OK"
    page = Page(anna.get(PAGE))
    assert "451 later" in page.one(id="struggling").text and "1 попытка" in page.text
    assert anna.post(f"{PAGE}/{made.id}/repeat").status_code == 303
    deliver.drain()
    assert states() == [S.SENT]


def test_it_says_that_no_worker_and_no_scheduler_runs(anna: FlaskClient) -> None:
    page = Page(anna.get(PAGE))
    assert ", ".join(QUEUES) in page.one(id="no-worker").text and health.QUEUES == QUEUES
    assert page.one(id="no-scheduler")
    ready = anna.get("/readyz").get_json()
    assert not ready["worker"]["ok"] and "deliveries" in ready["worker"]["detail"] and not ready["scheduler"]["ok"]


def test_without_redis_the_page_says_so(anna: FlaskClient, app: Flask, tmp_path: Path) -> None:
    redis.init_app(f"unix://{tmp_path}/nobody.sock?db=0")
    try:
        page = Page(anna.get(PAGE))
    finally:
        redis.init_app(app.config["REDIS_URL"])
    assert page.one(id="no-redis")


def poison() -> None:
    raise ZeroDivisionError("poisoned")


def set_aside_job() -> str:
    queue = Queue(HOUSEKEEPING, connection=redis.client)
    job = queue.enqueue(poison)
    queue.remove(job)
    FailedJobRegistry(HOUSEKEEPING, connection=redis.client).add(
        job, ttl=600, exc_string="Trace\nZeroDivisionError: bad"
    )
    return str(job.id)


def test_jobs_that_were_set_aside_are_shown_repeated_and_put_away(anna: FlaskClient) -> None:
    first, second = set_aside_job(), set_aside_job()
    assert "poison" in Page(anna.get(PAGE)).one(id="jobs-set-aside").text
    assert anna.post(f"/admin/jobs/{first}/repeat").status_code == 303
    assert Queue(HOUSEKEEPING, connection=redis.client).job_ids == [first]
    assert anna.post(f"/admin/jobs/{second}/put-away").status_code == 303
    assert not Job.exists(second, connection=redis.client)
    assert anna.post(f"/admin/jobs/{second}/repeat").status_code == 404
    assert anna.post("/admin/jobs/none/put-away").status_code == 404


@pytest.mark.parametrize("name", letter_samples.NAMES)
def test_every_letter_has_its_sample(anna: FlaskClient, name: str) -> None:  # S14–S19, S60–S66
    assert f"/admin/letters/{name}" in anna.get("/admin/letters").text
    assert anna.get(f"/admin/letters/{name}").status_code == 200
    answer = anna.get(f"/admin/letters/{name}/html")
    assert answer.status_code == 200 and "sandbox" in answer.headers["Content-Security-Policy"]
    assert 'style="' in answer.text and "prefers-color-scheme: dark" in answer.text and "None" not in answer.text


def test_samples_wear_the_colour_that_the_administrator_chose(anna: FlaskClient) -> None:
    settings.set_text("brand_color", "#ffcc00")
    db.session.commit()
    tones = in_force("#ffcc00")
    for name in letter_samples.NAMES:
        html = anna.get(f"/admin/letters/{name}/html").text
        assert tones.light["accent"] in html and tones.dark["accent"] in html and USUAL not in html, name


def test_what_goes_to_customers_is_shown_as_they_get_it(anna: FlaskClient) -> None:  # S65–S66, D1
    resolved = anna.get("/admin/letters/resolved/html").text
    assert "Если остались вопросы, заявку можно вернуть в работу до" in resolved and 'class="button"' in resolved
    for name in ("comment", "digest", "woken"):
        assert "Код авторизации для мобильного приложения и клиентского портала: 1307-3829-0000-0000" in (
            anna.get(f"/admin/letters/{name}/html").text
        )
    assert "Код авторизации" not in anna.get("/admin/letters/reminder/html").text


def test_a_letter_that_is_none_is_not_found(anna: FlaskClient) -> None:
    assert anna.get("/admin/letters/_layout").status_code == anna.get("/admin/letters/none/html").status_code == 404


def test_the_administrators_first_page_counts_them(people: People, inbox: Inbox, anna: FlaskClient) -> None:
    refused(people, inbox)
    tile = Page(anna.get("/admin")).one("a", href=PAGE)
    assert "3" in tile.text
    with committed():
        db.session.execute(update(Delivery).values(state=S.SENT))
    assert "3" not in Page(anna.get("/admin")).one("a", href=PAGE).text
