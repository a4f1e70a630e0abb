"""A played month with everything failing at random: every status as the guide says, every event told exactly once.

Time is an argument. Passes of the robot, of the promises and of the outbox, and requests of the web, are done by forks of
this process that die by signal 9 before one of their statements; Redis is emptied; the mail server and the push service
are real ones in their moods. What the desk's own processes make of it when they are killed: test_running_month.py.

The short form runs with all tests; `make soak` plays 500 customers and 20 specialists on both databases. SOAK_SEED plays
another month, SOAK_DAYS a part of one.
"""

import random

import pytest
from flask import Flask

from channels import smtp
from tests.soak.cast import called
from tests.soak.conftest import Say
from tests.soak.faults import MIXED, World
from tests.soak.forked import ForkedMonth
from tests.soak.readers import assert_all_told_once
from tests.soak.scale import ACTIONS_A_DAY, CUSTOMERS, DAYS, HOURS, IS_LONG, SEED, SPECIALISTS

SHORT_PATIENCE = 0.2  # seconds for a mail server that may say nothing


@pytest.fixture
def month(app: Flask, outside: World, monkeypatch: pytest.MonkeyPatch) -> ForkedMonth:
    for name, value in outside.settings.items():
        monkeypatch.setitem(app.config, name, value)
    patience = smtp.TIMEOUT_SECONDS

    def wait_as_long(mood: str) -> None:
        monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", SHORT_PATIENCE if mood in ("hang", MIXED) else patience)

    source = random.Random(SEED)
    return ForkedMonth(source, called(source, CUSTOMERS, SPECIALISTS), outside, HOURS, mood_changed=wait_as_long)


@pytest.mark.long
@pytest.mark.parametrize("desk", ["sqlite", "postgresql"] if IS_LONG else ["sqlite"], indirect=True)
def test_a_month_in_which_everything_fails_loses_nothing_and_doubles_nothing(
    month: ForkedMonth, outside: World, caplog: pytest.LogCaptureFixture, say: Say
) -> None:  # S37–S58, S59, S67
    month.play(DAYS, ACTIONS_A_DAY)
    figures = assert_all_told_once(month, outside)
    say(figures | month.figures() | outside.figures())
    assert month.killed.total() > 3 and len(month.tickets) > 5
    assert not [record for record in caplog.records if record.exc_info], "no traceback in the log"
