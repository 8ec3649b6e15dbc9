"""Who did it: user points, what is known of them, what they consented to, and what is left of them.

Instants that the outside names (`$ts`, `$choice_ts`) are whole milliseconds since 1970, as they are
sent; those of ours are datetimes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class IdentifierKind(StrEnum):
    """What an identifier is, as the API names it."""

    ACCOUNT = "USER_ACCOUNT"
    EMAIL = "USER_EMAIL"
    AGENT = "USER_AGENT"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One name of a person: an account in a compartment, the hash of an e-mail, or a device.

    `compartment_id` is that of an account, and None for others. `email` may come beside a hash; it
    plays no part in who is who.
    """

    kind: IdentifierKind
    value: str
    compartment_id: str | None = None
    email: str | None = field(default=None, compare=False, repr=False)


Selector = Identifier | str
"""How a caller names a user point: by an identifier, or by its id (a UUID)."""


@dataclass(frozen=True, slots=True)
class UserPoint:
    """A person, as far as identifiers tell. Of points that were joined the oldest stands for all.

    `joined` are the ids of the others, oldest first: they still lead here.
    """

    id: str
    created_at: datetime
    joined: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class KnownIdentifier:
    """An identifier of a user point and when it was first seen."""

    identifier: Identifier
    added_at: datetime


class ProfileStrategy(StrEnum):
    """What a new body does to the one that is there, as the API names it."""

    PARTIAL_UPDATE = "PARTIAL_UPDATE"
    PARTIAL_DELETE = "PARTIAL_DELETE"
    FORCE_REPLACE = "FORCE_REPLACE"


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What to do to a profile.

    PARTIAL_UPDATE sets the fields named and leaves the others; `merge_objects` says whether an
    object is merged into one of the same name, at any depth, or takes its place. PARTIAL_DELETE
    removes the fields named, and of an object named with fields only those. FORCE_REPLACE leaves
    nothing of what was there. `body` has no `$user_account_id` and `$compartment_id` (or those of
    the profile); times that the server sets are ignored in it.
    """

    body: Mapping[str, object]
    strategy: ProfileStrategy = ProfileStrategy.PARTIAL_UPDATE
    merge_objects: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of an account. `body` has the customer's fields and `$expiration_ts`."""

    point_id: str
    compartment_id: str
    account_id: str
    body: Mapping[str, object]
    created_at: datetime
    modified_at: datetime


class Origin(StrEnum):
    """The way by which something came in."""

    API = "api"
    ACTIVITY = "activity"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class NewChoice:
    """A choice as it is told. `choice_ts` None: now. `body` has all its other fields."""

    processing_id: str
    accepted: bool
    choice_ts: int | None = None
    body: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One version of a choice; it never changes.

    `number` counts the versions of the datamart in the order in which they were recorded, from 1.
    `who` is the id of the key it came with, and `activity` the `$unique_key` of the activity that
    it came in. `digest` is over this version and the digest of the one before it.
    """

    number: int
    point_id: str
    processing_id: str
    accepted: bool
    choice_ts: int
    recorded_at: datetime
    origin: Origin
    who: str
    activity: str | None
    body: Mapping[str, object]
    digest: str


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Which activities are wanted: any of the values of each that is not None.

    The instants bound the activity's `$ts`, both included.
    """

    unique_keys: Sequence[str] | None = None
    types: Sequence[str] | None = None
    channels: Sequence[str] | None = None
    start_ts: int | None = None
    end_ts: int | None = None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Activities of one person, newest first, as JSON objects.

    What was sent as parts of one session is one activity. `total` is how many there are, None
    where counting them would take too long.
    """

    items: Sequence[Mapping[str, object]]
    total: int | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Two user points became one: `kept` stands for both, `joined` was the other.

    The ids are None for points that were erased since.
    `cause` is the `$unique_key` of the activity that named both, or "declared"; `who` the id of the
    key it came with.
    """

    number: int
    kept: str | None
    joined: str | None
    cause: str
    who: str
    at: datetime
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Proof that a person was erased; nothing in it says who it was.

    `digests` are keyed hashes of the identifiers. What is sent of them with a `$ts` up to
    `before_ts` is not taken in again. `removed` counts what was deleted, by kind.
    """

    id: str
    erased_at: datetime
    erased_by: str
    before_ts: int
    digests: Sequence[str]
    removed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ContentDay:
    """What people did about one content on one UTC day."""

    day: date
    clicks: int
    conversions: int
