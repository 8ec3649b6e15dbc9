"""Webhook signatures as Standard Webhooks 1.0 describes them, for both sides.

A message is signed as `id.timestamp.body` with HMAC-SHA256 under a secret that is written as
`whsec_` and base64. While a secret is being replaced a message carries one signature for each
secret that is valid, separated by blanks, and a receiver accepts any of them.
"""

import base64
import binascii
import hashlib
import hmac
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE = timedelta(minutes=5)
"""How far a message's timestamp may be from the receiver's clock, either way."""

_PREFIX = "whsec_"
_VERSION = "v1"
_NEW_BYTES = 32
_FEWEST_BYTES, _MOST_BYTES = 24, 64


class BadSecretError(ValueError):
    """The text is not a signing secret."""


class BadSignatureError(ValueError):
    """The message was not signed with any of the secrets, or not now; it must not be trusted."""


def new_signing_secret() -> str:
    """Return a new secret of 256 random bits."""
    return _PREFIX + base64.b64encode(random.token_bytes(_NEW_BYTES)).decode("ascii")


@lru_cache(1024)
def secret_bytes(secret: str) -> bytes:
    """Return the key that a secret stands for; BadSecretError unless it is 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecretError("a signing secret is whsec_ and base64") from None
    if not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise BadSecretError(f"a signing secret has {_FEWEST_BYTES} to {_MOST_BYTES} bytes")
    return key


def sign(message_id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> str:
    """Return the value of the signature header: one signature a secret, in their order.

    `at` counts in whole seconds, as in the timestamp header.
    """
    timestamp = str(timestamp_of(at))
    return " ".join(
        f"{_VERSION},{_signature(message_id, timestamp, body, secret_bytes(secret))}"
        for secret in secrets
    )


def signed_headers(
    message_id: str, at: datetime, body: bytes, secrets: Sequence[str]
) -> Mapping[str, str]:
    """Return the three headers that go with a message."""
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp_of(at)),
        SIGNATURE_HEADER: sign(message_id, at, body, secrets),
    }


def timestamp_of(at: datetime) -> int:
    """Return whole seconds since 1970 UTC."""
    return int(at.timestamp())


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    *,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """Return the id of a message that is genuine, else raise BadSignatureError.

    `headers` are the request's, whatever their case; `body` the bytes as they arrived. Any of
    `secrets` will do. Takes as long whether a signature is wrong at its start or at its end.
    """
    found = {name.lower(): value for name, value in headers.items()}
    try:
        message_id = found[ID_HEADER]
        timestamp = found[TIMESTAMP_HEADER]
        given = found[SIGNATURE_HEADER].split()
    except KeyError as error:
        raise BadSignatureError(f"there is no header {error.args[0]}") from None
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= len("9" * 12)):
        raise BadSignatureError("the timestamp is not a number of seconds")
    if abs(int(timestamp) - now.timestamp()) > tolerance.total_seconds():
        raise BadSignatureError("the timestamp is too far from now")
    expected = [
        _signature(message_id, timestamp, body, secret_bytes(secret)).encode() for secret in secrets
    ]
    presented = [
        value.encode(errors="replace")
        for version, _, value in (signature.partition(",") for signature in given)
        if version == _VERSION
    ]
    matches = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in presented]
    if not any(matches):
        raise BadSignatureError("no signature matches")
    return message_id


def _signature(message_id: str, timestamp: str, body: bytes, key: bytes) -> str:
    signed = b".".join((message_id.encode(errors="replace"), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
