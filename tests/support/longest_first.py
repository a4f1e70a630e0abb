"""The order in which the processes of `make test` take files: those with long tests, then those with many.

A file of one long test that comes last would keep one process busy while the others have nothing left to do.
Loaded as a plugin by `make test` (-p tests.support.longest_first), which tells xdist to keep this order.
"""

from collections import Counter

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order said above; within a file the tests stand as they are written."""
    count = Counter(item.path for item in items)
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: (item.path not in long, -count[item.path], str(item.path)))
