"""The desk as `bin/serve` starts it, in a time that is told: `python -m tests.soak.played_desk`.

Everything of it is real but these: the clock, how often timed work is asked for, how patient it is with a mail server
and with a process that ended a moment ago; limits of how much one person may do in an hour count hours as told.
"""

import sys

from tests.soak import told_clock

sys.modules["jobs.clock"] = told_clock  # before anything else has taken the real one

from collections.abc import Callable  # noqa: E402

from bin import scheduler, serve, supervisor  # noqa: E402
from blueprints import _limits  # noqa: E402
from channels import smtp  # noqa: E402

MAIL_SECONDS, PAUSE_SECONDS = 2, 0.5


def of_person(kind: str) -> Callable[[], str]:
    return lambda: f"{real_key(kind)()} {told_clock.utc_now():%d%H}"


real_key = _limits.of_person
_limits.of_person = of_person
smtp.TIMEOUT_SECONDS = MAIL_SECONDS
supervisor.LONGEST_PAUSE = PAUSE_SECONDS
scheduler.Clock.__init__.__defaults__ = ("tests.soak.schedule",)

if __name__ == "__main__":
    serve.main()
