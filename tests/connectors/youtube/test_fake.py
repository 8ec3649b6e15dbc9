"""The fake is only worth something when it refuses what the official description refuses."""

import httpx
import pytest
from tests.support.fakes.youtube import KEY, FakeYouTube

BAD = {
    "unknown parameter": ("videos", {"part": "id", "id": "x", "colour": "red"}),
    "no part": ("videos", {"id": "x"}),
    "unknown part": ("videos", {"part": "numbers", "id": "x"}),
    "51 ids": ("videos", {"part": "id", "id": ",".join(["x"] * 51)}),
    "too many results": ("playlistItems", {"part": "id", "playlistId": "x", "maxResults": "51"}),
    "no filter": ("channels", {"part": "id"}),
    "two filters": ("channels", {"part": "id", "id": "x", "forHandle": "y"}),
    "unknown order": ("commentThreads", {"part": "id", "videoId": "x", "order": "newest"}),
    "unknown resource": ("video", {"part": "id", "id": "x"}),
}


@pytest.mark.parametrize("case", BAD)
def test_a_request_against_the_description_fails_the_test(case: str) -> None:
    resource, params = BAD[case]
    with FakeYouTube(strict=False) as fake:
        answer = httpx.get(f"{fake.base_url}/{resource}", params={**params, "key": KEY})
        assert answer.status_code in (400, 404)
        assert fake.faults


def _ask_for_a_colour() -> None:
    with FakeYouTube() as fake:
        params = {"part": "id", "id": "x", "colour": "red", "key": KEY}
        httpx.get(f"{fake.base_url}/videos", params=params)


def test_faults_are_raised_at_the_end_of_the_block() -> None:
    with pytest.raises(AssertionError, match="colour"):
        _ask_for_a_colour()
