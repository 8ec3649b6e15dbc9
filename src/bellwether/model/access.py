"""Ways to call with a key other than its own secret and token."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ACCESS_PREFIX = "bw_access_"
REFRESH_PREFIX = "bw_refresh_"
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=30)
SIGNATURE_TOLERANCE = timedelta(minutes=5)
"""How far a signature's timestamp may be from this server's clock, either way."""


@dataclass(frozen=True, slots=True)
class SoldToken:
    """A token that stands for a key until it expires or the key is revoked."""

    token: str = field(repr=False)
    expires_at: datetime
    life: timedelta


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that proves by a signature which key sent it.

    The signature is in hexadecimal: HMAC-SHA256, under the key's signing secret, of the lines uri,
    client id, timestamp (milliseconds since 1970) and body. Any of `uris` will do.
    """

    client_id: str
    timestamp: str
    mac: str
    uris: Sequence[str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """What a key signs requests with."""

    client_id: str
    secret: str = field(repr=False)
