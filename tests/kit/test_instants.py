"""Reading instants as files write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellwether.kit.instants import read_instant

READ = {
    "2022-03": datetime(2022, 3, 1, tzinfo=UTC),
    "2022-03-01": datetime(2022, 3, 1, tzinfo=UTC),
    "2022/03/01": datetime(2022, 3, 1, tzinfo=UTC),
    "2017-10-16T22:59Z": datetime(2017, 10, 16, 22, 59, tzinfo=UTC),
    "2017-10-16 22:59": datetime(2017, 10, 16, 22, 59, tzinfo=UTC),
    "2026-07-08T16:01:26Z": datetime(2026, 7, 8, 16, 1, 26, tzinfo=UTC),
    "2018-11-01T17:13:01.000Z": datetime(2018, 11, 1, 17, 13, 1, tzinfo=UTC),
    "2018-11-01T17:13:01.123456789Z": datetime(2018, 11, 1, 17, 13, 1, 123456, tzinfo=UTC),
    "2023-12-10 12:12:1.0": datetime(2023, 12, 10, 12, 12, 1, tzinfo=UTC),
    "2022-03-01T00:30+02:00": datetime(2022, 2, 28, 22, 30, tzinfo=UTC),
    "2022-03-01T00:30:00-0530": datetime(2022, 3, 1, 6, 0, tzinfo=UTC),
    "2022-03-01 00:30:00 UTC": datetime(2022, 3, 1, 0, 30, tzinfo=UTC),
    "20220301": datetime(2022, 3, 1, tzinfo=UTC),
    "20220301123015": datetime(2022, 3, 1, 12, 30, 15, tzinfo=UTC),
    "1660000000": datetime(2022, 8, 8, 23, 6, 40, tzinfo=UTC),
    "1660000000.5": datetime(2022, 8, 8, 23, 6, 40, 500_000, tzinfo=UTC),
    "1660000000123": datetime(2022, 8, 8, 23, 6, 40, 123_000, tzinfo=UTC),
    "1660000000123456": datetime(2022, 8, 8, 23, 6, 40, 123_456, tzinfo=UTC),
}

REFUSED = {
    "": "empty",
    "yesterday": "not an instant",
    "2022": "not an instant",
    "2026-02-30": "day is out of range|day 30 must be",
    "2026-13-01": "month",
    "20221301": "month",
    "2026-01-01T24:00": "hour",
    "2026-01-01T10:60": "minute",
    "2026-01-01T10:00:60": "second",
    "2026-01-01T10:00+25:00": "offset",
    "2026-01-01T10:00+02:75": "offset",
    "0001-01-01T00:00+10:00": "out of range",
    "9999-12-31T23:59-10:00": "out of range",
    "12345678901": "not an instant",
    "1.5e9": "not an instant",
    "x" * 100_000: "not an instant",
}


@pytest.mark.parametrize(("text", "instant"), READ.items())
def test_the_usual_forms_are_read(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant
    assert read_instant(f" {text} ").tzinfo is UTC


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_not_an_instant_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        read_instant(text)
    assert len(str(caught.value)) < 200


def test_text_without_an_offset_is_in_the_zone_given() -> None:
    assert read_instant("2025-05-14 21:17:24", "Asia/Ho_Chi_Minh") == datetime(
        2025, 5, 14, 14, 17, 24, tzinfo=UTC
    )
    assert read_instant("2025-05-14T21:17:24Z", "Asia/Ho_Chi_Minh").hour == 21


def test_an_hour_that_the_zone_skips_is_refused() -> None:
    with pytest.raises(ValueError, match="skips this hour"):
        read_instant("2022-03-27 02:30", "Europe/Berlin")


def test_an_hour_that_occurs_twice_is_the_first() -> None:
    assert read_instant("2022-10-30 02:30", "Europe/Berlin").hour == 0


def test_a_day_without_a_midnight_begins_with_its_first_instant() -> None:
    assert read_instant("2018-11-04", "America/Sao_Paulo").hour == 3


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        read_instant("2022-03-01", zone)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_every_iso_instant_is_read_back(naive: datetime, minutes: int) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_instant(instant.isoformat()) == instant


@given(st.text(max_size=40))
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    try:
        instant = read_instant(text)
    except ValueError:
        return
    assert instant.tzinfo is UTC
