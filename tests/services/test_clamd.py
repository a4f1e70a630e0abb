"""Talking with clamd over real sockets: what it finds, what it is too small for, and when it is not there (S29)."""

from pathlib import Path

import pytest

from services import clamd
from tests.support.clamd_server import EICAR, ClamdServer


def test_it_tells_a_virus_from_a_clean_file(tmp_path: Path) -> None:
    for server in (ClamdServer(), ClamdServer(path=tmp_path / "clamd.ctl")):
        with server:
            assert clamd.scan(server.url, [b"abc", b"def"]) == ""
            assert clamd.scan(server.url, [b"abc", EICAR]) == "Eicar-Test-Signature"
            assert clamd.scan(server.url, []) == ""
            assert server.seen == [6, 3 + len(EICAR), 0]


def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    with ClamdServer() as server:
        assert clamd.scan(server.url, (bytes(256 * 1024) for _ in range(80))) == ""
        assert server.seen == [20 * 1024 * 1024] and server.largest_block == 256 * 1024


def test_what_is_larger_than_it_takes_is_told_apart() -> None:
    with ClamdServer(most_bytes=1000) as server, pytest.raises(clamd.TooLargeError):
        clamd.scan(server.url, (bytes(600) for _ in range(3)))


def test_a_scanner_that_is_not_there_or_hangs_up_is_an_error_to_wait_for(tmp_path: Path) -> None:
    with ClamdServer() as gone:
        pass
    for url in (gone.url, f"unix://{tmp_path}/nothing"):
        with pytest.raises(clamd.ScannerError):
            clamd.scan(url, [b"x"])
    with ClamdServer(answers=False) as server, pytest.raises(clamd.ScannerError, match="hung up"):
        clamd.scan(server.url, [b"x"])
