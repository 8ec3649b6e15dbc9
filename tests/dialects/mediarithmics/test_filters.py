"""The language of `filters`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellwether.dialects.mediarithmics.filters import FIELDS, read_filters
from bellwether.model.errors import InvalidInputError
from bellwether.model.people import TimelineFilter


def test_without_filters_everything_is_wanted() -> None:
    assert read_filters(None) == read_filters("") == read_filters(" , ") == TimelineFilter()


def test_a_comma_is_and_and_a_bar_is_or() -> None:
    text = "$type==TOUCH|EMAIL,start_ts==5,end_ts==9,$channel_id==1023,$unique_key==a|b|a"
    assert read_filters(text) == TimelineFilter(
        unique_keys=("a", "b"),
        types=("TOUCH", "EMAIL"),
        channels=("1023",),
        start_ts=5,
        end_ts=9,
    )


@pytest.mark.parametrize(
    "text",
    [
        "$type",
        "$type=TOUCH",
        "$type==",
        "$type==TOUCH|",
        "type==TOUCH",
        "$name==x",
        "$type==TOUCH,$type==EMAIL",
        "start_ts==soon",
        "start_ts==1|2",
        "start_ts==-1",
        "start_ts==1.5",
        "start_ts==" + "9" * 5000,
        "end_ts==\u0661",
        "$unique_key==" + "|".join(map(str, range(101))),
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_filters(text)
    assert caught.value.field == "filters"
    assert len(caught.value.message) < 300


_PARTS = st.tuples(
    st.sampled_from([*FIELDS, "x"]), st.sampled_from(["==", "="]), st.text(max_size=5)
).map("".join)


@given(st.lists(_PARTS, max_size=4).map(",".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    said: set[str | None] = set()
    try:
        read_filters(text)
    except InvalidInputError as error:
        said.add(error.field)
    assert said <= {"filters"}
