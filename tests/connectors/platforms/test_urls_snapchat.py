import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.snapchat.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.VIDEO, "W7_EDlXWTBiXAEEniNoMPwAAYZ3l0ZmRlYWRiZWVm"): [
        "https://www.snapchat.com/spotlight/W7_EDlXWTBiXAEEniNoMPwAAYZ3l0ZmRlYWRiZWVm",
        (
            "https://www.snapchat.com/@some.one/spotlight/"
            "W7_EDlXWTBiXAEEniNoMPwAAYZ3l0ZmRlYWRiZWVm?share_id=x"
        ),
    ],
    (Kind.STORY, "2345678901"): [
        "https://www.snapchat.com/p/1a2b3c4d-1111-2222-3333-444455556666/2345678901",
        "https://story.snapchat.com/p/1A2B3C4D-1111-2222-3333-444455556666/2345678901/5",
    ],
    (Kind.STORY, "9a8b7c6d-1111-2222-3333-444455556666"): [
        "https://www.snapchat.com/@some.one/highlight/9a8b7c6d-1111-2222-3333-444455556666",
    ],
    (Kind.PROFILE, "1a2b3c4d-1111-2222-3333-444455556666"): [
        "https://www.snapchat.com/p/1A2B3C4D-1111-2222-3333-444455556666",
    ],
    (Kind.PROFILE, "some.one"): [
        "https://www.snapchat.com/add/Some.One",
        "snapchat.com/add/some.one?share_id=x",
        "https://www.snapchat.com/@some.one",
        "https://story.snapchat.com/@some.one",
        "https://story.snapchat.com/s/some.one",
        "snapchat:@Some.One",
    ],
    (Kind.SHORT_LINK, "AbCdEf12"): [
        "https://t.snapchat.com/AbCdEf12",
        "https://www.snapchat.com/t/AbCdEf12",
    ],
}

REFUSED = [
    "https://www.snapchat.com/",
    "https://www.snapchat.com/discover/x/1",
    "https://www.snapchat.com/lens/abc",
    "https://www.snapchat.com/spotlight",
    "https://www.snapchat.com/add",
    "https://www.snapchat.com/p/not-a-uuid",
    "https://map.snapchat.com/",
    "snapchat:.x",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
