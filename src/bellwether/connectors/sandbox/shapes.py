"""Ids that look like a platform's own and carry what the simulated network must know again."""

from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase, ascii_uppercase, digits

from bellwether.connectors.sandbox.mixing import number, scramble, unscramble

DECIMAL = digits
BASE36 = digits + ascii_lowercase
BASE64 = ascii_uppercase + ascii_lowercase + digits + "-_"
SORTABLE32 = "234567" + ascii_lowercase
DID32 = ascii_lowercase + "234567"
BODY = 46
"""Bits of an id that mean something, beside its two bits of role; the rest prove it is ours."""

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

    @cached_property
    def _values(self) -> dict[str, int]:
        return {letter: value for value, letter in enumerate(self.alphabet)}

    def write(self, bits: int) -> str:
        """Return the id for `width` bits."""
        rest, letters, base = bits * self.scale + self.offset, [], len(self.alphabet)
        for _ in range(self.length):
            rest, digit = divmod(rest, base)
            letters.append(self.alphabet[digit])
        return self.prefix + "".join(reversed(letters))

    def read(self, text: str) -> int | None:
        """Return the bits of an id, None when it has another shape."""
        if len(text) != len(self.prefix) + self.length or not text.startswith(self.prefix):
            return None
        value, base, values = 0, len(self.alphabet), self._values
        for letter in text[len(self.prefix) :]:
            digit = values.get(letter)
            if digit is None:
                return None
            value = value * base + digit
        value, odd = divmod(value - self.offset, self.scale)
        return None if odd or not 0 <= value < 1 << self.width else value

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
        return number(realm, "proof", core) & ((1 << (self.width - BODY - 2)) - 1)
