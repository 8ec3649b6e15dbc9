"""The one written form of a snapshot's numbers, and the digest that identifies it."""

import math
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from bellwether.model.errors import InvalidInputError
from bellwether.model.readings import Estimate, Metrics, Number

_LARGEST = 2**63 - 1
_EXACT_FLOAT = 2**53
_encoder = msgspec.json.Encoder(order="sorted")
_decode_metrics = msgspec.json.Decoder(dict[str, Number | None])
_decode_estimates = msgspec.json.Decoder(dict[str, Estimate])


def write_metrics(metrics: Metrics) -> str:
    """Return the numbers as JSON: sorted names, no blanks, whole values as integers.

    Raises InvalidInputError with the metric as `field` for what is not a number of 64 bits.
    """
    clean: dict[str, Number | None] = {}
    for name, value in metrics.items():
        clean[name] = value if value is None else _clean(name, value)
    return _encoder.encode(clean).decode()


def _clean(name: str, value: Number) -> Number:
    if type(value) is int:
        if -_LARGEST <= value <= _LARGEST:
            return value
    elif type(value) is float and math.isfinite(value):
        # 3.0 and 3 are one number: they must not make two observations.
        return int(value) if value.is_integer() and abs(value) < _EXACT_FLOAT else value
    raise InvalidInputError(f"{name} is not a number of 64 bits", field=name)


def clean_column(name: str, values: Sequence[Number | None]) -> Sequence[Number | None]:
    """Return values of one metric as `write_metrics` would write each; raises what it raises."""
    return [value if value is None else _clean(name, value) for value in values]


def read_metrics(text: str) -> dict[str, Number | None]:
    """Return the numbers of their written form."""
    return _decode_metrics.decode(text)


def digest(written: str) -> int:
    """Return 64 bits that identify written metrics, as a signed integer."""
    return int.from_bytes(blake2b(written.encode(), digest_size=8).digest(), "big", signed=True)


def write_estimates(estimates: Mapping[str, Estimate] | None) -> str | None:
    """Return estimates as JSON by metric; None when there are none."""
    return _encoder.encode(dict(estimates)).decode() if estimates else None


def read_estimates(text: str | None) -> dict[str, Estimate] | None:
    """Return the estimates of their written form."""
    return _decode_estimates.decode(text) if text else None


def name_in_json(name: str) -> str:
    """Return how a metric's name stands in written metrics, for searching them."""
    return msgspec.json.encode(name).decode() + ":"
