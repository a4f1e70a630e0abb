import socket

import pytest

from bin import listening
from bin.listening import PortTaken, free_port


def test_zero_gives_a_free_port() -> None:
    port = free_port("127.0.0.1", 0)
    assert free_port("127.0.0.1", port) == port > 0


def test_port_that_somebody_shares_is_taken_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 0)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken, match=f"PORT={other.getsockname()[1]}"):
            free_port("127.0.0.1", other.getsockname()[1])


def test_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(PortTaken, match=r"HOST=192\.0\.2\.1 PORT=8000"):
        free_port("192.0.2.1", 8000)
