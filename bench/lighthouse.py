"""What Lighthouse says of the pages on a phone: its mobile preset, from 0 to 100. It is fetched by npm when it is first wanted
and kept in .venv, which is where everything lies that only development needs."""

import json
import os
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.visitors import Visitor

VERSION = "12.8.2"  # 13 wants a newer Node than Debian 12 can have
FOLDER = Path(__file__).parents[1] / ".venv" / "npm"
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices")
CHROMIUM = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --no-first-run"


@dataclass(frozen=True)
class Scores:
    """Of one page, in the order of CATEGORIES, and what costs performance: milliseconds that the processor was held up."""

    name: str
    values: tuple[int, ...]
    first_paint_ms: float
    blocked_ms: float
    faults: tuple[str, ...]  # audits of the other two categories that failed


def missing() -> str:
    """Return why it can't be asked, or ''. Fetches it when it is not there yet."""
    if shutil.which("chromium") is None:
        return "Chromium is missing"
    if shutil.which("npm") is None:
        return "npm is missing"
    package = FOLDER / "node_modules" / "lighthouse" / "package.json"
    if package.exists() and json.loads(package.read_text())["version"] == VERSION:
        return ""
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(FOLDER)]
    done = subprocess.run([*command, f"lighthouse@{VERSION}"], check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else f"npm could not fetch lighthouse@{VERSION}"


def scores(name: str, address: str, visitor: Visitor | None, times: int) -> Scores:
    """Return the medians of `times` looks at a page, signed in as `visitor` or as a guest."""
    told = [_look(address, visitor) for _ in range(times)]
    values = tuple(round(statistics.median(_score(one, name) for one in told)) for name in CATEGORIES)
    return Scores(
        name,
        values,
        statistics.median(one["audits"]["first-contentful-paint"]["numericValue"] for one in told),
        statistics.median(one["audits"]["total-blocking-time"]["numericValue"] for one in told),
        tuple(sorted({fault for one in told for fault in _faults(one)})),
    )


def _look(address: str, visitor: Visitor | None) -> dict[str, Any]:
    cookie = {"Cookie": f"desk={visitor.cookie}"} if visitor else {}
    command = [str(PROGRAM), address, f"--chrome-flags={CHROMIUM}", "--quiet", "--output=json", "--output-path=stdout"]
    command += [f"--extra-headers={json.dumps(cookie)}", f"--only-categories={','.join(CATEGORIES)}"]
    environment = os.environ | {"CHROME_PATH": str(shutil.which("chromium"))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=180)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _score(told: dict[str, Any], category: str) -> float:
    return float(told["categories"][category]["score"] or 0) * 100


def _faults(told: dict[str, Any]) -> list[str]:
    weighed = [one["id"] for name in CATEGORIES[1:] for one in told["categories"][name]["auditRefs"] if one["weight"]]
    return [name for name in weighed if told["audits"][name]["score"] is not None and told["audits"][name]["score"] < 1]
