"""YouTube through the Data API v3 with an API key: public channels, videos and comments."""

import asyncio
import re
from collections.abc import Mapping, Sequence

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
from bellwether.connectors.platforms.youtube import parse
from bellwether.connectors.platforms.youtube.client import (
    IDS_PER_CALL,
    QUOTA_ZONE,
    YouTubeClient,
)
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

BASE_URL = "https://www.googleapis.com/youtube/v3"
UNITS = "youtube-units"
_DAY = 24 * 60 * 60
_CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}", re.ASCII)
_USER_NAME = re.compile(r"[A-Za-z0-9]{1,20}", re.ASCII)
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}", re.ASCII)
_CLIP_OR_POST = "Ug"
_AT_ONCE = 5
_CHECK_VIDEO = "jNQXAC9IVRw"  # the first video on YouTube; it need not exist for the check
_HOPELESS = frozenset({FailureReason.RATE_LIMITED, FailureReason.UNAUTHORIZED})
"""Reasons for which further calls would spend quota, or patience, on the same refusal."""


def channel_filters(key: str) -> Sequence[tuple[str, str]]:
    """Return the parameters that may find a channel by its key, in the order to try them.

    A key is a channel id, a handle without "@", or a user name of before 2014. Links to
    `youtube.com/NAME` do not say whether NAME is a handle or a user name, so a name that could be
    either is tried as both.
    """
    if _CHANNEL_ID.fullmatch(key):
        return [("id", key)]
    handle = ("forHandle", "@" + key.removeprefix("@"))
    return [handle, ("forUsername", key)] if _USER_NAME.fullmatch(key) else [handle]


def _declare(daily_quota: int, *, enabled: bool) -> Declaration:
    one = {UNITS: 1.0}
    operations = {
        Capability.PROFILE: Operation(batch_size=IDS_PER_CALL, cost=one),
        Capability.CONTENT: Operation(batch_size=IDS_PER_CALL, cost=one),
        Capability.CONTENT_LIST: Operation(cost={UNITS: 3.0}),
        Capability.COMMENTS: Operation(cost=one),
    }
    return Declaration(
        name=parse.SOURCE,
        environments=frozenset({Environment.LIVE}),
        operations={Platform.YOUTUBE: operations} if enabled else {},
        buckets=(Bucket(UNITS, float(daily_quota), _DAY, QUOTA_ZONE),),
    )


class YouTubeConnector(Connector):
    """Reads YouTube. Without a key it offers nothing, and its check says so.

    `daily_quota` is what Google grants the key's project a day, in units.
    """

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str = BASE_URL,
        daily_quota: int = 10_000,
        seconds: float = 20.0,
        clock: Clock | None = None,
    ) -> None:
        self.declaration = _declare(daily_quota, enabled=api_key is not None)
        self._client = (
            None
            if api_key is None
            else YouTubeClient(api_key=api_key, base_url=base_url, seconds=seconds, clock=clock)
        )

    def cost(
        self, platform: Platform, capability: Capability, items: Sequence[str]
    ) -> Mapping[str, float]:
        """Return the most units a call takes: ids go 50 to a unit, names one or two each."""
        if capability is Capability.CONTENT_LIST:
            # Where the uploads are, which they are, what their numbers are.
            return {UNITS: float(sum(len(channel_filters(key)) + 2 for key in items))}
        if capability is not Capability.PROFILE:
            return super().cost(platform, capability, items)
        ids, named = _split(items)
        calls = len(_chunks(ids)) + sum(len(channel_filters(key)) for key in named)
        return {UNITS: float(calls)} if calls else {}

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        """Read channels by id, handle or user name."""
        client = self._opened(platform)
        ids, named = _split(keys)
        outcomes: dict[str, CreatorReading | Failed] = {}
        refusals: list[Failed] = []
        for chunk in _chunks(ids):
            try:
                outcomes |= await _by_id(client, chunk)
            except ConnectorError as error:
                refusals.append(error.failed)
                outcomes |= dict.fromkeys(chunk, error.failed)
        for start in range(0, len(named), _AT_ONCE):
            group = named[start : start + _AT_ONCE]
            hopeless = next((one for one in refusals if one.reason in _HOPELESS), None)
            if hopeless is not None:
                outcomes |= dict.fromkeys(group, hopeless)
                continue
            answers = await asyncio.gather(*(_by_name(client, key) for key in group))
            outcomes |= dict(zip(group, (outcome for outcome, _ in answers), strict=True))
            refusals += [refusal for _, refusal in answers if refusal]
        if refusals and all(outcome in refusals for outcome in outcomes.values()):
            raise ConnectorError(refusals[0])
        return [outcomes[key] for key in keys]

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read videos by id."""
        outcomes = await _videos(self._opened(platform), ids)
        return [outcomes[key] for key in ids]

    async def list_contents(
        self, platform: Platform, key: str, cursor: str | None = None
    ) -> Page[ContentReading]:
        """List a channel's public uploads, newest first, 50 a page.

        The cursor carries the playlist's id, so only the first page asks where the uploads are.
        """
        client = self._opened(platform)
        if cursor is None:
            playlist, token = await _uploads_of(client, key), None
        else:
            playlist, _, token = cursor.partition(" ")
        if playlist is None:
            return Page((), None)
        try:
            listing = await client.playlist_items(playlist, token)
        except ConnectorError as error:
            # A channel that never uploaded has a playlist id but no playlist.
            if cursor is None and error.failed.reason is FailureReason.NOT_FOUND:
                return Page((), None)
            raise
        ids = [row.content_details.video_id for row in parse.read_rows(listing, parse.Upload)]
        outcomes = await _videos(client, ids) if ids else {}
        readings = [found for key in ids if isinstance(found := outcomes[key], ContentReading)]
        following = listing.next_page_token
        return Page(readings, f"{playlist} {following}" if following else None)

    async def fetch_comments(
        self, platform: Platform, content_id: str, cursor: str | None = None
    ) -> Page[CommentReading]:
        """List a video's top-level comments, newest first, 100 a page.

        Raises ConnectorError (unsupported) when the owner has switched comments off: that is not
        the same as none.
        """
        listing = await self._opened(platform).comment_threads(content_id, cursor)
        threads = parse.read_rows(listing, parse.Thread)
        return Page(
            [parse.comment(thread, content_id) for thread in threads], listing.next_page_token
        )

    async def check(self) -> Check:
        """Spend one unit on the smallest call."""
        if self._client is None:
            detail = "no key: set BELLWETHER_YOUTUBE_API_KEY to an API key of the Data API v3"
            return Check(parse.SOURCE, ok=False, detail=detail, configured=False)
        try:
            await self._client.video_ids([_CHECK_VIDEO])
        except ConnectorError as error:
            return Check(parse.SOURCE, ok=False, detail=error.failed.message)
        return Check(parse.SOURCE, ok=True, detail="the key is accepted and quota is left")

    async def aclose(self) -> None:
        """Close connections."""
        if self._client is not None:
            await self._client.aclose()

    def _opened(self, platform: Platform) -> YouTubeClient:
        if self._client is None or platform is not Platform.YOUTUBE:
            raise CapabilityMissingError(platform)
        return self._client


def _split(keys: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part keys into channel ids and the others, each once."""
    once = list(dict.fromkeys(keys))
    ids = [key for key in once if _CHANNEL_ID.fullmatch(key)]
    return ids, [key for key in once if not _CHANNEL_ID.fullmatch(key)]


def _chunks(ids: Sequence[str]) -> Sequence[Sequence[str]]:
    return [ids[start : start + IDS_PER_CALL] for start in range(0, len(ids), IDS_PER_CALL)]


async def _by_id(
    client: YouTubeClient, ids: Sequence[str]
) -> Mapping[str, CreatorReading | Failed]:
    listing = await client.channels("id", ",".join(ids))
    found, nameless = parse.read_items(listing, parse.Channel)
    absent = nameless or _absent("channel")
    outcomes: dict[str, CreatorReading | Failed] = {}
    for key in ids:
        channel = found.get(key, absent)
        outcomes[key] = channel if isinstance(channel, Failed) else parse.creator(channel, key)
    return outcomes


async def _by_name(
    client: YouTubeClient, key: str
) -> tuple[CreatorReading | Failed, Failed | None]:
    """Return the outcome, and the same failure again when it was the whole call that failed."""
    for by, value in channel_filters(key):
        try:
            listing = await client.channels(by, value)
        except ConnectorError as error:
            return error.failed, error.failed
        found, nameless = parse.read_items(listing, parse.Channel)
        channel = next(iter(found.values()), nameless)
        if channel is not None:
            return (channel if isinstance(channel, Failed) else parse.creator(channel, key)), None
    return _absent("channel"), None


async def _videos(
    client: YouTubeClient, ids: Sequence[str]
) -> Mapping[str, ContentReading | Failed]:
    outcomes: dict[str, ContentReading | Failed] = {key: _no_video(key) for key in ids}
    for chunk in _chunks([key for key in outcomes if _VIDEO_ID.fullmatch(key)]):
        found, nameless = parse.read_items(await client.videos(chunk), parse.Video)
        for key in chunk:
            video = found.get(key, nameless)
            if video is not None:
                outcomes[key] = video if isinstance(video, Failed) else parse.content(video)
    return outcomes


async def _uploads_of(client: YouTubeClient, key: str) -> str | None:
    for by, value in channel_filters(key):
        listing = await client.channel_uploads(by, value)
        for channel in parse.read_rows(listing, parse.ChannelUploads):
            return channel.content_details.related_playlists.uploads
    raise ConnectorError(_absent("channel"))


def _no_video(key: str) -> Failed:
    if key.startswith(_CLIP_OR_POST):
        message = "YouTube's API reads videos, not clips or community posts"
        return Failed(FailureReason.UNSUPPORTED, message)
    return _absent("video")


def _absent(what: str) -> Failed:
    message = f"YouTube does not list this {what}: it is deleted, private or never was"
    return Failed(FailureReason.NOT_FOUND, message)
