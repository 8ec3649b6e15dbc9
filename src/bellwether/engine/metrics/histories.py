"""Observations as one list a subject, wherever they are stored: as rows, packed, or both."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from heapq import merge
from itertools import islice

from sqlalchemy import Connection

from bellwether.engine.metrics.canonical import digest, read_metrics, write_metrics
from bellwether.engine.metrics.packing import (
    Observation,
    Values,
    names_in,
    unpack,
    unpack_values,
)
from bellwether.engine.metrics.store import MetricsStore, NewRow
from bellwether.engine.metrics.store_blocks import FIRST, LAST, Block, BlockStore, Key

Found = tuple[str, Observation]
"""A subject and one of its observations."""


class Histories:
    """Reads and extends histories on one transaction. Order is by instant, then by arrival."""

    def __init__(self, connection: Connection) -> None:
        self._hot = MetricsStore(connection)
        self._blocks = BlockStore(connection)

    def insert(self, rows: Sequence[NewRow]) -> int:
        """Store the rows that are not there yet and return how many they were."""
        added = self._hot.insert(rows)
        if not added:
            return 0
        # Looked up after the rows were stored: whoever packs an equal one holds it until he
        # commits, so what he packed is seen here. New instants are newer than all that is packed.
        newest = self._blocks.newest_at()
        late = [row for row in rows if row[1] <= newest]
        return added - self._hot.drop(self._packed(late)) if late else added

    def of(
        self,
        subject_id: str,
        start: int,
        end: int,
        *,
        after: Key | None = None,
        limit: int | None = None,
    ) -> Iterator[Observation]:
        """Yield observations of a subject in order, read as they are consumed."""
        low = start if after is None else max(start, after[0])
        hot = self._hot.of(subject_id, start, end, after, limit)
        with closing(hot):  # type: ignore[type-var]
            # Rows are read before blocks. One that is packed in between by another process is
            # seen twice, side by side, and given once.
            every = merge(hot, self._unpacked(subject_id, low, end), key=_key)
            yield from islice(_distinct(every, after), limit)

    def newest_naming(self, subject_id: str, name: str, start: int, end: int) -> Observation | None:
        """Return the newest observation of a subject that names a metric."""
        rows = self._hot.backwards(subject_id, start, end)
        packed = (
            one
            for block in self._blocks.backwards(subject_id, start, end)
            if name in names_in(block.body)
            for one in reversed(unpack(block.body))
            if start <= one.at <= end
        )
        firsts = (
            next((one for one in each if name in one.metrics), None) for each in (rows, packed)
        )
        return max((one for one in firsts if one is not None), default=None, key=_key)

    def newest(self, subject_ids: Sequence[str], count: int) -> Sequence[Found]:
        """Return up to `count` newest observations of each subject, by subject and in order."""
        ids = sorted(set(subject_ids))
        found = list(self._hot.newest(ids, count)) if ids else []
        if count == 1 or not found:  # the newest of each subject is never packed
            return found
        packed: dict[str, list[Observation]] = defaultdict(list)
        for block in self._blocks.last_of_many(ids, count):
            packed[block.subject_id] += unpack(block.body)
        if not packed:
            return found
        rows: dict[str, list[Observation]] = defaultdict(list)
        for subject_id, one in found:
            rows[subject_id].append(one)
        return [
            (subject_id, one)
            for subject_id in sorted(rows)
            for one in _merged(rows[subject_id], packed[subject_id])[-count:]
        ]

    def within(
        self, subject_ids: Sequence[str], start: int, end: int, most: int
    ) -> Sequence[Found] | None:
        """Return all observations of subjects in a stretch, oldest first; None if beyond `most`."""
        ids = sorted(set(subject_ids))
        found: dict[Key, Found] = {}
        for subject_id, one in self._hot.of_many(ids, start, end):
            found[_key(one)] = subject_id, one
            if len(found) > most:
                return None
        for block in self._blocks.of_many(ids, start, end):
            for one in unpack(block.body):
                if start <= one.at <= end:
                    found[_key(one)] = block.subject_id, one
            if len(found) > most:
                return None
        return [found[key] for key in sorted(found)]

    def apart(
        self, subject_ids: Sequence[str], start: int, end: int
    ) -> tuple[Sequence[Found], Sequence[Block]]:
        """Return rows of subjects in a stretch, and the blocks that may reach into it.

        Whatever is in a block stands before all rows of its subject: where it does not, the
        subject comes as rows alone.
        """
        rows: dict[str, list[Observation]] = defaultdict(list)
        for subject_id, one in self._hot.of_many(subject_ids, start, end):
            rows[subject_id].append(one)
        blocks: dict[str, list[Block]] = defaultdict(list)
        for block in self._blocks.of_many(subject_ids, start, end):
            blocks[block.subject_id].append(block)
        for subject_id in rows.keys() & blocks.keys():
            last = blocks[subject_id][-1]
            if _key(rows[subject_id][0]) < (last.last_at, last.last_id):
                del blocks[subject_id]
                rows[subject_id] = list(self.of(subject_id, start, end))
        return (
            [(subject_id, one) for subject_id, many in rows.items() for one in many],
            [block for many in blocks.values() for block in many],
        )

    def names(self, subject_ids: Sequence[str]) -> set[str]:
        """Return the names of the metrics that any observation of the subjects has."""
        names = self._hot.names(subject_ids)
        for body in self._blocks.bodies(subject_ids):
            names.update(names_in(body))
        return names

    def values(self, subject_id: str, name: str, start: int, end: int) -> Values:
        """Return one metric of the observations that name it, as columns."""
        bodies, rows = self._hot.series(subject_id, start, end)
        instants: list[int] = []
        values: list[float | None] = []
        for body in bodies:
            found = unpack_values(body, name)
            if found is not None:
                low, high = bisect_left(found.instants, start), bisect_right(found.instants, end)
                instants += found.instants[low:high]
                values += found.values[low:high]
        if bodies and rows and instants and rows[0][0] <= instants[-1]:
            return self._woven(subject_id, name, start, end)
        for at, _, written in rows:
            metrics = read_metrics(written)
            if name in metrics:
                instants.append(at)
                values.append(metrics[name])
        return Values(instants, values)

    def _woven(self, subject_id: str, name: str, start: int, end: int) -> Values:
        """Return what `values` does where rows stand among packed observations."""
        found = [one for one in self.of(subject_id, start, end) if name in one.metrics]
        return Values([one.at for one in found], [one.metrics[name] for one in found])

    def _unpacked(self, subject_id: str, start: int, end: int) -> Iterator[Observation]:
        for block in self._blocks.of(subject_id, start, end):
            for one in unpack(block.body):
                if start <= one.at <= end:
                    yield one

    def _packed(self, rows: Sequence[NewRow]) -> Sequence[tuple[str, int, int, int]]:
        """Return the identities of those rows that are packed already."""
        wanted: dict[str, set[tuple[int, int, int]]] = defaultdict(set)
        for subject_id, at, hashed, ordinal, *_ in rows:
            wanted[subject_id].add((at, hashed, ordinal))
        stretches = [
            (subject_id, min(those)[0], max(those)[0]) for subject_id, those in wanted.items()
        ]
        found = []
        for subject_id, body in self._blocks.holding(stretches):
            those = wanted[subject_id]
            instants = {at for at, _, _ in those}
            for one in unpack(body):
                if one.at in instants:
                    identity = one.at, digest(write_metrics(one.metrics)), one.ordinal
                    if identity in those:
                        found.append((subject_id, *identity))
        return found


def _key(one: Observation) -> Key:
    return one.at, one.id


def _distinct(found: Iterator[Observation], last: Key | None) -> Iterator[Observation]:
    for one in found:
        if last is None or (one.at, one.id) > last:
            last = one.at, one.id
            yield one


def _merged(rows: Sequence[Observation], packed: Sequence[Observation]) -> Sequence[Observation]:
    every: Mapping[Key, Observation] = {_key(one): one for one in (*packed, *rows)}
    return [every[key] for key in sorted(every)]


def whole(start: int | None, end: int | None) -> Key:
    """Return bounds that are always set."""
    return (FIRST if start is None else start), (LAST if end is None else end)
