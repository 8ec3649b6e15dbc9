import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.bluesky.urls import URLS
from bellwether.model.platforms import Kind

POST = "at://alice.example.com/app.bsky.feed.post/3l6oveex3ii2l"
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"

THINGS: Things = {
    (Kind.POST, POST): [
        "https://bsky.app/profile/alice.example.com/post/3l6oveex3ii2l",
        "https://bsky.app/profile/Alice.Example.COM/post/3l6oveex3ii2l?ref_src=embed",
        "bsky.app/profile/alice.example.com/post/3l6oveex3ii2l/liked-by",
        "https://bsky.app/profile/@alice.example.com/post/3l6oveex3ii2l",
        "at://alice.example.com/app.bsky.feed.post/3l6oveex3ii2l",
    ],
    (Kind.POST, f"at://{DID}/app.bsky.feed.post/3l6oveex3ii2l"): [
        "https://bsky.app/profile/did:plc:z72i7hdynmk6r22z27h6tvur/post/3l6oveex3ii2l",
        "https://bsky.app/profile/did%3Aplc%3Az72i7hdynmk6r22z27h6tvur/post/3l6oveex3ii2l",
        "at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3l6oveex3ii2l",
        (
            "https://embed.bsky.app/embed/did:plc:z72i7hdynmk6r22z27h6tvur/"
            "app.bsky.feed.post/3l6oveex3ii2l?id=1"
        ),
    ],
    (Kind.PROFILE, "alice.bsky.social"): [
        "https://bsky.app/profile/alice.bsky.social",
        "https://bsky.app/profile/@Alice.bsky.social",
        "https://alice.bsky.social",
        "alice.bsky.social",
        "at://alice.bsky.social",
        "at://alice.bsky.social/app.bsky.actor.profile/self",
        "bluesky:@Alice.bsky.social",
    ],
    (Kind.PROFILE, DID): [
        "https://bsky.app/profile/did:plc:z72i7hdynmk6r22z27h6tvur",
        "at://did:plc:z72i7hdynmk6r22z27h6tvur",
        "bluesky:did:plc:z72i7hdynmk6r22z27h6tvur",
    ],
    (Kind.PROFILE, "did:web:alice.example.com"): [
        "https://bsky.app/profile/did:web:alice.example.com",
    ],
    (Kind.PLAYLIST, "at://alice.bsky.social/app.bsky.feed.generator/cats"): [
        "https://bsky.app/profile/alice.bsky.social/feed/cats",
    ],
    (Kind.PLAYLIST, "at://alice.bsky.social/app.bsky.graph.list/3l6oveex3ii2l"): [
        "https://bsky.app/profile/alice.bsky.social/lists/3l6oveex3ii2l",
    ],
    (Kind.PLAYLIST, "at://alice.bsky.social/app.bsky.graph.starterpack/3l6oveex3ii2l"): [
        "https://bsky.app/starter-pack/alice.bsky.social/3l6oveex3ii2l",
    ],
    (Kind.SHORT_LINK, "AbCd123"): [
        "https://go.bsky.app/AbCd123",
    ],
}

REFUSED = [
    "https://bsky.app/",
    "https://bsky.app/search?q=x",
    "https://bsky.app/settings",
    "https://bsky.app/profile/nodots",
    "https://bsky.app/profile/alice.bsky.social/unknown/x",
    "https://bsky.app/profile/1.2.3.4",
    "https://bsky.app/profile/did:plc:short",
    "https://bsky.social/",
    "https://api.bsky.app/xrpc/x",
    "at://alice.bsky.social/app.bsky.graph.follow/x",
    "at://",
    "bluesky:alice",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
