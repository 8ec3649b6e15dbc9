"""The one place ids are made."""

import secrets
import time
import uuid


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562): unique, and sorted by the time it was made."""
    millis = time.time_ns() // 1_000_000
    value = (millis & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_secret() -> str:
    """Return 256 random bits in URL-safe text."""
    return secrets.token_urlsafe(32)
