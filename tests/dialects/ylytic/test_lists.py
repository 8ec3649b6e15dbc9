"""Lists, deletion, and who sees what: ours, where the documents are silent."""

from datetime import timedelta

import httpx
import pytest
from tests.support.server import Caller
from tests.support.steered import World

from bellwether.model.tenants import Environment

_ROOT = "/ylytic/api/v1/rt_tracking"
_CREATORS, _POSTS = f"{_ROOT}/creators", f"{_ROOT}/posts"


@pytest.fixture
def tracked(world: World, client: httpx.Client) -> World:
    """Three creators and three posts, a second apart; one of each is paused."""
    for connector, handle in (("instagram", "ada"), ("youtube", "ada"), ("instagram", "bob")):
        world.clock.advance(timedelta(seconds=1))
        body = {"connector": connector, "handle": handle, "stories_cron_expression": "0 9 * * *"}
        assert client.post(_CREATORS, json=body).is_success
    for connector, code, handle in (
        ("instagram", "C1JjTC-STpl", "ada"),
        ("youtube", "dQw4w9WgXcQ", "ada"),
        ("instagram", "C2JjTC-STpl", "bob"),
    ):
        world.clock.advance(timedelta(seconds=1))
        body = {"connector": connector, "shortcode": code, "handle": handle}
        assert client.post(_POSTS, json=body).is_success
    assert client.put(f"{_CREATORS}/bob", json={"tracking": False}).is_success
    assert client.put(f"{_POSTS}/C2JjTC-STpl", json={"tracking": False}).is_success
    world.run_due()
    return world


@pytest.mark.parametrize(
    ("query", "creators", "posts"),
    [
        ("", "bob ada ada", "C2JjTC-STpl dQw4w9WgXcQ C1JjTC-STpl"),
        ("connector=Instagram", "bob ada", "C2JjTC-STpl C1JjTC-STpl"),
        ("connector=tiktok", "", ""),
        ("tracking=true", "ada ada", "dQw4w9WgXcQ C1JjTC-STpl"),
        ("tracking=False", "bob", "C2JjTC-STpl"),
        ("handle=@ADA", "ada ada", "dQw4w9WgXcQ C1JjTC-STpl"),
        ("handle=ada&connector=youtube", "ada", "dQw4w9WgXcQ"),
        ("handle=nobody", "", ""),
        ("handle=bob&tracking=true", "", ""),
    ],
)
def test_lists_are_filtered(
    tracked: World, client: httpx.Client, query: str, creators: str, posts: str
) -> None:
    found = client.get(f"{_CREATORS}?{query}").json()
    assert [one["handle"] for one in found["objects"]] == creators.split()
    assert found["total"] == len(creators.split())
    found = client.get(f"{_POSTS}?{query}").json()
    assert [one["shortcode"] for one in found["objects"]] == posts.split()
    assert found["total"] == len(posts.split())


def test_the_objects_of_a_list_are_those_of_the_single_calls(
    tracked: World, client: httpx.Client
) -> None:
    for one in client.get(_CREATORS).json()["objects"]:
        path = f"{_CREATORS}/{one['handle']}?connector={one['connector']}"
        assert client.get(path).json() == one
        assert one["event_insights"]["total"] == (1 if one["handle"] == "bob" else 2)
    for one in client.get(_POSTS).json()["objects"]:
        assert client.get(f"{_POSTS}/{one['shortcode']}").json() == one


def test_pages_add_up(tracked: World, client: httpx.Client) -> None:
    whole = client.get(_CREATORS).json()["objects"]
    seen = []
    for skip in (0, 2, 4):
        page = client.get(f"{_CREATORS}?limit=2&skip={skip}").json()
        assert (page["total"], page["limit"], page["skip"]) == (3, 2, skip)
        seen += page["objects"]
    assert seen == whole


def test_a_deleted_creator_is_gone_with_its_stories(tracked: World, client: httpx.Client) -> None:
    gone = client.delete(f"{_CREATORS}/ada?connector=youtube")
    assert (gone.status_code, gone.json()) == (200, {"status": "success"})
    assert [one["connector"] for one in client.get(f"{_CREATORS}?handle=ada").json()["objects"]] \
        == ["instagram"]  # fmt: skip
    assert client.delete(f"{_CREATORS}/ada").is_success
    assert client.delete(f"{_CREATORS}/ada").status_code == 404
    aspects = [one["aspect"] for one in client.get("/api/v1/trackers").json()["data"]]
    assert sorted(aspects) == ["content", "content", "content", "profile", "stories"]
    assert len(client.get("/api/v1/creators").json()["data"]) == 3  # what was recorded stays


def test_a_deleted_post_starts_anew(tracked: World, client: httpx.Client) -> None:
    path = f"{_POSTS}/C1JjTC-STpl"
    assert client.get(path).json()["event_insights"]["total"] == 1
    assert client.delete(path).json() == {"status": "success"}
    assert client.get(path).status_code == 404
    body = {"connector": "instagram", "shortcode": "C1JjTC-STpl"}
    again = client.post(_POSTS, json=body).json()
    assert again["event_insights"]["total"] == 0
    assert tracked.run_due() == 1


@pytest.mark.parametrize("environment", list(Environment))
def test_nobody_else_sees_or_changes_anything(
    tracked: World, client: httpx.Client, caller: Caller, environment: Environment
) -> None:
    workspace = "acme" if environment is Environment.LIVE else "stranger"
    other = caller(workspace, environment)
    before = [client.get(path).json() for path in (_CREATORS, _POSTS, f"{_ROOT}/insights")]
    for path in (f"{_CREATORS}/bob", f"{_CREATORS}/ada", f"{_POSTS}/C1JjTC-STpl"):
        for answer in (
            other.get(path),
            other.put(path, json={"tracking": True}),
            other.delete(path),
        ):
            assert answer.status_code == 404, path
            assert answer.json()["error"]["code"] == "not_found"
    for path in (_CREATORS, _POSTS):
        assert other.get(path).json() == {"objects": [], "total": 0, "limit": 50, "skip": 0}
    assert other.get(f"{_ROOT}/insights").json()["total"] == 0
    after = [client.get(path).json() for path in (_CREATORS, _POSTS, f"{_ROOT}/insights")]
    assert after == before


def test_what_another_api_tracks_is_not_here(tracked: World, client: httpx.Client) -> None:
    assert client.post("/api/v1/trackers", json={"url": "instagram:@carol"}).is_success
    assert client.get(f"{_CREATORS}/carol").status_code == 404
    assert client.get(_CREATORS).json()["total"] == 3
