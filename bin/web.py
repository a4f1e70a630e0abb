"""The web server: granian (docs/adr/0003-server.md). On its own: `.venv/bin/python -m bin.web`."""

import logging

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from app import create_app
from bin import lifeline
from rules import words

# A slow upload or download holds a thread for as long as it lasts; threads that wait cost next to nothing.
THREADS = 32
GRACE_SECONDS = 8  # for requests under way when we are told to stop


def serve(app: Flask) -> None:
    """Serve until SIGTERM. A worker that dies is replaced."""
    lifeline.end_descendants()
    words.load()  # once, for all workers: they are forks
    server = Granian(
        "app",
        address=app.config["HOST"],
        port=app.config["PORT"],
        interface=Interfaces.WSGI,
        workers=app.config["WORKERS"],
        blocking_threads=THREADS,
        websockets=False,
        http=HTTPModes.http1,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
    )
    server.serve(target_loader=lambda target: app)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    serve(create_app())


if __name__ == "__main__":
    main()
