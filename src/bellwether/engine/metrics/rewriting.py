"""Everything that writes blocks: packing rows, taking stretches out, storing whole histories.

One process at a time does so; the rows a block holds leave the other table in the transaction that
writes it, and the newest observation of each subject stays a row, so that who wants only that one
need not unpack anything.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from operator import lt

from sqlalchemy import Connection

from bellwether.engine.metrics.canonical import digest, write_metrics
from bellwether.engine.metrics.packing import Observation, pack_columns, unpack
from bellwether.engine.metrics.store import MetricsStore
from bellwether.engine.metrics.store_blocks import LAST, Block, BlockStore, make_block
from bellwether.model.requests import NewHistory

_FULL = 64
"""So many observations in the newest block, and new ones begin another: it is not written again.

Larger blocks take a few bytes less and are written again at each packing of a live subject.
"""
_PIECE = 256
"""How many observations a block has when a larger one is cut."""
_LARGEST = 384
"""Beyond this a block is cut: what is unpacked together, whoever wants one of them."""


class Rewriter:
    """Writes blocks on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._hot = MetricsStore(connection)
        self._blocks = BlockStore(connection)

    def claim(self, *, wait: bool = True) -> bool:
        """Be the only one who writes blocks; False when another one is and there is no wait."""
        return self._blocks.claim(wait=wait)

    def merge(self, subject_id: str, rows: Sequence[Observation]) -> None:
        """Put observations of a subject, in order, into its blocks."""
        old: list[Block] = []
        pieces: list[list[Observation]] = []
        done = 0
        for block in self._blocks.of(subject_id, rows[0].at, LAST):
            if done == len(rows):
                break
            end = done
            while end < len(rows) and rows[end][:2] <= (block.last_at, block.last_id):
                end += 1
            if end > done:
                old.append(block)
                pieces.append(sorted([*unpack(block.body), *rows[done:end]], key=_key))
                done = end
        if done < len(rows):
            newest = self._blocks.newest(subject_id)
            rewritten = bool(old) and old[-1] == newest
            if newest is None or (newest.items >= _FULL and not rewritten):
                pieces.append([])
            elif not rewritten:
                old.append(newest)
                pieces.append(list(unpack(newest.body)))
            pieces[-1] += rows[done:]
        self._replace(subject_id, old, pieces)

    def delete(self, subject_id: str, start: int, end: int) -> int:
        """Remove the observations of a subject in a stretch and return how many there were."""
        count = self._hot.delete(subject_id, start, end)
        old, pieces = [], []
        for block in self._blocks.of(subject_id, start, end):
            found = unpack(block.body)
            kept = [one for one in found if not start <= one.at <= end]
            if len(kept) < len(found):
                count += len(found) - len(kept)
                old.append(block)
                pieces.append(kept)
        self._replace(subject_id, old, pieces)
        self._unpack_newest(subject_id)
        return count

    def add(self, histories: Sequence[NewHistory]) -> None:
        """Store whole histories where nothing of their subjects is yet (see `fits`)."""
        ids = self._hot.take_ids(sum(len(one.instants) for one in histories))
        blocks: list[Block] = []
        rows, start = [], 0
        for one in histories:
            count = len(one.instants)
            mine = ids[start : start + count]
            start += count
            blocks += _blocks(one, mine)
            written = write_metrics({name: values[-1] for name, values in one.metrics.items()})
            row = (one.subject_id, one.instants[-1], digest(written), 0, written)
            rows.append((mine[-1], *row, None, None, one.source, None))
        self._blocks.add(blocks)
        self._hot.insert_numbered(rows)

    def fits(self, histories: Sequence[NewHistory]) -> Sequence[bool]:
        """Say which histories can be stored as blocks: those that nothing stored stands among.

        Until the end of the transaction nobody else stores anything.
        """
        self._blocks.keep_out()
        spans: dict[str, list[tuple[int, int]]] = {}
        for subject_id, low, high in self._hot.spans([one.subject_id for one in histories]):
            spans.setdefault(subject_id, []).append((low, high))
        stretches = [(one.subject_id, one.instants[0], one.instants[-1]) for one in histories]
        for subject_id, _ in self._blocks.holding(stretches):
            spans.setdefault(subject_id, []).append((-LAST, LAST))
        answers, seen = [], set()
        for one in histories:
            subject_id, first, last = one.subject_id, one.instants[0], one.instants[-1]
            free = all(last < low or high < first for low, high in spans.get(subject_id, ()))
            ascending = all(map(lt, one.instants, islice(one.instants, 1, None)))
            answers.append(free and ascending and subject_id not in seen)
            seen.add(subject_id)
        return answers

    def _unpack_newest(self, subject_id: str) -> None:
        """Make the newest observation of a subject a row again, where it is packed."""
        newest = self._blocks.newest(subject_id)
        hot = self._hot.newest_key(subject_id)
        if newest is None or (hot is not None and hot > (newest.last_at, newest.last_id)):
            return
        *others, one = unpack(newest.body)
        self._replace(subject_id, [newest], [others])
        written = write_metrics(one.metrics)
        row = (subject_id, one.at, digest(written), one.ordinal, written, one.estimates, one.as_of)
        self._hot.insert_numbered([(one.id, *row, one.source, None)])

    def _replace(
        self, subject_id: str, old: Sequence[Block], pieces: Sequence[Sequence[Observation]]
    ) -> None:
        new = [make_block(subject_id, part) for piece in pieces for part in _cut(piece)]
        self._blocks.replace(old, new)


def _key(one: Observation) -> tuple[int, int]:
    return one.at, one.id


def _cut(observations: Sequence[Observation]) -> Iterator[Sequence[Observation]]:
    """Yield what stands in a block each."""
    if len(observations) <= _LARGEST:
        if observations:
            yield observations
        return
    for start in range(0, len(observations), _PIECE):
        yield observations[start : start + _PIECE]


def _blocks(history: NewHistory, ids: Sequence[int]) -> Iterator[Block]:
    """Pack all of a history but its last observation."""
    last = len(history.instants) - 1
    for start in range(0, last, _PIECE):
        part = slice(start, min(start + _PIECE, last))
        instants, mine = history.instants[part], ids[part]
        columns = {name: values[part] for name, values in history.metrics.items()}
        body = pack_columns(instants, mine, columns, history.source)
        yield Block(history.subject_id, instants[-1], mine[-1], instants[0], len(instants), body)
