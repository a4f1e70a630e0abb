"""What the tests of speech share: the real model, and a small server of made-up ones."""

import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.samples.spoken import model_folder


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The folder of the real Korean model."""
    return model_folder()


def make_model(folder: Path) -> Path:
    """Make a folder that installs like a model; no recognizer could load it."""
    for name in ("am/final.mdl", "conf/model.conf", "graph/phones/word.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 1000)
    return folder


def zipped(folder: Path, target: Path) -> Path:
    """Pack `folder` as the model sites do: with the folder itself on top."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return target


class ModelServer:
    """A place that models are fetched from: what it has and lists may be changed, `asked` tells what was wanted."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.listed: list[dict[str, object]] = []
        self.cut_at: int | None = None
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/vosk/models"

    def offer(self, name: str, archive: bytes) -> dict[str, object]:
        """Put NAME.zip on the server and into its list, whose entry is returned."""
        self.files[f"{name}.zip"] = archive
        md5 = hashlib.md5(archive).hexdigest()
        self.listed.append({"name": name, "lang": "ru", "md5": md5, "size": len(archive), "obsolete": "false"})
        return self.listed[-1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/vosk/models/")
                shelf.asked.append(name)
                files = {"model-list.json": json.dumps(shelf.listed).encode(), **shelf.files}
                body = files.get(name)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write((body or b"")[: shelf.cut_at if name.endswith(".zip") else None])

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    shelf = ModelServer()
    thread = threading.Thread(target=shelf.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield shelf
    shelf.server.shutdown()
    shelf.server.server_close()
    thread.join()
