"""Ids that look like a platform's own and carry what the simulated network must know again."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits

from bellwether.connectors.sandbox.mixing import mix, number, scramble, unscramble

DECIMAL = digits
BASE36 = digits + ascii_lowercase
BASE64 = ascii_uppercase + ascii_lowercase + digits + "-_"
SORTABLE32 = "234567" + ascii_lowercase
DID32 = ascii_lowercase + "234567"
BODY = 46
"""Bits of an id that mean something, beside its two bits of role; the rest prove it is ours."""

_BASE64 = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

LISTED, STORY, PUBLISHED, CREATOR = range(4)
"""Roles of an id."""


@dataclass(frozen=True)
class Shape:
    """What ids of one sort look like: `prefix`, then `length` letters of `alphabet`.

    `width` bits are written as the number `bits * scale + offset`, where scale and offset make the
    first and last letters usual for the platform. At least 48 bits are needed.
    """

    alphabet: str
    length: int
    width: int
    offset: int = 0
    scale: int = 1
    prefix: str = ""

    def write(self, bits: int) -> str:
        """Return the id for `width` bits."""
        rest = bits * self.scale + self.offset
        if self.alphabet == DECIMAL:
            return self.prefix + str(rest).zfill(self.length)
        if self.alphabet == BASE64:
            return self.prefix + self._base64(rest)
        letters, base = [], len(self.alphabet)
        for _ in range(self.length):
            rest, digit = divmod(rest, base)
            letters.append(self.alphabet[digit])
        return self.prefix + "".join(reversed(letters))

    def read(self, text: str) -> int | None:
        """Return the bits of an id, None when it has another shape."""
        name = text[len(self.prefix) :]
        if len(name) != self.length or not text.startswith(self.prefix):
            return None
        value = self._value(name)
        if value is None:
            return None
        value, odd = divmod(value - self.offset, self.scale)
        return None if odd or not 0 <= value < 1 << self.width else value

    def _base64(self, value: int) -> str:
        """Write a number with the standard library: `length` letters of six bits each."""
        octets = -(-self.length // 4) * 3
        padded = value << (octets * 8 - self.length * 6)
        return urlsafe_b64encode(padded.to_bytes(octets, "big")).decode()[: self.length]

    def _value(self, name: str) -> int | None:
        if self.alphabet == DECIMAL:
            return int(name) if name.isdecimal() and name.isascii() else None
        if self.alphabet == BASE64:
            if not _BASE64.fullmatch(name):
                return None
            octets = -(-self.length // 4) * 3
            data = urlsafe_b64decode(name + "A" * (-self.length % 4))
            return int.from_bytes(data, "big") >> (octets * 8 - self.length * 6)
        value, base = 0, len(self.alphabet)
        for letter in name:
            digit = self.alphabet.find(letter)
            if digit < 0:
                return None
            value = value * base + digit
        return value

    def encode(self, realm: str, role: int, body: int) -> str:
        """Return the id that carries a role and a body in one realm (a seed and a platform)."""
        core = role << BODY | body
        return self.write(scramble(self._proof(realm, core) << (BODY + 2) | core, self.width))

    def decode(self, realm: str, text: str) -> tuple[int, int] | None:
        """Return role and body of an id of ours, None for any other id."""
        bits = self.read(text)
        if bits is None:
            return None
        whole = unscramble(bits, self.width)
        core = whole & ((1 << (BODY + 2)) - 1)
        if whole >> (BODY + 2) != self._proof(realm, core):
            return None
        return core >> BODY, core & ((1 << BODY) - 1)

    def _proof(self, realm: str, core: int) -> int:
        return mix(realm_key(realm), core) & ((1 << (self.width - BODY - 2)) - 1)


@lru_cache(maxsize=256)
def realm_key(realm: str) -> int:
    """Return the number that proves that a name was made in a realm."""
    return number(realm, "proof")
