"""Small secrets at rest: encrypted with keys that the store does not hold."""

import base64
import binascii
import hashlib
import hmac
import threading
from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_KEY_BYTES = 32


class BadKeyError(ValueError):
    """The text is not a key: 32 bytes in base64, of either alphabet."""


class SealBrokenError(ValueError):
    """The sealed text was changed, or was sealed with a key that is not among ours."""


def new_key() -> str:
    """Return a new random key in URL-safe base64."""
    return Fernet.generate_key().decode("ascii")


def parse_keys(text: str) -> Sequence[str]:
    """Return the keys in a list separated by commas, newest first; BadKeyError for anything else.

    Both base64 alphabets are read, so that the output of `openssl rand -base64 32` is a key.
    """
    keys = [_parse_key(part) for part in text.split(",") if part.strip()]
    if not keys:
        raise BadKeyError("there is no key in it")
    return keys


def _parse_key(text: str) -> str:
    plain = text.strip().replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadKeyError("a key is 32 bytes in base64") from None
    if len(raw) != _KEY_BYTES:
        raise BadKeyError(f"a key is 32 bytes in base64, this one has {len(raw)}")
    return base64.urlsafe_b64encode(raw).decode("ascii")


class Sealer:
    """Seals with the newest key and opens what any of its keys sealed.

    `load` gives the keys, newest first, and is called once, when something is first sealed or
    opened: a process that touches no secret needs no key. Safe to use from several threads.
    """

    def __init__(self, load: Callable[[], Sequence[str]]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._keys: Sequence[str] = ()
        self._box: MultiFernet | None = None

    def seal(self, text: str) -> str:
        """Return `text` encrypted, in printable ASCII."""
        return self._opened().encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return what was sealed; SealBrokenError when no key of ours opens it."""
        try:
            return self._opened().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealBrokenError("none of the server's keys opens this secret") from None

    def derive(self, purpose: str) -> Sequence[str]:
        """Return 256 bits in hexadecimal for a purpose: those of each of the keys, newest first.

        The same key and purpose give the same bits, which tell nothing of the key.
        """
        self._opened()
        return [
            hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
            for key in self._keys
        ]

    def _opened(self) -> MultiFernet:
        with self._lock:
            if self._box is None:
                self._keys = self._load()
                self._box = MultiFernet([Fernet(key) for key in self._keys])
            return self._box
