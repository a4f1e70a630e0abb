"""What the tests of the services share."""

import pytest

from tests.conftest import People


@pytest.fixture
def crowd(people: People) -> People:
    """The stock people under another name, for where `people` is the module under test."""
    return people
