"""Whatever a request says, it is read as one meaning or refused with its field named."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bellwether.dialects.ugcinc.errors import NAMES, name_field
from bellwether.dialects.ugcinc.parse import read_span, read_time
from bellwether.dialects.ugcinc.render import render_instant
from bellwether.model.errors import InvalidInputError

_INSTANTS = some.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1))  # noqa: DTZ001  UTC below
_DAYS = some.dates(date(1970, 1, 2), date(2200, 1, 1))


def _read(text: str) -> datetime | InvalidInputError:
    try:
        return read_time(text, "postTime")
    except InvalidInputError as error:
        return error


@given(some.text())
def test_any_text_is_an_instant_or_refused_by_name(text: str) -> None:
    read = _read(text)
    if isinstance(read, datetime):
        assert read.tzinfo is UTC
        return
    assert read.field == "postTime"
    assert "postTime" in read.message
    assert len(read.message) < 200


@given(_INSTANTS)
def test_an_instant_that_was_told_is_read_as_told(instant: datetime) -> None:
    meant = instant.replace(tzinfo=UTC, microsecond=instant.microsecond // 1000 * 1000)
    assert read_time(render_instant(meant), "postTime") == meant


@given(_DAYS, _DAYS)
def test_a_span_of_days_has_all_of_both(first: date, last: date) -> None:
    if last < first:
        with pytest.raises(InvalidInputError) as refused:
            read_span(first.isoformat(), last.isoformat())
        assert refused.value.field == "endDate"
        return
    span = read_span(first.isoformat(), last.isoformat())
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    assert span.start == midnight
    assert span.end is not None
    assert span.end + timedelta(microseconds=1) == midnight + (last - first + timedelta(days=1))


@given(some.one_of(some.none(), _INSTANTS), some.one_of(some.none(), _INSTANTS))
def test_a_span_without_dates_asks_for_the_newest(
    start: datetime | None, end: datetime | None
) -> None:
    texts = [None if one is None else one.isoformat() for one in (start, end)]
    if start is not None and end is not None and end < start:
        return
    assert read_span(*texts).newest_only is (start is None and end is None)


@given(some.text(), some.sampled_from([*NAMES, *NAMES.values(), "caption", "bio", "updates"]))
def test_a_message_always_names_its_field(message: str, field: str) -> None:
    said = name_field(message, field).lower()
    spelled = NAMES.get(field, field).lower()
    assert spelled in said or spelled in {"nickname", "avatarurl"}
    assert message.lower() in said
