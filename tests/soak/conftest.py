"""What the played months share: the world outside, and a way to say how much it was."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.soak.faults import World, world
from tests.soak.scale import SEED

Say = Callable[[dict[str, Any]], None]


@pytest.fixture
def outside() -> Iterator[World]:
    with world(SEED) as made:
        yield made


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Say:
    """Return what says a month's figures; `make soak` shows them."""
    began = time.monotonic()

    def show(figures: dict[str, Any]) -> None:
        lasted = {"seconds": round(time.monotonic() - began)}
        print("\n", request.node.name, json.dumps(figures | lasted, ensure_ascii=False, indent=1))

    return show
