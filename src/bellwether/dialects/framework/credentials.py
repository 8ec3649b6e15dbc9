"""Who is calling: the three ways to send a key."""

import base64
import binascii
from dataclasses import dataclass, replace

from starlette.types import Scope

from bellwether.engine.facade import Engine
from bellwether.kit.clock import Clock
from bellwether.model.access import ACCESS_PREFIX, SignedRequest
from bellwether.model.errors import ClockAcceleratedError, UnauthorizedError
from bellwether.model.tenants import Environment, Principal

CHALLENGE = 'Bearer realm="bellwether", Basic realm="bellwether"'


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request carried: a token, a client id with its secret, or a signature of it."""

    token: str | None = None
    client_id: str = ""
    secret: str = ""
    signed: SignedRequest | None = None


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


def attach_body(credentials: Credentials | None, body: bytes) -> Credentials | None:
    """Return the credentials with the body that a signature is about."""
    if credentials is None or credentials.signed is None:
        return credentials
    return replace(credentials, signed=replace(credentials.signed, body=body))


def authenticate(engine: Engine, clock: Clock, credentials: Credentials) -> Principal:
    """Return who is calling.

    UnauthorizedError for wrong or revoked credentials; ClockAcceleratedError for a live key while
    time is simulated, since its numbers would be stamped with instants that never were.
    """
    if credentials.signed is not None:
        principal = engine.access.authenticate_signed(credentials.signed)
    elif credentials.token is not None and credentials.token.startswith(ACCESS_PREFIX):
        principal = engine.access.authenticate_access(credentials.token)
    elif credentials.token is not None:
        principal = engine.tenants.authenticate_token(credentials.token)
    else:
        principal = engine.tenants.authenticate_client(credentials.client_id, credentials.secret)
    if clock.accelerated and principal.scope.environment is Environment.LIVE:
        raise ClockAcceleratedError("This server runs on a simulated clock: use a sandbox key")
    return principal
