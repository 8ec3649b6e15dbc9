"""Counting equal rows."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bellwether.engine.imports.store_occurrences import Occurrences

_key = st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(_key, max_size=10), max_size=10))
def test_each_key_gets_the_number_of_its_equals_before_it(batches: list[list[int]]) -> None:
    seen: Counter[int] = Counter()
    with Occurrences() as occurrences:
        for batch in batches:
            expected = []
            for key in batch:
                expected.append(seen[key])
                seen[key] += 1
            assert occurrences.number(batch) == expected
