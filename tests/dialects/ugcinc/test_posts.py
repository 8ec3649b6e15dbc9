"""Posts are queued, listed, changed and deleted; what is wrong is named and queues nothing."""

from datetime import timedelta

import pytest
from tests.dialects.ugcinc.conftest import START, VIDEO, Fleet
from tests.support.server import Caller
from tests.support.steered import SteeredClock

_LATER = "2026-03-05T12:00:00Z"
_IMAGES = [f"https://storage.example.com/{number}.jpg" for number in range(40)]


def test_a_video_without_a_time_is_on_its_way(fleet: Fleet) -> None:
    account = fleet.account()
    body = {"accountId": account, "videoUrl": VIDEO, "caption": "My awesome video! 🎥 #viral"}
    post = fleet.ask("/post/video", body)
    assert post == {
        "id": post["id"], "account_id": account, "type": "video", "status": "pending",
        "social_id": None, "caption": "My awesome video! 🎥 #viral", "media_urls": [VIDEO],
        "music_post_id": None, "scheduled_at": None, "postUrl": None, "error": None,
        "created_at": "2026-03-02T09:30:00.000Z",
    }  # fmt: skip
    assert fleet.ask("/post") == [post]
    status = fleet.ask("/post/status", {"postId": post["id"]})
    assert status == {"post_id": post["id"], "status": "pending", "postUrl": None, "error": None}


def test_a_slideshow_with_a_time_is_scheduled(fleet: Fleet) -> None:
    body = {
        "accountId": fleet.account("instagram"), "imageUrls": _IMAGES[:3], "postTime": _LATER,
        "musicPostId": None, "strict": None,
    }  # fmt: skip
    post = fleet.ask("/post/slideshow", body)
    assert (post["type"], post["status"]) == ("slideshow", "scheduled")
    assert (post["caption"], post["media_urls"]) == (None, _IMAGES[:3])
    assert post["scheduled_at"] == "2026-03-05T12:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-05T12:00:00+02:00", "2026-03-05T10:00:00.000Z"),
        ("2026-03-05T12:00:00.250Z", "2026-03-05T12:00:00.250Z"),
        ("2026-03-05T12:00", "2026-03-05T12:00:00.000Z"),
        ("2026-03-05", "2026-03-05T00:00:00.000Z"),
    ],
)
def test_times_are_utc_unless_they_say(fleet: Fleet, text: str, meant: str) -> None:
    post = fleet.video(fleet.account(), postTime=text)
    assert [one["scheduled_at"] for one in fleet.ask("/post", {"postIds": [post]})] == [meant]


def test_what_cannot_be_published_is_named_and_nothing_is_queued(fleet: Fleet) -> None:
    tiktok, instagram = fleet.account(), fleet.account("instagram")
    video = {"accountId": tiktok, "videoUrl": VIDEO}
    show = {"accountId": tiktok, "imageUrls": _IMAGES[:2]}
    for path, body, code, field in (
        ("/post/video", {}, 400, "accountId"),
        ("/post/video", {"accountId": tiktok}, 400, "videoUrl"),
        ("/post/video", video | {"accountId": "nobody"}, 404, "accountId"),
        ("/post/video", video | {"accountId": "\x00"}, 404, "accountId"),
        ("/post/video", video | {"accountId": 7}, 400, "accountId"),
        ("/post/video", video | {"caption": "c" * 501}, 400, "caption"),
        ("/post/video", video | {"caption": "a\x00"}, 400, "caption"),
        ("/post/video", video | {"caption": 5}, 400, "caption"),
        ("/post/video", video | {"videoUrl": ""}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": "nonsense"}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": "ftp://example.com/x.mp4"}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": "http://10.0.0.1/x.mp4"}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": "http://169.254.169.254/"}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": "http://[::1]/x.mp4"}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": "http://localhost/x.mp4"}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": "https://e.com/" + "a" * 3000}, 400, "videoUrl"),
        ("/post/video", video | {"videoUrl": [VIDEO]}, 400, "videoUrl"),
        ("/post/video", video | {"postTime": "2026-03-02T09:20:00Z"}, 400, "postTime"),
        ("/post/video", video | {"postTime": "2028-03-02T09:20:00Z"}, 400, "postTime"),
        ("/post/video", video | {"postTime": "2026-02-30"}, 400, "postTime"),
        ("/post/video", video | {"postTime": "tomorrow"}, 400, "postTime"),
        ("/post/video", video | {"postTime": 1772446200}, 400, "postTime"),
        ("/post/video", video | {"strict": "yes"}, 400, "strict"),
        ("/post/video", video | {"accountId": instagram, "musicPostId": "7"}, 400, "musicPostId"),
        ("/post/slideshow", {"accountId": tiktok}, 400, "imageUrls"),
        ("/post/slideshow", show | {"imageUrls": []}, 400, "imageUrls"),
        ("/post/slideshow", show | {"imageUrls": None}, 400, "imageUrls"),
        ("/post/slideshow", show | {"imageUrls": "https://e.com/x.jpg"}, 400, "imageUrls"),
        ("/post/slideshow", show | {"imageUrls": [_IMAGES[0], "http://10.1.2.3/"]}, 400,
         "imageUrls"),
        ("/post/slideshow", show | {"imageUrls": _IMAGES}, 400, "imageUrls"),
        ("/post/slideshow", show | {"accountId": instagram, "imageUrls": _IMAGES[:11]}, 400,
         "imageUrls"),
        ("/post/slideshow", show | {"imageUrls": _IMAGES * 3}, 400, "imageUrls"),
        ("/post/slideshow", show | {"caption": "c" * 501}, 400, "caption"),
        ("/post/status", {"postId": "nobody"}, 404, "postId"),
        ("/post/status", {}, 400, "postId"),
    ):  # fmt: skip
        message = fleet.ask(path, body, code=code)
        assert field in message, (path, body, message)
        assert len(message) < 400
    assert fleet.ask("/post") == []


def test_500_characters_are_not_too_many(fleet: Fleet) -> None:
    caption = "é" * 500
    post = fleet.video(fleet.account(), caption=caption)
    assert fleet.ask("/post", {"postIds": [post]})[0]["caption"] == caption


def test_a_sound_that_nobody_can_choose_is_left_out_unless_strict(fleet: Fleet) -> None:
    account = fleet.account("instagram")
    post = fleet.video(account, musicPostId="7559313483398008095", strict=False)
    assert fleet.ask("/post", {"postIds": [post]})[0]["music_post_id"] is None


def test_nobodys_post_goes_to_the_account_with_the_fewest_waiting(fleet: Fleet) -> None:
    busy, free = fleet.account(tag="a"), fleet.account(tag="a", org_group="o")
    other = fleet.account(org_group="x")
    fleet.video(busy, postTime=_LATER)
    body = {"accountId": None, "videoUrl": VIDEO, "postTime": _LATER}
    assert fleet.ask("/post/video", body | {"tag": "a"})["account_id"] == free
    assert fleet.ask("/post/video", body | {"org_group": "x"})["account_id"] == other
    assert "accountId" in fleet.ask("/post/video", body | {"tag": "b"}, code=404)
    show = {"accountId": None, "imageUrls": _IMAGES[:1], "tag": "a", "org_group": "o"}
    assert fleet.ask("/post/slideshow", show)["account_id"] == free


def test_posts_are_listed_by_account_id_and_time(fleet: Fleet, clock: SteeredClock) -> None:
    one, two = fleet.account(), fleet.account()
    now = fleet.video(one)
    later = fleet.video(one, postTime=_LATER)
    clock.go_to(START + timedelta(days=1))
    other = fleet.video(two)

    def ids(**wanted: object) -> set[str]:
        return {post["id"] for post in fleet.ask("/post", wanted)}

    assert ids() == {now, later, other}
    assert [post["id"] for post in fleet.ask("/post")][-1] == now  # newest first
    assert ids(accountIds=[one]) == {now, later}
    assert ids(accountIds=[]) == ids(postIds=[]) == ids(accountIds=["nobody", "\x00"]) == set()
    assert ids(postIds=[now, other, "nobody"]) == {now, other}
    assert ids(accountIds=[one], postIds=[other]) == set()
    assert ids(startDate="2026-03-03") == {later, other}
    assert ids(endDate="2026-03-02") == {now}
    assert ids(startDate="2026-03-05", endDate="2026-03-05") == {later}
    assert ids(startDate="2026-03-05T12:00:00Z", endDate="2026-03-05T12:00:00Z") == {later}
    for wrong, field in (
        ({"startDate": "soon"}, "startDate"),
        ({"endDate": "2026-02-30"}, "endDate"),
        ({"startDate": 7}, "startDate"),
        ({"startDate": "2026-03-05", "endDate": "2026-03-04"}, "endDate"),
        ({"accountIds": "x"}, "accountIds"),
        ({"postIds": [7]}, "postIds"),
    ):
        assert field in fleet.ask("/post", wrong, code=400)


def test_a_scheduled_post_is_changed(fleet: Fleet) -> None:
    account = fleet.account()
    post = fleet.video(account, postTime=_LATER, caption="a")
    new = "https://storage.example.com/new.mp4"
    changed = fleet.ask(
        "/post/update",
        {"postId": post, "caption": "b", "mediaUrls": [new], "postTime": "2026-03-06T12:00:00Z"},
    )
    assert (changed["id"], changed["caption"], changed["media_urls"]) == (post, "b", [new])
    assert changed["scheduled_at"] == "2026-03-06T12:00:00.000Z"
    same = fleet.ask("/post/update", {"postId": post, "accountId": account})
    assert same == changed
    for wrong, code, field in (
        ({}, 400, "caption"),
        ({"caption": "c" * 501}, 400, "caption"),
        ({"postTime": "2026-03-01T12:00:00Z"}, 400, "postTime"),
        ({"mediaUrls": []}, 400, "mediaUrls"),
        ({"mediaUrls": [new, new]}, 400, "mediaUrls"),
        ({"mediaUrls": ["http://127.0.0.1/x"]}, 400, "mediaUrls"),
        ({"accountId": fleet.account()}, 400, "accountId"),
        ({"musicPostId": "7"}, 400, "musicPostId"),
        ({"postId": "nobody", "caption": "c"}, 404, "postId"),
        ({"postId": "nobody", "mediaUrls": [new]}, 404, "postId"),
    ):
        assert field in fleet.ask("/post/update", {"postId": post, **wrong}, code=code), wrong
    assert fleet.ask("/post") == [changed]


def test_deleted_posts_are_gone(fleet: Fleet) -> None:
    account = fleet.account()
    one, two, three = (fleet.video(account, postTime=_LATER) for _ in range(3))
    wrongs: tuple[object, ...] = ([], None, one)
    for wrong in wrongs:
        assert "postIds" in fleet.ask("/post/delete", {"postIds": wrong}, code=400)
    assert "postId" in fleet.ask("/post/delete", {"postIds": [one, "nobody"]}, code=404)
    assert len(fleet.ask("/post")) == 3
    done = fleet.ask("/post/delete", {"postIds": [one, two, one]})
    assert done == {"deleted": 2, "deleting": 0, "deletedIds": [one, two], "deletingIds": []}
    assert [post["id"] for post in fleet.ask("/post")] == [three]
    assert "postId" in fleet.ask("/post/status", {"postId": one}, code=404)


def test_what_is_out_stays_and_what_failed_can_be_forgotten(fleet: Fleet) -> None:
    gone = {"platform": "tiktok", "username": "sbx_deleted"}
    dead = fleet.ask("/accounts/create", {"accounts": [gone]})["accounts"][0]["id"]
    out, failed = fleet.video(fleet.account()), fleet.video(dead)
    fleet.publish_due()
    states = {post["id"]: post["status"] for post in fleet.ask("/post")}
    assert states == {out: "complete", failed: "failed"}
    assert fleet.ask("/post/status", {"postId": failed})["error"]
    done = fleet.ask("/post/delete", {"postIds": [out, failed]})
    assert (done["deletedIds"], [one["postId"] for one in done["errors"]]) == ([failed], [out])
    assert done["errors"][0]["error"]
    for change in ({"caption": "b"}, {"postTime": _LATER}, {"mediaUrls": [VIDEO]}):
        assert "postId" in fleet.ask("/post/update", {"postId": out, **change}, code=409)
    assert [post["id"] for post in fleet.ask("/post")] == [out]


def test_a_post_of_which_nobody_knows_is_told_so_and_stays(
    fleet: Fleet, clock: SteeredClock
) -> None:
    silent = {"platform": "tiktok", "username": "sbx_silent"}
    account = fleet.ask("/accounts/create", {"accounts": [silent]})["accounts"][0]["id"]
    post = fleet.video(account)
    for _ in range(3):
        fleet.publish_due()
        clock.go_to(clock.now() + timedelta(hours=1))
    status = fleet.ask("/post/status", {"postId": post})
    assert status["status"] == "unknown"
    assert status["error"]
    done = fleet.ask("/post/delete", {"postIds": [post]})
    assert (done["deleted"], [one["postId"] for one in done["errors"]]) == (0, [post])


def test_another_workspaces_account_and_posts_are_nobodys(fleet: Fleet, caller: Caller) -> None:
    account = fleet.account(tag="a")
    post = fleet.video(account, postTime=_LATER)
    other = Fleet(caller("other"), fleet.server)
    for path in ("/accounts", "/post", "/tasks", "/accounts/status", "/stats/accounts", "/media"):
        assert other.ask(path) == []
    assert other.ask("/post", {"postIds": [post], "accountIds": [account]}) == []
    for path, body in (
        ("/post/video", {"accountId": account, "videoUrl": VIDEO}),
        ("/post/video", {"accountId": None, "videoUrl": VIDEO, "tag": "a"}),
        ("/post/status", {"postId": post}),
        ("/post/update", {"postId": post, "caption": "mine"}),
        ("/post/delete", {"postIds": [post]}),
        ("/accounts/update-info", {"accountId": account, "tag": "mine"}),
        ("/accounts/update-social", {"accountId": account, "nickName": "mine"}),
        ("/stats/refresh", {"accountId": account}),
        ("/accounts/stats/refresh", {"accountIds": [account]}),
        ("/post/stats/refresh", {"postIds": [post]}),
        ("/comment/create", {"accountId": account, "postUrl": "x", "commentText": "x"}),
    ):
        other.ask(path, body, code=404)
    assert [one["tag"] for one in fleet.ask("/accounts")] == ["a"]
    assert [one["status"] for one in fleet.ask("/post")] == ["scheduled"]
