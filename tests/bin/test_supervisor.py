"""The supervisor with small parts; tests/bin/supervised.py has the scenes."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bin.processes import alive, descendants
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


@dataclass
class Scene:
    process: subprocess.Popen[str]
    log: Path

    def said(self) -> list[str]:
        return self.log.read_text().splitlines()

    def says(self, line: str, count: int = 1) -> None:
        until(lambda: self.said().count(line) >= count, f"«{line}» in {self.said()}")

    def stop(self) -> list[str]:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0
        return self.said()


@contextmanager
def scene(name: str, folder: Path) -> Iterator[Scene]:
    log = folder / "log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "tests.bin.supervised", name]
        with subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield Scene(process, log)
            finally:
                process.kill()


def test_parts_are_stopped_in_the_order_asked_for_and_the_rest_last(tmp_path: Path) -> None:
    with scene("in_order", tmp_path) as desk:
        for name in ("one", "two", "three"):
            desk.says(f"{name:<10} | {name} runs")
        assert desk.stop()[3:] == [
            "two        | two stops",
            "three      | three stops",
            "one        | one stops",
            "all stopped",
        ]


def test_part_that_does_not_stop_is_killed_with_its_descendants(tmp_path: Path) -> None:
    with scene("kills_the_stubborn", tmp_path) as desk:
        desk.says("stubborn   | stubborn runs")
        family = descendants(desk.process.pid)
        assert len(family) == 2
        assert desk.stop()[-1] == "all stopped"
        assert alive(family) == []


def test_second_signal_means_at_once(tmp_path: Path) -> None:
    with scene("is_in_no_hurry", tmp_path) as desk:
        desk.says("stubborn   | stubborn runs")
        family = descendants(desk.process.pid)

        def is_over() -> bool:
            desk.process.send_signal(signal.SIGINT)  # signals that come together count as one: again, then
            return desk.process.poll() is not None

        until(is_over, "the end")
        assert (desk.process.returncode, desk.said()[-1], alive(family)) == (0, "all stopped", [])


def test_part_that_ends_is_started_again_after_a_pause_that_grows(tmp_path: Path) -> None:
    with scene("restarts", tmp_path) as desk:
        for pause in ("0.5", "1"):
            desk.says(f"unlucky ended (exit code 1); it is started again in {pause} s")
        assert desk.said()[:3] == [
            "unlucky    | still well",
            "unlucky    | ValueError: no luck",
            "unlucky ended (exit code 1); it is started again in 0.5 s",
        ]
        assert desk.stop()[-1] == "all stopped"


def test_one_time_part_gives_its_exit_code_and_its_last_words(tmp_path: Path) -> None:
    with scene("once", tmp_path) as desk:
        assert desk.process.wait(timeout=30) == 0
        assert desk.said() == ["told       | its last words", "[0, 3, -9, 1]"]
