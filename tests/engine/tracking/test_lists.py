from functools import partial

import pytest
from tests.support.tracking import DIALECT, House, order
from tests.support.twins import TwinSource, content

from bellwether.engine.facade import Engine
from bellwether.kit.cursors import encode_cursor
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform
from bellwether.model.readings import Failed, FailureReason
from bellwether.model.requests import ContentFilter, SortBy, TrackerChanges
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, TrackerState

GONE = Failed(FailureReason.DELETED, "gone")


def targets(house: House, scope: Scope, wanted: ContentFilter) -> tuple[list[str], int]:
    found, total = house.read(lambda engine: engine.tracking.list_contents(scope, wanted))
    return [tracker.target for tracker in found], total


def test_a_list_is_read_page_by_page_newest_first_while_it_grows(
    house: House, scope: Scope
) -> None:
    for n in range(7):
        house.track(scope, order(f"v{n}"))
    seen: list[str] = []
    cursor = None
    while True:
        page = house.read(
            lambda engine, after=cursor: engine.tracking.list_trackers(  # type: ignore[misc]
                scope, limit=3, cursor=after
            )
        )
        seen += [tracker.target for tracker in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        house.track(scope, order(f"later{len(seen)}"))
    assert sorted(seen) == [f"v{n}" for n in range(7)]


def test_a_list_is_filtered(house: House, scope: Scope) -> None:
    house.track(scope, order("a"), order("b", platform=Platform.VIMEO))
    paused = house.track_one(scope, order("someone", aspect=Aspect.PROFILE, dialect="ylytic"))
    house.write(
        lambda engine: engine.tracking.update(
            scope, paused.id, TrackerChanges(state=TrackerState.PAUSED)
        )
    )

    def found(**filters: object) -> set[str]:
        page = house.read(
            lambda engine: engine.tracking.list_trackers(scope, **filters)  # type: ignore[arg-type]
        )
        return {tracker.target for tracker in page.items}

    assert found() == {"a", "b", "someone"}
    assert found(platform=Platform.VIMEO) == {"b"}
    assert found(aspect=Aspect.PROFILE) == {"someone"}
    assert found(state=TrackerState.PAUSED) == {"someone"}
    assert found(dialect=DIALECT) == {"a", "b"}
    assert found(dialect="ylytic", state=TrackerState.ACTIVE) == set()


def test_a_cursor_of_another_list_is_refused(house: House, scope: Scope) -> None:
    for cursor in ("nonsense", "é", encode_cursor(7), encode_cursor("a\x00")):
        for work in (_list_trackers, _list_runs):
            with pytest.raises(InvalidInputError) as caught:
                house.read(partial(work, scope, cursor))
            assert caught.value.field == "cursor"


def _list_trackers(scope: Scope, cursor: str, engine: Engine) -> None:
    engine.tracking.list_trackers(scope, cursor=cursor)


def _list_runs(scope: Scope, cursor: str, engine: Engine) -> None:
    engine.tracking.list_runs(scope, cursor=cursor)


async def test_contents_sort_by_their_newest_numbers_and_unknown_ones_come_last(
    house: House, scope: Scope
) -> None:
    views = {"a": 5, "b": 1_000, "c": 70}
    source = TwinSource(
        script=lambda target: content(target, views=views[target]) if target in views else GONE
    )
    house.track(scope, *map(order, "abcd"))
    await house.scheduler(source).step()
    views["a"] = 9_000
    house.pass_time(days=1)
    await house.scheduler(source).step()

    def by(sort: SortBy, *, descending: bool = True, limit: int = 50, offset: int = 0) -> list[str]:
        wanted = ContentFilter(
            DIALECT, sort=sort, descending=descending, limit=limit, offset=offset
        )
        found, total = targets(house, scope, wanted)
        assert total == 4
        return found

    assert by(SortBy.VIEWS) == ["a", "b", "c", "d"]
    assert by(SortBy.VIEWS, descending=False) == ["c", "b", "a", "d"]
    assert by(SortBy.VIEWS, limit=2, offset=1) == ["b", "c"]
    assert by(SortBy.VIEWS, offset=4) == []
    # Equal and unknown values keep one order, so that pages do not overlap.
    for sort in (SortBy.LIKES, SortBy.CREATED_AT, SortBy.UPDATED_AT):
        assert by(sort, limit=2) + by(sort, limit=2, offset=2) == by(sort)
        assert set(by(sort)) == set("abcd")


async def test_contents_are_filtered_as_dialects_ask(house: House, scope: Scope) -> None:
    source = TwinSource(
        script=lambda target: (
            GONE if target == "bad" else content(target)._replace(creator_handle="ann")
        )
    )
    house.track(scope, order("good"), order("bad"), order("theirs", dialect="ylytic"))
    house.track(scope, order("someone", aspect=Aspect.PROFILE))
    await house.scheduler(source).step()
    assert set(targets(house, scope, ContentFilter(DIALECT))[0]) == {"good", "bad"}
    assert targets(house, scope, ContentFilter("ylytic")) == (["theirs"], 1)
    assert targets(house, scope, ContentFilter(DIALECT, platform=Platform.X)) == ([], 0)
    assert targets(house, scope, ContentFilter(DIALECT, state=TrackerState.PAUSED)) == ([], 0)
    assert targets(house, scope, ContentFilter(DIALECT, creator_handle="@Nobody")) == ([], 0)
    assert targets(house, scope, ContentFilter(DIALECT, failed=True)) == (["bad"], 1)
    assert targets(house, scope, ContentFilter(DIALECT, failed=False)) == (["good"], 1)
    assert targets(house, scope, ContentFilter(DIALECT, creator_handle="@Ann")) == (["good"], 1)


async def test_runs_are_listed_for_one_tracker_or_all(house: House, scope: Scope) -> None:
    one, two = (tracked.tracker for tracked in house.track(scope, order("a"), order("b")))
    scheduler = house.scheduler(TwinSource())
    for _ in range(3):
        await scheduler.step()
        house.pass_time(days=1)
    assert len(house.runs(scope)) == 6
    page = house.read(
        lambda engine: engine.tracking.list_runs(scope, tracker_id=one.id, limit=2, cursor=None)
    )
    assert len(page.items) == 2
    assert page.items[0].tick > page.items[1].tick
    rest = house.read(
        lambda engine: engine.tracking.list_runs(
            scope, tracker_id=one.id, limit=2, cursor=page.next_cursor
        )
    )
    assert (len(rest.items), rest.next_cursor) == (1, None)
    assert house.runs(house.scope("stranger"), two.id) == []
