"""Which port the web server gets."""

import errno
import socket
import time

PATIENCE_SECONDS = 3  # a desk that was killed a moment ago may still hold its port


class PortTaken(Exception):
    """Somebody listens there, or it can't be had; the text names it."""


def free_port(host: str, port: int) -> int:
    """Return `port`, or for 0 one that is free. Raises PortTaken.

    The web server's processes share their port (SO_REUSEPORT), so a second desk of the same user would share it, too,
    unnoticed. Here it is asked for without sharing.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return _bind(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise PortTaken(f"HOST={host} PORT={port}: {error.strerror}") from error
            time.sleep(0.05)


def _bind(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run may linger
        probe.bind((host, port))
        return int(probe.getsockname()[1])
