"""Hears people while they speak: `.venv/bin/python -m bin.ear`. On its own, or as a part of the desk (bin/serve.py)."""

import logging
import signal

from flask import Flask

from app import create_app
from jobs.live import Ear


def hear(app: Flask) -> None:
    """Hear until SIGTERM."""
    ear = Ear(app.config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ear.stop())
    with app.app_context():
        ear.listen()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    hear(create_app())


if __name__ == "__main__":
    main()
