"""PostgreSQL of Debian's package, run for the tests in a folder of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bin import lifeline
from tests.support.untested import missing
from tests.support.waiting import until

ACCOUNT = "postgres"  # as whom the server runs when we are root, which it refuses to be
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
INIT = ("--username=app", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the SQLAlchemy address of an empty server. Skips the tests without one, fails them where CI is true."""
    programs = _programs()
    if programs is None:
        missing("PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: its socket lies in it
    try:
        with _server(programs, folder):
            yield f"postgresql+psycopg://app@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """Return the folder of the newest version's programs; Debian puts most of them on nobody's PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    return found[-1].parent if found else None


@contextmanager
def _server(programs: Path, folder: Path) -> Iterator[None]:
    data, options = str(folder / "data"), [word for setting in FAST for word in ("-c", setting)]
    run: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | _account()
    if "user" in run:
        shutil.chown(folder, ACCOUNT)
    subprocess.run([programs / "initdb", "-D", data, *INIT], check=True, **run)
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, "-h", "", *options],
        preexec_fn=partial(lifeline.end_with_parent, os.getpid(), signal.SIGQUIT),  # when pytest itself is killed
        **run,
    )
    try:
        until(partial(_answers, folder), "an answer of PostgreSQL")
        yield
    finally:
        server.send_signal(signal.SIGINT)  # fast: clients that are still there are sent away
        server.wait(timeout=30)


def _account() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam(ACCOUNT)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), user="app", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True
