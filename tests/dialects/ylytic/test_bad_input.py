"""What the caller gets wrong is answered in our shape, names the field and changes nothing."""

from typing import NamedTuple

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.steered import World

_ROOT = "/ylytic/api/v1/rt_tracking"
_CREATORS, _POSTS = f"{_ROOT}/creators", f"{_ROOT}/posts"


class Bad(NamedTuple):
    """One mistake: what is sent, and the field and status it is answered with."""

    what: str
    body: bytes
    field: str
    status: int = 400


_BODIES = (
    Bad("nothing", b"", "body"),
    Bad("not JSON", b"connector=instagram&handle=ada", "body"),
    Bad("cut off", b'{"connector": "insta', "body"),
    Bad("a list", b"[]", "body"),
    Bad("null", b"null", "body"),
    Bad("not UTF-8", b'{"connector": "\xff\xfe"}', "body"),
    Bad("half a surrogate pair", b'{"connector": "\\ud800"}', "body"),
    Bad("a megabyte of nesting", b"[" * 1_000_000, "body"),
    Bad("nesting in the field", b'{"connector":' + b"[" * 500_000, "connector"),
    Bad("too large", b'{"connector": "' + b"a" * 1_048_576 + b'"}', "body", 413),
)
_COMMON = (
    Bad("no connector", b'{"handle": "ada", "shortcode": "C1JjTC-STpl"}', "connector"),
    Bad("a connector of nobody", b'{"connector": "myspace", %s}', "connector"),
    Bad("an empty connector", b'{"connector": "", %s}', "connector"),
    Bad("a number for a connector", b'{"connector": 7, %s}', "connector"),
    Bad("words for cron", b'{%s, "cron_expression": "every day"}', "cron_expression"),
    Bad("empty cron", b'{%s, "cron_expression": ""}', "cron_expression"),
    Bad("cron with seconds", b'{%s, "cron_expression": "0 0 1 * * *"}', "cron_expression"),
    Bad("cron that never fires", b'{%s, "cron_expression": "0 0 30 2 *"}', "cron_expression"),
    Bad("long cron", b'{%s, "cron_expression": "' + b"0," * 200 + b'0 * * * *"}',
        "cron_expression"),
    Bad("a number for cron", b'{%s, "cron_expression": 5}', "cron_expression"),
    Bad("bad cron with a blank", b'{%s, "cron expression": "* *"}', "cron expression"),
    Bad("an impossible day", b'{%s, "tracking_expiry_at": "2023-02-30 12:00:00"}',
        "tracking_expiry_at"),
    Bad("an impossible hour", b'{%s, "tracking_expiry_at": "2023-02-20 25:00:00"}',
        "tracking_expiry_at"),
    Bad("no day at all", b'{%s, "tracking_expiry_at": "soon"}', "tracking_expiry_at"),
    Bad("an empty day", b'{%s, "tracking_expiry_at": ""}', "tracking_expiry_at"),
    Bad("a number for a day", b'{%s, "tracking_expiry_at": 7}', "tracking_expiry_at"),
)  # fmt: skip
_NEW_CREATORS = (
    *_BODIES,
    *_COMMON,
    Bad("no handle", b'{"connector": "instagram"}', "handle"),
    Bad("an empty handle", b'{"connector": "instagram", "handle": ""}', "handle"),
    Bad("blanks", b'{"connector": "instagram", "handle": " @ "}', "handle"),
    Bad("a handle with blanks", b'{"connector": "instagram", "handle": "a b"}', "handle"),
    Bad("a handle with NUL", b'{"connector": "instagram", "handle": "a\\u0000"}', "handle"),
    Bad("a long handle", b'{"connector": "instagram", "handle": "' + b"a" * 999 + b'"}', "handle"),
    Bad("a page of the platform", b'{"connector": "instagram", "handle": "explore"}', "handle"),
    Bad("a profile elsewhere",
        b'{"connector": "instagram", "handle": "https://www.tiktok.com/@ada"}', "handle"),
    Bad("the address of a post",
        b'{"connector": "instagram", "handle": "https://www.instagram.com/p/C1JjTC-STpl/"}',
        "handle"),
    Bad("an address of nobody", b'{"connector": "instagram", "handle": "https://example.com/a"}',
        "handle"),
    Bad("a list for a handle", b'{"connector": "instagram", "handle": ["ada"]}', "handle"),
    Bad("bad cron for stories", b'{%s, "stories_cron_expression": "never"}',
        "stories_cron_expression"),
    Bad("no day for stories", b'{%s, "stories_tracking_expiry_at": "2023-13-01 00:00:00"}',
        "stories_tracking_expiry_at"),
)  # fmt: skip
_NEW_POSTS = (
    *_BODIES,
    *_COMMON,
    Bad("no short code", b'{"connector": "instagram"}', "shortcode"),
    Bad("an empty short code", b'{"connector": "instagram", "shortcode": ""}', "shortcode"),
    Bad("a short code with blanks", b'{"connector": "instagram", "shortcode": "C1 J"}',
        "shortcode"),
    Bad("a short code with NUL", b'{"connector": "instagram", "shortcode": "C\\u0000"}',
        "shortcode"),
    Bad("a short code with a query", b'{"connector": "instagram", "shortcode": "C1?x=1"}',
        "shortcode"),
    Bad("no id of YouTube", b'{"connector": "youtube", "shortcode": "dQw4w9WgXc"}', "shortcode"),
    Bad("a code where codes say nothing", b'{"connector": "linkedin", "shortcode": "abc"}',
        "shortcode"),
    Bad("the address of a profile",
        b'{"connector": "instagram", "shortcode": "https://www.instagram.com/ada/"}', "shortcode"),
    Bad("a post elsewhere",
        b'{"connector": "instagram", "shortcode": "https://youtu.be/dQw4w9WgXcQ"}', "shortcode"),
    Bad("a playlist",
        b'{"connector": "youtube",'
        b' "shortcode": "https://www.youtube.com/playlist?list=PLBCF2DAC6FFB574DE"}', "shortcode"),
    Bad("a bad handle", b'{%s, "handle": "a b"}', "handle"),
    Bad("a handle elsewhere", b'{%s, "handle": "https://www.tiktok.com/@ada"}', "handle"),
)  # fmt: skip
_CHANGES = (
    *_BODIES,
    Bad("nothing to change", b"{}", "body"),
    Bad("a word for a flag", b'{"tracking": "yes"}', "tracking"),
    Bad("a number for a flag", b'{"tracking": 1}', "tracking"),
    Bad("an empty flag", b'{"tracking": ""}', "tracking"),
    Bad("a list for a flag", b'{"tracking": []}', "tracking"),
    Bad("a connector of nobody", b'{"tracking": true, "connector": "myspace"}', "connector"),
    *(bad for bad in _COMMON if "cron" in bad.field or "expiry" in bad.field),
)
_CREATOR_CHANGES = (
    *_CHANGES,
    Bad("a word for stories", b'{"stories_tracking": "on"}', "stories_tracking"),
    Bad("a word for a story", b'{"story_tracking": "on"}', "story_tracking"),
    Bad("bad cron for stories", b'{"stories_cron_expression": "never"}', "stories_cron_expression"),
    Bad("no day for stories", b'{"stories_tracking_expiry_at": "later"}',
        "stories_tracking_expiry_at"),
)  # fmt: skip


def _check(response: httpx.Response, bad: Bad) -> None:
    assert response.status_code == bad.status, (bad.what, response.text[:300])
    error = response.json()["error"]
    assert error["code"] == ("invalid_input" if bad.status == 400 else "too_large"), bad.what
    assert error["field"] == bad.field, (bad.what, error)
    assert len(error["message"]) < 600, bad.what
    assert error["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "good", "mistakes"),
    [
        (_CREATORS, b'"connector": "instagram", "handle": "ada"', _NEW_CREATORS),
        (_POSTS, b'"connector": "instagram", "shortcode": "C1JjTC-STpl"', _NEW_POSTS),
    ],
    ids=["creators", "posts"],
)
def test_a_bad_order_tracks_nothing(
    world: World, client: httpx.Client, path: str, good: bytes, mistakes: tuple[Bad, ...]
) -> None:
    rest = good.split(b", ")[1]
    for bad in mistakes:
        filled = rest if b'"connector"' in bad.body else good
        response = client.post(path, content=bad.body.replace(b"%s", filled))
        _check(response, bad)
        assert_shape("ylytic", "POST", path, response)
    assert client.get("/api/v1/trackers").json()["data"] == []
    assert client.get("/api/v1/creators").json()["data"] == []
    assert client.get("/api/v1/contents").json()["data"] == []


@pytest.mark.parametrize(
    ("kind", "name", "mistakes"),
    [("creators", "handle", _CREATOR_CHANGES), ("posts", "shortcode", _CHANGES)],
)
def test_a_bad_change_changes_nothing(
    world: World, client: httpx.Client, kind: str, name: str, mistakes: tuple[Bad, ...]
) -> None:
    made = client.post(f"{_ROOT}/{kind}", json={"connector": "instagram", name: "C1JjTCSTpl"})
    path = f"{_ROOT}/{kind}/C1JjTCSTpl"
    for bad in mistakes:
        body = bad.body.replace(b"%s", b'"tracking": false')
        response = client.put(path, content=body)
        _check(response, bad)
        assert_shape("ylytic", "PUT", f"{_ROOT}/{kind}/{{{name}}}", response)
    assert client.get(path).json() == made.json()


@pytest.mark.parametrize("path", [_CREATORS, _POSTS])
def test_every_bad_parameter_is_named(world: World, client: httpx.Client, path: str) -> None:
    for query, field in (
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("skip=-1", "skip"),
        ("skip=99999999999999999999", "skip"),
        ("connector=myspace", "connector"),
        ("tracking=maybe", "tracking"),
        ("handle=%00", "handle"),
        ("page=2", "page"),
    ):
        response = client.get(f"{path}?{query}")
        assert (response.status_code, response.json()["error"]["field"]) == (400, field), query
    response = client.get(f"{path}/ada?connector=myspace")
    assert (response.status_code, response.json()["error"]["field"]) == (400, "connector")


@pytest.mark.parametrize(("kind", "name"), [("creators", "handle"), ("posts", "shortcode")])
def test_an_unknown_name_is_not_found_whatever_it_looks_like(
    world: World, client: httpx.Client, kind: str, name: str
) -> None:
    for unknown in (
        "nobody", "%20", "'%20OR%201=1", "%F0%9F%92%A9", "a" * 900, "%00", "%00%ff", "@", "..%2f",
    ):  # fmt: skip
        path = f"{_ROOT}/{kind}/{unknown}"
        for answer in (
            client.get(path),
            client.put(path, json={"tracking": False}),
            client.delete(path),
        ):
            assert answer.status_code == 404, (unknown, answer.text)
            error = answer.json()["error"]
            assert error["code"] == "not_found"
            assert error["field"] in {name, None}  # None: the path has a slash too many


def test_bad_credentials_are_told_before_anything_else(world: World, client: httpx.Client) -> None:
    with httpx.Client(base_url=client.base_url) as stranger:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic !!!"}):
            for answer in (
                stranger.post(_CREATORS, content=b"not JSON", headers=headers),
                stranger.get(f"{_CREATORS}/ada", headers=headers),
                stranger.put(f"{_POSTS}/x", content=b"", headers=headers),
                stranger.delete(f"{_POSTS}/x", headers=headers),
                stranger.get(f"{_ROOT}/insights", headers=headers),
                stranger.put(f"{_ROOT}/webhook", json={"url": "http://10.0.0.1/"}, headers=headers),
            ):
                assert answer.status_code == 401, answer.text
                assert answer.json()["status"] == "error"
                assert "Bearer" in answer.headers["www-authenticate"]


def test_what_is_not_there_is_told_in_our_shape(world: World, client: httpx.Client) -> None:
    for answer, status in (
        (client.get("/ylytic/api/v1/nothing"), 404),
        (client.patch(_CREATORS), 405),
        (client.delete(f"{_ROOT}/insights"), 405),
    ):
        assert answer.status_code == status
        assert answer.json()["status"] == "error"
        assert answer.json()["error"]["code"] in {"not_found", "method_not_allowed"}
