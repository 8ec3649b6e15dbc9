"""Accounts are made, listed by their labels, and labelled anew."""

from tests.dialects.ugcinc.conftest import Fleet
from tests.support.server import Caller, Server

from bellwether.model.tenants import Environment


def _ids(fleet: Fleet, **wanted: str) -> list[str]:
    return [one["id"] for one in fleet.ask("/accounts", wanted)]


def test_accounts_are_made_with_what_was_said(fleet: Fleet) -> None:
    order = {
        "tier": "premium", "platform": "tiktok", "username": "@newcreator", "nick_name": "New",
        "pfp_url": "https://example.com/avatar.jpg", "keywords": "fitness,health", "tag": "a",
        "description": "d", "profiles": "@x", "org_group": "o", "user_group": "u", "age_range": "9",
    }  # fmt: skip
    second = {"platform": "instagram", "username": "other.creator"}
    made = fleet.ask("/accounts/create", {"accounts": [order, second]})
    assert (made["message"], made["successful"], made["failed"]) == (
        "Successfully created 2 account(s)", 2, 0,
    )  # fmt: skip
    assert [(one["tier"], one["status"], one["platform"]) for one in made["accounts"]] == [
        ("premium", "ready", "tiktok"),
        (None, "ready", "instagram"),
    ]
    listed = {one["id"]: one for one in fleet.ask("/accounts")}
    first, other = (listed[one["id"]] for one in made["accounts"])
    assert first == {
        "id": made["accounts"][0]["id"], "type": "tiktok", "username": "newcreator",
        "nick_name": "New", "pfp_url": "https://example.com/avatar.jpg", "status": "ready",
        "tag": "a", "org_group": "o", "user_group": "u", "keywords": "fitness,health",
        "description": "d", "profiles": "@x", "warmup_enabled": False, "warmup_version": None,
        "created_at": "2026-03-02T09:30:00.000Z",
    }  # fmt: skip
    assert (other["type"], other["username"], other["tag"]) == ("instagram", "other.creator", None)


def test_an_account_is_a_tracked_creator_of_every_dialect(fleet: Fleet) -> None:
    fleet.ask("/accounts/create", {"accounts": [{"platform": "tiktok", "username": "seen"}]})
    creators = fleet.client.get("/api/v1/creators").json()["data"]
    assert [(one["platform"], one["handle"]) for one in creators] == [("tiktok", "seen")]
    trackers = fleet.client.get("/api/v1/trackers").json()["data"]
    assert [one["dialect"] for one in trackers] == ["publishing"]
    seen = fleet.client.get("/v1/bloggers/by-username/seen", params={"platform": "tiktok"})
    assert seen.status_code == 200, seen.text
    tracked = fleet.client.get("/ylytic/api/v1/rt_tracking/creators").json()
    assert [one["handle"] for one in tracked["objects"]] == ["seen"]


def test_filters_are_joined(fleet: Fleet) -> None:
    both = fleet.account(tag="a", org_group="o")
    tag, group = fleet.account(tag="a"), fleet.account(org_group="o", user_group="u")
    assert set(_ids(fleet)) == {both, tag, group}
    assert set(_ids(fleet, tag="a")) == {both, tag}
    assert _ids(fleet, tag="a", org_group="o") == [both]
    assert _ids(fleet, user_group="u") == [group]
    assert _ids(fleet, tag="A") == []
    for name in ("tag", "org_group", "user_group"):
        assert name in fleet.ask("/accounts", {name: "\x00"}, code=400)


def test_all_of_a_request_is_made_or_nothing(fleet: Fleet) -> None:
    good = {"platform": "tiktok", "username": "good"}
    for bad, field in (
        ({"platform": "tiktok"}, "accounts[1].username"),
        ({"tier": "basic"}, "accounts[1].platform"),
        ({"platform": "myspace", "username": "x"}, "accounts[1].platform"),
        ({"platform": "tiktok", "username": "no spaces allowed"}, "username"),
        ({"platform": "tiktok", "username": ""}, "username"),
        ({"platform": "tiktok", "username": "x", "tag": "a" * 201}, "tag"),
        ({"platform": "tiktok", "username": "x", "keywords": "k" * 30_000}, "details"),
        ({"platform": "tiktok", "username": "x", "access_token": "t"}, "access_token"),
        ({"platform": "tiktok", "username": "x", "token_expires_at": "soon"}, "token_expires_at"),
    ):
        message = fleet.ask("/accounts/create", {"accounts": [good, bad]}, code=400)
        assert field in message, (bad, message)
    nones: tuple[object, ...] = ([], None, "x")
    for none in nones:
        assert "accounts" in fleet.ask("/accounts/create", {"accounts": none}, code=400)
    assert "username" in fleet.ask("/accounts/create", {"accounts": [good, good]}, code=409)
    assert fleet.ask("/accounts") == []


def test_labels_are_changed_taken_away_and_left(fleet: Fleet) -> None:
    account = fleet.account(tag="a", org_group="o", keywords="k")
    change = {"accountId": account, "tag": "b", "org_group": None, "description": "d"}
    answer = fleet.ask("/accounts/update-info", change)
    assert answer["message"] == "Account info updated successfully"
    shown = {name: answer["account"][name] for name in ("tag", "org_group", "keywords")}
    assert shown == {"tag": "b", "org_group": None, "keywords": "k"}
    fleet.ask("/accounts/update-info", {"accountId": account, "tag": "", "keywords": ""})
    (one,) = fleet.ask("/accounts")
    assert (one["tag"], one["keywords"], one["description"]) == (None, None, "d")


def test_of_many_changes_one_that_fails_stops_no_other(fleet: Fleet) -> None:
    first, second = fleet.account(), fleet.account()
    updates = [
        {"accountId": first, "tag": "x"},
        {"accountId": "nobody", "tag": "x"},
        {"accountId": second, "tag": "a" * 201},
    ]
    answer = fleet.ask("/accounts/update-info", {"updates": updates})
    assert (answer["message"], answer["successful"], answer["failed"]) == (
        "Updated 1 account(s)", 1, 2,
    )  # fmt: skip
    assert [one["success"] for one in answer["results"]] == [True, False, False]
    assert answer["results"][0]["account"]["tag"] == "x"
    assert "accountId" in answer["results"][1]["error"]
    assert "tag" in answer["results"][2]["error"]
    assert _ids(fleet, tag="x") == [first]


def test_changes_that_say_nothing_or_too_much_are_refused(fleet: Fleet) -> None:
    account = fleet.account(tag="a")
    path = "/accounts/update-info"
    for body, code, field in (
        ({}, 400, "accountId"),
        ({"accountId": account}, 400, "tag"),
        ({"accountId": account, "warmupVersion": "original"}, 400, "tag"),
        ({"accountId": 7, "tag": "b"}, 400, "accountId"),
        ({"accountId": "nobody", "tag": "b"}, 404, "accountId"),
        ({"accountId": "\x00", "tag": "b"}, 404, "accountId"),
        ({"accountId": account, "tag": "b\x00"}, 400, "tag"),
        ({"updates": []}, 400, "updates"),
        ({"updates": [{"accountId": account}]}, 400, "tag"),
        ({"updates": [{"accountId": account, "tag": "b"}] * 2}, 400, "updates"),
        ({"updates": [{"accountId": account, "tag": "b"}], "tag": "c"}, 400, "updates"),
        ({"updates": [{"tag": "b"}]}, 400, "accountId"),
        ({"updates": [{"accountId": account, "tag": "b"}] * 201}, 400, "updates"),
    ):
        assert field in fleet.ask(path, body, code=code), body
    assert _ids(fleet, tag="a") == [account]


def test_a_live_account_is_set_up_until_it_has_given_access(server: Server, caller: Caller) -> None:
    live = Fleet(caller(environment=Environment.LIVE), server)
    account = {"platform": "tiktok", "username": "live"}
    response = live.client.post("/accounts/create", json={"accounts": [account]})
    if response.status_code == 200:
        assert response.json()["data"]["accounts"][0]["status"] == "setup"
        account_id = response.json()["data"]["accounts"][0]["id"]
        body = {"accountId": account_id, "videoUrl": "https://storage.example.com/video.mp4"}
        assert live.client.post("/post/video", json=body).status_code in {400, 409}
    else:
        assert "platform" in response.json()["message"]
    assert live.ask("/post") == []
