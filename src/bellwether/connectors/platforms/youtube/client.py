"""The calls of the YouTube Data API v3 that we make, each one unit of quota."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bellwether.connectors.platforms.youtube import parse
from bellwether.connectors.platforms.youtube.parse import Listing
from bellwether.connectors.transport import Answer, Transport
from bellwether.kit.clock import Clock, SystemClock
from bellwether.model.readings import Failed

QUOTA_ZONE = "America/Los_Angeles"
IDS_PER_CALL = 50
_UPLOADS_PER_PAGE = 50
_COMMENTS_PER_PAGE = 100


def seconds_to_reset(now: datetime) -> float:
    """Return how many seconds the quota day, which ends at midnight Pacific, still lasts."""
    zone = ZoneInfo(QUOTA_ZONE)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return (datetime.combine(tomorrow, time(), zone) - now).total_seconds()


class YouTubeClient:
    """Fetches raw lists. All methods raise ConnectorError in our words."""

    def __init__(
        self, *, api_key: str, base_url: str, seconds: float, clock: Clock | None = None
    ) -> None:
        self._key = api_key
        self._clock = clock or SystemClock()
        self._transport = Transport(
            platform=parse.NAME, base_url=base_url, seconds=seconds, clock=self._clock
        )

    async def channels(self, by: str, value: str) -> Listing:
        """List channels with their numbers; `by` is `id` (up to 50), `forHandle`, `forUsername`."""
        return await self._list("channels", [("part", "snippet,statistics"), (by, value)])

    async def channel_uploads(self, by: str, value: str) -> Listing:
        """List channels with only the ids of their playlists."""
        return await self._list("channels", [("part", "contentDetails"), (by, value)])

    async def videos(self, ids: Sequence[str]) -> Listing:
        """List up to 50 videos with their numbers."""
        parts = "snippet,statistics,contentDetails,liveStreamingDetails,status"
        return await self._list("videos", [("part", parts), ("id", ",".join(ids))])

    async def video_ids(self, ids: Sequence[str]) -> Listing:
        """List up to 50 videos with nothing but their ids: the smallest call there is."""
        return await self._list("videos", [("part", "id"), ("id", ",".join(ids))])

    async def playlist_items(self, playlist_id: str, page_token: str | None) -> Listing:
        """List a page of 50 rows of a playlist."""
        params = [
            ("part", "contentDetails"),
            ("playlistId", playlist_id),
            ("maxResults", str(_UPLOADS_PER_PAGE)),
        ]
        return await self._list("playlistItems", params, page_token)

    async def comment_threads(self, video_id: str, page_token: str | None) -> Listing:
        """List a page of 100 comments of a video, newest first, as plain text."""
        params = [
            ("part", "snippet"),
            ("videoId", video_id),
            ("order", "time"),
            ("textFormat", "plainText"),
            ("maxResults", str(_COMMENTS_PER_PAGE)),
        ]
        return await self._list("commentThreads", params, page_token)

    async def aclose(self) -> None:
        """Close connections."""
        await self._transport.aclose()

    async def _list(
        self, resource: str, params: list[tuple[str, str]], page_token: str | None = None
    ) -> Listing:
        if page_token:
            params = [*params, ("pageToken", page_token)]
        answer = await self._transport.get_ok(
            resource, [*params, ("key", self._key)], self._explain
        )
        return parse.read_listing(answer, f"youtube#{resource.removesuffix('s')}ListResponse")

    def _explain(self, answer: Answer) -> Failed:
        failed = parse.failed(answer, seconds_to_reset(self._clock.real_now()))
        # YouTube names the key in some of its messages, such as the one on a suspended project.
        return replace(failed, message=failed.message.replace(self._key, "[key]"))
