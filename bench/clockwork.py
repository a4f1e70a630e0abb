"""What the clocks cost: a pass of the robot over a hundred thousand tickets that wait, in a process of its own.

Run by itself it makes the desk, passes once, and prints one line of JSON: `python -m bench.clockwork`.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert, select

from app import create_app
from extensions import WRITE, db
from jobs import committed, robot
from jobs.clock import utc_now
from models import Person, Priority, Role, Team, Ticket, TicketType
from rules.statuses import Status
from services import defaults
from tests.support.redis_server import RedisServer

WAITING, DUE = 100_000, 1000
ROWS = 5000  # at a time


@dataclass(frozen=True)
class Pass:
    """A pass of the robot: seconds, those of the processor, MiB of memory in the end, the steps that it took."""

    seconds: float
    cpu_seconds: float
    mib: float
    steps: int


def robot_pass() -> Pass:
    """Return what a pass over WAITING tickets costs of which DUE are to be warned of."""
    with tempfile.TemporaryDirectory(prefix="desk-clockwork-") as name, RedisServer() as redis:
        environment = os.environ | {"DATA_DIR": name, "REDIS_URL": redis.url, "DEMO": "1"}
        for step in ("fill", "pass"):
            command = [sys.executable, "-m", "bench.clockwork", step]
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return Pass(**json.loads(done.stdout.splitlines()[-1]))


def fill(now: datetime) -> None:
    """Make the desk: every ticket waits for its customer, DUE of them for longer than the robot does."""
    upgrade(directory=str(Path(__file__).parents[1] / "migrations"))
    with committed():
        defaults.ensure(at=now)
        people = [
            {"email": f"{n}@load.example", "last_name": "Иванов", "role": Role.CONTACT, "created_at": now}
            for n in range(500)
        ]
        contacts = list(db.session.scalars(insert(Person).returning(Person.id), people))
    kinds = db.session.scalar(select(TicketType.id)), db.session.scalar(select(Priority.id))
    for first in range(0, WAITING, ROWS):
        db.session.rollback()
        db.session.connection(execution_options={WRITE: True})
        rows = [_ticket(place, contacts[place % len(contacts)], kinds, now) for place in range(first, first + ROWS)]
        db.session.execute(insert(Ticket), rows)
        db.session.commit()


def _ticket(place: int, contact: int, kinds: tuple[int | None, int | None], now: datetime) -> dict[str, object]:
    is_due = place % (WAITING // DUE) == 0
    since = now - timedelta(days=30) if is_due else now
    return {
        "number": 200_000 + place,
        "subject": "SNR-S2962-24T обновление прошивки",
        "type_id": kinds[0],
        "priority_id": kinds[1],
        "status": Status.WAITING,
        "team": Team.SUPPORT,
        "contact_id": contact,
        "author_id": contact,
        "created_at": since,
        "updated_at": since,
        "staff_updated_at": since,
        "status_since": since,
        "robot_due_at": since + timedelta(days=4),
    }


def take() -> Pass:
    """Pass once, and say what that took."""
    begun, cpu = time.perf_counter(), time.process_time()
    steps = len(robot.run(utc_now())["warned"])
    return Pass(round(time.perf_counter() - begun, 2), round(time.process_time() - cpu, 2), round(_mib(), 1), steps)


def _mib() -> float:
    """Return the memory of this process without the pages of the database's file that SQLite has mapped: those are the
    system's, and it takes them away as it likes."""
    kib, is_counted = 0, True
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-", line):
            is_counted = not line.endswith(".db")
        elif line.startswith("Rss:") and is_counted:
            kib += int(line.split()[1])
    return kib / 1024


def main(step: str) -> None:
    with create_app().app_context():
        if step == "fill":
            fill(utc_now())
        else:
            print(json.dumps(vars(take())))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        print(robot_pass())
