"""Keeps processes alive: shows what they say, starts again what ended, stops all of them in order."""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

from bin import lifeline
from bin.process import Part, Process, fork

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a part that ended is started again; doubles each time
STEADY_SECONDS = 60.0  # a part that lived as long begins with the short pause again
BLOCK = 65536


def say(text: str) -> None:
    """Write a line of our own. Nobody reading any more (`make run | head`) is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - Python would fail to flush the old one at its end


class Supervisor:
    """Runs in one thread, so that it may fork; its owner calls `turn` again and again."""

    def __init__(self) -> None:
        self.stops = 0  # signals to stop so far: the second one means "at once"
        self._processes: dict[int, Process] = {}
        self._pauses: dict[str, float] = {}
        self._due: list[tuple[float, Part]] = []
        self._selector = selectors.DefaultSelector()
        self._wake_reads, self._wake_writes = os.pipe()
        for end in (self._wake_reads, self._wake_writes):
            os.set_blocking(end, False)
        self._selector.register(self._wake_reads, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wake_writes, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler it would not wake `turn`
        lifeline.adopt_orphans()

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    def start(self, part: Part) -> None:
        process = fork(part, time.monotonic(), self._forget)
        self._processes[process.pid] = process
        self._selector.register(process.output, selectors.EVENT_READ, process)

    def _forget(self) -> None:
        """In a child: close what is the parent's."""
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fd, int):
                os.close(key.fd)
        os.close(self._wake_writes)
        self._selector.close()

    def finish(self, part: Part) -> int:
        """Run `part` to its end, or until we are told to stop; return its exit code, less than 0 for a signal."""
        codes: list[int] = []
        self.start(part)
        while not codes and not self.stops:
            self.turn(None, on_end=lambda process, code: codes.append(code) if process.part is part else None)
        return codes[0] if codes else -signal.SIGTERM

    def turn(self, seconds: float | None, on_end: Callable[[Process, int], object] | None = None) -> None:
        """Wait for something to happen, `seconds` at most, and do what it asks for."""
        now = time.monotonic()
        pauses = [max(0.0, due - now) for due, _ in self._due] + ([] if seconds is None else [seconds])
        for key, _ in self._selector.select(min(pauses, default=None)):
            if key.data is None:
                os.read(self._wake_reads, BLOCK)
            else:
                self._show(key.data)
        self._reap(on_end)
        self._start_due()

    def _show(self, process: Process) -> bool:
        """Show what a process has said; return whether there may be more."""
        try:
            text = os.read(process.output, BLOCK)
        except BlockingIOError:
            return False
        if not text:
            self._selector.unregister(process.output)
            os.close(process.output)
        *lines, process.rest = (process.rest + text).split(b"\n")
        if process.rest and (not text or len(process.rest) > BLOCK):
            lines, process.rest = [*lines, process.rest], b""
        for line in lines:
            if not any(noise in line for noise in process.part.noise):
                say(f"{process.part.name:<10} | {line.decode(errors='replace')}")
        return bool(text)

    def _reap(self, on_end: Callable[[Process, int], object] | None) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if process := self._processes.pop(pid, None):
                code = os.waitstatus_to_exitcode(status)
                while process.output in self._selector.get_map() and self._show(process):
                    pass  # its last words
                if on_end:
                    on_end(process, code)
                self._after(process, code)

    def _after(self, process: Process, code: int) -> None:
        part, now = process.part, time.monotonic()
        if not part.is_lasting or self.stops:
            return
        lived = now - process.started_at
        pause = FIRST_PAUSE if lived > STEADY_SECONDS else self._pauses.get(part.name, FIRST_PAUSE)
        self._pauses[part.name] = min(2 * pause, LONGEST_PAUSE)
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        say(f"{part.name} ended ({how}); it is started again in {pause:g} s")
        self._due.append((now + pause, part))

    def _start_due(self) -> None:
        now = time.monotonic()
        due = [part for at, part in self._due if at <= now and not self.stops]
        self._due = [(at, part) for at, part in self._due if at > now and not self.stops]
        for part in due:
            self.start(part)

    def stop(self, order: Iterable[Iterable[str]]) -> None:
        """Stop the named parts, one group after the other, then whatever is left."""
        self.stops = max(1, self.stops)
        self._due = []
        for names in order:
            wanted = set(names)
            self._stop([process for process in self._processes.values() if process.part.name in wanted])
        self._stop(list(self._processes.values()))
        self._sweep()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # all is over: one more Ctrl-C must not spoil the exit code

    def _stop(self, group: list[Process]) -> None:
        for process in group:
            _send(process.pid, signal.SIGTERM)
        began = time.monotonic()
        while alive := [process for process in group if process.pid in self._processes]:
            waited = time.monotonic() - began
            for process in alive:
                if waited > process.part.stop_seconds or self.stops > 1:
                    _send(-process.pid, signal.SIGKILL)
            self.turn(0.1)

    def _sweep(self) -> None:
        """Wait for the descendants of what was killed: they became our children, and nothing may stay behind."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for pid in _children():
                _send(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0 if _children() else os.WNOHANG)
            except ChildProcessError:
                return


def _children() -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []


def _send(pid: int, number: int) -> None:
    """Send a signal to a process, or to its whole group when `pid` is less than 0."""
    try:
        if pid < 0:
            os.killpg(-pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        pass
