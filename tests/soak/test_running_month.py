"""A played month at a running desk whose processes are killed by signal 9 again and again.

Real: the supervisor and what it starts and starts again (web, both workers with their horses, the scheduler, Redis),
requests over HTTP, SMTP and web push. Told: the time, to all processes at once (`tests.soak.told_clock`); it stands still
between two moves. Killed, at any instant: each kind of process, the parent, a child or both; Redis loses its process and,
every second time, all that it held. What dies before which statement: test_month.py.
"""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from extensions import db, tune_sqlite
from jobs import committed
from models import Person
from services import people
from tests.soak.browser import Browsers
from tests.soak.cast import called
from tests.soak.conftest import Say
from tests.soak.faults import World
from tests.soak.killing import NAMES, Killer
from tests.soak.month import BEGINS
from tests.soak.readers import assert_all_told_once
from tests.soak.running import RunningMonth
from tests.soak.scale import CUSTOMERS, RUNNING_ACTIONS_A_DAY, RUNNING_DAYS, RUNNING_HOURS, SEED, SPECIALISTS
from tests.soak.told_clock import VARIABLE, ToldClock
from tests.support.desk import RunningDesk


def bare_app(folder: Path) -> Flask:
    """Return an application that knows nothing but the desk's database and its keys: what a looker-on needs."""
    app = Flask("soak")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder}/desk.db",
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 30}},
        SECRET_KEY=(folder / "secret_key").read_text().strip(),
    )
    db.init_app(app)
    with app.app_context():
        tune_sqlite(db.engine)
    return app


@pytest.fixture
def month(outside: World, tmp_path: Path) -> Iterator[tuple[RunningMonth, RunningDesk]]:
    folder, clock = tmp_path / "desk", ToldClock(tmp_path / "clock")
    clock.tell(BEGINS)
    environment = outside.settings | {VARIABLE: str(tmp_path / "clock"), "DEMO": "0", "LIVE_SPEAKERS": "0"}
    with ExitStack() as stack:
        desk = stack.enter_context(RunningDesk(folder, environment, "tests.soak.played_desk"))
        stack.callback(lambda: print("".join(desk.log[-100:])))  # shown when something has failed
        app = bare_app(folder)
        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        source = random.Random(SEED)
        cast, browsers, killer = (
            called(source, CUSTOMERS, SPECIALISTS, rings_once=False),
            Browsers(app, desk.url),
            Killer(desk, source),
        )
        stack.callback(browsers.close)
        stack.callback(killer.close)
        with committed():
            for person_id in (*cast.customers, *cast.specialists, cast.service, cast.admin):
                browsers.sign_in(db.session.get_one(Person, person_id), BEGINS)
        yield (
            RunningMonth(
                source,
                cast,
                outside,
                hours=RUNNING_HOURS,
                browsers=browsers,
                clock=clock,
                killer=killer,
                robot=people.robot().id,
            ),
            desk,
        )


@pytest.mark.long
def test_a_month_whose_processes_die_again_and_again_loses_nothing_and_doubles_nothing(
    month: tuple[RunningMonth, RunningDesk], outside: World, say: Say
) -> None:  # S37–S58, S59, S67
    played, desk = month
    played.play(RUNNING_DAYS, RUNNING_ACTIONS_A_DAY)
    say(assert_all_told_once(played, outside) | played.figures() | outside.figures())
    faults = [number for number, line in enumerate(desk.log) if "Traceback" in line]
    assert not faults, "".join(desk.log[faults[0] - 5 : faults[0] + 80])
    assert set(NAMES) <= set(played.killer.killed)
