"""Short-lived tokens and signatures: calling with a key without sending its secret or token.

Nothing of either is stored. A token is the key's id and an instant, sealed by the server; a signing
secret is derived from the server's own key and the client id. Both end when the key is revoked.
"""

import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.tenants import credentials
from bellwether.engine.tenants.service import TenantService
from bellwether.engine.tenants.store import TenantStore
from bellwether.kit.clock import Clock, from_micros, to_micros
from bellwether.kit.sealing import SealBrokenError, Sealer
from bellwether.model.access import (
    ACCESS_LIFE,
    ACCESS_PREFIX,
    REFRESH_LIFE,
    REFRESH_PREFIX,
    SIGNATURE_TOLERANCE,
    SignedRequest,
    SigningSecret,
    SoldToken,
)
from bellwether.model.errors import NotFoundError, UnauthorizedError
from bellwether.model.tenants import Principal

_LONGEST = 1000  # characters of a token that is looked at
_DIGITS = 15
_PURPOSE = "request signatures of "


class AccessService:
    """Sells tokens that stand for a key, and checks them and signatures."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer | None) -> None:
        self._clock = clock
        self._given = sealer
        self._store = TenantStore(connection)
        self._tenants = TenantService(connection, clock)

    def buy_access(self, client_id: str, secret: str) -> SoldToken:
        """Return an access token for a client id and its secret, else UnauthorizedError."""
        key_id = self._tenants.authenticate_client(client_id, secret).key_id
        return self._sell(key_id, ACCESS_PREFIX, ACCESS_LIFE)

    def buy_refresh(self, client_id: str, secret: str) -> SoldToken:
        """Return a token that buys access tokens for longer, else UnauthorizedError."""
        key_id = self._tenants.authenticate_client(client_id, secret).key_id
        return self._sell(key_id, REFRESH_PREFIX, REFRESH_LIFE)

    def refresh(self, refresh_token: str) -> SoldToken:
        """Return an access token for a refresh token, else UnauthorizedError."""
        key_id = self._prove(refresh_token, REFRESH_PREFIX).key_id
        return self._sell(key_id, ACCESS_PREFIX, ACCESS_LIFE)

    def authenticate_access(self, token: str) -> Principal:
        """Return whose access token this is; UnauthorizedError also for one that is over."""
        return self._prove(token, ACCESS_PREFIX)

    def authenticate_signed(self, request: SignedRequest) -> Principal:
        """Return who signed a request, else UnauthorizedError."""
        text = request.timestamp
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            raise UnauthorizedError("the signature's timestamp is not a number of milliseconds")
        found = None
        if credentials.is_client_id(request.client_id):
            found = self._store.by_client_id(request.client_id)
        genuine = self._is_genuine(request)
        if found is None or found.revoked or not genuine:
            raise UnauthorizedError("the signature is not valid")
        away = abs(to_micros(self._clock.real_now()) - int(text) * 1000)
        if away > SIGNATURE_TOLERANCE // timedelta(microseconds=1):
            raise UnauthorizedError("the signature's timestamp is too far from now")
        return found.principal

    def signing_secret(self, client_id: str) -> SigningSecret:
        """Return what a key signs with; NotFoundError when no key in use has the client id."""
        found = None
        if credentials.is_client_id(client_id):
            found = self._store.by_client_id(client_id)
        if found is None or found.revoked:
            raise NotFoundError("no key in use has this client id", field="client_id")
        return SigningSecret(client_id, self._sealer.derive(_PURPOSE + client_id)[0])

    def _is_genuine(self, request: SignedRequest) -> bool:
        tail = f"\n{request.client_id}\n{request.timestamp}\n".encode(errors="replace")
        expected = [
            hmac.new(
                secret.encode(),
                uri.encode(errors="replace") + tail + request.body,
                hashlib.sha256,
            ).hexdigest()
            for secret in self._sealer.derive(_PURPOSE + request.client_id)
            for uri in request.uris
        ]
        given = request.mac.lower().encode(errors="replace")
        return any([hmac.compare_digest(one.encode(), given) for one in expected])  # noqa: C419  all, always

    def _sell(self, key_id: str, prefix: str, life: timedelta) -> SoldToken:
        expires_at = self._clock.real_now() + life
        sealed = self._sealer.seal(f"{prefix}{key_id} {to_micros(expires_at)}")
        return SoldToken(prefix + sealed, expires_at, life)

    def _prove(self, token: str, prefix: str) -> Principal:
        wrong = UnauthorizedError("the token is not valid, or not any more")
        if not token.startswith(prefix) or len(token) > _LONGEST or not token.isascii():
            raise wrong
        try:
            text = self._sealer.open(token.removeprefix(prefix))
        except SealBrokenError:
            raise wrong from None
        key_id, _, expires = text.removeprefix(prefix).partition(" ")
        if not text.startswith(prefix) or from_micros(int(expires)) <= self._clock.real_now():
            raise wrong
        found = self._store.by_id(key_id)
        if found is None or found.revoked:
            raise wrong
        return found.principal

    @property
    def _sealer(self) -> Sealer:
        if self._given is None:
            raise UnauthorizedError("this server has no key to check this with")
        return self._given
