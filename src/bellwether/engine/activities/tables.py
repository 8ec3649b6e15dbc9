"""Tables of the log: datamarts, what was acknowledged, how far it is worked off, imports.

Instants are microseconds, those of leases real time.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bellwether.storage.metadata import metadata

datamarts = Table(
    "datamarts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("compartment_id", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("workspace_id", "environment", "name"),
)

# The end of a datamart's log. Whoever appends holds this row until he commits, so that the order
# of `seq` is the order of commits and nobody who follows the log can overtake a late one.
activity_heads = Table(
    "activity_heads",
    metadata,
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)

# How far a datamart's log is worked off, and by whom: who finds `claim` changed has lost it.
activity_cursors = Table(
    "activity_cursors",
    metadata,
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), primary_key=True),
    Column("processed_seq", BigInteger, nullable=False),
    Column("claim", String(36)),
    Column("lease_until", BigInteger),
)

# The log: what was acknowledged together and came with one key, as compressed lines of JSON, one
# for each of `first_seq` to `first_seq + items - 1`. The line of an erased activity is empty.
activity_blocks = Table(
    "activity_blocks",
    metadata,
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), primary_key=True),
    Column("first_seq", BigInteger, primary_key=True),
    Column("items", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("sent_by", String(36), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Keys that callers chose for their activities (as hashes), to know one that is sent again: `ts` is
# what the first was stamped with, `digest` stands for what it said.
activity_keys = Table(
    "activity_keys",
    metadata,
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("ts", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Activities that were refused, or that could not be worked off: kept for a while.
activity_rejects = Table(
    "activity_rejects",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("source", String(10), nullable=False),
    Column("code", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("field", String(400)),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("seq", BigInteger),
    Column("sent_by", String(36), nullable=False),
    Index(None, "datamart_id", "id"),
)

document_imports = Table(
    "document_imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("mime_type", String(40), nullable=False),
    Column("encoding", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "datamart_id", "id"),
)

# One file. `chunks` are those that came, `done` those worked off, each in one transaction with
# what became of its lines. UPLOADING: it has not come whole yet.
import_executions = Table(
    "import_executions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("document_imports.id"), nullable=False),
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), nullable=False),
    Column("sent_by", String(36), nullable=False),
    Column("state", String(10), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("error", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Index(None, "import_id", "id"),
    Index(None, "state", "created_at"),
)

# A file in pieces of whole lines, compressed; gone once the piece is worked off.
import_chunks = Table(
    "import_chunks",
    metadata,
    Column("execution_id", Integer, ForeignKey("import_executions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# The lines of a file that were refused, up to a bound.
import_failures = Table(
    "import_failures",
    metadata,
    Column("execution_id", Integer, ForeignKey("import_executions.id"), primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("code", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("field", String(400)),
    Column("body", Text, nullable=False),
)
