"""Making and comparing credentials.

Secrets and tokens are 256 random bits, so a fast hash is enough: there is nothing to guess that a
slow one would make harder, and every call pays for it.
"""

import hashlib
import hmac
import re

from bellwether.kit.ids import new_secret
from bellwether.model.tenants import Environment

_CLIENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_client_secret() -> str:
    """Return a secret that people and scanners recognise as one."""
    return f"bw_secret_{new_secret()}"


def new_token(environment: Environment) -> str:
    """Return a token that shows which environment it opens."""
    return f"bw_{environment}_{new_secret()}"


def hash_of(text: str) -> str:
    """Return the SHA-256 of a secret or token in hexadecimal, the only form that is stored."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def matches(text: str, stored_hash: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_of(text), stored_hash)


def is_client_id(text: str) -> bool:
    """Whether a text has the form of a client id; others never reach the store."""
    return _CLIENT_ID.fullmatch(text) is not None
