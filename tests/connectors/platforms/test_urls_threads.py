import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.threads.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.POST, "CuXFPIeLLod"): [
        "https://www.threads.net/@zuck/post/CuXFPIeLLod",
        "https://www.threads.com/@Zuck/post/CuXFPIeLLod?xmt=abc",
        "threads.net/@zuck/post/CuXFPIeLLod/embed/",
        "https://www.threads.net/t/CuXFPIeLLod",
    ],
    (Kind.POST, "cuXFPIeLLod"): [
        "https://www.threads.com/@zuck/post/cuXFPIeLLod",
    ],
    (Kind.PROFILE, "zuck"): [
        "https://www.threads.net/@zuck",
        "threads.com/@ZUCK/",
        "https://www.threads.com/@zuck/replies",
        "https://www.threads.com/@zuck/media",
        "https://www.threads.com/@zuck/reposts",
        "threads:@Zuck",
        "threads:zuck",
    ],
}

REFUSED = [
    "https://www.threads.com/",
    "https://www.threads.com/search",
    "https://www.threads.com/login",
    "https://www.threads.com/@zuck/post",
    "https://www.threads.com/@/post/x",
    "https://about.threads.com/",
    "threads:",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
