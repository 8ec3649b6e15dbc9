"""Ids: UUIDs that sort in the order in which they were made."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from bellwether.kit.ids import new_id, new_ids


def _many(count: int) -> list[str]:
    return [new_id() for _ in range(count)]


def test_an_id_is_a_uuid_of_version_7_that_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = [uuid.UUID(text) for text in _many(1000)]
    after = time.time_ns() // 1_000_000
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert all(before <= one.int >> 80 <= after + 1 for one in made)
    assert all(str(uuid.UUID(text)) == text for text in _many(10))


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    made = _many(20_000)
    assert made == sorted(set(made))


def test_ids_of_several_threads_are_all_different_and_in_order_for_each() -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(_many, [5000] * 4))
    assert len({text for each in found for text in each}) == 20_000
    assert all(each == sorted(each) for each in found)


def test_ids_made_together_are_like_those_made_one_by_one() -> None:
    before, made, after = new_id(), new_ids(5000), new_id()
    assert [before, *made, after] == sorted({before, *made, after})
    found = [uuid.UUID(text) for text in made]
    assert {(one.version, one.variant) for one in found} == {(7, uuid.RFC_4122)}
    assert len({one.int & (1 << 62) - 1 for one in found}) == 5000
    assert new_ids(0) == []


def test_a_clock_that_is_set_back_does_not_take_ids_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)
    assert first < new_id() < new_id()
