"""A network that can break off: a door in front of a server on this machine, open or shut.

with Gate() as gate:
    gate.leads_to("127.0.0.1", 8000)
    gate.shut()         # what is under way breaks off, what comes gets no answer
    gate.open()
    with gate.holding(b"GET /tickets/new "):        # an answer that is slow to come
        ...
"""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

LOOK_SECONDS = 0.05


class Gate:
    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._there: tuple[str, int] | None = None
        self._is_open = True
        self._lock = threading.Lock()
        self._beginning = b""  # of requests that are held
        self._held: list[tuple[socket.socket, bytes]] = []
        self._ends: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._selector.register(self._door, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
        self._break_off()
        self._selector.close()
        self._door.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def leads_to(self, host: str, port: int) -> None:
        self._there = (host, port)

    def shut(self) -> None:
        with self._lock:
            self._is_open = False
            self._break_off()

    def open(self) -> None:
        with self._lock:
            self._is_open = True

    @contextmanager
    def holding(self, beginning: bytes) -> Iterator[None]:
        """Keep requests that begin so from the server until the block ends."""
        self._beginning = beginning
        yield
        with self._lock:
            self._beginning = b""
            for end, data in self._held:
                if end in self._ends:
                    self._ends[end].sendall(data)
            self._held.clear()

    def _break_off(self) -> None:
        for end in list(self._ends):
            self._drop(end)

    def _drop(self, end: socket.socket) -> None:
        other = self._ends.pop(end, None)
        if other is None:
            return
        self._selector.unregister(end)
        end.close()
        self._drop(other)

    def _run(self) -> None:
        while not self._is_over.is_set():
            for key, _ in self._selector.select(LOOK_SECONDS):
                with self._lock:
                    if key.fileobj is self._door:
                        self._let_in()
                    elif key.fileobj in self._ends:  # not one that the last one has taken along
                        self._carry(key.fileobj)

    def _let_in(self) -> None:
        here, _ = self._door.accept()
        if not self._is_open or self._there is None:
            here.close()
            return
        try:
            there = socket.create_connection(self._there, timeout=5)
        except OSError:
            here.close()
            return
        for one, other in ((here, there), (there, here)):
            one.settimeout(20)
            self._ends[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _carry(self, end: socket.socket) -> None:
        try:
            data = end.recv(65536)
            if self._beginning and data.startswith(self._beginning):
                self._held.append((end, data))
            elif data:
                self._ends[end].sendall(data)
            if data:
                return
        except OSError:
            pass
        self._drop(end)
