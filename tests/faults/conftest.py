"""One nursery for the short forms of the faults: their servers start at once."""

from collections.abc import Iterator

import pytest
from tests.chaos.nursery import Nursery
from tests.chaos.process import Starter


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """Starts commands."""
    with Nursery() as nursery:
        yield Starter(nursery)
