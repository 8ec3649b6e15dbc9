"""A loopback fake of TikTok's Display and Content Posting APIs, in which posts really come out.

Every request is checked against TikTok's pages; what is found wrong fails the test when the fake's
block ends. `posts` is what people see.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bellwether.kit.clock import Clock, SystemClock
from tests.support.fakes.faults import Fault, Faults
from tests.support.fakes.server import LoopbackServer

USER_FIELDS = frozenset(
    {"open_id", "union_id", "avatar_url", "display_name", "bio_description"}
    | {"profile_deep_link", "is_verified", "username", "follower_count", "following_count"}
    | {"likes_count", "video_count"}
)
VIDEO_FIELDS = frozenset(
    {"id", "create_time", "cover_image_url", "share_url", "video_description", "duration"}
    | {"height", "width", "title", "embed_html", "embed_link", "like_count", "comment_count"}
    | {"share_count", "view_count", "is_aigc"}
)
LEVELS = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY")
_VIDEO_POST = {"title", "privacy_level", "disable_comment", "disable_duet", "disable_stitch"}
_PHOTO_POST = {"title", "description", "privacy_level", "disable_comment", "auto_add_music"}
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_MEGABYTE = 1 << 20


@dataclass(slots=True)
class FakeVideo:
    """A content that people see."""

    id: str
    account: str
    description: str
    at: datetime
    photo: bool = False
    views: int | None = 0
    likes: int | None = 0


@dataclass(slots=True)
class FakeTask:
    """A post on its way; `polls` is how often it is still processed once its media came."""

    id: str
    account: str
    text: str
    polls: int
    size: int = 0
    chunk: int = 0
    count: int = 1
    data: bytes = b""
    photo: bool = False
    failed: str | None = None
    post: FakeVideo | None = None
    expired: bool = False


@dataclass(slots=True)
class FakeCreator:
    """An account with its token."""

    open_id: str
    username: str
    token: str
    followers: int = 0
    options: tuple[str, ...] = LEVELS
    comment_disabled: bool = False


def answer(data: Mapping[str, Any] | None, code: str = "ok", status: int = 200) -> Response:
    """Return an answer in TikTok's envelope."""
    message = "" if code == "ok" else code.replace("_", " ")
    body = {"data": data or {}, "error": {"code": code, "message": message, "log_id": "L"}}
    return JSONResponse(body, status)


def _say(fault: Fault) -> Response:
    if fault is Fault.UNAUTHORIZED:
        return answer(None, "access_token_invalid", 401)
    if fault is Fault.LIMITED:
        return answer(None, "rate_limit_exceeded", 429)
    if fault is Fault.USED_UP:
        return answer(None, "spam_risk_too_many_posts", 403)
    if fault is Fault.REFUSED:
        return answer(None, "privacy_level_option_mismatch", 403)
    return answer(None, "internal_error", 500)


class FakeTikTokApi:
    """The network: `with FakeTikTokApi() as fake: ... fake.base_url ...`."""

    def __init__(
        self, *, clock: Clock | None = None, slow: float = 5.0, strict: bool = True
    ) -> None:
        self.accounts: dict[str, FakeCreator] = {}
        self.tasks: dict[str, FakeTask] = {}
        self.posts: list[FakeVideo] = []
        self.requests: list[str] = []
        self.polls = 1
        self.tells_ids = True
        self.faults: list[str] = []
        self.trouble = Faults(_say, slow=slow)
        self._strict = strict
        self._clock = clock or SystemClock()
        self._number = 7_400_000_000_000_000_000
        routes = [
            Route("/upload/{id}", self._upload, methods=["PUT"]),
            Route("/v2/{path:path}", self._answer, methods=["GET", "POST"]),
        ]
        self._server = LoopbackServer(Starlette(routes=routes))

    @property
    def base_url(self) -> str:
        """What to set as the base URL of the publisher."""
        return self._server.origin

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
            assert not self.faults, "against TikTok's pages: " + "; ".join(self.faults)

    def add_account(self, username: str, *, followers: int = 0) -> FakeCreator:
        """Add an account with a token."""
        open_id = f"-000{self._next()}"
        account = FakeCreator(open_id, username, f"act.{open_id}", followers)
        self.accounts[open_id] = account
        return account

    def add_post(
        self,
        account: FakeCreator,
        description: str = "",
        *,
        photo: bool = False,
        views: int | None = 0,
        likes: int | None = 0,
    ) -> FakeVideo:
        """Add a content, newer than those before it."""
        at = self._clock.now()
        post = FakeVideo(self._next(), account.open_id, description, at, photo, views, likes)
        self.posts.append(post)
        return post

    def _next(self) -> str:
        self._number += 104_729
        return str(self._number)

    async def _answer(self, request: Request) -> Response:
        path = str(request.path_params["path"])
        self.requests.append(path)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        account = next((one for one in self.accounts.values() if one.token == token), None)
        if account is None:
            return _say(Fault.UNAUTHORIZED)
        body = await request.json() if request.method == "POST" else {}
        fields = request.query_params.get("fields", "").split(",")
        answers: dict[str, Callable[[], Response]] = {
            "user/info/": lambda: self._user(account, fields),
            "video/list/": lambda: self._list(account, fields, body),
            "video/query/": lambda: self._query(account, fields, body),
            "post/publish/creator_info/query/": lambda: self._creator_info(account),
            "post/publish/video/init/": lambda: self._start(account, body),
            "post/publish/content/init/": lambda: self._photos(account, body),
            "post/publish/status/fetch/": lambda: self._status(account, body),
        }
        if path not in answers:
            self.faults.append(f"no path {path}")
            return answer(None, "invalid_params", 404)
        return await self.trouble.around(path.rstrip("/"), answers[path])

    def _check(self, what: str, asked: set[str], known: set[str] | frozenset[str]) -> None:
        if asked - known:
            self.faults.append(f"{what}: unknown {sorted(asked - known)}")

    def _user(self, account: FakeCreator, fields: list[str]) -> Response:
        self._check("user fields", set(fields), USER_FIELDS)
        own = [post for post in self.posts if post.account == account.open_id]
        user = {
            "open_id": account.open_id,
            "avatar_url": "https://p16.tiktokcdn.test/a.jpg",
            "display_name": account.username.title(),
            "bio_description": "What I do",
            "is_verified": False,
            "username": account.username,
            "follower_count": account.followers,
            "following_count": 3,
            "likes_count": sum(post.likes or 0 for post in own),
            "video_count": len(own),
        }
        return answer({"user": {name: user[name] for name in user if name in fields}})

    def _video(self, post: FakeVideo, fields: list[str]) -> dict[str, Any]:
        self._check("video fields", set(fields), VIDEO_FIELDS)
        word = "photo" if post.photo else "video"
        owner = self.accounts[post.account].username
        video = {
            "id": post.id,
            "create_time": int(post.at.timestamp()),
            "cover_image_url": "https://p16.tiktokcdn.test/c.jpg",
            "share_url": f"https://www.tiktok.com/@{owner}/{word}/{post.id}?utm_source=x",
            "video_description": post.description,
            "duration": 0 if post.photo else 12,
            "title": post.description[:90],
            "like_count": post.likes,
            "comment_count": 0,
            "share_count": 0,
            "view_count": post.views,
        }
        return {name: video[name] for name in video if name in fields and video[name] is not None}

    def _list(self, account: FakeCreator, fields: list[str], body: Mapping[str, Any]) -> Response:
        self._check("video/list", set(body), {"cursor", "max_count"})
        size = int(body.get("max_count", 10))
        if not 1 <= size <= 20:
            self.faults.append("max_count is 1 to 20")
        own = [post for post in reversed(self.posts) if post.account == account.open_id]
        start = int(body.get("cursor", 0))
        page = [self._video(post, fields) for post in own[start : start + size]]
        more = start + size < len(own)
        return answer({"videos": page, "cursor": start + size, "has_more": more})

    def _query(self, account: FakeCreator, fields: list[str], body: Mapping[str, Any]) -> Response:
        ids = body["filters"]["video_ids"]
        if len(ids) > 20:
            self.faults.append("more than 20 ids")
        own = [post for post in self.posts if post.account == account.open_id and post.id in ids]
        return answer({"videos": [self._video(post, fields) for post in own]})

    def _creator_info(self, account: FakeCreator) -> Response:
        return answer(
            {
                "creator_avatar_url": "https://p16.tiktokcdn.test/a.jpg",
                "creator_username": account.username,
                "creator_nickname": account.username.title(),
                "privacy_level_options": list(account.options),
                "comment_disabled": account.comment_disabled,
                "duet_disabled": False,
                "stitch_disabled": False,
                "max_video_post_duration_sec": 600,
            }
        )

    def _post_info(self, account: FakeCreator, post: Mapping[str, Any], known: set[str]) -> None:
        self._check("post_info", set(post), known)
        if post["privacy_level"] not in account.options:
            self.faults.append(f"{post['privacy_level']} is not offered")
        if account.comment_disabled and not post["disable_comment"]:
            self.faults.append("comments are off in this account")

    def _start(self, account: FakeCreator, body: Mapping[str, Any]) -> Response:
        post, source = body["post_info"], body["source_info"]
        self._post_info(account, post, _VIDEO_POST)
        known = {"source", "video_size", "chunk_size", "total_chunk_count"}
        self._check("source_info", set(source), known)
        size, chunk = source["video_size"], source["chunk_size"]
        count = source["total_chunk_count"]
        whole = count == 1 and chunk == size and size <= 64 * _MEGABYTE
        cut = 5 * _MEGABYTE <= chunk <= 64 * _MEGABYTE and count == size // chunk
        if not (whole or cut):
            self.faults.append(f"{size} bytes in {count} chunks of {chunk}")
        number = self._next()
        made = FakeTask(f"v_pub_file~v2-1.{number}", account.open_id, post["title"], self.polls)
        made.size, made.chunk, made.count = size, chunk, count
        self.tasks[number] = made
        url = f"{self.base_url}/upload/{number}"
        return answer({"publish_id": made.id, "upload_url": url})

    async def _upload(self, request: Request) -> Response:
        self.requests.append("upload")
        task = self.tasks[str(request.path_params["id"])]
        body = await request.body()
        found = _RANGE.fullmatch(request.headers.get("content-range", ""))
        if task.expired:
            return Response("", 403)
        if found is None or int(found[2]) - int(found[1]) + 1 != len(body):
            self.faults.append("an upload whose range is not its length")
            return Response("", 416)
        first, last, total = (int(part) for part in found.groups())
        if first != len(task.data) or total != task.size:
            return Response("", 416)

        def act() -> Response:
            task.data += body
            if last + 1 < total:
                return Response("", 206)
            self._come_out(task)
            return Response("", 201)

        return await self.trouble.around("upload", act)

    def _come_out(self, task: FakeTask) -> None:
        if task.failed is None:
            task.post = self.add_post(self.accounts[task.account], task.text, photo=task.photo)

    def _photos(self, account: FakeCreator, body: Mapping[str, Any]) -> Response:
        known = {"media_type", "post_mode", "post_info", "source_info"}
        self._check("content/init", set(body), known)
        post, source = body["post_info"], body["source_info"]
        self._post_info(account, post, _PHOTO_POST)
        self._check("source_info", set(source), {"source", "photo_cover_index", "photo_images"})
        if source["source"] != "PULL_FROM_URL" or not 1 <= len(source["photo_images"]) <= 35:
            self.faults.append("pictures come from 1 to 35 addresses")
        if len(post.get("title", "").encode("utf-16-le")) // 2 > 90:
            self.faults.append("a slideshow's title has 90 characters")
        number, text = self._next(), post.get("title") or post.get("description", "")
        task = FakeTask(f"p_pub_url~v2.{number}", account.open_id, text, self.polls, photo=True)
        if any("broken" in url for url in source["photo_images"]):
            task.failed = "photo_pull_failed"
        self.tasks[number] = task
        self._come_out(task)
        return answer({"publish_id": task.id})

    def _status(self, account: FakeCreator, body: Mapping[str, Any]) -> Response:
        own = (one for one in self.tasks.values() if one.id == body["publish_id"])
        task = next(own, None)
        if task is None or task.account != account.open_id:
            return answer(None, "invalid_publish_id", 400)
        if len(task.data) < task.size:
            data = {"status": "PROCESSING_UPLOAD", "uploaded_bytes": len(task.data)}
            return answer(data)
        if task.failed:
            return answer({"status": "FAILED", "fail_reason": task.failed})
        if task.polls > 0:
            task.polls -= 1
            waiting = "PROCESSING_DOWNLOAD" if task.photo else "PROCESSING_UPLOAD"
            return answer({"status": waiting, "uploaded_bytes": len(task.data)})
        ids = [int(task.post.id)] if task.post and self.tells_ids else []
        return answer({"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": ids})
