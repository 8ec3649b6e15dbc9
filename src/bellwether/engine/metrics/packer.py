"""Packing what has gathered: every row is looked at once, in the order of arrival."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bellwether.engine.metrics.days import DayPages
from bellwether.engine.metrics.rewriting import Rewriter
from bellwether.engine.metrics.store_blocks import BlockStore
from bellwether.kit.clock import Clock

MOST_HOT = 16
"""How many observations a subject has as rows before all of them but the newest are packed."""

_LOOKED_AT = 500
_PACKED = 2000
_MARK = "packed"


class Packer:
    """Packs on one transaction, which is kept short: some tens of milliseconds."""

    def __init__(self, connection: Connection, clock: Clock, *, most_hot: int = MOST_HOT) -> None:
        self._days = DayPages(connection, clock)
        self._blocks = BlockStore(connection)
        self._rewriter = Rewriter(connection)
        self._most_hot = most_hot

    def step(self) -> bool:
        """Look at the next rows, pack what their subjects have too much; False when all is done.

        Whoever stores a row is seen later, so a subject that grows is looked at again.
        """
        if not self._rewriter.claim(wait=False):
            return False
        seen = self._blocks.seen_after(self._blocks.mark(_MARK), _LOOKED_AT)
        if not seen:
            return False
        subjects = sorted({subject_id for _, subject_id in seen})
        self._days.enrol(subjects)
        crowded = self._blocks.crowded(subjects, self._most_hot)
        if self._pack(crowded) < _PACKED:
            self._blocks.set_mark(_MARK, seen[-1][0])
            return len(seen) == _LOOKED_AT
        return True

    def _pack(self, subjects: Sequence[str]) -> int:
        """Pack what some subjects have; return how many rows were looked at for it."""
        found = self._blocks.to_pack(subjects, _PACKED) if subjects else {}
        # The store may give an id again when its row was the table's last (SQLite does).
        last = self._blocks.newest_id()
        packed: list[int] = []
        for subject_id, rows in found.items():
            older = [one for one in rows[:-1] if one.id != last]
            if older:
                self._rewriter.merge(subject_id, older)
                packed += [one.id for one in older]
        self._blocks.drop_hot(packed)
        return sum(map(len, found.values()))
