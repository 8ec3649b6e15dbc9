"""Numbers from names: the simulated network's only randomness, the same on every machine.

Nothing here depends on Python's own hash or random module. Curves are built from these numbers
with the four operations alone, whose results IEEE 754 fixes to the last bit.
"""

import struct
from functools import lru_cache
from hashlib import blake2b

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_UNIT = 1.0 / (1 << 53)
_EIGHT = struct.Struct("<8Q")

Dna = tuple[int, int, int, int, int, int, int, int]
"""Eight independent 64-bit numbers: all that is random about one creator or content."""


def dna(*parts: str | int) -> Dna:
    """Return the numbers that belong to a name."""
    text = "\x1f".join(map(str, parts))
    found: Dna = _EIGHT.unpack(blake2b(text.encode("utf-8", "surrogatepass")).digest())
    return found


def number(*parts: str | int) -> int:
    """Return one 64-bit number that belongs to a name."""
    text = "\x1f".join(map(str, parts))
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def mix(key: int, step: int) -> int:
    """Return the 64-bit number number `step` of the sequence that `key` starts (SplitMix64)."""
    x = (key + step * _GOLDEN) & _MASK
    x = ((x ^ (x >> 30)) * _FIRST) & _MASK
    x = ((x ^ (x >> 27)) * _SECOND) & _MASK
    return x ^ (x >> 31)


def unit(value: int) -> float:
    """Map a 64-bit number to [0, 1)."""
    return (value >> 11) * _UNIT


def one_in(chances: int, value: int) -> bool:
    """Whether a 64-bit number falls among the lucky ones, one in `chances`."""
    return value % chances == 0


def log_normal(value: int, bits: int) -> float:
    """Return a positive factor whose binary logarithm is bell-shaped around `bits / 2`.

    Counting set bits gives the bell; the bits above fill the gap to the next power of two.
    """
    power = (value & ((1 << bits) - 1)).bit_count()
    return float(1 << power) * (1.0 + ((value >> bits) & 0xFFFF) / 65536.0)


def scramble(value: int, width: int) -> int:
    """Permute the numbers of `width` bits, so that neighbours do not look alike."""
    mask, half = (1 << width) - 1, width // 2 + 1
    value = (value * _FIRST) & mask
    value ^= value >> half
    value = (value * _SECOND) & mask
    return value ^ (value >> half)


def unscramble(value: int, width: int) -> int:
    """Undo `scramble`."""
    mask, half = (1 << width) - 1, width // 2 + 1
    value ^= value >> half  # half is more than half the width, so one step undoes it
    first, second = _inverses(width)
    value = (value * second) & mask
    value ^= value >> half
    return (value * first) & mask


@lru_cache(maxsize=64)
def _inverses(width: int) -> tuple[int, int]:
    return pow(_FIRST, -1, 1 << width), pow(_SECOND, -1, 1 << width)
