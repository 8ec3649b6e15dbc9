"""Tables of the tenants room."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from bellwether.storage.metadata import metadata

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("plan", String(20), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("client_id", String(36), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index(None, "workspace_id"),
)

# A window opens with the first call and lasts one minute of real time.
rate_windows = Table(
    "rate_windows",
    metadata,
    Column("key_id", String(36), ForeignKey("keys.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("opened_at", BigInteger, nullable=False),
    Column("used", Integer, nullable=False),
)
