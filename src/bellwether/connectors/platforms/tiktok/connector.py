"""TikTok's own accounts: the numbers that an account's token lets us read."""

from collections.abc import Sequence

from bellwether.connectors.base import (
    Bucket,
    Capability,
    CapabilityMissingError,
    Check,
    Connector,
    ConnectorError,
    Declaration,
    Operation,
)
from bellwether.connectors.platforms.tiktok import parse
from bellwether.connectors.platforms.tiktok.client import IDS_PER_CALL, TikTokClient
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.publishers import Access
from bellwether.model.readings import ContentReading, CreatorReading, Failed, FailureReason
from bellwether.model.tenants import Environment

REQUESTS = "tiktok-requests"
_PER_MINUTE = 600.0  # for each endpoint
_COST = {REQUESTS: 1.0}

OPERATIONS = {
    Platform.TIKTOK: {
        Capability.PROFILE: Operation(cost=_COST),
        Capability.CONTENT: Operation(batch_size=IDS_PER_CALL, cost=_COST),
        Capability.CONTENT_LIST: Operation(cost=_COST),
    }
}
BUCKETS = (Bucket(REQUESTS, _PER_MINUTE),)


class TikTokConnector(Connector):
    """Reads one account with its own token."""

    declaration = Declaration(
        name=parse.SOURCE,
        environments=frozenset({Environment.LIVE}),
        operations=OPERATIONS,
        buckets=BUCKETS,
        needs_access=True,
    )

    def __init__(self, client: TikTokClient, access: Access) -> None:
        self._client = client
        self._access = access

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        """Read the account, asked for by its id or handle; any other is unsupported."""
        _only_tiktok(platform)
        user = await self._client.user(self._access)
        own = {self._access.account.lower(), user.open_id.lower(), (user.username or "").lower()}
        others = Failed(FailureReason.UNSUPPORTED, "TikTok shows only the connected account")
        return [parse.creator(user, key) if key.lower() in own else others for key in keys]

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read up to 20 of the account's contents by id."""
        _only_tiktok(platform)
        page = await self._client.query(self._access, list(dict.fromkeys(ids)))
        found = {video.id: parse.content(video) for video in page.videos}
        absent = Failed(FailureReason.NOT_FOUND, "the connected account shows no such content")
        return [found.get(key, absent) for key in ids]

    async def list_contents(
        self, platform: Platform, key: str, cursor: str | None = None
    ) -> Page[ContentReading]:
        """List the account's contents, newest first, 20 a page."""
        _only_tiktok(platform)
        del key  # a token knows one account
        page = await self._client.videos(self._access, int(cursor) if cursor else None)
        following = str(page.cursor) if page.has_more and page.cursor is not None else None
        return Page([parse.content(video) for video in page.videos], following)

    async def check(self) -> Check:
        """Read the account."""
        try:
            await self._client.user(self._access)
        except ConnectorError as error:
            return Check(parse.SOURCE, ok=False, detail=error.failed.message)
        return Check(parse.SOURCE, ok=True, detail="the account's token is accepted")


def _only_tiktok(platform: Platform) -> None:
    if platform is not Platform.TIKTOK:
        raise CapabilityMissingError(platform)
