"""A batch is cut so that other writes get in between, unless a lot waits."""

from collections.abc import Iterator, Sequence
from unittest import mock

import pytest
from tests.support.tracking import House, order
from tests.support.twins import TwinSource

from bellwether.engine.tracking.outcomes import Finished
from bellwether.engine.tracking.recording import Recorder
from bellwether.model.tenants import Scope

LONGEST = 250


@pytest.fixture
def sizes() -> Iterator[list[int]]:
    """Collect how many answers each unit of work records."""
    seen: list[int] = []
    record = Recorder.record

    def note(self: Recorder, finished: Sequence[Finished]) -> int:
        seen.append(len(finished))
        return record(self, finished)

    with mock.patch.object(Recorder, "record", note):
        yield seen


async def test_a_few_hundred_are_written_in_pieces(
    house: House, scope: Scope, sizes: list[int]
) -> None:
    house.track(scope, *(order(f"v{n}") for n in range(600)))
    assert await house.scheduler(TwinSource(batch_size=600)).step() == 600
    assert max(sizes) <= LONGEST
    assert sum(sizes) == 600


async def test_a_backlog_is_written_in_batches(
    house: House, scope: Scope, sizes: list[int]
) -> None:
    house.track(scope, *(order(f"v{n}") for n in range(1500)))
    assert await house.scheduler(TwinSource(batch_size=1500)).step() == 1500
    assert max(sizes) == 500
    assert sum(sizes) == 1500


async def test_a_piece_that_the_store_refuses_is_an_answer_lost(house: House, scope: Scope) -> None:
    tracked = house.track(scope, *(order(f"v{n}") for n in range(600)))
    record, calls = Recorder.record, iter(range(1000))

    def fail_second(self: Recorder, finished: Sequence[Finished]) -> int:
        if next(calls) == 1:
            raise ValueError("this piece cannot be written")
        return record(self, finished)

    with mock.patch.object(Recorder, "record", fail_second):
        ended = await house.scheduler(TwinSource(batch_size=600)).step()
    # Its halves can be written, and nothing of the other pieces is lost or written twice.
    assert ended == 600
    assert all(len(house.runs(scope, one.tracker.id)) == 1 for one in tracked)
