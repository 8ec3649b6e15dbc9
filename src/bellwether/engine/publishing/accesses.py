"""What lets us act for an account, opened for as long as it is needed."""

from typing import Any

from sqlalchemy import Row

from bellwether.kit.clock import opt_instant
from bellwether.kit.sealing import Sealer
from bellwether.model.platforms import Platform
from bellwether.model.publishers import Access
from bellwether.model.tenants import Environment


def access_of(row: Row[Any], sealer: Sealer) -> Access | None:
    """Return the access of an account's row, None where it has none.

    The simulated network knows an account by its name. SealBrokenError where the token was sealed
    with a key that is gone.
    """
    platform = Platform(row.platform)
    if row.environment == Environment.SANDBOX.value:
        return Access(platform, row.key, handle=row.key)
    if row.sealed is None or row.external_id is None:
        return None
    return Access(
        platform,
        row.external_id,
        token=sealer.open(row.sealed),
        handle=row.key,
        expires_at=opt_instant(row.token_expires_at),
    )
