"""Who grew most equals what a plain computation over all observations says, at every moment."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

import pytest
from tests.support.tracking import House

from bellwether.engine.metrics import days
from bellwether.engine.metrics.days import DayPages
from bellwether.engine.metrics.packer import Packer
from bellwether.model.metrics import Ranking
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import Number
from bellwether.model.requests import NewHistory, NewSnapshot, NewSubject
from bellwether.model.tenants import Scope
from bellwether.storage.database import Database

_SPAN = 12


def _subjects(house: House, scope: Scope, count: int) -> list[str]:
    wanted = [
        NewSubject(
            SubjectKind.CONTENT if number % 3 else SubjectKind.CREATOR,
            Platform.YOUTUBE if number % 2 else Platform.TIKTOK,
            f"subject{number}",
        )
        for number in range(count)
    ]
    return [one.id for one in house.write(lambda engine: engine.catalog.ensure(scope, wanted))]


def _work(house: House, *, most_hot: int = 16, steps: int = 1000) -> None:
    """Do the work of the background: all of it, or some steps."""
    for step in (
        lambda c: Packer(c, house.clock, most_hot=most_hot).step(),
        lambda c: DayPages(c, house.clock).step(),
    ):
        for _ in range(steps):
            if not house.database.submit_write(step).result():
                break


def _top(house: House, scope: Scope, metric: str = "views", **wanted: object) -> Ranking:
    asked = {"days": 3, "limit": 100, **wanted}
    return house.read(lambda engine: engine.metrics.top(scope, metric, **asked))  # type: ignore[arg-type]


def _naive(
    house: House, subjects: Sequence[str], metric: str, span: int
) -> Mapping[str, tuple[Number, Number]]:
    """Return what stood at both ends for those of whom it is known."""
    today = house.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    ends = today - timedelta(days=span), today
    found = {}
    for subject in subjects:
        points = house.read(
            lambda engine, subject=subject: engine.metrics.series(subject, metric)  # type: ignore[misc]
        ).items
        stood = [
            [point.value for point in points if point.at < end and point.value is not None][-1:]
            for end in ends
        ]
        if all(stood):
            found[subject] = (stood[0][0], stood[1][0])
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_ranking_equals_a_plain_computation(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "_SUBJECTS", 3)
    monkeypatch.setattr(days, "_DAYS", 4)
    house, random = House(database), Random(seed)
    scope = house.scope()
    subjects = _subjects(house, scope, 8)
    began = house.clock.now()
    house.pass_time(days=_SPAN)

    def some() -> NewSnapshot:
        names = random.sample(["views", "likes"], random.randrange(3))
        metrics = {name: random.choice([None, 0.5, random.randrange(99)]) for name in names}
        ago = timedelta(hours=random.randrange(24 * _SPAN))
        return NewSnapshot(random.choice(subjects), house.clock.now() - ago, metrics, "test")

    for number in range(14):
        batch = [some() for _ in range(random.randrange(1, 12))]
        house.write(lambda engine, batch=batch: engine.metrics.record(batch))  # type: ignore[misc]
        if number % 4 == 1:
            subject, hour = random.choice(subjects), random.randrange(24 * _SPAN)
            start = began + timedelta(hours=hour)
            end = start + timedelta(hours=30)
            house.write(
                lambda engine, where=(subject, start, end): engine.metrics.delete(*where)  # type: ignore[misc]
            )
        _work(house, most_hot=2, steps=1000 if number < 2 else random.randrange(3))
        if number % 5 == 3:
            house.pass_time(days=1)
        enrolled = [one for one in subjects if _is_enrolled(database, one)]
        for metric, span in (("views", 3), ("likes", 1), ("views", 30)):
            expected = _naive(house, enrolled, metric, span)
            ranking = _top(house, scope, metric, days=span)
            assert {one.subject_id: (one.first, one.last) for one in ranking.gains} == expected
            changes = [one.net_change for one in ranking.gains]
            assert changes == sorted(changes, reverse=True)
            assert changes == [one.last - one.first for one in ranking.gains]


def _is_enrolled(database: Database, subject_id: str) -> bool:
    query = f"SELECT 1 FROM day_slots WHERE subject_id = '{subject_id}'"
    return bool(database.submit_read(lambda c: c.exec_driver_sql(query).fetchall()).result())


def test_a_ranking_is_of_one_scope_and_of_the_kinds_asked_for(house: House) -> None:
    scope, other = house.scope(), house.scope("other")
    subjects = _subjects(house, scope, 6)
    start = house.clock.now()
    rows = [
        NewSnapshot(subject, start + timedelta(days=day), {"views": number * day}, "test")
        for number, subject in enumerate(subjects)
        for day in range(5)
    ]
    house.pass_time(days=5)
    house.write(lambda engine: engine.metrics.record(rows))
    assert _top(house, scope).gains == []  # nobody has looked at them yet
    _work(house)
    ranking = _top(house, scope)
    today = house.clock.now().date()
    assert (ranking.start, ranking.end) == (today - timedelta(days=4), today - timedelta(days=1))
    assert [one.subject_id for one in ranking.gains] == subjects[::-1]
    assert [one.net_change for one in ranking.gains] == [15, 12, 9, 6, 3, 0]
    assert ranking.gains[0].pct_change == 300.0
    assert _top(house, scope, limit=2).gains == ranking.gains[:2]
    contents = _top(house, scope, kind=SubjectKind.CONTENT, platform=Platform.YOUTUBE)
    assert [one.subject_id for one in contents.gains] == [subjects[5], subjects[1]]
    assert _top(house, scope, days=5).gains == []  # nothing was known then
    assert _top(house, scope, "shares").gains == []
    assert _top(house, other).gains == []


def test_histories_stored_at_once_are_ranked(house: House) -> None:
    scope = house.scope()
    subjects = _subjects(house, scope, 3)
    first = date(2025, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
    last = house.clock.now().date().toordinal() - date(1970, 1, 1).toordinal()
    instants = [day * 86_400_000_000 for day in range(first, last)]
    histories = [
        NewHistory(subject, instants, {"views": [n * rate for n in range(len(instants))]}, "import")
        for rate, subject in enumerate(subjects)
    ]
    house.write(lambda engine: engine.metrics.record_histories(histories))
    _work(house)
    gains = _top(house, scope, days=30).gains
    assert [(one.subject_id, one.net_change) for one in gains] == [
        (subjects[rate], 30 * rate) for rate in (2, 1, 0)
    ]


def test_what_is_derived_can_be_emptied_and_is_made_again(house: House) -> None:
    scope = house.scope()
    subjects = _subjects(house, scope, 5)
    start = house.clock.now()
    rows = [
        NewSnapshot(subject, start + timedelta(days=day), {"views": number * day}, "test")
        for number, subject in enumerate(subjects)
        for day in range(9)
    ]
    house.pass_time(days=9)
    house.write(lambda engine: engine.metrics.record(rows))
    _work(house, most_hot=2)
    before = _top(house, scope).gains
    assert [one.net_change for one in before] == [12, 9, 6, 3, 0]
    for table in ("day_values", "day_slots", "day_pages", "snapshot_marks"):
        emptied = f"DELETE FROM {table}"
        house.database.submit_write(
            lambda c, emptied=emptied: c.exec_driver_sql(emptied).rowcount  # type: ignore[misc]
        ).result()
    assert _top(house, scope).gains == []
    _work(house, most_hot=2)
    assert _top(house, scope).gains == before
