"""What this machine lacks: such tests are skipped here, fail where CI is true, and are named loudly at the end.

Loaded as a plugin by `make test` (-p tests.support.untested).
"""

import os
from collections import Counter
from typing import NoReturn

import pytest

LACKS = "not installed: "


def missing(what: str) -> NoReturn:
    """Skip the test that asks, or fail it where CI is true: there nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(LACKS + what)
    pytest.skip(LACKS + what)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it as the last thing before pytest's closing line."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        return
    terminalreporter.section("NOT TESTED ON THIS MACHINE", sep="!", red=True, bold=True)
    for reason, count in sorted(reasons.items()):
        tests = "test" if count == 1 else "tests"
        terminalreporter.line(f"{count} {tests}: {reason}", red=True, bold=True)


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ")
