"""The whole desk from outside: real processes, started and ended as people and machines end them."""

import os
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

import config
from tests.bin.processes import Seen, alive, descendants
from tests.support.desk import RunningDesk
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
PARTS = {"desk-web", "desk-ear", "desk-speech", "desk-deliveries", "desk-upkeep", "desk-scheduler", "valkey-server"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with RunningDesk(tmp_path_factory.mktemp("desk")) as running:
        yield running


def part(desk: RunningDesk, name: str) -> Seen | None:
    mine = desk.process.pid
    return next((one for one in descendants(mine) if one.parent == mine and one.name == name), None)


def status(desk: RunningDesk, path: str) -> int:
    try:
        with urllib.request.urlopen(desk.url + path, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def redis_of(desk: RunningDesk) -> Redis:
    return Redis.from_url(config.load({}, DATA_DIR=str(desk.folder))["REDIS_URL"])


def start_another(desk: RunningDesk, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bin.serve"],
        cwd=ROOT,
        env=os.environ | {"HOST": "127.0.0.1", "PORT": "0", "DATA_DIR": str(desk.folder)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_ready_means_that_requests_are_answered(desk: RunningDesk) -> None:
    assert status(desk, "/healthz") == 200
    assert status(desk, "/readyz") == 200


def test_every_part_is_a_process_of_its_own(desk: RunningDesk) -> None:
    assert until(lambda: PARTS.issubset(one.name for one in descendants(desk.process.pid)), "all parts")


@pytest.mark.parametrize("name", sorted(PARTS))
def test_part_that_is_killed_is_started_again(desk: RunningDesk, name: str) -> None:
    killed = until(lambda: part(desk, name), name)
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: (one := part(desk, name)) is not None and one != killed, f"another {name}")
    until(lambda: status(desk, "/healthz") == 200, "an answer")


def test_web_worker_that_is_killed_is_replaced(desk: RunningDesk) -> None:
    web = until(lambda: part(desk, "desk-web"), "desk-web")
    workers = until(lambda: [one for one in descendants(web.pid) if one.parent == web.pid], "web workers")
    os.kill(workers[0].pid, signal.SIGKILL)
    until(lambda: set(descendants(web.pid)) - set(workers), "another web worker")
    assert part(desk, "desk-web") == web


def test_redis_that_is_killed_forgets_nothing(desk: RunningDesk) -> None:
    with redis_of(desk) as client:
        client.set("kept", "yes")
        killed = until(lambda: part(desk, "valkey-server"), "valkey-server")
        os.kill(killed.pid, signal.SIGKILL)
        until(lambda: (one := part(desk, "valkey-server")) is not None and one != killed, "another Redis")
    with redis_of(desk) as client:
        assert until(lambda: _get(client, "kept"), "an answer of Redis") == b"yes"


def _get(client: Redis, key: str) -> object:
    try:
        return client.get(key)
    except RedisError:  # nobody listens yet, or it is still reading its file
        return None


def test_second_desk_on_the_same_data_is_refused(desk: RunningDesk) -> None:
    done = start_another(desk)
    assert (done.returncode, "running already" in done.stderr) == (1, True)


def test_second_desk_on_the_same_port_is_refused(desk: RunningDesk, tmp_path: Path) -> None:
    port = desk.url.rpartition(":")[2]
    done = start_another(desk, DATA_DIR=str(tmp_path), PORT=port)
    assert done.returncode == 1
    assert f"PORT={port}" in done.stderr


def test_setting_that_makes_no_sense_is_named(tmp_path: Path, desk: RunningDesk) -> None:
    done = start_another(desk, DATA_DIR=str(tmp_path), WORKERS="many")
    assert (done.returncode, "WORKERS" in done.stderr) == (1, True)


def test_killed_supervisor_leaves_nothing_and_the_next_one_starts_at_once(tmp_path: Path) -> None:
    with RunningDesk(tmp_path) as first:
        left = descendants(first.process.pid)
        assert {one.name for one in left} >= PARTS
        first.process.kill()
        first.process.wait()
        with RunningDesk(tmp_path) as second:
            until(lambda: not alive(left), f"the end of {left}")
            assert status(second, "/readyz") == 200
            left = descendants(second.process.pid)
            second.process.send_signal(signal.SIGTERM)
            assert second.process.wait(timeout=60) == 0
            assert alive(left) == []


def test_ctrl_c_stops_an_empty_desk_in_a_folder_with_a_long_name(tmp_path: Path) -> None:
    folder = tmp_path / ("a-name-that-is-much-too-long-for-a-socket-" * 3)
    with RunningDesk(folder, {"DEMO": "0"}) as desk:
        with sqlite3.connect(folder / "desk.db") as database:
            assert database.execute("SELECT count(*) FROM ticket").fetchone() == (0,)
        database.close()
        left = descendants(desk.process.pid)
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(timeout=60) == 0
        assert alive(left) == []


def test_desk_ends_with_the_make_that_started_it(tmp_path: Path) -> None:
    environment = os.environ | {"DATA_DIR": str(tmp_path), "PORT": "0", "SPEECH_INSTALL": "off", "DEMO": "0"}
    log = tmp_path / "log"
    log.touch()
    command = f"'{sys.executable}' -m bin.serve --stop-with-parent >'{log}' 2>&1; true"
    with subprocess.Popen(["sh", "-c", command], cwd=ROOT, env=environment) as make:
        try:
            until(lambda: "Ready: " in log.read_text(), "the line «Ready»", seconds=90)
            left = descendants(make.pid)
        finally:
            make.kill()
    until(lambda: not alive(left), f"the end of {left}")
