"""Tables of the credits room. Amounts are whole credits."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from bellwether.storage.metadata import metadata

# What a scope may still spend: the sum of its entries that count, never below zero; the store
# refuses it too. `granted` is what its plans have granted so far (a bigger plan grants the
# difference), `given` all that was granted, `used_free` what was used where no limit was set.
balances = Table(
    "balances",
    metadata,
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), primary_key=True),
    Column("environment", String(10), primary_key=True),
    Column("credits", BigInteger, nullable=False),
    Column("granted", BigInteger, nullable=False),
    Column("given", BigInteger, nullable=False),
    Column("used_free", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("credits >= 0", name="not_negative"),
)

# The ledger. `amount` is negative for a debit; `reference` names what it was for (a tracker), and
# one reference is debited, and refunded, at most once for each `occasion`. An entry is `free` where
# the plan sets no limit: usage that no balance was charged with, whose refund goes to none either.
credit_entries = Table(
    "credit_entries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("endpoint", String(100), nullable=False),
    Column("reference", String(36), nullable=False),
    Column("occasion", String(40), nullable=False),
    Column("request_id", String(36)),
    Column("free", Integer, nullable=False, server_default="0"),
    UniqueConstraint("reference", "occasion", "kind"),
    Index(None, "workspace_id", "environment", "at", "id"),
)
