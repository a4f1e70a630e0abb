"""Counts what passes between a browser and the desk, by standing between them."""

import socket
import threading
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.waiting import until

QUIET_SECONDS = 1.0
STARTS = (b"GET ", b"POST ", b"HEAD ")


class Wire:
    """A port that passes everything on to `url`, while the block lasts."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._desk = (str(parts.hostname), int(parts.port or 80))
        self._lock = threading.Lock()
        self._bytes = self._requests = 0
        self._changed_at = time.monotonic()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def passed(self) -> tuple[int, int]:
        """Return the bytes that the desk has sent so far, and the requests that it was sent."""
        with self._lock:
            return self._bytes, self._requests

    def quiet(self) -> tuple[int, int]:
        """Return the same, once nothing has passed for a second."""
        until(lambda: time.monotonic() - self._changed_at > QUIET_SECONDS, "a quiet wire")
        return self.passed()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            desk = socket.create_connection(self._desk)
            for source, target, is_answer in ((browser, desk, False), (desk, browser, True)):
                threading.Thread(target=self._pass_on, args=(source, target, is_answer), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65536):
                with self._lock:
                    self._changed_at = time.monotonic()
                    if is_answer:
                        self._bytes += len(data)
                    elif data.startswith(STARTS):
                        self._requests += 1
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # the other side has gone
            source.close()
            target.close()
