"""Instagram's own accounts: the numbers that an account's token lets us read."""

import asyncio
from collections.abc import Mapping, Sequence

from bellwether.connectors.base import (
    Capability,
    CapabilityMissingError,
    Check,
    Connector,
    ConnectorError,
    Declaration,
    Operation,
)
from bellwether.connectors.platforms.instagram import parse
from bellwether.connectors.platforms.instagram.client import InstagramClient
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.publishers import Access
from bellwether.model.readings import (
    CommentReading,
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
)
from bellwether.model.tenants import Environment

_PAGES = 20  # of 100 contents each: how far back a content is looked for
_AT_ONCE = 5  # insights are one call a content
_BATCH = 50

OPERATIONS = {
    Platform.INSTAGRAM: {
        Capability.PROFILE: Operation(),
        Capability.CONTENT: Operation(batch_size=_BATCH),
        Capability.CONTENT_LIST: Operation(),
        Capability.COMMENTS: Operation(),
    }
}


class InstagramConnector(Connector):
    """Reads one account with its own token. Content ids are the codes in their addresses."""

    declaration = Declaration(
        name=parse.SOURCE,
        environments=frozenset({Environment.LIVE}),
        operations=OPERATIONS,
        needs_access=True,
    )

    def __init__(self, client: InstagramClient, access: Access) -> None:
        self._client = client
        self._access = access

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        """Read the account, asked for by its id or handle; any other is unsupported."""
        _only_instagram(platform)
        profile = await self._client.profile(self._access)
        account = self._access.account
        own = {account, profile.id, (profile.username or "").lower()}
        others = Failed(FailureReason.UNSUPPORTED, "Instagram shows only the connected account")
        return [
            parse.creator(profile, account, key) if key.lower() in own else others for key in keys
        ]

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read the account's contents by code, with their insights."""
        _only_instagram(platform)
        found = await self.find_media(ids)
        limit = asyncio.Semaphore(_AT_ONCE)
        readings = await asyncio.gather(
            *(self._with_insights(key, media, limit) for key, media in found.items())
        )
        outcomes = dict(zip(found, readings, strict=True))
        absent = Failed(FailureReason.NOT_FOUND, "the connected account shows no such content")
        return [outcomes.get(key, absent) for key in ids]

    async def list_contents(
        self, platform: Platform, key: str, cursor: str | None = None
    ) -> Page[ContentReading]:
        """List the account's contents, newest first, 100 a page, without insights."""
        _only_instagram(platform)
        del key  # a token knows one account
        page = await self._client.media(self._access, cursor)
        readings = [parse.content(media, media.key) for media in page.data]
        return Page(readings, page.paging.following)

    async def fetch_comments(
        self, platform: Platform, content_id: str, cursor: str | None = None
    ) -> Page[CommentReading]:
        """List the comments under one of the account's contents."""
        _only_instagram(platform)
        media = (await self.find_media([content_id])).get(content_id)
        if media is None:
            message = "the connected account shows no such content"
            raise ConnectorError(Failed(FailureReason.NOT_FOUND, message))
        page = await self._client.comments(self._access, media.id, cursor)
        readings = [parse.comment(row, content_id) for row in page.data]
        return Page(readings, page.paging.following)

    async def find_media(self, ids: Sequence[str]) -> Mapping[str, parse.Media]:
        """Return the account's contents with these codes, or Instagram's own ids.

        Instagram does not look contents up by code, so the list is read until all are found.
        """
        wanted, found = set(ids), dict[str, parse.Media]()
        after: str | None = None
        for _ in range(_PAGES):
            page = await self._client.media(self._access, after)
            for media in page.data:
                found |= {key: media for key in (media.shortcode, media.id) if key in wanted}
            after = page.paging.following
            if after is None or wanted <= found.keys():
                break
        return found

    async def check(self) -> Check:
        """Read the account."""
        try:
            await self._client.profile(self._access)
        except ConnectorError as error:
            return Check(parse.SOURCE, ok=False, detail=error.failed.message)
        return Check(parse.SOURCE, ok=True, detail="the account's token is accepted")

    async def _with_insights(
        self, key: str, media: parse.Media, limit: asyncio.Semaphore
    ) -> ContentReading | Failed:
        """Read one content's insights. Instagram has none for some contents, and says so."""
        async with limit:
            try:
                insights = await self._client.insights(self._access, media.id)
            except ConnectorError as error:
                if error.failed.transient or error.failed.reason is FailureReason.UNAUTHORIZED:
                    return error.failed
                insights = parse.Insights([])
        return parse.content(media, key, insights)


def _only_instagram(platform: Platform) -> None:
    if platform is not Platform.INSTAGRAM:
        raise CapabilityMissingError(platform)
