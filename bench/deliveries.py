"""Letters and pushes that one worker sends in a second, over the real protocols to servers in processes of their own.

Run by itself it makes a desk, sends, and prints one line of JSON: `python -m bench.deliveries`.
"""

import json
import logging
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from app import create_app
from extensions import db
from jobs import committed, deliver
from jobs.clock import utc_now
from models import Delivery, DeliveryState
from services import comments, defaults, people, phones
from tests import factories
from tests.support.mail_server import Inbox, mail_server
from tests.support.push_service import PushService

READERS = 200


def rates() -> dict[str, float]:
    """Return the deliveries a second by channel, measured in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench.deliveries"], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def per_second(count: int = READERS) -> dict[str, float]:
    """Return the deliveries a second by channel: `count` readers of a ticket each, who hear of an answer."""
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as name, _servers(count) as (port, host, subscriptions):
        settings = {"DATA_DIR": name, "MAIL_URL": f"smtp://127.0.0.1:{port}", "PUSH_HOSTS": host, "DEMO": True}
        settings |= {"DATABASE_URL": f"sqlite:///{name}/desk.db", "REDIS_URL": f"unix://{name}/none.sock"}
        app = create_app(settings)
        with app.app_context():
            upgrade(directory=str(Path(app.root_path) / "migrations"))
            found = {channel: _rate(app, channel, count, subscriptions) for channel in ("email", "web_push")}
            db.engine.dispose()
    return found


def _rate(app: Flask, channel: str, count: int, subscriptions: list[dict[str, Any]]) -> float:
    off = "comment:web_push" if channel == "email" else "comment:email"
    with committed():
        defaults.ensure(at=utc_now())
        agent = factories.agent()
        for number in range(count):
            reader = factories.person("Иванов", notices_off=off)
            people.new_code(reader)
            if channel == "web_push":
                phones.subscribe(reader, subscriptions[number], at=utc_now())
            comments.reply(factories.ticket(reader), "Обновите загрузчик, пожалуйста.", by=agent, at=utc_now())
    begun = time.perf_counter()
    deliver.drain()
    took = time.perf_counter() - begun
    sent = Delivery.channel == channel, Delivery.state == DeliveryState.SENT
    done = db.session.scalar(select(func.count()).select_from(Delivery).where(*sent))
    if done != count:
        raise SystemExit(f"{channel}: {done} of {count} deliveries went out")
    return count / took


@contextmanager
def _servers(count: int) -> Iterator[tuple[int, str, list[dict[str, Any]]]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, count))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join()


def _serve(pipe: Connection, count: int) -> None:
    with mail_server(Inbox()) as port, PushService() as push:
        pipe.send((port, push.host, [push.subscribe() for _ in range(count)]))
        pipe.recv()


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # that no Redis is there to wake a worker by
    print(json.dumps(per_second()))
