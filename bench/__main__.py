"""`make bench`: starts a desk of its own in a temporary folder, measures it, and prints one table."""

import argparse
import json
import os
import platform
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import surroundings
from bench.constant import ConstantPage
from bench.pages import Page, Request, pages
from bench.traffic import CONNECTIONS, Answer, Connection, Latency, client, latency, rate
from bench.visitors import Records
from tests.samples.spoken import HINTS, model_folder
from tests.support.desk import RunningDesk

READERS, WRITERS = 16, 180
ROUNDS = 3
STARTS = 3


@dataclass(frozen=True)
class Row:
    """A page's line. `failed` and `lost` are 0 unless the figure is worth nothing."""

    name: str
    statements: str
    size: int
    per_second: float
    constant_per_second: float
    latency: Latency
    constant_latency: Latency
    failed: int
    lost: int

    @property
    def ratio(self) -> float:
        return self.per_second / self.constant_per_second


def main() -> None:
    options = _options()
    model = model_folder()
    environment = {"VOSK_MODEL": str(model), "VOSK_HINTS": json.dumps(HINTS)}
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as name:
        folder = Path(name)
        with RunningDesk(folder, environment) as desk:
            desk.flask("generate", "--tickets", str(options.tickets))
        start = surroundings.start_seconds(folder, environment, STARTS)
        with RunningDesk(folder, environment) as desk, ConstantPage() as constant:
            records = Records(folder, desk.url)
            visitors = records.customers(READERS + WRITERS, with_tickets=READERS)
            readers, writers = visitors[:READERS], visitors[READERS:]
            shown = pages(readers, writers, records.agent(), *records.choices())
            _say(f"{options.tickets} tickets, {_machine()}, client: {client()}", "")
            _head()
            for page in shown:
                _line(_measured(page, desk, constant, records, options.seconds))
            visits = surroundings.first_and_second_visit(desk.url, readers[0], "/tickets")
            _rest(start, surroundings.memory_mib(desk), visits, surroundings.speech(desk, model, STARTS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1000, help="how many tickets the desk holds (default: 1000)")
    parser.add_argument("--seconds", type=float, default=3, help="of each of the three rounds of a page (default: 3)")
    return parser.parse_args()


def _measured(page: Page, desk: RunningDesk, constant: ConstantPage, records: Records, seconds: float) -> Row:
    """Measure a page beside the constant one, in turns, so that what else the machine does strikes both."""
    answer = _warm(page, desk.url)
    plain = [Request(f"/{len(answer.body)}", request.headers, request.body) for request in page.requests]
    before = records.counts()
    waited, plainly_waited = latency(desk.url, page.requests, seconds), latency(constant.url, plain, seconds / 3)
    rates, plain_rates = [], []
    for _ in range(ROUNDS):
        rates.append(rate(desk.url, page.requests, seconds))
        plain_rates.append(rate(constant.url, plain, seconds * 2 / 3))
    return Row(
        page.name,
        answer.headers.get("server-timing", "").partition('"')[2].rstrip('"'),
        len(answer.body),
        statistics.median(one.per_second for one in rates),
        statistics.median(one.per_second for one in plain_rates),
        waited,
        plainly_waited,
        sum(one.failed for one in rates + plain_rates),
        _lost(page, before, records.counts(), sum(one.requests for one in rates)),
    )


def _warm(page: Page, url: str) -> Answer:
    """Ask for the page until every process has made it; check it, and return the last answer."""
    with Connection(url) as plain:
        request = page.requests[0]
        readable = Request(request.path, request.headers | {"Accept-Encoding": "identity"}, request.body)
        answer = plain.send(readable)
        if answer.status != page.status or page.holds not in answer.body.decode():
            raise SystemExit(f"{page.name}: {answer.status}, not the page that is to be measured")
    for request in page.requests[:8]:
        for _ in range(4):
            with Connection(url) as another:  # each may belong to the other process
                answer = another.send(request)
    return answer


def _lost(page: Page, before: dict[str, int], after: dict[str, int], sent: int) -> int:
    """Return how many of the requests that were answered have left nothing in the database."""
    return max(0, sent - (after[page.adds] - before[page.adds])) if page.adds else 0


def _machine() -> str:
    release = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return f"{os.cpu_count()} processors, {release}, Python {platform.python_version()}"


def _head() -> None:
    _say(f"{'':18}{'SQL':>4}{'bytes':>8} | {CONNECTIONS} connections: requests/s    | 1 connection: ms, p50 / p99")
    _say(f"{'page':18}{'':4}{'':8} | {'desk':>7}{'constant':>10}{'ratio':>9} | {'desk':>15}{'constant':>17}")
    _say("-" * 31 + "+" + "-" * 28 + "+" + "-" * 34)


def _line(row: Row) -> None:
    worth = f"  {row.failed} failed, {row.lost} lost" if row.failed or row.lost else ""
    _say(
        f"{row.name:18}{row.statements:>4}{row.size:>8} | "
        f"{row.per_second:>7.0f}{row.constant_per_second:>10.0f}{row.ratio:>9.1%} | "
        f"{_ms(row.latency):>15}{_ms(row.constant_latency):>17}{worth}"
    )


def _ms(taken: Latency) -> str:
    return f"{taken.p50:.2f} / {taken.p99:.2f}"


def _rest(start: float, memory: dict[str, float], visits: list[tuple[int, int]] | None, speech: float) -> None:
    _say("", f"second start, to «Ready»          {start:.1f} s (median of {STARTS})")
    _say(f"memory after it all (PSS)         {sum(memory.values()):.0f} MiB: " + _parts(memory))
    for name, visit in zip(("first", "second"), visits or [], strict=False):
        _say(f"{name + ' visit to the list, on the wire':34}{visit[0] / 1024:.1f} KiB, {visit[1]} requests")
    if visits is None:
        _say("visits on the wire                not measured: no Chromium (bin/test-setup)")
    _say(f"a second of speech takes          {speech:.2f} s (the Korean test model, {len(HINTS)} words)")
    _say(f"working time of a year takes      {surroundings.working_year_microseconds():.1f} µs")


def _parts(memory: dict[str, float]) -> str:
    return ", ".join(f"{name.removeprefix('desk-')} {size:.0f}" for name, size in memory.items())


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
