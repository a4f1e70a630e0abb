"""A page that costs nothing, on the desk's own web server with its settings: what the desk's pages are compared with."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from flask import Flask, request

import config
from bin import lifeline, web
from bin.listening import free_port
from tests.support.waiting import until

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"


def make_app() -> Flask:
    """Return an application with one page: as many bytes as its address says, whatever it is sent."""
    app = Flask(__name__)
    pages: dict[int, bytes] = {}

    @app.route("/<int:size>", methods=["GET", "POST"])
    def constant(size: int) -> bytes:
        request.get_data()  # what is left unread costs the connection
        return pages.setdefault(size, b"x" * size)

    return app


class ConstantPage:
    """The server of that page, while the block lasts; `url` of its root."""

    def __enter__(self) -> Self:
        port = free_port(HOST, 0)
        self.url = f"http://{HOST}:{port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.constant", str(port), str(os.getpid())], cwd=ROOT
        )
        self.pid = self._process.pid
        until(self._answers, "an answer of the constant page")
        return self

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/1", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


def main() -> None:
    port, parent = (int(word) for word in sys.argv[1:])
    lifeline.end_with_parent(parent)
    app = make_app()
    workers = next(setting for setting in config.SETTINGS if setting.name == "WORKERS")
    app.config.update(HOST=HOST, PORT=port, WORKERS=workers.parse(workers.default))
    web.serve(app)


if __name__ == "__main__":
    main()
