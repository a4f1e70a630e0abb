"""The whole desk on one machine: `bin/serve` (or `make run`). SIGTERM or Ctrl-C stops it and leaves nothing running.

Redis first, and while it starts the application is imported, once; every later process is a fork that has it already.
Then the database is brought up to date, and web, workers and scheduler start side by side.
"""

import fcntl
import gc
import http.client
import logging
import os
import signal
import sys
import uuid
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import config
from bin import embedded_redis, lifeline
from bin.listening import PortTaken, free_port
from bin.process import Part
from bin.supervisor import Supervisor, say

if TYPE_CHECKING:
    from flask import Flask

STOP_ORDER = (("model", "web"), ("ear", "speech", "deliveries", "upkeep"), ("scheduler",), ("redis",))
# What nobody waits for has a worker of its own, lest a mail server that hangs keep the robot waiting, or the other way.
WORKERS = {
    "speech": ("speech", "speech-later"),
    "deliveries": ("deliveries", "mail"),
    "upkeep": ("mail", "housekeeping"),
}
WORKER_STOP_SECONDS = 20  # for the job under way; what is cut off then is done again after the next start
POLL_SECONDS = 0.05


def main() -> None:
    if "--stop-with-parent" in sys.argv[1:]:
        lifeline.end_with_parent(os.getppid(), signal.SIGTERM)
    lifeline.set_name("desk")
    settings = config.load()
    lock = _lock(Path(settings["DATA_DIR"]) / "serve.lock")
    try:
        settings["PORT"] = free_port(settings["HOST"], settings["PORT"])
    except PortTaken as error:
        raise SystemExit(f"{error}: choose another one, PORT=8001 make run (0: any free one).") from error
    supervisor = Supervisor()
    try:
        code = _serve(supervisor, settings)
    finally:
        supervisor.stop(_stop_order(settings["SPEECH_WORKERS"]))
        if embedded_redis.is_embedded(settings):
            embedded_redis.tidy(settings)
        os.close(lock)
    sys.exit(code)


def _stop_order(speech_workers: int) -> Iterable[Iterable[str]]:
    return [(*names, *_speech_names(speech_workers)) if "speech" in names else names for names in STOP_ORDER]


def _lock(path: Path) -> int:
    """Hold DATA_DIR: a second desk on the same files stops here. The system lets go of it when we end."""
    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit(f"the desk in {path.parent} is running already: stop it, or set DATA_DIR.") from None
    return held


def _serve(supervisor: Supervisor, settings: dict[str, Any]) -> int:
    """Start everything, wait for a signal to stop; return the exit code."""
    if embedded_redis.is_embedded(settings):
        run = partial(embedded_redis.run, settings)
        supervisor.start(Part("redis", run, stop_seconds=15, death_signal=signal.SIGTERM, noise=embedded_redis.NOISE))
    app = _application(settings)
    from bin.prepare import install_model, lacks_model, prepare  # here and below: while Redis starts, not before

    if code := supervisor.finish(Part("prepare", partial(prepare, app), is_lasting=False)):
        if supervisor.stops:
            return 0
        say(f"the database can't be brought up to date (exit code {code})")
        return 1
    for part in _parts(app):
        supervisor.start(part)
    _wait_until_ready(supervisor, app)
    if not supervisor.stops and settings["SPEECH_INSTALL"] == "auto" and lacks_model(app):
        supervisor.start(Part("model", partial(install_model, app), stop_seconds=2, is_lasting=False))
    while not supervisor.stops:
        supervisor.turn(None)
    say("stopping")
    return 0


def _application(settings: dict[str, Any]) -> "Flask":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for name in ("alembic", "rq"):
        logging.getLogger(name).setLevel(logging.WARNING)
    from app import create_app

    app = create_app({"PORT": settings["PORT"]})
    gc.freeze()  # the collector would touch, and so copy, each page of what the processes share
    return app


def _parts(app: "Flask") -> Iterable[Part]:
    from bin import ear, scheduler, web, worker

    yield Part("web", partial(web.serve, app), stop_seconds=web.GRACE_SECONDS + 4)
    for name, queues in WORKERS.items():
        names = _speech_names(app.config["SPEECH_WORKERS"]) if name == "speech" else (name,)
        for each in names:
            yield Part(each, partial(worker.work, app, queues), stop_seconds=WORKER_STOP_SECONDS)
    if app.config["LIVE_SPEAKERS"]:
        yield Part("ear", partial(ear.hear, app), stop_seconds=5)
    # One name for all its lives: the one that is started again owns the lock of the one that was killed.
    yield Part("scheduler", partial(scheduler.keep_time, app, uuid.uuid4().hex), stop_seconds=5)


def _speech_names(count: int) -> tuple[str, ...]:
    return ("speech", *(f"speech-{number}" for number in range(2, count + 1)))


def _wait_until_ready(supervisor: Supervisor, app: "Flask") -> None:
    host, port = app.config["HOST"], app.config["PORT"]
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while not supervisor.stops:
        if _answers(near, port) and embedded_redis.answers(app.config["REDIS_URL"]):
            say(f"Ready: http://{f'[{near}]' if ':' in near else near}:{port}")
            return
        supervisor.turn(POLL_SECONDS)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
