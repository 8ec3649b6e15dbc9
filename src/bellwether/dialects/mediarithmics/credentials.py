"""Who is calling: a token in any of the vendor's spellings, or a signature of the request."""

from starlette.types import Scope

from bellwether.dialects.framework.credentials import Credentials, read_credentials
from bellwether.model.access import SignedRequest
from bellwether.model.errors import UnauthorizedError

_API = "api:"
_ID, _TS, _MAC = b"x-mics-key-id", b"x-mics-ts", b"x-mics-mac"
_VERSION = "/v1/"


def read_mics_credentials(scope: Scope) -> Credentials:
    """Read a bare token, `api:` and a token, Bearer, Basic, or the three `X-Mics-*` headers.

    The headers count only when there is no Authorization header. UnauthorizedError when there is
    none of all these. Whether signatures are taken here is the engine's to say.
    """
    found = {name: value for name, value in scope["headers"] if name in {_ID, _TS, _MAC}}
    said = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    if found and said is None:
        return Credentials(signed=_signed(scope, found))
    text = (said or b"").decode("latin-1").strip()
    if text[: len(_API)].lower() == _API:
        return Credentials(token=text[len(_API) :].strip())
    return read_credentials(scope)


def _signed(scope: Scope, found: dict[bytes, bytes]) -> SignedRequest:
    missing = [name.decode() for name in (_ID, _TS, _MAC) if name not in found]
    if missing:
        raise UnauthorizedError(f"A signature needs the header {missing[0]}")
    key_id, timestamp, mac = (found[name].decode("latin-1").strip() for name in (_ID, _TS, _MAC))
    return SignedRequest(key_id, timestamp, mac, _uris(scope))


def _uris(scope: Scope) -> tuple[str, ...]:
    """Return what a client may have signed: its path and query, with and without the version."""
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    uri = f"{path}?{query}" if query else path
    if not uri.startswith(_VERSION):
        return (uri,)
    rest = uri.removeprefix(_VERSION)
    return (uri, f"/{rest}", rest)
