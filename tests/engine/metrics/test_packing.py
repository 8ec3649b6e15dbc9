"""Whatever the metrics room can hold is packed and comes back exactly."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellwether.engine.metrics.canonical import read_metrics, write_metrics
from bellwether.engine.metrics.packing import (
    Observation,
    names_in,
    pack,
    pack_columns,
    unpack,
    unpack_values,
)
from bellwether.model.errors import InvalidInputError

_LARGEST = 2**63 - 1
_instants = st.integers(-(2**60), 2**60)
_whole = st.integers(-_LARGEST, _LARGEST) | st.integers(-3, 300) | st.integers(0, 70_000)
_fractions = st.floats(allow_nan=False, allow_infinity=False)
_metrics = st.dictionaries(
    st.sampled_from(["views", "likes", "Views", "é\x00", ""]) | st.text(max_size=4),
    st.none() | _whole | _fractions,
    max_size=5,
).map(lambda metrics: read_metrics(write_metrics(metrics)))
_observations = st.lists(
    st.builds(
        Observation,
        at=_instants | st.integers(0, 50).map(lambda hour: hour * 3_600_000_000),
        id=st.integers(1, _LARGEST) | st.integers(1, 1000),
        metrics=_metrics,
        source=st.sampled_from(["sandbox", "import"]) | st.text(max_size=5),
        as_of=st.none() | _instants,
        estimates=st.none() | st.text(max_size=20),
        ordinal=st.integers(0, 2**31 - 1) | st.just(0),
        of_run=st.booleans(),
    ),
    min_size=1,
    max_size=40,
).map(lambda found: sorted(found, key=lambda one: one[:2]))


@settings(max_examples=150, deadline=None)
@given(_observations)
def test_what_is_packed_comes_back_exactly(observations: Sequence[Observation]) -> None:
    body = pack(observations)
    found = unpack(body)
    assert found == observations
    for one, other in zip(found, observations, strict=True):
        assert write_metrics(one.metrics) == write_metrics(other.metrics)  # 1 is not 1.0 here
    assert set(names_in(body)) == {name for one in observations for name in one.metrics}


@settings(max_examples=100, deadline=None)
@given(_observations)
def test_one_metric_is_read_without_the_others(observations: Sequence[Observation]) -> None:
    body = pack(observations)
    for name in names_in(body):
        values = unpack_values(body, name)
        assert values is not None
        expected = [(one.at, one.metrics[name]) for one in observations if name in one.metrics]
        assert list(zip(*values, strict=True)) == expected
    assert unpack_values(body, "a name that nobody used") is None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_whole, st.none() | _whole | _fractions), min_size=1, max_size=30))
def test_columns_give_what_rows_give(values: Sequence[tuple[int, float | None]]) -> None:
    rows = [read_metrics(write_metrics({"a": one, "b": other})) for one, other in values]
    count = len(rows)
    columns = {name: [row[name] for row in rows] for name in ("b", "a")}
    body = pack_columns(range(0, 5 * count, 5), range(7, 7 + count), columns, "import")
    assert unpack(body) == [Observation(5 * n, 7 + n, row, "import") for n, row in enumerate(rows)]


@pytest.mark.parametrize("value", [2**63, -(2**63), math.nan, math.inf, True, "12"])
def test_columns_take_no_more_than_numbers_of_64_bits(value: float) -> None:
    with pytest.raises(InvalidInputError) as refused:
        pack_columns(range(3), range(3), {"a": [1, 2, 3], "b": [1, value, 2]}, "import")
    assert refused.value.field == "b"


def test_a_counter_at_the_edge_of_64_bits_is_packed() -> None:
    values = [_LARGEST, -_LARGEST, _LARGEST - 1, _LARGEST]
    body = pack_columns(range(4), range(4), {"a": values, "b": values[:1] * 4}, "import")
    assert [one.metrics["a"] for one in unpack(body)] == values


def test_regular_histories_are_small() -> None:
    day = 86_400_000_000
    rows = [
        Observation(n * day, 5000 * n, {"likes": n * 40, "views": n * n * 100}, "sandbox")
        for n in range(200)
    ]
    assert len(pack(rows)) < 3 * 200
