"""A server that speaks clamd's INSTREAM over a real socket, TCP or Unix: it finds EICAR's test words and nothing else."""

import socket
import socketserver
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class ClamdServer:
    """Listens while its block lasts; `url` is what CLAMD_URL takes, `seen` the sizes of what it was sent."""

    def __init__(self, *, path: Path | None = None, most_bytes: int = 10**9, answers: bool = True) -> None:
        self.seen: list[int] = []
        self.largest_block = 0
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer._handle(self, most_bytes, answers)

        class Tcp(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        class Unix(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True

        self._server: socketserver.BaseServer = Unix(str(path), Handler) if path else Tcp(("127.0.0.1", 0), Handler)
        self.url = f"unix://{path}" if path else f"tcp://127.0.0.1:{self._server.server_address[1]}"  # type: ignore[index]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def _handle(self, talk: socketserver.StreamRequestHandler, most_bytes: int, answers: bool) -> None:
        assert talk.rfile.read(10) == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack("!I", talk.rfile.read(4))[0]:
            self.largest_block = max(self.largest_block, length)
            data += talk.rfile.read(length)
            if len(data) > most_bytes:
                talk.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                talk.wfile.flush()
                talk.connection.shutdown(socket.SHUT_WR)
                while talk.rfile.read1(65536):  # so that the answer is not lost with a reset
                    pass
                return
        self.seen.append(len(data))
        if answers:
            talk.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
