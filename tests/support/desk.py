"""The whole desk as `make run` starts it, in a folder of its own, for tests that use it from outside."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
READY = re.compile(r"Ready: (http://\S+)")


class RunningDesk:
    """Started on a free port with the demo desk in it; `url` when it is ready. Ends with the block, or with us."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None, program: str = "bin.serve") -> None:
        self.folder = folder
        self._program = program
        self.log: list[str] = []
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}},
            "DATA_DIR": str(folder),
            "HOST": "127.0.0.1",
            "PORT": "0",
            "DEMO": "1",
            "SPEECH_INSTALL": "off",
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", self._program, "--stop-with-parent"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = until(self._ready, "the line «Ready»", seconds=180)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self._reader.join(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        if error is not None:
            print("".join(self.log))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log.append(line)

    def _ready(self) -> str | None:
        if self.process.poll() is not None:
            raise AssertionError("the desk ended:\n" + "".join(self.log))
        found = READY.search("".join(self.log))
        return found[1] if found else None

    def flask(self, *words: str) -> str:
        """Run a `flask` command on the same desk and return what it printed."""
        environment = self._environment | {"PUBLIC_URL": self.url}
        command = [sys.executable, "-m", "flask", "--app", "app", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        return done.stdout
