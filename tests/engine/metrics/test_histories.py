"""What is read equals a plain list, whatever was recorded, repeated, corrected and packed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from tests.engine.metrics.test_snapshots import CLOCK, START
from tests.support.packing import pack_all

from bellwether.engine.metrics import packer, rewriting, store
from bellwether.engine.metrics.canonical import write_metrics
from bellwether.engine.metrics.packer import Packer
from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.clock import to_micros
from bellwether.kit.ids import new_id
from bellwether.model.metrics import Snapshot
from bellwether.model.readings import Estimate
from bellwether.model.requests import Bucketing, NewHistory, NewSnapshot
from bellwether.storage.database import Database

_HOURS = 60


@dataclass
class Model:
    """The same in the plainest way: a list of what was stored, in the order of arrival."""

    stored: list[NewSnapshot] = field(default_factory=list)

    def record(self, batch: Sequence[NewSnapshot]) -> int:
        known = {_identity(one) for one in self.stored}
        before = len(self.stored)
        for one in batch:
            if _identity(one) not in known:
                known.add(_identity(one))
                self.stored.append(one)
        return len(self.stored) - before

    def delete(self, subject_id: str, start: datetime, end: datetime) -> int:
        before = len(self.stored)
        self.stored = [
            one for one in self.stored if one.subject_id != subject_id or not start <= one.at <= end
        ]
        return before - len(self.stored)

    def of(self, subject_id: str) -> list[Snapshot]:
        mine = [one for one in self.stored if one.subject_id == subject_id]
        return [
            Snapshot(subject_id, one.at, one.metrics, one.source, one.as_of, one.estimates or None)
            for one in sorted(mine, key=lambda one: one.at)
        ]


def _identity(one: NewSnapshot) -> tuple[object, ...]:
    return one.subject_id, one.at, write_metrics(one.metrics), one.ordinal


def _some(random: Random, subjects: Sequence[str]) -> list[NewSnapshot]:
    batch = []
    for _ in range(random.randrange(1, 12)):
        metrics = {
            name: random.choice([None, random.randrange(4), random.randrange(10**12), 0.5])
            for name in random.sample(["views", "likes", "shares"], random.randrange(4))
        }
        batch.append(
            NewSnapshot(
                random.choice(subjects),
                START + timedelta(hours=random.randrange(_HOURS)),
                metrics,
                random.choice(["sandbox", "import"]),
                as_of=random.choice([None, START]),
                estimates=random.choice([{}, {"views": Estimate("printed", 1, 2)}]),
                run_id=random.choice([None, new_id()]),
                ordinal=random.choice([0, 0, 1]),
            )
        )
    return batch


def _history(random: Random, subjects: Sequence[str]) -> NewHistory:
    first, count = random.randrange(_HOURS), random.randrange(1, 15)
    instants = [to_micros(START + timedelta(hours=first + n)) for n in range(count)]
    values = [random.choice([None, n]) for n in range(count)]
    columns: dict[str, list[int | None]] = {"views": list(range(count)), "likes": values}
    return NewHistory(random.choice(subjects), instants, columns, "import")


def _rows_of(history: NewHistory) -> list[NewSnapshot]:
    return [
        NewSnapshot(
            history.subject_id,
            START + timedelta(microseconds=at - to_micros(START)),
            {name: values[place] for name, values in history.metrics.items()},
            history.source,
        )
        for place, at in enumerate(history.instants)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_histories_equal_a_plain_list(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PAGE", 3)
    monkeypatch.setattr(rewriting, "_PIECE", 4)
    monkeypatch.setattr(rewriting, "_LARGEST", 6)
    monkeypatch.setattr(packer, "_LOOKED_AT", 7)
    monkeypatch.setattr(packer, "_PACKED", 9)
    random, model = Random(seed), Model()
    subjects = [new_id() for _ in range(3)]

    def act(metrics: MetricsService) -> tuple[int, int]:
        """Do one thing to both and return what both say."""
        kind = random.randrange(6)
        if kind <= 2:
            batch = _some(random, subjects)
            if kind == 2 and model.stored:
                batch += random.choices(model.stored, k=3)
            return metrics.record(batch), model.record(batch)
        if kind == 3:
            history = _history(random, subjects)
            return metrics.record_histories([history]), model.record(_rows_of(history))
        subject, hour = random.choice(subjects), random.randrange(_HOURS)
        start = START + timedelta(hours=hour)
        end = start + timedelta(hours=random.randrange(10))
        gone = metrics.delete(subject, start, end), model.delete(subject, start, end)
        if kind == 5:  # a correction
            fixed = [NewSnapshot(subject, start, {"views": 7}, "import")]
            assert metrics.record(fixed) == model.record(fixed)
        return gone

    for number in range(60):
        ours, expected = database.submit_write(
            lambda connection: act(MetricsService(connection, CLOCK))
        ).result()
        assert ours == expected
        if number % 3 == 2:
            for _ in range(random.randrange(6)):
                database.submit_write(lambda c: Packer(c, CLOCK, most_hot=2).step()).result()
        if number % 6 == 5:
            _compare(database, model, subjects, random)
    pack_all(database)
    _compare(database, model, subjects, random)


def _compare(database: Database, model: Model, subjects: Sequence[str], random: Random) -> None:
    expected = {subject: model.of(subject) for subject in subjects}

    def work(connection: object) -> None:
        metrics = MetricsService(connection, CLOCK)  # type: ignore[arg-type]
        latest = metrics.latest(subjects)
        assert latest == {one: found[-1] for one, found in expected.items() if found}
        some = metrics.histories(subjects, per_subject=5)
        assert some == {subject: found[-5:] for subject, found in expected.items()}
        numbered = metrics.numbered(subjects, start=START)
        assert len({number for number, _ in numbered}) == len(numbered)
        for subject, found in expected.items():
            assert [one for _, one in numbered if one.subject_id == subject] == found
            _compare_one(metrics, subject, found, random)

    database.submit_read(work).result()


def _compare_one(
    metrics: MetricsService, subject: str, expected: Sequence[Snapshot], random: Random
) -> None:
    paged, key = [], None
    while page := metrics.page(subject, after=key, limit=random.randrange(1, 9)):
        paged += [snapshot for _, snapshot in page]
        key = page[-1][0]
    assert paged == expected
    assert metrics.names([subject]) == {name for one in expected for name in one.metrics}
    start = START + timedelta(hours=random.randrange(_HOURS))
    end = start + timedelta(hours=random.randrange(30))
    for name in ("views", "likes"):
        naming = [
            (one.at, one.metrics[name])
            for one in expected
            if name in one.metrics and start <= one.at <= end
        ]
        points, cursor = [], None
        for _ in range(100):
            found = metrics.series(subject, name, start=start, end=end, limit=4, cursor=cursor)
            points += [(point.at, point.value) for point in found.items]
            cursor = found.next_cursor
            if cursor is None:
                break
        assert points == naming
        values = metrics.values(subject, name, start=start, end=end)
        assert list(zip(*values, strict=True)) == [(to_micros(at), one) for at, one in naming]
        newest = metrics.series(
            subject, name, bucketing=Bucketing.LATEST, start=start, end=end
        ).items
        assert [(point.at, point.value) for point in newest] == naming[-1:]
