"""A loopback fake of the YouTube Data API v3, strict about what it is asked.

Every request is checked against the official description, and so is every answer; what is found
wrong fails the test when the fake's block ends. `strict=False` leaves that out, for tests of bad
requests. Numbers move only when a test moves them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.fakes import discovery
from tests.support.fakes.server import LoopbackServer
from tests.support.fakes.youtube_answers import (
    FIRST_DAY,
    FakeChannel,
    FakeComment,
    FakeVideo,
    channel_item,
    error,
    instant,
    quota_exceeded,
    thread_item,
    video_item,
)

KEY = "AIzaFakeKeyOfTheTests"
Respond = Callable[[], Response]


class FakeYouTube:
    """The platform: `with FakeYouTube() as fake: ... fake.base_url ...`."""

    def __init__(self, *, key: str = KEY, strict: bool = True) -> None:
        self.key = key
        self.channels: dict[str, FakeChannel] = {}
        self.videos: dict[str, FakeVideo] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.units_left: int | None = None  # None: no end
        self.delay = 0.0  # seconds before each answer
        self.faults: list[str] = []
        self._strict = strict
        self._instead: deque[Respond] = deque()
        self._document = discovery.youtube()
        resources: dict[str, Callable[[dict[str, str]], Sequence[dict[str, Any]] | Response]] = {
            "channels": self._list_channels,
            "videos": self._list_videos,
            "playlistItems": self._list_uploads,
            "commentThreads": self._list_threads,
        }
        self._resources = resources
        self._server = LoopbackServer(
            Starlette(routes=[Route("/youtube/v3/{resource}", self._answer, methods=["GET"])])
        )

    @property
    def base_url(self) -> str:
        """What to set as the base URL of the connector."""
        return f"{self._server.origin}/youtube/v3"

    @property
    def units(self) -> int:
        """How many units the requests so far have cost."""
        return len(self.requests)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, problem, trace)
        if self._strict and kind is None:
            assert not self.faults, "against the official description: " + "; ".join(self.faults)

    def add_channel(
        self,
        channel_id: str,
        *,
        title: str = "A channel",
        handle: str | None = None,
        username: str | None = None,
        subscribers: int = 0,
        views: int = 0,
        hidden: bool = False,
        country: str | None = None,
    ) -> FakeChannel:
        """Add a channel; `channel_id` is UC and 22 more characters."""
        channel = FakeChannel(
            channel_id, title, handle, username, subscribers, views, hidden, country
        )
        self.channels[channel_id] = channel
        return channel

    def add_video(
        self,
        video_id: str,
        *,
        channel: str = "UC" + "a" * 22,
        title: str = "A video",
        at: datetime | None = None,
        views: int | None = 0,
        likes: int | None = 0,
        comments: int | None = 0,
        duration: str = "PT3M20S",
        viewers: int | None = None,
    ) -> FakeVideo:
        """Add a public video of 11 characters; later ones are newer unless `at` says otherwise."""
        if channel not in self.channels:
            self.add_channel(channel)
        published = at or FIRST_DAY + timedelta(minutes=len(self.videos))
        video = FakeVideo(
            video_id, channel, title, published, views, likes, comments, duration, viewers
        )
        self.videos[video_id] = video
        return video

    def add_comment(
        self,
        video_id: str,
        text: str,
        *,
        author: str = "@someone",
        likes: int = 0,
        replies: int = 0,
    ) -> FakeComment:
        """Add a comment, newer than those before it."""
        threads = self.videos[video_id].threads
        at = FIRST_DAY + timedelta(hours=len(threads))
        comment = FakeComment(f"Ug{len(threads):020d}", text, author, likes, replies, at)
        threads.append(comment)
        return comment

    def move(self, video_id: str, **counts: int | None) -> None:
        """Set counts of a video: views, likes, comments, viewers."""
        for name, value in counts.items():
            setattr(self.videos[video_id], name, value)

    def remove(self, video_id: str) -> None:
        """Delete a video, or make it private: the API shows no difference."""
        del self.videos[video_id]

    def answer_next_with(self, *responses: Respond) -> None:
        """Answer the next requests with these instead."""
        self._instead.extend(responses)

    async def _answer(self, request: Request) -> Response:
        resource = str(request.path_params["resource"])
        query = request.query_params.multi_items()
        params = dict(query)
        self.requests.append((resource, params))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self._instead:
            return self._instead.popleft()()
        refused = self._refuse(resource, query)
        if refused is not None:
            return refused
        items = self._resources[resource](params)
        return items if isinstance(items, Response) else self._page(resource, params, items)

    def _refuse(self, resource: str, query: Sequence[tuple[str, str]]) -> Response | None:
        params = dict(query)
        if resource not in self._resources:
            self.faults.append(f"there is no resource {resource}")
            return error(404, "notFound", "Not Found")
        if "key" not in params:
            return error(403, "forbidden", "The request is missing a valid API key.")
        if params["key"] != self.key:
            message = "API key not valid. Please pass a valid API key."
            return error(400, "badRequest", message, detail="API_KEY_INVALID")
        faults = list(discovery.request_faults(self._document, resource, query))
        if faults:
            self.faults += faults
            return error(400, "badRequest", "; ".join(faults))
        if self.units_left is not None:
            if self.units_left <= 0:
                return quota_exceeded()
            self.units_left -= 1
        return None

    def _page(
        self, resource: str, params: dict[str, str], items: Sequence[dict[str, Any]]
    ) -> Response:
        shown = {"kind", "etag", "id", *params["part"].split(",")}
        by_id = "id" in params
        size = len(items) if by_id else int(params.get("maxResults", "5"))
        start = int(params.get("pageToken", "PAGE0").removeprefix("PAGE"))
        page = items[start : start + size]
        body: dict[str, Any] = {
            "kind": f"youtube#{resource.removesuffix('s')}ListResponse",
            "etag": "etag",
            "pageInfo": {"totalResults": len(items), "resultsPerPage": size},
        }
        if page:
            body["items"] = [
                {name: value for name, value in item.items() if name in shown} for item in page
            ]
        if start + size < len(items):
            body["nextPageToken"] = f"PAGE{start + size}"
        self.faults += discovery.answer_faults(self._document, resource, body)
        return JSONResponse(body)

    def _list_channels(self, params: dict[str, str]) -> Sequence[dict[str, Any]]:
        ids = params.get("id", "").split(",")
        handle = params.get("forHandle", "").removeprefix("@").lower()
        name = params.get("forUsername", "")
        return [
            channel_item(channel, self._uploads(channel.id))
            for channel in self.channels.values()
            if channel.id in ids
            or (handle and (channel.handle or "").lower() == handle)
            or (name and channel.username == name)
        ]

    def _uploads(self, channel_id: str) -> int:
        return sum(video.channel == channel_id for video in self.videos.values())

    def _list_videos(self, params: dict[str, str]) -> Sequence[dict[str, Any]]:
        ids = set(params["id"].split(","))
        # YouTube promises no order, so the fake keeps to its own.
        return [
            video_item(video, self.channels[video.channel].title)
            for video in self.videos.values()
            if video.id in ids
        ]

    def _list_uploads(self, params: dict[str, str]) -> Sequence[dict[str, Any]] | Response:
        owner = "UC" + params["playlistId"].removeprefix("UU")
        uploads = [video for video in self.videos.values() if video.channel == owner]
        if not uploads:
            message = "The playlist identified with the request's playlistId cannot be found."
            return error(404, "playlistNotFound", message)
        newest = sorted(uploads, key=lambda video: video.at, reverse=True)
        return [
            {
                "kind": "youtube#playlistItem",
                "etag": "etag",
                "id": f"row-{video.id}",
                "contentDetails": {"videoId": video.id, "videoPublishedAt": instant(video.at)},
            }
            for video in newest
        ]

    def _list_threads(self, params: dict[str, str]) -> Sequence[dict[str, Any]] | Response:
        video = self.videos.get(params["videoId"])
        if video is None:
            return error(404, "videoNotFound", "The video cannot be found.")
        if video.comments is None:
            message = "The video identified by the <code>videoId</code> has disabled comments."
            return error(403, "commentsDisabled", message)
        return [thread_item(video, comment) for comment in reversed(video.threads)]
