"""Credits: what a scope may spend, and what it spent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry of the ledger does."""

    GRANT = "grant"
    DEBIT = "debit"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits of one scope, in whole credits. `total` and `available` are None without a limit.

    Where there is a limit, `available` is `total - used`; what was used while there was none does
    not count then.
    """

    total: int | None
    used: int
    available: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call to `endpoint` cost; negative is what was given back for it later."""

    at: datetime
    endpoint: str
    credits: int
