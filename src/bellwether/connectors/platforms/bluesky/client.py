"""The queries of Bluesky's public API that we make. They need no key."""

from collections.abc import Sequence

from bellwether.connectors.platforms.bluesky import parse
from bellwether.connectors.transport import Answer, Transport
from bellwether.kit.clock import Clock

PER_CALL = 25
_POSTS_PER_PAGE = 100


class BlueskyClient:
    """Fetches answers. All methods raise ConnectorError in our words."""

    def __init__(self, *, base_url: str, seconds: float, clock: Clock | None = None) -> None:
        self._transport = Transport(
            platform=parse.NAME, base_url=base_url, seconds=seconds, clock=clock
        )

    async def profile(self, actor: str) -> parse.Profile:
        """Read one account by handle or DID; unlike `profiles`, an error says what became of it."""
        return (await self._query("app.bsky.actor.getProfile", [("actor", actor)])).decode(
            parse.Profile
        )

    async def profiles(self, actors: Sequence[str]) -> parse.Profiles:
        """Read up to 25 accounts by handle or DID."""
        params = [("actors", actor) for actor in actors]
        return (await self._query("app.bsky.actor.getProfiles", params)).decode(parse.Profiles)

    async def posts(self, uris: Sequence[str]) -> parse.Posts:
        """Read up to 25 posts by AT URIs that name the author's DID."""
        params = [("uris", uri) for uri in uris]
        return (await self._query("app.bsky.feed.getPosts", params)).decode(parse.Posts)

    async def author_feed(self, actor: str, cursor: str | None) -> parse.Feed:
        """Read a page of what an account shows on its page, newest first."""
        params = [
            ("actor", actor),
            ("filter", "posts_and_author_threads"),
            ("limit", str(_POSTS_PER_PAGE)),
        ]
        if cursor:
            params.append(("cursor", cursor))
        return (await self._query("app.bsky.feed.getAuthorFeed", params)).decode(parse.Feed)

    async def thread(self, uri: str) -> parse.Thread:
        """Read a post with its direct replies."""
        params = [("uri", uri), ("depth", "1"), ("parentHeight", "0")]
        return (await self._query("app.bsky.feed.getPostThread", params)).decode(parse.Thread)

    async def aclose(self) -> None:
        """Close connections."""
        await self._transport.aclose()

    async def _query(self, name: str, params: Sequence[tuple[str, str]]) -> Answer:
        return await self._transport.get_ok(f"xrpc/{name}", params, parse.failed)
