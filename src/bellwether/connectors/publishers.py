"""What every publisher is: acts for an account in steps, and reads that account's own numbers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bellwether.connectors.base import (
    CapabilityMissingError,
    Check,
    Connector,
    ConnectorError,
    Declaration,
)
from bellwether.model.platforms import Platform
from bellwether.model.publishers import (
    Access,
    Allowance,
    CannotTell,
    CommentDraft,
    Commented,
    Draft,
    NotThere,
    Prepared,
    Preparing,
    Processing,
    ProfileChanges,
    Published,
    PublishingRules,
    ReadMedia,
    Ready,
    Rejected,
)
from bellwether.model.readings import CreatorReading
from bellwether.model.tenants import Environment


class LostAnswerError(ConnectorError):
    """A visible act may or may not have happened: look before doing it again."""


class Publisher:
    """Base of all publishers. Which platform is meant is said by the access.

    Of `send`, `comment` and `edit_profile`: a plain ConnectorError means that surely nothing
    happened; LostAnswerError, that nobody knows. All other methods change nothing that anybody
    can see, and may be called again at any time.
    """

    declaration: Declaration
    rules: Mapping[Platform, PublishingRules]

    def reader(self, access: Access) -> Connector:
        """Return a source that reads this account's own numbers; it need not be closed."""
        raise CapabilityMissingError(access.platform)

    async def allowance(self, access: Access) -> Allowance:
        """Ask the platform how much this account may still publish. Raises ConnectorError."""
        raise CapabilityMissingError(access.platform)

    async def prepare(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Preparing | Ready:
        """Do what must be done before the act. `prepared` is empty at first. Raises ConnectorError.

        After an error that is not transient, begin again with nothing prepared or give up.
        """
        raise CapabilityMissingError(access.platform, draft, prepared, read)

    async def send(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Published | Processing:
        """Publish. That this is about to be called must be on disk before it is.

        Raises ConnectorError when surely nothing was published, LostAnswerError when it may be.
        """
        raise CapabilityMissingError(access.platform, draft, prepared, read)

    async def look(
        self, access: Access, draft: Draft, prepared: Prepared, since: datetime
    ) -> Published | Processing | NotThere | Rejected | CannotTell:
        """Ask what became of a draft that was sent, or may have been, at `since` or later.

        `since` is the product's time. Raises ConnectorError when the platform cannot be asked now.
        """
        raise CapabilityMissingError(access.platform, draft, prepared, since)

    async def edit_profile(self, access: Access, changes: ProfileChanges) -> CreatorReading:
        """Change the account's profile and return it as it is then; doing it twice is harmless."""
        raise CapabilityMissingError(access.platform, changes)

    async def comment(self, access: Access, draft: CommentDraft) -> Commented:
        """Write a comment. Raises as `send` does."""
        raise CapabilityMissingError(access.platform, draft)

    async def look_for_comment(
        self, access: Access, draft: CommentDraft, since: datetime
    ) -> Commented | NotThere | CannotTell:
        """Ask what became of a comment that may have been written at `since` or later."""
        raise CapabilityMissingError(access.platform, draft, since)

    async def check(self) -> Check:
        """Say whether the publisher is set up, at the smallest possible cost."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Release connections."""


class Publishers:
    """The publishers a server has; at most one for a platform in an environment."""

    def __init__(self, publishers: Iterable[Publisher]) -> None:
        self._publishers = tuple(publishers)

    def __iter__(self) -> Iterator[Publisher]:
        return iter(self._publishers)

    def find(self, environment: Environment, platform: Platform) -> Publisher | None:
        """Return who publishes there, None where nobody does."""
        for publisher in self._publishers:
            if environment in publisher.declaration.environments and platform in publisher.rules:
                return publisher
        return None

    async def aclose(self) -> None:
        """Close every publisher."""
        for publisher in self._publishers:
            await publisher.aclose()
