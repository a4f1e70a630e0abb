"""The table as it is printed."""

import os
import platform
from dataclasses import dataclass

from bench.clockwork import WAITING, Pass
from bench.live import Delay
from bench.traffic import CONNECTIONS, Latency, client

LAST_WORD_SECONDS = 1.0  # what is promised


@dataclass(frozen=True)
class Served:
    """What a server did with a page: requests per second, milliseconds of processor a request, the wait for one."""

    per_second: float
    cpu_ms: float
    wait: Latency


@dataclass(frozen=True)
class Row:
    """A page beside the constant one. `failed` and `lost` requests are 0, or the figures are worth nothing."""

    name: str
    statements: str
    size: int
    desk: Served
    constant: Served
    failed: int
    lost: int
    at_most: int = 0  # times the constant page's wait


@dataclass(frozen=True)
class Rest:
    """What is measured beside the pages. `memory`: MiB by part; `visits`: (bytes, requests), empty without Chromium."""

    start_seconds: float
    memory: dict[str, float]
    visits: list[tuple[int, int]]
    speech: float
    spoken: Delay
    working_year_microseconds: float
    robot: Pass
    deliveries: dict[str, float]  # a second, by channel


def head(tickets: int, rounds: int, seconds: float, looks: int, look_seconds: float) -> list[str]:
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return [
        f"{tickets} tickets, SQLite; {os.cpu_count()} processors, which {client()} shares with the desk; {system}, "
        f"Python {platform.python_version()}",
        f"medians of {rounds} rounds of {seconds:g} s, of the wait of {looks} of {look_seconds:g}; "
        "«const»: a constant page of as many bytes on the same web server",
        "",
        f"{'':22}| {CONNECTIONS} connections, requests/s |  CPU ms a request   | 1 connection, ms: p50 / p99, ratio of p50",
        f"{'page':15}{'SQL':>3}{'B':>4}|   desk   const    ratio  |  desk  const  ratio |{'desk':>13}{'const':>14}   ratio",
        f"{'-' * 22}+{'-' * 27}+{'-' * 21}+{'-' * 46}",
    ]


def line(row: Row) -> str:
    desk, constant = row.desk, row.constant
    worth = f"  {row.failed} FAILED, {row.lost} LOST" if row.failed or row.lost else ""
    times = desk.wait.p50 / constant.wait.p50
    promise = f" {'of' if times <= row.at_most else 'ABOVE'} {row.at_most}×" if row.at_most else ""
    return (
        f"{row.name:13}{row.statements:>3}{row.size:>6}|"
        f"{desk.per_second:>7.0f}{constant.per_second:>8.0f}{desk.per_second / constant.per_second:>9.1%}   |"
        f"{desk.cpu_ms:>6.2f}{constant.cpu_ms:>7.2f}{desk.cpu_ms / constant.cpu_ms:>6.0f}×  |"
        f"{_wait(desk.wait):>14}{_wait(constant.wait):>14}{times:>7.1f}×{promise}{worth}"
    )


def _wait(wait: Latency) -> str:
    return f"{wait.p50:.2f} / {wait.p99:.1f}"


def foot(rest: Rest) -> list[str]:
    memory = ", ".join(f"{name.removeprefix('desk-')} {size:.0f}" for name, size in rest.memory.items())
    facts = [
        ("second start, to «Ready»", f"{rest.start_seconds:.1f} s"),
        ("memory after it all, PSS", f"{sum(rest.memory.values()):.0f} MiB: {memory}"),
        *(
            (f"a phone's {which} visit", _visit(visit))
            for which, visit in zip(("first", "next"), rest.visits, strict=False)
        ),
        ("a second of speech", f"{rest.speech:.2f} s (the Korean test model with a small vocabulary)"),
        ("words while one speaks", _spoken(rest.spoken)),
        ("working time of a year", f"{rest.working_year_microseconds:.1f} µs"),
        ("a pass of the robot", _pass(rest.robot)),
        ("deliveries by a worker", ", ".join(f"{rate:.0f}/s {name}" for name, rate in rest.deliveries.items())),
    ]
    return ["", *(f"{name:26}{value}" for name, value in facts)]


def _pass(robot: Pass) -> str:
    what = f"{robot.steps} of {WAITING:,} waiting tickets warned of"
    return f"{robot.seconds:.1f} s, {robot.cpu_seconds:.1f} s of processor, {robot.mib:.0f} MiB: {what}"


def _spoken(delay: Delay) -> str:
    if not delay.last_word:
        return "—"
    rounds = ", ".join(f"{seconds:.2f}" for seconds in delay.last_word)
    kept = "" if max(delay.last_word) <= LAST_WORD_SECONDS else f", ABOVE {LAST_WORD_SECONDS:g} s"
    return f"the last is there {rounds} s after it was said{kept}; the recording's text {delay.text:.1f} s after «Stop»"


def _visit(visit: tuple[int, int]) -> str:
    return f"{visit[0] / 1024:.1f} KiB on the wire, {visit[1]} requests"
