import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.connectors.replay.conftest import Open, Write

from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Kind, Platform, SubjectKind
from bellwether.model.readings import (
    ContentReading,
    CreatorReading,
    Estimate,
    Failed,
    FailureReason,
)

_MAPPING = """
[[recording]]
file = "mine"
platform = "vimeo"
kind = "content"
id = "video"
at = "seen"
metrics = {views = "plays", likes = "hearts"}
url = "https://vimeo.com/{id}"
title = "name"
"""
_ROWS = """video,seen,plays,hearts,name
100,2026-03-05T12:00:00Z,50,5,First
200,2026-03-05T12:00:00Z,7,,Second
100,2026-03-01T12:00:00Z,10,1,First
100,2026-03-09T12:00:00Z,40,nan,First
100,2026-03-09T12:00:00Z,45,hidden,First
"""


@pytest.fixture
def mapped(write: Write) -> str:
    write("mine.csv", _ROWS)
    return _MAPPING


async def _read(opened: Open, mapping: str, key: str) -> ContentReading | Failed:
    return (await opened(mapping).fetch_contents(Platform.VIMEO, [key]))[0]


async def test_the_last_row_at_or_before_now_is_served_with_its_instant(
    mapped: str, opened: Open, clock: ManualClock
) -> None:
    connector = opened(mapped)
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    expected = [
        (timedelta(0), 10, 1, start),
        (timedelta(days=3, hours=23), 10, 1, start),
        (timedelta(days=4), 50, 5, start + timedelta(days=4)),
        (timedelta(days=7), 50, 5, start + timedelta(days=4)),
        (timedelta(days=900), 45, None, start + timedelta(days=8)),
    ]
    for age, views, likes, as_of in expected:
        clock.advance(start + age - clock.now())
        (reading,) = await connector.fetch_contents(Platform.VIMEO, ["100"])
        assert isinstance(reading, ContentReading)
        assert (reading.metrics, reading.as_of) == ({"views": views, "likes": likes}, as_of)


async def test_of_rows_at_one_instant_the_last_in_the_file_holds_and_a_fall_stays_a_fall(
    mapped: str, opened: Open
) -> None:
    reading = await _read(opened, mapped, "100")
    assert isinstance(reading, ContentReading)
    assert reading.metrics["views"] == 45


async def test_a_reading_says_where_it_comes_from_and_what_it_is(mapped: str, opened: Open) -> None:
    reading = await _read(opened, mapped, "200")
    assert isinstance(reading, ContentReading)
    assert (reading.source, reading.id, reading.kind, reading.title, reading.url) == (
        "replay",
        "200",
        Kind.VIDEO,
        "Second",
        "https://vimeo.com/200",
    )


async def test_what_is_recorded_later_only_is_nobody_elses_to_answer(
    mapped: str, opened: Open, clock: ManualClock
) -> None:
    clock.advance(datetime(2026, 3, 1, 11, 59, tzinfo=UTC) - clock.now())
    failed = await _read(opened, mapped, "100")
    assert failed == Failed(
        FailureReason.UNSUPPORTED, "the recording of this begins at 2026-03-01 12:00:00 UTC"
    )


async def test_what_is_not_recorded_is_not_found_which_says_nothing(
    mapped: str, opened: Open
) -> None:
    connector = opened(mapped)
    assert connector.declaration.partial
    unknown = Failed(FailureReason.NOT_FOUND, "no recording knows this")
    assert await connector.fetch_contents(Platform.VIMEO, ["300", "1000"]) == [unknown] * 2
    assert await connector.fetch_contents(Platform.YOUTUBE, ["100"]) == [unknown]
    assert await connector.fetch_profiles(Platform.VIMEO, ["100"]) == [unknown]


async def test_answers_are_in_the_order_of_the_question(mapped: str, opened: Open) -> None:
    keys = ["200", "nobody", "100", "200"]
    outcomes = await opened(mapped).fetch_contents(Platform.VIMEO, keys)
    assert [getattr(outcome, "id", None) for outcome in outcomes] == ["200", None, "100", "200"]


async def test_the_newest_row_of_several_recordings_holds(
    mapped: str, write: Write, opened: Open, clock: ManualClock
) -> None:
    write("later.csv", "video,seen,plays\n100,2026-03-06,48\n200,2026-04-01,9\n")
    second = _MAPPING.replace('"mine"', '"later"').replace(', likes = "hearts"', "")
    connector = opened(mapped + second.replace('title = "name"', ""))
    views = []
    for day in (5, 7, 9):
        clock.advance(datetime(2026, 3, day, 13, tzinfo=UTC) - clock.now())
        (reading,) = await connector.fetch_contents(Platform.VIMEO, ["100"])
        views.append(reading.metrics["views"] if isinstance(reading, ContentReading) else None)
    assert views == [50, 48, 45]
    recorded = {one.id: one for one in connector.entities(Platform.VIMEO, SubjectKind.CONTENT)}
    assert {key: one.rows for key, one in recorded.items()} == {"100": 5, "200": 2}
    assert recorded["200"].last_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert connector.span() == (
        datetime(2026, 3, 1, 12, tzinfo=UTC),
        datetime(2026, 4, 1, tzinfo=UTC),
    )


async def test_an_entity_is_found_by_either_id_though_some_rows_have_only_one(
    write: Write, opened: Open
) -> None:
    write(
        "posts.csv",
        "media,link,day,likes\n"
        "900,,2026-03-01,1\n900,https://x.test/p/AbC/,2026-03-02,2\n901,,2026-03-02,7\n",
    )
    connector = opened(
        '[[recording]]\nfile = "posts"\nplatform = "instagram"\nkind = "content"\nid = "media"\n'
        'public_id = "link"\npublic_id_pattern = "/p/([^/]+)"\nat = "day"\nurl = "link"\n'
        'metrics = {likes = "likes"}\n'
    )
    by_either = await connector.fetch_contents(Platform.INSTAGRAM, ["900", "AbC"])
    assert [r.metrics["likes"] for r in by_either if isinstance(r, ContentReading)] == [2, 2]
    (wrong_case,) = await connector.fetch_contents(Platform.INSTAGRAM, ["abc"])
    assert isinstance(wrong_case, Failed)
    recorded = {
        (one.id, one.url, one.rows)
        for one in connector.entities(Platform.INSTAGRAM, SubjectKind.CONTENT)
    }
    assert recorded == {("AbC", "https://x.test/p/AbC/", 2), ("901", None, 1)}


async def test_printed_numbers_local_times_and_durations_are_read(
    write: Write, opened: Open
) -> None:
    write(
        "posts.csv",
        "id,who,at,posted,length,views\n"
        '1,Somebody,2026-03-05 01:30,2026-03-04 08:00,01:02:03,"1,4 Mio"\n',
    )
    connector = opened(
        '[[recording]]\nfile = "posts.csv"\nplatform = "tiktok"\nkind = "content"\nid = "id"\n'
        'at = "at"\ntimezone = "Asia/Ho_Chi_Minh"\nmetrics = {views = "views"}\n'
        'published_at = "posted"\nduration = "length"\ncreator_handle = "who"\n'
    )
    (reading,) = await connector.fetch_contents(Platform.TIKTOK, ["1"])
    assert isinstance(reading, ContentReading)
    assert reading.metrics == {"views": 1_400_000}
    assert reading.estimates == {"views": Estimate("printed", 1_350_000, 1_499_999)}
    assert reading.as_of == datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
    assert reading.published_at == datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
    assert reading.duration_s == 3723
    assert reading.creator_handle == "Somebody"


async def test_fractions_and_large_numbers_are_kept_exactly(write: Write, opened: Open) -> None:
    write(
        "n.csv",
        f"id,at,a\n1,2026-03-01,{2**62 + 1}\n1,2026-03-02,0.1\n1,2026-03-03,\n1,2026-03-04,-3\n",
    )
    connector = opened(
        '[[recording]]\nfile = "n"\nplatform = "x"\nkind = "creator"\nid = "id"\nat = "at"\n'
        'metrics = {score = "a"}\n'
    )
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    connector._clock = clock
    said = []
    for _ in range(4):
        (reading,) = await connector.fetch_profiles(Platform.X, ["1"])
        assert isinstance(reading, CreatorReading)
        said.append(reading.metrics["score"])
        clock.advance(timedelta(days=1))
    assert said == [2**62 + 1, 0.1, None, -3]


async def test_creators_are_found_in_any_case_and_by_the_handle_beside_the_id(
    write: Write, opened: Open
) -> None:
    write("c.csv", "channel,name,at,n\nUCaB,SomeBody,2026-03-01,5\n")
    connector = opened(
        '[[recording]]\nfile = "c"\nplatform = "youtube"\nkind = "creator"\nid = "channel"\n'
        'handle = "name"\nat = "at"\nmetrics = {followers = "n"}\n'
    )
    outcomes = await connector.fetch_profiles(Platform.YOUTUBE, ["UCaB", "somebody", "SOMEBODY"])
    assert [r.metrics for r in outcomes if isinstance(r, CreatorReading)] == [{"followers": 5}] * 3
    (only,) = connector.entities(Platform.YOUTUBE, SubjectKind.CREATOR)
    assert only.id == "UCaB"


async def test_rows_of_other_platforms_are_left_out_and_joined_facts_are_added(
    write: Write, opened: Open
) -> None:
    write("n.csv", "who,net,at,n\n1,x,2026-03-01,5\n1,threads,2026-03-01,9\n2,x,2026-03-01,6\n")
    write("people.csv.gz", "who,login,country\n1,anna,DE\n")
    connector = opened(
        '[[recording]]\nfile = "n"\nplatform = "x"\nkind = "creator"\nid = "login"\nat = "at"\n'
        'where = {net = "x"}\nmetrics = {followers = "n"}\ndetails = {country = "country"}\n'
        'join = {file = "people", on = "who"}\n'
    )
    (reading,) = await connector.fetch_profiles(Platform.X, ["anna"])
    assert isinstance(reading, CreatorReading)
    assert (reading.metrics, reading.details) == ({"followers": 5}, {"country": "DE"})
    assert len(list(connector.entities(Platform.X, SubjectKind.CREATOR))) == 1


async def test_an_undated_recording_is_served_from_its_day_on_and_dates_nothing(
    write: Write, opened: Open, clock: ManualClock
) -> None:
    write("u.csv", "id,n\n1,5\n")
    connector = opened(
        '[[recording]]\nfile = "u"\nplatform = "x"\nkind = "creator"\nid = "id"\n'
        'undated_from = 2026-03-11\nmetrics = {followers = "n"}\n'
    )
    (early,) = await connector.fetch_profiles(Platform.X, ["1"])
    assert isinstance(early, Failed)
    clock.advance(timedelta(days=1))
    (reading,) = await connector.fetch_profiles(Platform.X, ["1"])
    assert isinstance(reading, CreatorReading)
    assert (reading.metrics, reading.as_of) == ({"followers": 5}, None)
    assert connector.span() is None


async def test_rows_that_cannot_be_read_are_left_out_and_cells_are_null(
    write: Write, opened: Open
) -> None:
    write("b.csv", "id,at,n\n1,2026-03-01,five\n1,not a day,6\n,2026-03-02,7\n1,2026-03-03\n")
    connector = opened(
        '[[recording]]\nfile = "b"\nplatform = "x"\nkind = "creator"\nid = "id"\nat = "at"\n'
        'metrics = {followers = "n"}\n'
    )
    (reading,) = await connector.fetch_profiles(Platform.X, ["1"])
    assert isinstance(reading, CreatorReading)
    assert reading.metrics == {"followers": None}
    (only,) = connector.entities(Platform.X, SubjectKind.CREATOR)
    assert only.rows == 1


async def test_first_questions_from_many_tasks_load_once_and_off_the_event_loop(
    mapped: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = opened(mapped)
    library = connector._library
    loaded_by: list[int] = []
    read = library._read

    def counted() -> object:
        loaded_by.append(threading.get_ident())
        return read()

    monkeypatch.setattr(library, "_read", counted)
    outcomes = await asyncio.gather(
        *(connector.fetch_contents(Platform.VIMEO, ["100"]) for _ in range(20))
    )
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert len(loaded_by) == 1
    assert loaded_by[0] != threading.get_ident()
