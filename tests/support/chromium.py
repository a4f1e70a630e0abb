"""Debian's Chromium for tests: where it is, and the switches that keep it quiet and give it a microphone."""

import shutil
from pathlib import Path

from tests.support.untested import missing

# The first group keeps it from asking Google's hosts for all sorts of things; the second puts a wav in the
# microphone's place. (Not --disable-background-networking: web push would never arrive.)
CHROMIUM_ARGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


def chromium_path() -> str:
    """Return the program. Skips the test where it is missing, fails it where CI is true."""
    found = shutil.which("chromium")
    if found is None:
        missing("Chromium")
    return found


def light_chromium_path() -> str:
    """Return Chromium without the windows that nobody sees: a page of it takes a quarter of the time. It has no
    notifications, can't be installed into, and breaks down when an answer clears the site's data (Clear-Site-Data). Where it
    is missing, the whole browser does."""
    return shutil.which("chromium-headless-shell") or chromium_path()


def microphone(wav: Path) -> str:
    """Return the switch that plays `wav` (48 kHz, mono, 16 bit) once each time a page asks for the microphone."""
    return f"--use-file-for-fake-audio-capture={wav.resolve()}%noloop"
