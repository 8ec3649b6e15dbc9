"""Tables of the publishing room."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bellwether.storage.metadata import metadata

# `key` is the username as names are compared. `sealed` is the platform's token, encrypted with the
# server's key. The three `..._edited_at` (product time) begin a field's cool-down. `claim` and
# `lease_until` (real time) belong to the worker that acts for the account: one act after the other.
# `refresh_at` (product time) is when the account's numbers are fetched next with its own token,
# null where trackers do that.
managed_accounts = Table(
    "managed_accounts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("key", String(200), nullable=False),
    Column("username", String(200), nullable=False),
    Column("nick_name", Text),
    Column("bio", Text),
    Column("avatar_url", Text),
    Column("tag", String(200)),
    Column("org_group", String(200)),
    Column("user_group", String(200)),
    Column("state", String(10), nullable=False),
    Column("creator_id", String(36), nullable=False),
    Column("external_id", String(200)),
    Column("sealed", Text),
    Column("token_expires_at", BigInteger),
    Column("name_edited_at", BigInteger),
    Column("bio_edited_at", BigInteger),
    Column("avatar_edited_at", BigInteger),
    Column("details", Text, nullable=False),
    Column("refresh_at", BigInteger),
    Column("claim", String(36)),
    Column("lease_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("workspace_id", "environment", "platform", "key"),
    Index(None, "workspace_id", "environment", "id"),
    Index(None, "refresh_at"),
)

# Everything done through an account that others can see: `kind` is post, edit_profile or comment,
# `body` is what it says (JSON). `stage` is how far the worker is; `due_at` (product time) is when
# it should look at the row, null when it is over. `prepared` (JSON) is what the publisher must know
# again; from `sent_at` (product time) on, `sent_real` in real time, the act may have been done.
# `tries` counts attempts that failed for a while, `sends` the visible ones. Every change is made on
# condition of the `revision` that was read, and counts it up: whoever read an older one, a worker
# that was held up or a customer, changes nothing. `shown_at` is the instant that lists go by.
_open = text("due_at IS NOT NULL")
_sending = text("stage = 'sending'")
acts = Table(
    "acts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("account_id", String(36), ForeignKey("managed_accounts.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("body", Text, nullable=False),
    Column("scheduled_at", BigInteger),
    Column("shown_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sends", Integer, nullable=False, server_default="0"),
    Column("prepared", Text),
    Column("sent_at", BigInteger),
    Column("sent_real", BigInteger),
    Column("social_id", String(200)),
    Column("url", Text),
    Column("content_id", String(36)),
    Column("error", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Index(
        "ix_acts_due",
        "environment",
        "platform",
        "due_at",
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index("ix_acts_list", "workspace_id", "environment", "kind", "shown_at", "id"),
    Index(
        "ix_acts_sending",
        "account_id",
        "due_at",
        sqlite_where=_sending,
        postgresql_where=_sending,
    ),
    Index("ix_acts_account", "account_id", "due_at"),
)

# What was fetched for an act, in the order in which it is shown. The bytes are in `media_chunks`
# while `kept`.
media_files = Table(
    "media_files",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("account_id", String(36), nullable=False),
    Column("act_id", String(36), ForeignKey("acts.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("type", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("kept", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "act_id", "place"),
    Index(None, "workspace_id", "environment", "id"),
)

media_chunks = Table(
    "media_chunks",
    metadata,
    Column("file_id", String(36), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("act_id", String(36), nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Index(None, "act_id"),
)

# When all accounts of a workspace, or of one of its groups, were last refreshed (real time). The
# group is empty for all.
refreshes = Table(
    "refreshes",
    metadata,
    Column("workspace_id", String(36), primary_key=True),
    Column("environment", String(10), primary_key=True),
    Column("org_group", String(200), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
