"""PostgreSQL of Debian's package, run for the tests in a folder of its own."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def _programs() -> Path | None:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    return Path(found[-1]).parent if found else None


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the SQLAlchemy address of an empty server. Skips the tests without one, fails them where CI is true."""
    programs = _programs()
    if programs is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres", "postgres")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    data = str(folder / "data")
    make = [str(programs / "initdb"), "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([*as_user, *make], check=True, **quiet)  # type: ignore[call-overload]
    options = [part for option in FAST for part in ("-c", option)]
    serve = [str(programs / "postgres"), "-D", data, "-k", str(folder), "-h", "", *options]
    server = subprocess.Popen([*as_user, *serve], **quiet)  # type: ignore[call-overload]
    try:
        _wait(folder)
        yield f"postgresql+psycopg://app@/postgres?host={folder}"
    finally:
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGINT)  # fast shutdown: clients that are still there are sent away
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host=str(folder), user="app", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
