"""A body that is put together from what the store has is the body of the event that was told."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bellwether.engine.webhooks.rendering import NativeRenderer, iso, to_json
from bellwether.engine.webhooks.written import Written
from bellwether.model.webhooks import Event, EventType

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=4), st.sampled_from(EventType))
def test_the_bytes_are_those_of_the_whole_written_at_once(
    data: dict[str, object], kind: EventType
) -> None:
    stored = Event("e", kind, AT, None, None, Written(json.dumps(data)))
    given_out = Event("e", kind, AT, None, None, data)
    whole = to_json({"type": kind.value, "timestamp": iso(AT), "data": data})
    assert NativeRenderer().body(stored) == NativeRenderer().body(given_out) == whole


def test_it_is_a_mapping_like_the_one_it_stands_for() -> None:
    data = {"b": 1, "a": [None, "\u00e9"]}
    written = Written(json.dumps(data))
    assert written == data
    assert list(written) == ["b", "a"]
    assert len(written) == 2
    assert written["a"] == [None, "\u00e9"]
