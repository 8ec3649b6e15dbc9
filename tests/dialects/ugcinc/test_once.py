"""With an Idempotency-Key everything is done once, and answered alike."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from tests.dialects.ugcinc.conftest import VIDEO, Fleet

_TEXT = "https://www.tiktok.com/@creator/video/7234567890123456789"


def _twice(fleet: Fleet, path: str, body: dict[str, Any], key: str = "one") -> httpx.Response:
    first, second = (
        fleet.client.post(path, json=body, headers={"Idempotency-Key": key}) for _ in range(2)
    )
    assert second.content == first.content
    assert second.status_code == first.status_code
    assert second.headers["Idempotency-Replayed"] == "true"
    return first


def test_what_is_ordered_twice_is_done_once(fleet: Fleet) -> None:
    account = fleet.account()
    video = {"accountId": account, "videoUrl": VIDEO}
    show = {"accountId": account, "imageUrls": ["https://storage.example.com/1.jpg"]}
    assert _twice(fleet, "/post/video", video, "video").status_code == 200
    assert _twice(fleet, "/post/slideshow", show, "show").status_code == 200
    assert len(fleet.ask("/post")) == 2
    edit = {"accountId": account, "bio": "b"}
    assert _twice(fleet, "/accounts/update-social", edit, "edit").status_code == 200
    assert len(fleet.ask("/tasks")) == 1
    comment = {"accountId": account, "postUrl": _TEXT, "commentText": "x"}
    assert _twice(fleet, "/comment/create", comment, "comment").status_code == 200
    assert len(fleet.ask("/comment")) == 1


def test_a_refresh_under_a_key_is_one_row_and_one_of_the_hour(fleet: Fleet) -> None:
    fleet.account()
    done = _twice(fleet, "/stats/refresh", {}, "all")
    assert done.json()["data"]["accounts_refreshed"] == 1
    assert len(fleet.ask("/stats/accounts", {"startDate": "2026-01-01"})) == 1
    assert fleet.client.post("/stats/refresh", json={}).status_code == 429


def test_a_deletion_sent_again_is_told_that_it_is_done(fleet: Fleet) -> None:
    post = fleet.video(fleet.account(), postTime="2026-03-05")
    assert _twice(fleet, "/post/delete", {"postIds": [post]}).json()["data"]["deleted"] == 1


def test_a_cool_down_is_an_answer_that_stands(fleet: Fleet) -> None:
    edit = {"accountId": fleet.account(), "nickName": "n"}
    fleet.ask("/accounts/update-social", edit)
    assert _twice(fleet, "/accounts/update-social", edit).status_code == 400


def test_of_many_twins_at_once_one_post_comes(fleet: Fleet) -> None:
    body = {"accountId": fleet.account(), "videoUrl": VIDEO}

    def send(_: int) -> bytes:
        headers = {"Idempotency-Key": "twin"}
        return fleet.client.post("/post/video", json=body, headers=headers).content

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(20)))
    assert len(answers) == len(fleet.ask("/post")) == 1
