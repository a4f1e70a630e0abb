"""An rq worker: `.venv/bin/python -m bin.worker speech deliveries mail housekeeping` (all four when none is named)."""

import logging
import sys
from collections.abc import Sequence

from flask import Flask

from app import create_app
from bin import lifeline
from jobs import QUEUES
from jobs.worker import DeskWorker, PlainWords, patient


def work(app: Flask, queues: Sequence[str]) -> None:
    """Do jobs until SIGTERM, and then the one under way; a second SIGTERM ends that one, too."""
    lifeline.end_descendants()
    logging.getLogger("rq.worker").addFilter(PlainWords())
    with app.app_context():
        worker = DeskWorker(queues, connection=patient(app.config["REDIS_URL"]))
        worker.work(logging_level="WARNING")


def main() -> None:
    queues = sys.argv[1:] or QUEUES
    if unknown := set(queues) - set(QUEUES):
        raise SystemExit(f"no such queue: {', '.join(sorted(unknown))}; there are {', '.join(QUEUES)}")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    work(create_app(), queues)


if __name__ == "__main__":
    main()
