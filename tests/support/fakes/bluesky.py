"""A loopback fake of Bluesky's public API, strict about what it is asked.

Every query is checked; what is found wrong fails the test when the fake's block ends. With
`lexicons` every answer is checked against the official files too.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.fakes.lexicon import QUERIES, Lexicons, query_faults
from tests.support.fakes.server import LoopbackServer

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_POST = "app.bsky.feed.post"
Query = Sequence[tuple[str, str]]


@dataclass(slots=True)
class FakeAccount:
    """An account; `gone` is the error's name by which Bluesky says that it is."""

    did: str
    handle: str
    name: str
    followers: int
    following: int
    gone: str | None = None


@dataclass(slots=True)
class FakePost:
    """A post; `parent` is the URI it replies to."""

    uri: str
    author: str
    text: str
    at: datetime
    created: str
    likes: int
    replies: int
    reposts: int
    quotes: int
    bookmarks: int | None
    parent: str | None


def error(
    status: int, name: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error as the protocol words it."""
    return JSONResponse({"error": name, "message": message}, status, dict(headers or {}))


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class FakeBluesky:
    """The network: `with FakeBluesky() as fake: ... fake.base_url ...`."""

    def __init__(self, *, lexicons: Lexicons | None = None, strict: bool = True) -> None:
        self.accounts: dict[str, FakeAccount] = {}
        self.posts: dict[str, FakePost] = {}
        self.reposts: list[tuple[str, str]] = []
        self.requests: list[tuple[str, list[tuple[str, str]]]] = []
        self.delay = 0.0
        self.faults: list[str] = []
        self._strict = strict
        self._lexicons = lexicons
        self._instead: deque[Callable[[], Response]] = deque()
        answers: dict[str, Callable[[Query], dict[str, Any] | Response]] = {
            "app.bsky.actor.getProfile": self._get_profile,
            "app.bsky.actor.getProfiles": self._get_profiles,
            "app.bsky.feed.getPosts": self._get_posts,
            "app.bsky.feed.getAuthorFeed": self._get_author_feed,
            "app.bsky.feed.getPostThread": self._get_thread,
        }
        self._answers = answers
        self._server = LoopbackServer(Starlette(routes=[Route("/xrpc/{name}", self._answer)]))

    @property
    def base_url(self) -> str:
        """What to set as the base URL of the connector."""
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
            assert not self.faults, "against the lexicons: " + "; ".join(self.faults)

    def add_account(
        self, handle: str, *, name: str = "", followers: int = 0, following: int = 0
    ) -> FakeAccount:
        """Add an account, with a DID of the fake's making."""
        number = len(self.accounts)
        letters = "abcdefghijklmnopqrstuvwxyz"
        did = "did:plc:" + (letters[number // 26] + letters[number % 26]).rjust(24, "a")
        account = FakeAccount(did, handle, name or handle, followers, following)
        self.accounts[did] = account
        return account

    def add_post(
        self,
        author: FakeAccount,
        *,
        text: str = "A post",
        created: str | None = None,
        likes: int = 0,
        replies: int = 0,
        reposts: int = 0,
        quotes: int = 0,
        bookmarks: int | None = 0,
        parent: FakePost | None = None,
    ) -> FakePost:
        """Add a post, newer than those before it; `created` is what its author's program says."""
        number = len(self.posts)
        at = _FIRST_DAY + timedelta(minutes=number)
        uri = f"at://{author.did}/{_POST}/key{number}"
        post = FakePost(
            uri,
            author.did,
            text,
            at,
            _instant(at) if created is None else created,
            likes,
            replies,
            reposts,
            quotes,
            bookmarks,
            parent.uri if parent else None,
        )
        self.posts[uri] = post
        return post

    def repost(self, account: FakeAccount, post: FakePost) -> None:
        """Let an account pass on a post."""
        self.reposts.append((account.did, post.uri))

    def answer_next_with(self, *responses: Callable[[], Response]) -> None:
        """Answer the next requests with these instead."""
        self._instead.extend(responses)

    async def _answer(self, request: Request) -> Response:
        name = str(request.path_params["name"])
        query = request.query_params.multi_items()
        self.requests.append((name, query))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self._instead:
            return self._instead.popleft()()
        faults = list(query_faults(name, query)) if name in QUERIES else [f"no query {name}"]
        if faults:
            self.faults += faults
            return error(400, "InvalidRequest", "; ".join(faults))
        body = self._answers[name](query)
        if isinstance(body, Response):
            return body
        if self._lexicons is not None:
            self.faults += self._lexicons.answer_faults(name, body)
        return JSONResponse(body)

    def _find(self, actor: str) -> FakeAccount | None:
        if actor.startswith("did:"):
            return self.accounts.get(actor)
        named = (one for one in self.accounts.values() if one.handle == actor.lower())
        return next(named, None)

    def _refuse(self, account: FakeAccount | None) -> Response:
        if account is None or not account.gone:
            return error(400, "InvalidRequest", "Profile not found")
        return error(400, account.gone, "Account is gone")

    def _get_profile(self, query: Query) -> dict[str, Any] | Response:
        actor = query[0][1]
        account = self._find(actor)
        if account is None or account.gone:
            return self._refuse(account)
        return self._profile(account)

    def _get_profiles(self, query: Query) -> dict[str, Any]:
        found = [self._find(actor) for _, actor in query]
        return {"profiles": [self._profile(one) for one in found if one and not one.gone]}

    def _get_posts(self, query: Query) -> dict[str, Any]:
        found = [self.posts.get(uri) for _, uri in query]
        return {"posts": [self._post(post) for post in found if post]}

    def _get_author_feed(self, query: Query) -> dict[str, Any] | Response:
        params = dict(query)
        account = self._find(params["actor"])
        if account is None or account.gone:
            return self._refuse(account)
        rows: list[dict[str, Any]] = [
            {
                "post": self._post(self.posts[uri]),
                "reason": {
                    "$type": "app.bsky.feed.defs#reasonRepost",
                    "by": self._basic(account.did),
                    "indexedAt": _instant(_FIRST_DAY),
                },
            }
            for did, uri in self.reposts
            if did == account.did
        ]
        own = [post for post in self.posts.values() if post.author == account.did]
        rows += [
            {"post": self._post(post)} for post in sorted(own, key=lambda p: p.at, reverse=True)
        ]
        start, size = int(params.get("cursor", "0")), int(params.get("limit", "50"))
        body: dict[str, Any] = {"feed": rows[start : start + size]}
        if start + size < len(rows):
            body["cursor"] = str(start + size)
        return body

    def _get_thread(self, query: Query) -> dict[str, Any] | Response:
        uri = dict(query)["uri"]
        post = self.posts.get(uri)
        if post is None:
            return error(400, "NotFound", f"Post not found: {uri}")
        replies: list[dict[str, Any]] = [
            {"$type": "app.bsky.feed.defs#threadViewPost", "post": self._post(one)}
            for one in self.posts.values()
            if one.parent == uri
        ]
        replies.append(
            {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri + "x", "notFound": True}
        )
        root = "app.bsky.feed.defs#threadViewPost"
        return {"thread": {"$type": root, "post": self._post(post), "replies": replies}}

    def _profile(self, account: FakeAccount) -> dict[str, Any]:
        return {
            "did": account.did,
            "handle": account.handle,
            "displayName": account.name,
            "description": "What I do",
            "avatar": f"https://cdn.bsky.test/{account.handle}.jpg",
            "createdAt": _instant(_FIRST_DAY),
            "followersCount": account.followers,
            "followsCount": account.following,
            "postsCount": sum(post.author == account.did for post in self.posts.values()),
            "labels": [],
        }

    def _basic(self, did: str) -> dict[str, Any]:
        account = self.accounts[did]
        return {"did": did, "handle": account.handle, "displayName": account.name}

    def _post(self, post: FakePost) -> dict[str, Any]:
        view = {
            "uri": post.uri,
            "cid": "bafyreigh2akiscaildc",
            "author": self._basic(post.author),
            "record": {"$type": _POST, "text": post.text, "createdAt": post.created},
            "replyCount": post.replies,
            "repostCount": post.reposts,
            "likeCount": post.likes,
            "quoteCount": post.quotes,
            "indexedAt": _instant(post.at),
        }
        return view if post.bookmarks is None else view | {"bookmarkCount": post.bookmarks}
