"""Numbers are fetched when asked for, kept, and read back by account, post and time."""

from datetime import timedelta

from tests.dialects.ugcinc.conftest import START, Fleet
from tests.support.steered import SteeredClock

_DAY = timedelta(days=1)


def test_a_post_goes_out_and_its_numbers_grow(fleet: Fleet, clock: SteeredClock) -> None:
    account = fleet.account()
    post = fleet.video(account, caption="Hello", postTime="2026-03-03T12:00:00Z")
    fleet.publish_due()
    assert fleet.ask("/post/status", {"postId": post})["status"] == "scheduled"
    clock.go_to(START + timedelta(days=1, hours=3))
    fleet.publish_due()
    (out,) = fleet.ask("/post")
    assert (out["status"], out["id"], out["error"]) == ("complete", post, None)
    assert out["social_id"] in out["postUrl"]
    status = fleet.ask("/post/status", {"postId": post})
    assert (status["status"], status["postUrl"]) == ("complete", out["postUrl"])
    views = []
    for _ in range(3):
        clock.go_to(clock.now() + _DAY)
        fetched = fleet.ask("/stats/refresh", {"accountId": account})
        assert (fetched["post_stats_count"], len(fetched["post_stats"])) == (1, 1)
        (row,) = fetched["post_stats"]
        assert (row["post_id"], row["source"]) == (post, "sandbox")
        assert fetched["account_stats"]["account_id"] == account
        views.append(row["views"])
    assert views == sorted(views)
    assert 0 < views[0] < views[-1]


def test_a_post_that_is_out_is_seen_by_every_dialect(fleet: Fleet) -> None:
    post = fleet.video(fleet.account())
    fleet.publish_due()
    (out,) = fleet.ask("/post", {"postIds": [post]})
    contents = fleet.client.get("/api/v1/contents").json()["data"]
    assert [one["external_id"] for one in contents] == [out["social_id"]]
    trackers = fleet.client.get("/api/v1/trackers").json()["data"]
    assert {one["dialect"] for one in trackers} == {"publishing"}
    video = fleet.client.get(f"/v1/videos/by-external-id/{out['social_id']}").json()["data"]
    assert video["external_video_id"] == out["social_id"]
    listed = fleet.client.get("/v1/videos/stats").json()["data"]["data"]
    assert [one["video_id"] for one in listed] == [video["video_id"]]
    post_path = f"/ylytic/api/v1/rt_tracking/posts/{out['social_id']}"
    assert fleet.client.get(post_path).json()["shortcode"] == out["social_id"]
    # Whoever tracks it himself sees that, and not both.
    again = fleet.client.post("/v1/videos/track", json={"urls": [out["postUrl"]]}).json()
    assert again["data"]["results"][0]["status"] == "tracked", again
    listed = fleet.client.get("/v1/videos/stats").json()["data"]
    assert (len(listed["data"]), listed["pagination"]["total"]) == (1, 1)
    assert len(fleet.client.get("/ylytic/api/v1/rt_tracking/posts").json()["objects"]) == 1


def test_without_dates_the_newest_row_of_each_with_dates_all(
    fleet: Fleet, clock: SteeredClock
) -> None:
    one, two = fleet.account(tag="a"), fleet.account(org_group="o")
    posts = [fleet.video(account) for account in (one, two)]
    fleet.publish_due()
    for _ in range(3):
        clock.go_to(clock.now() + _DAY)
        fleet.ask("/accounts/stats/refresh", {"accountIds": [one, two]})
        fleet.ask("/post/stats/refresh", {"postIds": posts})
    for path in ("/stats/accounts", "/accounts/stats"):
        newest = fleet.ask(path)
        assert sorted(row["account_id"] for row in newest) == sorted([one, two])
        assert {row["created_at"] for row in newest} == {"2026-03-05T09:30:00.000Z"}
        (row,) = fleet.ask(path, {"accountIds": [one]})
        assert row in newest
        assert fleet.ask(path, {"tag": "a"}) == fleet.ask(path, {"accountIds": [one]})
        assert [row["account_id"] for row in fleet.ask(path, {"org_group": "o"})] == [two]
        assert fleet.ask(path, {"accountIds": []}) == []
        rows = fleet.ask(path, {"accountIds": [one], "startDate": "2026-03-01"})
        assert [row["created_at"][:10] for row in rows] == [f"2026-03-0{day}" for day in (3, 4, 5)]
        assert len({row["id"] for row in rows}) == 3
        assert len(fleet.ask(path, {"startDate": "2026-03-04", "endDate": "2026-03-04"})) == 2
        assert fleet.ask(path, {"endDate": "2026-03-02"}) == []
    for path in ("/stats/posts", "/post/stats"):
        newest = fleet.ask(path)
        assert sorted(row["post_id"] for row in newest) == sorted(posts)
        rows = fleet.ask(path, {"postIds": posts[:1], "startDate": "2026-03-01"})
        assert [row["created_at"][:10] for row in rows] == [f"2026-03-0{day}" for day in (3, 4, 5)]
        assert rows[-1] in newest
        assert fleet.ask(path, {"postIds": ["nobody"], "startDate": "2026-03-01"}) == []
    for path in ("/stats/accounts", "/stats/posts"):
        assert "startDate" in fleet.ask(path, {"startDate": "soon"}, code=400)


def test_all_accounts_are_refreshed_once_an_hour_and_each_group_too(
    fleet: Fleet, clock: SteeredClock
) -> None:
    one, two = fleet.account(org_group="o"), fleet.account()
    post = fleet.video(one)
    fleet.publish_due()
    clock.go_to(clock.now() + _DAY)
    done = fleet.client.post("/stats/refresh").json()
    assert done["message"] == "Stats refresh completed"
    data = done["data"]
    counts = [data[name] for name in ("accounts_refreshed", "accounts_failed", "total_accounts")]
    assert counts == [2, 0, 2]
    assert sorted(row["account_id"] for row in data["account_stats"]) == sorted([one, two])
    assert [row["post_id"] for row in data["post_stats"]] == [post]
    assert (data["post_stats_count"], data["errors"]) == (1, [])
    group = fleet.ask("/stats/refresh", {"org_group": "o"})
    assert (group["total_accounts"], group["account_stats"][0]["account_id"]) == (1, one)
    for body in ({}, {"org_group": "o"}):
        late = fleet.client.post("/stats/refresh", json=body)
        assert late.status_code == late.json()["code"] == 429
        assert late.json()["data"] is None
        assert 3590 <= int(late.headers["retry-after"]) <= 3601
    assert len(fleet.ask("/stats/refresh", {"accountId": two})["post_stats"]) == 0
    clock.go_to(clock.now() + timedelta(hours=1))
    fleet.ask("/stats/refresh")


def test_what_cannot_be_refreshed_is_named_and_nothing_is_fetched(fleet: Fleet) -> None:
    account = fleet.account()
    out = fleet.video(account)
    fleet.publish_due()
    before = fleet.ask("/stats/posts", {"startDate": "2026-01-01"})
    waiting = fleet.video(account, postTime="2026-03-05")
    for path, body, code, field in (
        ("/stats/refresh", {"accountId": "nobody"}, 404, "accountId"),
        ("/stats/refresh", {"accountId": 7}, 400, "accountId"),
        ("/stats/refresh", {"org_group": "\x00"}, 400, "org_group"),
        ("/accounts/stats/refresh", {"accountIds": [account, "nobody"]}, 404, "accountIds"),
        ("/accounts/stats/refresh", {"accountIds": account}, 400, "accountIds"),
        ("/post/stats/refresh", {"postIds": [out, "nobody"]}, 404, "postIds"),
        ("/post/stats/refresh", {"postIds": [out, waiting]}, 400, "postIds"),
    ):
        message = fleet.ask(path, body, code=code)
        assert field in message, (path, body, message)
    assert "social_id" in fleet.ask("/post/stats/refresh", {"postIds": [waiting]}, code=400)
    assert fleet.ask("/accounts/stats/refresh", {"accountIds": []}) == []
    assert fleet.ask("/post/stats/refresh", {"postIds": []}) == []
    assert fleet.ask("/stats/posts", {"startDate": "2026-01-01"}) == before


def test_a_platform_that_does_not_answer_is_told_and_leaves_no_row(fleet: Fleet) -> None:
    gone = {"platform": "tiktok", "username": "sbx_down"}
    account = fleet.ask("/accounts/create", {"accounts": [gone]})["accounts"][0]["id"]
    fleet.ask("/stats/refresh", {"accountId": account}, code=503)
    fleet.ask("/accounts/stats/refresh", {"accountIds": [account]}, code=503)
    well = fleet.account()
    data = fleet.ask("/stats/refresh")
    assert (data["accounts_refreshed"], data["accounts_failed"]) == (1, 1)
    assert [row["account_id"] for row in data["account_stats"]] == [well]
    assert [row["account_id"] for row in data["errors"]] == [account]
    assert len(fleet.ask("/stats/accounts")) == 1
