"""A stretch of one subject's observations as bytes, column by column. Pure functions.

Whole numbers are the steps between neighbours in the narrowest width that holds them all; where
every step is the same there is nothing but the first number and the step. A metric's column says
of each observation whether it has a number, said nothing (null) or did not name it; fractions
stand in a list of their own. What was packed comes back exactly, except for ids of runs.
"""

import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, compress, islice, repeat
from math import gcd
from operator import sub
from typing import NamedTuple

import msgspec

from bellwether.engine.metrics.canonical import clean_column
from bellwether.engine.metrics.growth import DAY_MICROS
from bellwether.model.readings import Number

_VERSION = 1
_WHOLE, _NULL, _ABSENT, _FRACTION = range(4)
_STATES = {int: _WHOLE, float: _FRACTION, type(None): _NULL}
_RAW = 0
"""The unit of a column that holds numbers as they are: their steps do not fit 64 bits."""
_WIDTHS = "bBhHiIq"
_WIDE = {"q", ""}
_FAR = 2**62
"""A block of narrow steps that begins nearer to 0 does not leave 64 bits."""
_NOBODY = -(2**63)  # stands for "the source did not date it"


class Observation(NamedTuple):
    """One observation as it is stored; ordered by its first two fields.

    `estimates` is JSON. `of_run` says that a run recorded it, `ordinal` which of equal ones it is.
    """

    at: int
    id: int
    metrics: Mapping[str, Number | None]
    source: str
    as_of: int | None = None
    estimates: str | None = None
    ordinal: int = 0
    of_run: bool = False


class Values(NamedTuple):
    """One metric of some observations: microseconds and, side by side, what was said."""

    instants: Sequence[int]
    values: Sequence[Number | None]


class _Ints(msgspec.Struct, array_like=True, frozen=True):
    first: int
    step: int
    unit: int
    width: str
    data: bytes


class _Metric(msgspec.Struct, array_like=True, frozen=True):
    name: str
    states: bytes  # empty: whole numbers throughout
    whole: _Ints
    fractions: bytes


class _Block(msgspec.Struct, array_like=True, frozen=True):
    version: int
    count: int
    instants: _Ints
    ids: _Ints
    metrics: list[_Metric]
    origins: list[tuple[str, bool]]  # source, and whether a run recorded it
    which: bytes  # empty: all from the first origin
    ordinals: _Ints
    as_of: _Ints | None
    estimates: bytes  # empty: none


_encode = msgspec.msgpack.Encoder().encode
_decode: Callable[[bytes], _Block] = msgspec.msgpack.Decoder(_Block).decode
_decode_column = msgspec.msgpack.Decoder(tuple[int, _Metric]).decode
_encode_texts = msgspec.json.Encoder().encode
_decode_texts = msgspec.json.Decoder(list[str | None])


def pack(observations: Sequence[Observation]) -> bytes:
    """Return observations, at least one and in order, as bytes."""
    at, ids, metrics, sources, as_of, estimates, ordinals, of_run = zip(*observations, strict=True)
    named = sorted({name for one in metrics for name in one})
    origins = list(dict.fromkeys(zip(sources, of_run, strict=True)))
    return _encode(
        _Block(
            version=_VERSION,
            count=len(at),
            instants=_even(at),
            ids=_even(ids),
            metrics=[_sparse(name, metrics) for name in named],
            origins=origins,
            which=_which(origins, sources, of_run),
            ordinals=_even(ordinals),
            as_of=_dated(as_of),
            estimates=_texts(estimates),
        )
    )


def pack_columns(
    instants: Sequence[int],
    ids: Sequence[int],
    metrics: Mapping[str, Sequence[Number | None]],
    source: str,
) -> bytes:
    """Return observations that are given as columns, at least one and in order, as bytes.

    Numbers are written as `write_metrics` writes them, and InvalidInputError is raised where it is.
    """
    count = len(instants)
    return _encode(
        _Block(
            version=_VERSION,
            count=count,
            instants=_even(instants),
            ids=_even(ids),
            metrics=[_clean(name, metrics[name]) for name in sorted(metrics)],
            origins=[(source, False)],
            which=b"",
            ordinals=_Ints(0, 0, 1, "", b""),
            as_of=None,
            estimates=b"",
        )
    )


def unpack(body: bytes) -> Sequence[Observation]:
    """Return the observations that were packed."""
    block = _decode(body)
    count = block.count
    sources, of_run = _origins(block)
    as_of: Iterable[int | None] = repeat(None, count)
    if block.as_of is not None:
        as_of = (None if one == _NOBODY else one for one in _ints(block.as_of, count))
    texts: Iterable[str | None] = repeat(None, count)
    if block.estimates:
        texts = _decode_texts.decode(zlib.decompress(block.estimates))
    columns = (
        _ints(block.instants, count),
        _ints(block.ids, count),
        _rows(block),
        sources,
        as_of,
        texts,
        _ints(block.ordinals, count),
        of_run,
    )
    return list(map(Observation._make, zip(*columns, strict=True)))


def unpack_values(body: bytes, name: str) -> Values | None:
    """Return one metric of the observations that name it; None where none does."""
    block = _decode(body)
    for metric in block.metrics:
        if metric.name == name:
            instants = _ints(block.instants, block.count)
            if not metric.states:
                return Values(instants, _ints(metric.whole, block.count))
            states = zlib.decompress(metric.states)
            said = [state != _ABSENT for state in states]
            return Values(list(compress(instants, said)), list(_said(metric, states)))
    return None


def pack_column(values: Sequence[Number | None]) -> bytes:
    """Return one value for each of some places as bytes."""
    return _encode((len(values), _full("", values)))


def unpack_column(body: bytes) -> Sequence[Number | None]:
    """Return the values that were packed, place by place."""
    count, metric = _decode_column(body)
    if not metric.states:
        return _ints(metric.whole, count)
    return list(_said(metric, zlib.decompress(metric.states)))


def last_of_days(body: bytes, first: int, last: int) -> Mapping[str, Mapping[int, Number]]:
    """Return, by metric, the last value of each day that has one, from microsecond to microsecond.

    Days are counted from 1970-01-01.
    """
    block = _decode(body)
    instants = _ints(block.instants, block.count)
    low, high = bisect_left(instants, first), bisect_right(instants, last)
    days = [at // DAY_MICROS for at in instants[low:high]]
    found: dict[str, Mapping[int, Number]] = {}
    for metric in block.metrics:
        if not metric.states:
            found[metric.name] = dict(
                zip(days, _ints(metric.whole, block.count)[low:high], strict=True)
            )
            continue
        states = zlib.decompress(metric.states)
        said = _said(metric, states)
        values = [None if state == _ABSENT else next(said) for state in states][low:high]
        found[metric.name] = {
            day: value for day, value in zip(days, values, strict=True) if value is not None
        }
    return found


def names_in(body: bytes) -> Sequence[str]:
    """Return the names of the metrics that any packed observation has."""
    return [metric.name for metric in _decode(body).metrics]


def _even(values: Sequence[int]) -> _Ints:
    """Pack numbers whose steps are much alike, perhaps in a coarser unit."""
    if isinstance(values, range):
        return _Ints(values.start, values.step, 1, "", b"")
    steps = list(map(sub, islice(values, 1, None), values))
    if _all_equal(steps):
        return _linear(values, steps)
    low = min(steps)
    rest = list(map(sub, steps, repeat(low)))
    unit = gcd(*rest)
    if max(rest) >= 2**63 or abs(low) >= 2**63:
        return _raw(values)
    if unit > 1:
        rest = [one // unit for one in rest]
    width, data = _narrowest(rest)
    return _Ints(values[0], low, unit, width, data)


def _counted(values: Sequence[int]) -> _Ints:
    """Pack numbers as a counter has them: any steps, small most of the time."""
    if not values:
        return _Ints(0, 0, 1, "", b"")
    steps = list(map(sub, islice(values, 1, None), values))
    if _all_equal(steps):
        return _linear(values, steps)
    try:
        width, data = _narrowest(steps)
    except OverflowError:
        return _raw(values)
    return _Ints(values[0], 0, 1, width, data)


def _all_equal(steps: Sequence[int]) -> bool:
    return not steps or steps.count(steps[0]) == len(steps)


def _linear(values: Sequence[int], steps: Sequence[int]) -> _Ints:
    step = steps[0] if steps else 0
    return _Ints(values[0], step, 1, "", b"") if abs(step) < 2**63 else _raw(values)


def _raw(values: Sequence[int]) -> _Ints:
    return _Ints(0, 0, _RAW, "q", _bytes(array("q", values)))


def _narrowest(numbers: Sequence[int]) -> tuple[str, bytes]:
    """Return numbers in the narrowest width that takes them; trying is faster than measuring."""
    for width in _WIDTHS:
        try:
            return width, _bytes(array(width, numbers))
        except OverflowError:
            continue
    raise OverflowError


def _bytes(numbers: "array[int] | array[float]") -> bytes:
    if sys.byteorder == "big":  # stores move between machines
        numbers.byteswap()
    return numbers.tobytes()


def _array(width: str, data: bytes) -> "array[int]":
    numbers = array(width, data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _ints(packed: _Ints, count: int) -> Sequence[int]:
    first, step, unit = packed.first, packed.step, packed.unit
    if not packed.width:
        return range(first, first + step * count, step) if step else [first] * count
    numbers = _array(packed.width, packed.data)
    if unit == _RAW:
        return numbers
    if unit > 1:
        return list(accumulate(map(step.__add__, map(unit.__mul__, numbers)), initial=first))
    if step:
        return list(accumulate(map(step.__add__, numbers), initial=first))
    return list(accumulate(numbers, initial=first))


def _clean(name: str, values: Sequence[Number | None]) -> _Metric:
    """Pack a column as it was given; InvalidInputError names a metric that is no number."""
    if set(map(type, values)) != {int}:
        return _full(name, clean_column(name, values))
    packed = _counted(values)  # type: ignore[arg-type]
    if packed.width in _WIDE or packed.unit == _RAW or abs(packed.first) >= _FAR:
        clean_column(name, values)
    return _Metric(name, b"", packed, b"")


def _full(name: str, values: Sequence[Number | None]) -> _Metric:
    """Pack a metric that every observation names."""
    if set(map(type, values)) == {int}:
        return _Metric(name, b"", _counted(values), b"")  # type: ignore[arg-type]
    return _mixed(name, bytes([_STATES[type(value)] for value in values]), values)


def _sparse(name: str, rows: Sequence[Mapping[str, Number | None]]) -> _Metric:
    """Pack a metric that some observations name."""
    if all(name in row for row in rows):
        return _full(name, [row[name] for row in rows])
    states = bytes([_STATES[type(row[name])] if name in row else _ABSENT for row in rows])
    return _mixed(name, states, [row.get(name) for row in rows])


def _mixed(name: str, states: bytes, values: Sequence[Number | None]) -> _Metric:
    whole = [value for value in values if type(value) is int]
    fractions = array("d", [value for value in values if type(value) is float])
    return _Metric(name, zlib.compress(states, 1), _counted(whole), _bytes(fractions))


def _said(metric: _Metric, states: bytes) -> Iterator[Number | None]:
    """Yield what observations that name a metric said, in order."""
    whole = iter(_ints(metric.whole, states.count(_WHOLE)))
    fractions = iter(_array("d", metric.fractions))
    for state in states:
        if state == _WHOLE:
            yield next(whole)
        elif state == _NULL:
            yield None
        elif state == _FRACTION:
            yield next(fractions)


def _rows(block: _Block) -> Sequence[Mapping[str, Number | None]]:
    rows: list[dict[str, Number | None]] = [{} for _ in range(block.count)]
    for metric in block.metrics:  # sorted by name, as written numbers are
        if not metric.states:
            for row, value in zip(rows, _ints(metric.whole, block.count), strict=True):
                row[metric.name] = value
            continue
        states = zlib.decompress(metric.states)
        said = _said(metric, states)
        for row, state in zip(rows, states, strict=True):
            if state != _ABSENT:
                row[metric.name] = next(said)
    return rows


def _which(
    origins: Sequence[tuple[str, bool]], sources: Sequence[str], of_run: Sequence[bool]
) -> bytes:
    if len(origins) == 1:
        return b""
    places = {origin: place for place, origin in enumerate(origins)}
    chosen = array("H", [places[origin] for origin in zip(sources, of_run, strict=True)])
    return zlib.compress(_bytes(chosen), 1)


def _origins(block: _Block) -> tuple[Iterable[str], Iterable[bool]]:
    if not block.which:
        source, of_run = block.origins[0]
        return repeat(source, block.count), repeat(of_run, block.count)
    chosen = [block.origins[place] for place in _array("H", zlib.decompress(block.which))]
    return [source for source, _ in chosen], [of_run for _, of_run in chosen]


def _dated(as_of: Sequence[int | None]) -> _Ints | None:
    if all(one is None for one in as_of):
        return None
    return _even([_NOBODY if one is None else one for one in as_of])


def _texts(estimates: Sequence[str | None]) -> bytes:
    if all(one is None for one in estimates):
        return b""
    return zlib.compress(_encode_texts(list(estimates)), 1)
