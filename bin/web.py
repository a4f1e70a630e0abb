"""The web server: granian, on the application that the supervisor has built already (docs/adr/0003-server.md)."""

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from bin import lifeline

# A slow upload or download holds a thread for as long as it lasts; threads that wait cost next to nothing.
THREADS = 32
GRACE_SECONDS = 8  # for requests under way when we are told to stop


def serve(app: Flask) -> None:
    """Serve until SIGTERM. A worker that dies is replaced."""
    lifeline.end_descendants()
    server = Granian(
        "app",
        address=app.config["HOST"],
        port=app.config["PORT"],
        interface=Interfaces.WSGI,
        workers=app.config["WORKERS"],
        blocking_threads=THREADS,
        websockets=False,
        http=HTTPModes.http1,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
    )
    server.serve(target_loader=lambda target: app)
