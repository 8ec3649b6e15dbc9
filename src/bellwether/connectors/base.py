"""What every source of numbers is: a declaration of what it can do, and methods that do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.readings import (
    AudienceReading,
    CommentReading,
    ContentReading,
    CreatorReading,
    Failed,
)
from bellwether.model.tenants import Environment


class Capability(StrEnum):
    """What a source can be asked for."""

    PROFILE = "profile"
    CONTENT = "content"
    CONTENT_LIST = "content_list"
    STORIES = "stories"
    COMMENTS = "comments"
    AUDIENCE = "audience"
    PUBLISH = "publish"
    COMMENT = "comment"
    PROFILE_EDIT = "profile_edit"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A budget a platform (or the operator) sets: `amount` units a window.

    A window is `seconds` long from its first use, or, when `midnight_zone` names a time zone, the
    calendar day there (YouTube's quota day ends at midnight Pacific).
    """

    name: str
    amount: float
    seconds: int = 60
    midnight_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """How one capability is called: items a call, and what a call takes out of which bucket."""

    batch_size: int = 1
    cost: Mapping[str, float] = field(default_factory=dict)
    price_usd: Decimal = Decimal(0)  # per call


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a source is. `partial` sources may lack an item that exists (a recording, say).

    `needs_access`: only for accounts whose owner lets us, and with the token they gave.
    """

    name: str
    environments: frozenset[Environment]
    operations: Mapping[Platform, Mapping[Capability, Operation]]
    buckets: tuple[Bucket, ...] = ()
    partial: bool = False
    needs_access: bool = False


class ConnectorError(Exception):
    """A whole call failed; `failed` is what each of its items is to be told."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class CapabilityMissingError(Exception):
    """A method was called that the declaration does not offer: a bug in the caller."""


@dataclass(frozen=True, slots=True)
class Check:
    """The answer of `bellwether connectors check`: whether a source works, and why not.

    A source that nobody set up (no key was given) does not work, but nothing is broken either.
    """

    source: str
    ok: bool
    detail: str
    configured: bool = True


class Connector:
    """Base of all sources. A subclass declares operations and overrides their methods.

    Batch methods take at most the operation's batch size and answer one outcome per item, in
    order. They raise ConnectorError when the call as a whole failed. Handles come without "@".
    """

    declaration: Declaration

    def cost(
        self, platform: Platform, capability: Capability, items: Sequence[str]
    ) -> Mapping[str, float]:
        """Return what one call for these items takes out of each bucket."""
        operation = self.declaration.operations[platform][capability]
        return operation.cost if items else {}

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        """Read creators by id or handle."""
        raise CapabilityMissingError(platform, keys)

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read contents by the platform's id."""
        raise CapabilityMissingError(platform, ids)

    async def list_contents(
        self, platform: Platform, key: str, cursor: str | None = None
    ) -> Page[ContentReading]:
        """List a creator's contents, newest first."""
        raise CapabilityMissingError(platform, key, cursor)

    async def fetch_stories(self, platform: Platform, key: str) -> Sequence[ContentReading]:
        """Read the stories a creator has up now."""
        raise CapabilityMissingError(platform, key)

    async def fetch_comments(
        self, platform: Platform, content_id: str, cursor: str | None = None
    ) -> Page[CommentReading]:
        """List a content's comments, newest first."""
        raise CapabilityMissingError(platform, content_id, cursor)

    async def fetch_audience(self, platform: Platform, key: str) -> AudienceReading:
        """Read the make-up of a creator's audience."""
        raise CapabilityMissingError(platform, key)

    async def check(self) -> Check:
        """Say whether the source works now, at the smallest possible cost."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Release connections and processes."""
