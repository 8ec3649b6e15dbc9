"""What the fake and the connector take for granted is what the official lexicons say."""

import httpx
import pytest
from tests.support.fakes.bluesky import FakeBluesky
from tests.support.fakes.lexicon import QUERIES, Lexicons
from tests.support.shared import specs_dir

from bellwether.connectors.platforms.bluesky.connector import BlueskyConnector
from bellwether.model.platforms import Platform

BSKY = Platform.BLUESKY


@pytest.fixture
def lexicons() -> Lexicons:
    return Lexicons(specs_dir() / "bluesky" / "lexicons")


@pytest.mark.parametrize("name", QUERIES)
def test_queries_are_written_down_as_the_lexicon_has_them(lexicons: Lexicons, name: str) -> None:
    assert QUERIES[name] == lexicons.params(name)


async def test_every_answer_of_the_fake_has_the_official_shape(lexicons: Lexicons) -> None:
    with FakeBluesky(lexicons=lexicons) as fake:
        bluesky = BlueskyConnector(base_url=fake.base_url)
        ann, ben = fake.add_account("ann.test"), fake.add_account("ben.test")
        post = fake.add_post(ann)
        fake.add_post(ben, parent=post)
        fake.repost(ann, post)
        await bluesky.fetch_profiles(BSKY, ["ann.test"])
        await bluesky.fetch_profiles(BSKY, ["ann.test", ben.did])
        await bluesky.fetch_contents(BSKY, [post.uri])
        await bluesky.list_contents(BSKY, "ann.test")
        await bluesky.fetch_comments(BSKY, post.uri)
        await bluesky.aclose()
    assert {name for name, _ in fake.requests} == QUERIES.keys()


@pytest.mark.parametrize(
    "query",
    [
        "app.bsky.actor.getProfile",
        "app.bsky.actor.getProfile?actor=not+a+handle",
        "app.bsky.actor.getProfiles?" + "&".join(["actors=a.test"] * 26),
        "app.bsky.feed.getPosts?uris=https://bsky.app/x",
        "app.bsky.feed.getAuthorFeed?actor=a.test&limit=101",
        "app.bsky.feed.getPostThread?uri=at://a.test&colour=red",
        "app.bsky.feed.getEverything",
    ],
)
def test_a_query_against_the_lexicon_is_a_fault(query: str) -> None:
    with FakeBluesky(strict=False) as fake:
        assert httpx.get(f"{fake.base_url}/xrpc/{query}").status_code == 400
        assert fake.faults
