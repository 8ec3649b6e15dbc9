"""A loopback fake of the Instagram API with containers that are really published, once.

Every request is checked against what Meta's descriptions allow; what is found wrong fails the test
when the fake's block ends. `posts` is what people see.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bellwether.kit.clock import Clock, SystemClock
from tests.support.fakes.faults import Fault, Faults
from tests.support.fakes.instagram_state import (
    FakeAccount,
    FakeContainer,
    FakePost,
    error,
    say,
)
from tests.support.fakes.server import LoopbackServer

VERSION = "v25.0"
USER_FIELDS = frozenset(
    {"biography", "followers_count", "follows_count", "id", "media_count", "name"}
    | {"profile_picture_url", "username", "website"}
)
MEDIA_FIELDS = frozenset(
    {"caption", "comments_count", "id", "like_count", "media_product_type", "media_type"}
    | {"permalink", "shortcode", "thumbnail_url", "timestamp", "username"}
)
COMMENT_FIELDS = frozenset({"id", "like_count", "text", "timestamp", "username"})
CONTAINER_FIELDS = frozenset({"id", "status", "status_code"})
CREATE_PARAMS = frozenset(
    {"caption", "children", "image_url", "is_carousel_item", "media_type", "upload_type"}
    | {"video_url"}
)
METRICS = frozenset({"views", "reach", "saved", "shares"})


class FakeInstagram:
    """The network: `with FakeInstagram() as fake: ... fake.base_url ...`."""

    def __init__(
        self, *, clock: Clock | None = None, slow: float = 5.0, strict: bool = True
    ) -> None:
        self.accounts: dict[str, FakeAccount] = {}
        self.containers: dict[str, FakeContainer] = {}
        self.posts: list[FakePost] = []
        self.requests: list[tuple[str, str]] = []
        self.bytes: dict[str, bytes] = {}
        self.polls = 1
        self.quota = 100
        self.uploads = False  # Meta takes bytes with Facebook Login only
        self.faults: list[str] = []
        self.trouble = Faults(say, slow=slow)
        self._strict = strict
        self._clock = clock or SystemClock()
        self._number = 17_900_000_000_000_000
        routes = [
            Route(f"/ig-api-upload/{VERSION}/{{id}}", self._upload, methods=["POST"]),
            Route(f"/{VERSION}/{{id}}", self._node, methods=["GET"]),
            Route(f"/{VERSION}/{{id}}/{{edge}}", self._edge, methods=["GET", "POST"]),
        ]
        self._server = LoopbackServer(Starlette(routes=routes))

    @property
    def base_url(self) -> str:
        """What to set as the base URL of the publisher."""
        return f"{self._server.origin}/{VERSION}"

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
            assert not self.faults, "against Meta's descriptions: " + "; ".join(self.faults)

    def add_account(self, username: str, *, followers: int = 0) -> FakeAccount:
        """Add an account with a token."""
        number = self._next()
        account = FakeAccount(number, username, f"IGtoken-{number}", followers)
        self.accounts[number] = account
        return account

    def add_post(
        self,
        account: FakeAccount,
        caption: str = "",
        *,
        kind: tuple[str, str] = ("VIDEO", "REELS"),
        likes: int | None = 0,
        **insights: int,
    ) -> FakePost:
        """Add a content, newer than those before it; `kind` is Meta's two words for it."""
        post = FakePost(
            self._next(), caption, *kind, self._clock.now(), account.id, insights, likes
        )
        self.posts.append(post)
        return post

    def _next(self) -> str:
        self._number += 7_919
        return str(self._number)

    async def _upload(self, request: Request) -> Response:
        self.requests.append(("POST", "upload"))
        container = self.containers.get(str(request.path_params["id"]))
        body = await request.body()
        token = request.headers.get("authorization", "")
        if container is None or token != f"OAuth {self.accounts[container.account].token}":
            return error(400, 100, "No such upload")
        if request.headers.get("file_size") != str(len(body)) or "offset" not in request.headers:
            self.faults.append("an upload without its size and offset")

        def act() -> Response:
            container.uploaded = len(body)
            self.bytes[container.id] = body
            return JSONResponse({"success": True, "message": "Upload successful."})

        return await self.trouble.around("upload", act)

    async def _node(self, request: Request) -> Response:
        node = str(request.path_params["id"])
        self.requests.append(("GET", "node"))
        account = self._who(request)
        if account is None:
            return say(Fault.UNAUTHORIZED)
        fields = set(request.query_params.get("fields", "").split(","))
        self._check_query(request, {"fields"})
        if node == account.id:
            return await self.trouble.around("profile", lambda: self._profile(account, fields))
        container = self.containers.get(node)
        if container is not None and container.account == account.id:
            return await self.trouble.around("status", lambda: self._status(container, fields))
        post = self._post(node, account)
        if post is not None:
            return await self.trouble.around(
                "one_media", lambda: JSONResponse(self._media(post, fields))
            )
        return error(400, 100, f"Object with ID '{node}' does not exist", 33)

    async def _edge(self, request: Request) -> Response:
        node, edge = str(request.path_params["id"]), str(request.path_params["edge"])
        name = f"{request.method} {edge}"
        self.requests.append((request.method, edge))
        account = self._who(request)
        if account is None:
            return say(Fault.UNAUTHORIZED)
        body = await request.json() if request.method == "POST" else {}
        answers: dict[str, Callable[[], Response]] = {
            "GET media": lambda: self._list(account, request),
            "POST media": lambda: self._create(account, body, request),
            "POST media_publish": lambda: self._publish(account, body),
            "GET content_publishing_limit": lambda: self._limit(account, request),
            "GET insights": lambda: self._insights(node, account, request),
            "GET comments": lambda: self._comments(node, account, request),
            "POST comments": lambda: self._comment(node, account, body),
        }
        if name not in answers:
            self.faults.append(f"no edge {name}")
            return error(404, 2500, "Unknown path components")
        return await self.trouble.around(name, answers[name])

    def _who(self, request: Request) -> FakeAccount | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return next((one for one in self.accounts.values() if one.token == token), None)

    def _post(self, node: str, account: FakeAccount) -> FakePost | None:
        own = (post for post in self.posts if post.id == node and post.account == account.id)
        return next(own, None)

    def _check_query(self, request: Request, known: set[str]) -> None:
        odd = set(request.query_params) - known
        if odd:
            self.faults.append(f"unknown parameters {sorted(odd)} of {request.url.path}")

    def _check_fields(self, fields: set[str], known: frozenset[str]) -> None:
        if not fields or fields - known:
            self.faults.append(f"unknown fields {sorted(fields - known)}")

    def _profile(self, account: FakeAccount, fields: set[str]) -> Response:
        self._check_fields(fields, USER_FIELDS)
        body = {
            "id": account.id,
            "username": account.username,
            "name": account.username.title(),
            "biography": "What I do",
            "followers_count": account.followers,
            "follows_count": 5,
            "media_count": sum(post.account == account.id for post in self.posts),
            "profile_picture_url": f"https://cdn.instagram.test/{account.username}.jpg",
        }
        return JSONResponse({name: body[name] for name in body if name in fields})

    def _media(self, post: FakePost, fields: set[str]) -> dict[str, Any]:
        self._check_fields(fields, MEDIA_FIELDS)
        word = "reel" if post.product == "REELS" else "p"
        body = {
            "id": post.id,
            "shortcode": post.shortcode,
            "caption": post.caption or None,
            "media_type": post.type,
            "media_product_type": post.product,
            "permalink": f"https://www.instagram.com/{word}/{post.shortcode}/",
            "timestamp": post.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "username": self.accounts[post.account].username,
            "like_count": post.likes,
            "comments_count": len(post.comments),
        }
        # Meta leaves out what is empty or hidden.
        return {name: body[name] for name in body if name in fields and body[name] is not None}

    def _list(self, account: FakeAccount, request: Request) -> Response:
        self._check_query(request, {"fields", "limit", "after"})
        fields = set(request.query_params.get("fields", "").split(","))
        own = [post for post in reversed(self.posts) if post.account == account.id]
        return JSONResponse(self._page(own, request, lambda post: self._media(post, fields)))

    def _page(
        self, rows: list[Any], request: Request, show: Callable[[Any], Any]
    ) -> dict[str, Any]:
        start = int(request.query_params.get("after", "0"))
        size = int(request.query_params.get("limit", "25"))
        body: dict[str, Any] = {"data": [show(row) for row in rows[start : start + size]]}
        if rows:
            body["paging"] = {"cursors": {"before": str(start), "after": str(start + size)}}
        if start + size < len(rows):
            body["paging"]["next"] = f"{self.base_url}/next"
        return body

    def _create(self, account: FakeAccount, body: Mapping[str, Any], request: Request) -> Response:
        if body.keys() - CREATE_PARAMS:
            self.faults.append(f"unknown parameters {sorted(body.keys() - CREATE_PARAMS)}")
        children = body.get("children", [])
        carousel = body.get("media_type") == "CAROUSEL"
        ready = all(self.containers[child].state == "FINISHED" for child in children)
        if not ready or (carousel and not 2 <= len(children) <= 10):
            return error(400, 9004, "The children are not ready", 2207085)
        resumable = self.uploads and body.get("upload_type") == "resumable"
        if body.get("media_type") == "REELS" and not resumable and "video_url" not in body:
            return error(400, 100, "The parameter video_url is required")
        if len(str(body.get("caption", ""))) > 2200:
            return error(400, 100, "The caption was too long", 2207010)
        made = FakeContainer(self._next(), account.id, dict(body), self.polls)
        if "broken" in str(body.get("image_url", body.get("video_url", ""))):
            made.broken = "Error: the picture cannot be read"
        self.containers[made.id] = made
        answer: dict[str, Any] = {"id": made.id}
        if resumable:
            answer["uri"] = f"{self._server.origin}/ig-api-upload/{VERSION}/{made.id}"
        return JSONResponse(answer)

    def _status(self, container: FakeContainer, fields: set[str]) -> Response:
        self._check_fields(fields, CONTAINER_FIELDS)
        body = {"id": container.id, "status_code": container.state}
        container.polls -= 1
        if container.broken:
            body["status"] = container.broken
        return JSONResponse(body)

    def _publish(self, account: FakeAccount, body: Mapping[str, Any]) -> Response:
        if body.keys() != {"creation_id"}:
            self.faults.append(f"media_publish takes creation_id alone, not {sorted(body)}")
        container = self.containers.get(str(body.get("creation_id")))
        if container is None or container.account != account.id or container.expired:
            return error(400, 24, "The requested resource does not exist", 2207008)
        if container.state != "FINISHED":
            return error(400, 9007, "The media is not ready for publishing", 2207027)
        if account.used >= self.quota:
            return say(Fault.USED_UP)
        account.used += 1
        container.published = True
        carousel = container.params.get("media_type") == "CAROUSEL"
        reel = container.params.get("media_type") == "REELS"
        picture = "CAROUSEL_ALBUM" if carousel else "IMAGE"
        kind = ("VIDEO", "REELS") if reel else (picture, "FEED")
        post = self.add_post(account, str(container.params.get("caption", "")), kind=kind)
        return JSONResponse({"id": post.id})

    def _limit(self, account: FakeAccount, request: Request) -> Response:
        self._check_query(request, {"fields", "since"})
        config = {"quota_total": self.quota, "quota_duration": 86400}
        return JSONResponse({"data": [{"quota_usage": account.used, "config": config}]})

    def _insights(self, node: str, account: FakeAccount, request: Request) -> Response:
        self._check_query(request, {"metric", "period", "breakdown"})
        asked = request.query_params["metric"].split(",")
        if set(asked) - METRICS:
            self.faults.append(f"unknown metrics {sorted(set(asked) - METRICS)}")
        post = self._post(node, account)
        if post is None:
            return error(400, 100, "Unsupported get request", 33)
        rows = [
            {
                "name": name,
                "period": "lifetime",
                "values": [{"value": post.insights[name]}],
                "id": f"{node}/insights/{name}/lifetime",
            }
            for name in asked
            if name in post.insights
        ]
        return JSONResponse({"data": rows})

    def _comments(self, node: str, account: FakeAccount, request: Request) -> Response:
        self._check_query(request, {"fields", "limit", "after"})
        fields = set(request.query_params["fields"].split(","))
        self._check_fields(fields, COMMENT_FIELDS)
        post = self._post(node, account)
        if post is None:
            return error(400, 100, "Unsupported get request", 33)

        def show(row: tuple[int, tuple[str, str, datetime]]) -> dict[str, Any]:
            place, (username, text, at) = row
            stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
            comment_id = f"{node}{place}"
            return {"id": comment_id, "username": username, "text": text, "timestamp": stamp}

        rows = list(enumerate(post.comments))[::-1]
        return JSONResponse(self._page(rows, request, show))

    def _comment(self, node: str, account: FakeAccount, body: Mapping[str, Any]) -> Response:
        if body.keys() != {"message"}:
            self.faults.append(f"comments takes message alone, not {sorted(body)}")
        post = self._post(node, account)
        if post is None:
            return error(400, 100, "Unsupported post request", 33)
        post.comments.append((account.username, str(body["message"]), self._clock.now()))
        return JSONResponse({"id": f"{node}{len(post.comments) - 1}"})
