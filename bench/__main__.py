"""`make bench`: starts a desk of its own in a temporary folder, measures it, and prints one table."""

import argparse
import json
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import clockwork, deliveries, live, phones, processes, surroundings, table
from bench.constant import ConstantPage
from bench.pages import Page, Request, pages
from bench.table import Rest, Row, Served
from bench.traffic import Answer, Connection, Latency, Rate, latency, rate
from bench.visitors import Records, Visitor
from tests.samples.spoken import HINTS, model_folder
from tests.support.desk import RunningDesk

READERS, WRITERS = 16, 180
ROUNDS, LOOKS = (
    3,
    12,
)  # of the rate; of the wait, so short that whatever strikes the machine for a second strikes few of them
LOADED = 2500  # tickets at a time: nothing that is waited for may take too long


def main() -> None:
    options = _options()
    model = model_folder()
    environment = {"VOSK_MODEL": str(model), "VOSK_HINTS": json.dumps(HINTS)}
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as name:
        folder = Path(name)
        with RunningDesk(folder, environment) as desk:
            for done in range(0, options.tickets, LOADED):
                some = min(LOADED, options.tickets - done)
                desk.flask("generate", "--tickets", str(some), "--seed", str(done + 1))
        start = surroundings.start_seconds(folder, environment, ROUNDS)
        with RunningDesk(folder, environment) as desk, ConstantPage() as constant:
            bench = Bench(desk, constant, Records(folder, desk.url), options.seconds)
            _say(*table.head(options.tickets, ROUNDS, options.seconds, LOOKS, bench.look_seconds))
            for page in (page for page in bench.pages() if options.only in page.name):
                _say(table.line(bench.measured(page)))
            memory = processes.memory_mib(desk.process.pid)
            visits = surroundings.visits(desk.url, bench.readers[0], "/tickets")
            on_phone = phones.report(desk.url, bench.readers[0], ROUNDS) if options.only in "phones" else []
            speech = surroundings.speech(desk, model, ROUNDS)
            spoken = live.delay(desk.url, bench.readers[0], ROUNDS)
        year = surroundings.working_year_microseconds()
        _say(
            *table.foot(Rest(start, memory, visits, speech, spoken, year, clockwork.robot_pass(), deliveries.rates())),
            *on_phone,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000, help="how many tickets the desk holds (default: 10000)")
    parser.add_argument("--seconds", type=float, default=2, help="of each of a page's three rounds (default: 2)")
    parser.add_argument("--only", default="", metavar="WORD", help="only pages with this word in their names; phones")
    return parser.parse_args()


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


class Bench:
    """A running desk beside the constant page, and the people who visit both."""

    def __init__(self, desk: RunningDesk, constant: ConstantPage, records: Records, seconds: float) -> None:
        self._desk, self._constant, self._records, self._seconds = desk, constant, records, seconds
        self.look_seconds = seconds / 8
        self._web = processes.child(desk.process.pid, "desk-web")
        visitors = records.customers(READERS + WRITERS, with_tickets=READERS)
        self.readers: list[Visitor] = visitors[:READERS]
        self._writers = visitors[READERS:]

    def pages(self) -> list[Page]:
        return pages(self.readers, self._writers, self._records.agent(), *self._records.choices())

    def measured(self, page: Page) -> Row:
        """Measure a page and the constant one in turns, so that what else the machine does strikes both."""
        answer = self._warm(page)
        plain = replace(page, requests=[replace(one, path=f"/{len(answer.body)}") for one in page.requests])
        before = self._records.counts()
        rounds, plain_rounds, waits, plain_waits = [], [], [], []
        for look in range(LOOKS):
            begin = len(page.requests) * look // LOOKS  # each look begins elsewhere, so that all of them are asked
            turned = [*page.requests[begin:], *page.requests[:begin]]
            waits.append(latency(self._desk.url, turned, self.look_seconds))
            plain_waits.append(latency(self._constant.url, plain.requests, self.look_seconds))
        for _ in range(ROUNDS):
            rounds.append(self._round(self._desk.url, page, self._seconds, self._web))
            plain_rounds.append(self._round(self._constant.url, plain, self._seconds * 2 / 3, self._constant.pid))
        done = [one for one, _ in rounds]
        return Row(
            page.name,
            answer.headers.get("server-timing", "").partition('"')[2].rstrip('"'),
            len(answer.body),
            Served(*_medians(rounds), _median(waits)),
            Served(*_medians(plain_rounds), _median(plain_waits)),
            failed=sum(one.failed for one, _ in rounds + plain_rounds),
            lost=_lost(page, done, before, self._records.counts()),
            at_most=page.at_most,
        )

    def _round(self, url: str, page: Page, seconds: float, server: int) -> tuple[Rate, float]:
        """Return what was served, and the milliseconds of processor that the web server took for each."""
        before = processes.cpu_seconds(server)
        served = rate(url, page.requests, seconds)
        return served, (processes.cpu_seconds(server) - before) * 1000 / served.requests

    def _warm(self, page: Page) -> Answer:
        """Ask for the page until every process has made it; check it, and return the last answer."""
        readable = replace(page.requests[0], headers=page.requests[0].headers | {"Accept-Encoding": "identity"})
        answer = self._once(readable)
        if answer.status != page.status or page.holds not in answer.body.decode():
            raise SystemExit(f"{page.name}: {answer.status}, not the page that is to be measured")
        for _ in range(4):
            for request in page.requests[:8] if page.adds else page.requests:
                answer = self._once(request)
        return answer

    def _once(self, request: Request) -> Answer:
        with Connection(self._desk.url) as connection:  # of its own: each process gets some
            return connection.send(request)


def _medians(rounds: list[tuple[Rate, float]]) -> tuple[float, float]:
    return statistics.median(one.per_second for one, _ in rounds), statistics.median(cpu for _, cpu in rounds)


def _median(waits: list[Latency]) -> Latency:
    return Latency(statistics.median(wait.p50 for wait in waits), statistics.median(wait.p99 for wait in waits))


def _lost(page: Page, rounds: list[Rate], before: dict[str, int], after: dict[str, int]) -> int:
    """Return how many requests were answered and have left nothing in the database."""
    sent = sum(one.requests for one in rounds)
    return max(0, sent - (after[page.adds] - before[page.adds])) if page.adds else 0


if __name__ == "__main__":
    main()
