"""Bluesky through its public API: accounts, posts and replies, without a key."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

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
from bellwether.connectors.platforms.bluesky import parse
from bellwether.connectors.platforms.bluesky.client import PER_CALL, BlueskyClient
from bellwether.kit.clock import Clock
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.readings import (
    CommentReading,
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
)
from bellwether.model.tenants import Environment

BASE_URL = "https://public.api.bsky.app"
REQUESTS = "bluesky-requests"
_PER_WINDOW, _WINDOW_SECONDS = 3000.0, 300  # what Bluesky lets one address ask
_EXPLAINED = 3  # absent accounts of a batch that are asked about one by one
_CHECK_ACTOR = "bsky.app"
_ABSENT_REASONS = frozenset({FailureReason.NOT_FOUND, FailureReason.DELETED})

_DID = r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ACTOR = re.compile(rf"{_DID}|{_LABEL}(?:\.{_LABEL})+", re.ASCII)
_URI = re.compile(r"at://([^/]+)/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,512})", re.ASCII)

_DECLARATION = Declaration(
    name=parse.SOURCE,
    environments=frozenset({Environment.LIVE}),
    operations={
        Platform.BLUESKY: {
            Capability.PROFILE: Operation(batch_size=PER_CALL, cost={REQUESTS: 1.0}),
            Capability.CONTENT: Operation(batch_size=PER_CALL, cost={REQUESTS: 1.0}),
            Capability.CONTENT_LIST: Operation(cost={REQUESTS: 1.0}),
            Capability.COMMENTS: Operation(cost={REQUESTS: 1.0}),
        }
    },
    buckets=(Bucket(REQUESTS, _PER_WINDOW, _WINDOW_SECONDS),),
)


class _PostId(NamedTuple):
    actor: str
    record_key: str

    @property
    def by_handle(self) -> bool:
        return not self.actor.startswith("did:")


class BlueskyConnector(Connector):
    """Reads Bluesky. Post ids are AT URIs whose author is a handle or a DID."""

    declaration = _DECLARATION

    def __init__(
        self, *, base_url: str = BASE_URL, seconds: float = 20.0, clock: Clock | None = None
    ) -> None:
        self._client = BlueskyClient(base_url=base_url, seconds=seconds, clock=clock)

    def cost(
        self, platform: Platform, capability: Capability, items: Sequence[str]
    ) -> Mapping[str, float]:
        """Return the most requests a call makes."""
        _only_bluesky(platform)
        if not items:
            return {}
        calls = 1
        if capability is Capability.PROFILE and len(items) > 1:
            calls += min(_EXPLAINED, len(items))
        if capability in (Capability.CONTENT, Capability.COMMENTS):
            ids = [_post_id(item) for item in items]
            calls += any(post is not None and post.by_handle for post in ids)
        return {REQUESTS: float(calls)}

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        """Read accounts by handle or DID."""
        _only_bluesky(platform)
        actors = list(dict.fromkeys(key for key in keys if _ACTOR.fullmatch(key)))
        outcomes: dict[str, CreatorReading | Failed] = {}
        if len(actors) == 1:
            outcomes[actors[0]] = await self._one_profile(actors[0])
            _raise_unless_its_own(outcomes[actors[0]])
        elif actors:
            outcomes |= await self._many_profiles(actors)
        odd = Failed(
            FailureReason.NOT_FOUND, "this is not a Bluesky handle, such as name.bsky.social"
        )
        return [outcomes.get(key, odd) for key in keys]

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read posts by AT URI."""
        _only_bluesky(platform)
        parsed = {key: post for key in ids if (post := _post_id(key)) is not None}
        dids, trouble = await self._resolve(parsed.values())
        uris = {
            key: f"at://{dids[post.actor]}/app.bsky.feed.post/{post.record_key}"
            for key, post in parsed.items()
            if post.actor in dids
        }
        found: dict[str, parse.Post] = {}
        if uris:
            answer = await self._client.posts(list(dict.fromkeys(uris.values())))
            posts, unread = parse.read_each(answer.posts, parse.Post)
            trouble = trouble or unread
            found = {post.uri: post for post in posts}
        absent = trouble or _absent("post")
        outcomes: list[ContentReading | Failed] = []
        for key in ids:
            seen = found.get(uris.get(key, ""))
            outcomes.append(absent if seen is None else parse.content(seen, key))
        return outcomes

    async def list_contents(
        self, platform: Platform, key: str, cursor: str | None = None
    ) -> Page[ContentReading]:
        """List an account's own posts, newest first, up to 100 a page; reposts are left out."""
        _only_bluesky(platform)
        feed = await self._client.author_feed(key, cursor)
        return Page(list(parse.own_posts(feed)), feed.cursor)

    async def fetch_comments(
        self, platform: Platform, content_id: str, cursor: str | None = None
    ) -> Page[CommentReading]:
        """List the direct replies to a post, newest first, in one page."""
        _only_bluesky(platform)
        del cursor  # there is only one page
        post = _post_id(content_id)
        if post is None:
            raise ConnectorError(_absent("post"))
        dids, trouble = await self._resolve([post])
        if post.actor not in dids:
            raise ConnectorError(trouble or _absent("post"))
        uri = f"at://{dids[post.actor]}/app.bsky.feed.post/{post.record_key}"
        return Page(parse.comments(await self._client.thread(uri), content_id), None)

    async def check(self) -> Check:
        """Read Bluesky's own account."""
        try:
            await self._client.profile(_CHECK_ACTOR)
        except ConnectorError as error:
            return Check(parse.SOURCE, ok=False, detail=error.failed.message)
        return Check(parse.SOURCE, ok=True, detail="the public API answers")

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _one_profile(self, actor: str) -> CreatorReading | Failed:
        """Read one account; an error is its outcome."""
        try:
            return parse.creator(await self._client.profile(actor), actor)
        except ConnectorError as error:
            return error.failed

    async def _many_profiles(self, actors: Sequence[str]) -> Mapping[str, CreatorReading | Failed]:
        answer = await self._client.profiles(actors)
        profiles, unread = parse.read_each(answer.profiles, parse.Profile)
        found = {profile.did: profile for profile in profiles}
        found |= {profile.handle.lower(): profile for profile in profiles}
        outcomes: dict[str, CreatorReading | Failed] = {}
        absent: list[str] = []
        for actor in actors:
            profile = found.get(actor if actor.startswith("did:") else actor.lower())
            if profile is None:
                absent.append(actor)
            else:
                outcomes[actor] = parse.creator(profile, actor)
        # The batch leaves absent accounts out without a word; asked alone, it says why.
        outcomes |= dict.fromkeys(absent, unread or _absent("account"))
        for actor in absent[:_EXPLAINED]:
            outcomes[actor] = await self._one_profile(actor)
        return outcomes

    async def _resolve(self, posts: Collection[_PostId]) -> tuple[Mapping[str, str], Failed | None]:
        """Return the DID of each author, since posts are found by DID only."""
        dids = {post.actor: post.actor for post in posts if not post.by_handle}
        handles = list(dict.fromkeys(post.actor for post in posts if post.by_handle))
        if not handles:
            return dids, None
        answer = await self._client.profiles(handles)
        profiles, unread = parse.read_each(answer.profiles, parse.Profile)
        by_handle = {profile.handle.lower(): profile.did for profile in profiles}
        known = {
            handle: by_handle[handle.lower()] for handle in handles if handle.lower() in by_handle
        }
        return dids | known, unread


def _only_bluesky(platform: Platform) -> None:
    if platform is not Platform.BLUESKY:
        raise CapabilityMissingError(platform)


def _raise_unless_its_own(outcome: CreatorReading | Failed) -> None:
    """Tell a call that failed from an account that Bluesky says is absent."""
    if isinstance(outcome, Failed) and outcome.reason not in _ABSENT_REASONS:
        raise ConnectorError(outcome)


def _post_id(text: str) -> _PostId | None:
    match = _URI.fullmatch(text)
    if match is None or not _ACTOR.fullmatch(match[1]):
        return None
    return _PostId(match[1], match[2])


def _absent(what: str) -> Failed:
    message = f"Bluesky does not show this {what}: it is deleted, hidden or never was"
    return Failed(FailureReason.NOT_FOUND, message)
