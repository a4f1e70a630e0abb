"""Where the embedded server lies and what it refuses; that it runs and comes back is proved in test_serve.py."""

import fcntl
import os
from pathlib import Path

import pytest

import config
from bin import embedded_redis
from bin.embedded_redis import NoRedis, answers, is_embedded, socket_of, tidy


def test_empty_redis_url_means_the_embedded_server(tmp_path: Path) -> None:
    assert is_embedded(config.load({}, DATA_DIR=str(tmp_path)))


def test_redis_url_replaces_the_embedded_server(tmp_path: Path) -> None:
    assert not is_embedded(config.load({"REDIS_URL": "redis://10.0.0.1/0"}, DATA_DIR=str(tmp_path)))


def test_socket_is_the_one_that_clients_connect_to() -> None:
    assert socket_of("unix:///srv/help%20desk/redis.sock?db=0") == Path("/srv/help desk/redis.sock")


def test_nobody_answers_where_nobody_listens(tmp_path: Path) -> None:
    assert not answers(f"unix://{tmp_path}/s?db=0")


def test_data_that_another_server_holds_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_redis, "LOCK_SECONDS", 0)
    (tmp_path / "redis").mkdir()
    with (tmp_path / "redis" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(NoRedis, match="in use by another server"):
            embedded_redis.run(config.load({}, DATA_DIR=str(tmp_path)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    os.chown(tmp_path / "redis", 65534, 65534)
    with pytest.raises(NoRedis, match="belongs to somebody else"):
        embedded_redis.run(config.load({}, DATA_DIR=str(tmp_path)))


def test_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "redis").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NoRedis, match="belongs to somebody else"):
        embedded_redis.run(config.load({}, DATA_DIR=str(tmp_path)))


def test_folder_made_for_the_socket_goes_when_it_is_empty(tmp_path: Path) -> None:
    short, data = tmp_path / "short", tmp_path / "data"
    for folder in (short, data):
        folder.mkdir()
    tidy({"DATA_DIR": str(data), "REDIS_URL": f"unix://{short}/redis.sock?db=0"})
    tidy({"DATA_DIR": str(data), "REDIS_URL": f"unix://{data}/redis.sock?db=0"})
    assert (short.exists(), data.exists()) == (False, True)
