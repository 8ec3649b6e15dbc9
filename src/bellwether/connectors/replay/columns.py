"""Numbers of a recording, kept as machine words: a row costs a few bytes a metric, no objects."""

import math
from array import array
from collections.abc import Sequence

from bellwether.kit.numbers import DecimalMark, read_number
from bellwether.model.readings import Estimate, Number

PRINTED = "printed"
"""How an estimate came about that stands for a number printed in short ("541.2K")."""

_NULL = -(2**63)  # read_number gives nothing smaller than -(2**63 - 1)


class Column:
    """One metric of every row. Whole numbers are kept exactly, fractions as doubles."""

    def __init__(self, decimal: DecimalMark = "auto") -> None:
        self._decimal: DecimalMark = decimal
        self._whole: array[int] = array("q")
        self._fractions: array[float] | None = None
        self._ranges: tuple[Column, Column] | None = None

    def __len__(self) -> int:
        return len(self._whole)

    def append(self, text: str) -> bool:
        """Add a cell; one that holds no number is null. Return whether it could be read."""
        if len(text) < 19 and text.isdecimal() and text.isascii():  # noqa: PLR2004  fits, surely
            self._put(int(text), None)
            return True
        try:
            read = read_number(text, decimal=self._decimal)
        except ValueError:
            self._put(None, None)
            return False
        if read is None:
            self._put(None, None)
        else:
            self._put(read.value, (read.low, read.high) if read.printed else None)
        return True

    def value(self, row: int) -> Number | None:
        """Return the number of a row, None where the recording has none."""
        if self._fractions is not None and not math.isnan(self._fractions[row]):
            return self._fractions[row]
        value = self._whole[row]
        return None if value == _NULL else value

    def estimate(self, row: int) -> Estimate | None:
        """Return the range that a printed number stands for, None for an exact one."""
        if self._ranges is None:
            return None
        low, high = (column.value(row) for column in self._ranges)
        return None if low is None or high is None else Estimate(PRINTED, low, high)

    def sort(self, order: Sequence[int]) -> None:
        """Put rows into a new order: `order` gives the old place of each."""
        self._whole = array("q", map(self._whole.__getitem__, order))
        if self._fractions is not None:
            self._fractions = array("d", map(self._fractions.__getitem__, order))
        if self._ranges is not None:
            for column in self._ranges:
                column.sort(order)

    def _put(self, value: Number | None, span: tuple[Number, Number] | None) -> None:
        if span is not None and self._ranges is None:
            self._ranges = self._nulls(), self._nulls()
        if self._ranges is not None:
            for column, bound in zip(self._ranges, span or (None, None), strict=True):
                column._put(bound, None)  # noqa: SLF001  a column of the same class
        if isinstance(value, float):
            if self._fractions is None:
                self._fractions = array("d", [math.nan]) * len(self._whole)
            self._fractions.append(value)
            self._whole.append(_NULL)
            return
        if self._fractions is not None:
            self._fractions.append(math.nan)
        self._whole.append(_NULL if value is None else value)

    def _nulls(self) -> "Column":
        """Return a column as long as this one, of nothing."""
        other = Column()
        other._whole = array("q", [_NULL]) * len(self._whole)
        return other
