"""Comments go through the same states as posts; media are listed once they were fetched."""

from tests.dialects.ugcinc.conftest import Fleet

_POST = "https://www.tiktok.com/@creator/video/7234567890123456789"


def test_a_comment_is_queued_and_made(fleet: Fleet) -> None:
    account = fleet.account(tag="a")
    order = {"accountId": account, "postUrl": _POST, "commentText": " Great video! 🔥 "}
    comment = fleet.ask("/comment/create", order)["commentId"]
    assert fleet.ask("/comment/status", {"commentId": comment})["status"] == "running"
    fleet.publish_due()
    status = fleet.ask("/comment/status", {"commentId": comment})
    assert (status["status"], status["error"]) == ("completed", None)
    (one,) = fleet.ask("/comment")
    assert one == {
        "id": comment, "accountId": account, "postUrl": _POST, "commentText": "Great video! 🔥",
        "status": "completed", "commentUrl": status["commentUrl"], "error": None,
        "createdAt": "2026-03-02T09:30:00.000Z", "completedAt": "2026-03-02T09:30:00.000Z",
    }  # fmt: skip
    for wanted in ({"commentIds": [comment]}, {"accountIds": [account]}, {"tag": "a"}):
        assert fleet.ask("/comment", wanted) == [one]
    for wanted in ({"commentIds": []}, {"accountIds": ["nobody"]}, {"tag": "b"}):
        assert fleet.ask("/comment", wanted) == []


def test_what_is_no_comment_is_named_and_not_queued(fleet: Fleet) -> None:
    account = fleet.account()
    good = {"accountId": account, "postUrl": _POST, "commentText": "x"}
    for change, code, field in (
        ({"accountId": "nobody"}, 404, "accountId"),
        ({"accountId": None}, 400, "accountId"),
        ({"postUrl": "nonsense"}, 400, "postUrl"),
        ({"postUrl": "\x00"}, 400, "postUrl"),
        ({"postUrl": "https://www.tiktok.com/@creator"}, 400, "postUrl"),
        ({"postUrl": "https://www.instagram.com/p/ABC123DEF45/"}, 400, "postUrl"),
        ({"commentText": ""}, 400, "commentText"),
        ({"commentText": " \n"}, 400, "commentText"),
        ({"commentText": "c" * 5000}, 400, "commentText"),
        ({"commentText": "a\x00"}, 400, "commentText"),
        ({"commentText": 7}, 400, "commentText"),
    ):
        message = fleet.ask("/comment/create", good | change, code=code)
        assert field in message, (change, message)
    for name in good:
        left_out = {key: value for key, value in good.items() if key != name}
        assert name in fleet.ask("/comment/create", left_out, code=400)
    assert "commentId" in fleet.ask("/comment/status", {"commentId": "nobody"}, code=404)
    assert "commentId" in fleet.ask("/comment/status", code=400)
    assert fleet.ask("/comment") == []


def test_the_simulated_network_fetches_no_media(fleet: Fleet) -> None:
    fleet.video(fleet.account(tag="a"))
    fleet.publish_due()
    for wanted in ({}, {"ids": ["x"]}, {"tag": "a"}):
        assert fleet.ask("/media", wanted) == []
    assert "tag" in fleet.ask("/media", {"tag": "\x00"}, code=400)
    assert "ids" in fleet.ask("/media", {"ids": "x"}, code=400)
