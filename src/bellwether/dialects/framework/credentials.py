"""Who is calling: the three ways to send a key."""

import base64
import binascii
from dataclasses import dataclass

from starlette.types import Scope

from bellwether.engine.facade import Engine
from bellwether.kit.clock import Clock
from bellwether.model.errors import ClockAcceleratedError, UnauthorizedError
from bellwether.model.tenants import Environment, Principal

CHALLENGE = 'Bearer realm="bellwether", Basic realm="bellwether"'


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an Authorization header carried: a token, or a client id with its secret."""

    token: str | None = None
    client_id: str = ""
    secret: str = ""


def read_credentials(scope: Scope) -> Credentials:
    """Read Basic, Bearer or a bare token; UnauthorizedError when there is none of them."""
    header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    text = header.decode("latin-1").strip()
    if not text:
        raise UnauthorizedError("Missing credentials: send an Authorization header")
    scheme, _, rest = text.partition(" ")
    if not rest:
        return Credentials(token=text)
    if scheme.lower() == "bearer":
        return Credentials(token=rest.strip())
    if scheme.lower() == "basic":
        return _basic(rest.strip())
    raise UnauthorizedError("The Authorization header is neither Basic nor Bearer")


def _basic(text: str) -> Credentials:
    try:
        client_id, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise UnauthorizedError("The Basic credentials cannot be read") from None
    if not colon:
        raise UnauthorizedError("The Basic credentials are not a client id and a secret")
    return Credentials(client_id=client_id, secret=secret)


def authenticate(engine: Engine, clock: Clock, credentials: Credentials) -> Principal:
    """Return who is calling.

    UnauthorizedError for wrong or revoked credentials; ClockAcceleratedError for a live key while
    time is simulated, since its numbers would be stamped with instants that never were.
    """
    if credentials.token is not None:
        principal = engine.tenants.authenticate_token(credentials.token)
    else:
        principal = engine.tenants.authenticate_client(credentials.client_id, credentials.secret)
    if clock.accelerated and principal.scope.environment is Environment.LIVE:
        raise ClockAcceleratedError("This server runs on a simulated clock: use a sandbox key")
    return principal
