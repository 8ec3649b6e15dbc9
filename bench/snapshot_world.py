"""What `bench_snapshots` stores, and Bellwether on one of its stores to store it in."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection

from bellwether.engine.facade import Engine
from bellwether.engine.metrics.days import DayPages
from bellwether.engine.metrics.packer import Packer
from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.clock import ManualClock, from_micros, to_micros
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.requests import NewHistory, NewSnapshot, NewSubject
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate

T = TypeVar("T")
ENTITIES, DAYS = 5_000, 400
BATCH = 100  # histories a transaction
NAMES = ("views", "likes", "comments")
DAY = 86_400_000_000
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = to_micros(NOW.replace(hour=0))
START = TODAY - DAYS * DAY
Change = tuple[int, int, int, tuple[int, ...] | None]
"""Entity, a stretch to delete (or none: its end before its start), a row to store."""


@dataclass
class World:
    """What is stored: a history for each entity, and what becomes of it afterwards."""

    histories: Sequence[Sequence[Sequence[int]]]  # entity: instants, views, likes, comments
    changes: Sequence[Change]
    expected: dict[int, dict[int, tuple[int, ...]]] = field(default_factory=dict)


def make_world() -> World:
    """Make it up, always the same."""
    chosen = random.Random(4)
    histories = []
    for _ in range(ENTITIES):
        at = START + chosen.randrange(86_400) * 1_000_000
        columns: list[list[int]] = [[at + day * DAY for day in range(DAYS)]]
        rate, value = chosen.randrange(10, 40_000), chosen.randrange(2_000_000)
        for divisor in (1, 20, 300):
            total, steps, most = value // divisor, [], 2 * rate // divisor + 2
            for _ in range(DAYS):
                total += chosen.randrange(most)
                steps.append(total)
            columns.append(steps)
        histories.append(columns)
    changes: list[Change] = []
    for _ in range(150):
        entity, day = chosen.randrange(ENTITIES), chosen.randrange(DAYS - 60)
        at = histories[entity][0][day]  # not in the days that are ranked below
        late = (at + 1_000_000, *(chosen.randrange(10**6) for _ in NAMES))
        changes.append((entity, 0, -1, late))  # it comes late, between two days
        fixed = (at, *(chosen.randrange(10**6) for _ in NAMES))
        changes.append((entity, at, at, fixed))  # a correction
        stretch = chosen.randrange(1, 20)
        changes.append((chosen.randrange(ENTITIES), at, at + stretch * DAY, None))
    world = World(histories, changes)
    for entity, start, end, row in changes:
        plain = world.expected.setdefault(
            entity, {at: tuple(values) for at, *values in zip(*histories[entity], strict=True)}
        )
        for at in [at for at in plain if start <= at <= end]:
            del plain[at]
        if row is not None:
            plain[row[0]] = row[1:]
    return world


class Ours:
    """Bellwether on one of its stores, with a content for each entity."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.clock = ManualClock(NOW)
        self.database: Database = open_database(url)
        migrate(self.database)
        self.scope, self.ids = self.database.submit_write(self._fill).result()
        self._empty = self.size()
        self.cpu_s = 0.0

    def _fill(self, connection: Connection) -> tuple[Scope, Sequence[str]]:
        engine = Engine(connection, self.clock)
        scope = engine.tenants.create_key("bench", Environment.LIVE).key.scope
        wanted = [
            NewSubject(SubjectKind.CONTENT, Platform.YOUTUBE, f"video{n}") for n in range(ENTITIES)
        ]
        return scope, [one.id for one in engine.catalog.ensure(scope, wanted)]

    def write(self, work: Callable[[MetricsService], T]) -> T:
        """Run one transaction."""
        return self.database.submit_write(
            lambda connection: work(MetricsService(connection, self.clock))
        ).result()

    def read(self, work: Callable[[MetricsService], T]) -> T:
        """Run one read."""
        return self.database.submit_read(
            lambda connection: work(MetricsService(connection, self.clock))
        ).result()

    def append(self, world: World, entities: Sequence[int]) -> float:
        """Append histories; return seconds."""
        histories = [
            NewHistory(
                self.ids[entity],
                world.histories[entity][0],
                dict(zip(NAMES, world.histories[entity][1:], strict=True)),
                "import",
            )
            for entity in entities
        ]
        began, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(histories), BATCH):
            part = histories[start : start + BATCH]
            assert self.write(lambda metrics, part=part: metrics.record_histories(part)) == (  # type: ignore[misc]
                len(part) * DAYS
            )
        self.cpu_s += time.process_time() - cpu
        return time.perf_counter() - began

    def change(self, changes: Sequence[Change]) -> float:
        """Apply late rows, corrections and deletes; return seconds."""
        began = time.perf_counter()
        for entity, start, end, row in changes:

            def work(
                metrics: MetricsService,
                entity: int = entity,
                start: int = start,
                end: int = end,
                row: tuple[int, ...] | None = row,
            ) -> None:
                if end >= start:
                    metrics.delete(self.ids[entity], from_micros(start), from_micros(end))
                if row is not None:
                    metrics.record([self._new(entity, *row)])

            self.write(work)
        return time.perf_counter() - began

    def _new(self, entity: int, at: int, *values: int) -> NewSnapshot:
        metrics = dict(zip(NAMES, values, strict=True))
        return NewSnapshot(self.ids[entity], from_micros(at), metrics, "import")

    def append_new(self, at: int, world: World) -> float:
        """Append one new row each, a thousand a transaction; return seconds."""
        rows = [
            self._new(entity, at, *(column[-1] for column in world.histories[entity][1:]))
            for entity in range(ENTITIES)
        ]
        began = time.perf_counter()
        for start in range(0, len(rows), 1000):
            part = rows[start : start + 1000]
            assert self.write(lambda metrics, part=part: metrics.record(part)) == len(part)  # type: ignore[misc]
        return time.perf_counter() - began

    def settle(self) -> None:
        """Do what the background does, all of it, and print what that takes."""
        for name, step in (
            ("packing", lambda c: Packer(c, self.clock, most_hot=1).step()),
            ("closing days", lambda c: DayPages(c, self.clock).step()),
        ):
            took, more = [], True
            before = self.size()
            while more:
                began = time.perf_counter()
                more = self.database.submit_write(step).result()
                took.append(time.perf_counter() - began)
            print(
                f"snapshots  {self.name}, {name}: {sum(took):.1f} s in {len(took)} transactions,"
                f" the longest {max(took) * 1e3:.0f} ms"
            )
            if name == "closing days":
                self.grown = before - self._empty, self.size() - before

    def size(self) -> int:
        """Return the bytes of the store that are in use."""
        if self.database.kind == "postgresql":
            tables = "('snapshots'), ('snapshot_blocks'), ('day_values')"
            query = f"SELECT SUM(pg_total_relation_size(t)) FROM (VALUES {tables}) AS x (t)"
            engine = self.database.engine.execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("VACUUM FULL snapshots, snapshot_blocks, day_values")
                return int(connection.exec_driver_sql(query).scalar_one())
        query = "SELECT page_size * (page_count - freelist_count) FROM pragma_page_size(),"
        query += " pragma_page_count(), pragma_freelist_count()"
        return self.database.submit_read(
            lambda connection: int(connection.exec_driver_sql(query).scalar_one())
        ).result()
