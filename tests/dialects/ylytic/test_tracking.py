"""What tracking a creator or a post through Ylytic does, call by call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.server import Caller
from tests.support.steered import World

from bellwether.model.tenants import PlanName

_ROOT = "/ylytic/api/v1/rt_tracking"
_CREATORS, _POSTS = f"{_ROOT}/creators", f"{_ROOT}/posts"
_POST = {"connector": "instagram", "shortcode": "C1JjTC-STpl", "handle": "brut.india"}


def _creator(client: httpx.Client, **body: object) -> dict[str, Any]:
    sent = {"connector": "instagram", "handle": "rcvjinsta", "cron_expression": "0 1 * * *"} | body
    answer = client.post(_CREATORS, json=sent)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = assert_shape("ylytic", "POST", _CREATORS, answer)
    return told


def _post(client: httpx.Client, **body: object) -> dict[str, Any]:
    answer = client.post(_POSTS, json=_POST | {"cron_expression": "0/5 * * * *"} | body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = assert_shape("ylytic", "POST", _POSTS, answer)
    return told


def _put(client: httpx.Client, path: str, **body: object) -> dict[str, Any]:
    answer = client.put(f"{_ROOT}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_creators_first_numbers_come_at_once_and_the_next_with_the_schedule(
    world: World, client: httpx.Client
) -> None:
    made = _creator(client)
    assert made["next_tracking_at"] == "2023-12-23 01:00:00"
    assert world.run_due() == 1
    answer = client.get(f"{_CREATORS}/rcvjinsta").json()
    assert answer["next_tracking_at"] == "2023-12-23 01:00:00"
    assert answer["event_insights"]["total"] == 1
    assert answer["event_insights"]["events_creatorwise_this_month"] == [
        {"rcvjinsta": 1, "webhook_success": 0}
    ]


def test_without_stories_there_are_none(world: World, client: httpx.Client) -> None:
    made = _creator(client)
    stories = {name: value for name, value in made.items() if "stories" in name}
    assert stories == {
        "stories_tracking": False,
        "stories_cron_expression": None,
        "next_stories_tracking_at": None,
        "stories_tracking_expiry_at": None,
    }
    assert client.get("/api/v1/trackers").json()["data"][0]["aspect"] == "profile"


def test_stories_have_a_schedule_and_an_expiry_of_their_own(
    world: World, client: httpx.Client
) -> None:
    expiry = "2023-12-24 12:00:00"
    _creator(client, stories_cron_expression="0 */6 * * *", stories_tracking_expiry_at=expiry)
    world.run_due()
    world.pass_time(every=timedelta(hours=1), until=datetime(2023, 12, 25, 10, 30, tzinfo=UTC))
    trackers = {one["aspect"]: one for one in client.get("/api/v1/trackers").json()["data"]}
    assert {aspect: one["state"] for aspect, one in trackers.items()} == {
        "profile": "active",
        "stories": "expired",
    }
    # The first at once, then 12, 18, 0, 6, 12, 18, 0 and 6 o'clock; noon is when it expires.
    assert trackers["stories"]["runs"] == 9
    assert trackers["profile"]["runs"] == 4
    answer = client.get(f"{_CREATORS}/rcvjinsta").json()
    assert answer["stories_tracking"] is True
    assert answer["stories_tracking_expiry_at"] == expiry
    assert answer["event_insights"]["total"] == 13


@pytest.mark.parametrize("off", ["False", "false", " FALSE ", False])
@pytest.mark.parametrize("on", ["True", True])
def test_a_pause_is_kept_until_it_is_lifted(
    world: World, client: httpx.Client, off: object, on: object
) -> None:
    _creator(client, stories_cron_expression="0 15 * * *")
    world.run_due()
    paused = _put(client, "creators/rcvjinsta", tracking=off)
    assert (paused["tracking"], paused["stories_tracking"]) == (False, True)
    world.clock.advance(timedelta(days=2))
    assert world.run_due() == 1  # the stories
    resumed = _put(client, "creators/rcvjinsta", tracking=on)
    assert resumed["tracking"] is True
    assert resumed["next_tracking_at"] == "2023-12-25 01:00:00"
    assert world.run_due() == 0
    world.clock.advance(timedelta(days=1))
    assert world.run_due() == 2


@pytest.mark.parametrize("name", ["stories_tracking", "story_tracking"])
def test_both_spellings_of_the_flag_for_stories_pause_them(
    world: World, client: httpx.Client, name: str
) -> None:
    _creator(client, stories_cron_expression="0 15 * * *")
    answer = _put(client, "creators/rcvjinsta", **{name: "False"})
    assert (answer["tracking"], answer["stories_tracking"]) == (True, False)


def test_stories_can_be_added_later(world: World, client: httpx.Client) -> None:
    _creator(client)
    assert _put(client, "creators/rcvjinsta", stories_tracking="False")["stories_tracking"] is False
    later = _put(
        client, "creators/rcvjinsta", stories_tracking="False", stories_cron_expression="0 9 * * *"
    )
    assert (later["stories_tracking"], later["stories_cron_expression"]) == (False, "0 9 * * *")
    assert world.run_due() == 1
    assert _put(client, "creators/rcvjinsta", stories_tracking="True")["stories_tracking"] is True
    assert world.run_due() == 1


def test_what_a_change_leaves_out_stays(world: World, client: httpx.Client) -> None:
    made = _creator(
        client, tracking_expiry_at="2024-05-01 00:00:00", stories_cron_expression="0 15 * * *"
    )
    changed = _put(client, "creators/rcvjinsta", cron_expression="30 2 * * *")
    assert changed == made | {
        "cron_expression": "30 2 * * *", "next_tracking_at": "2023-12-23 02:30:00"
    }  # fmt: skip
    forever = _put(client, "creators/rcvjinsta", tracking_expiry_at=None)
    assert forever["tracking_expiry_at"] is None


def test_a_passed_expiry_can_be_moved(world: World, client: httpx.Client) -> None:
    _post(client, tracking_expiry_at="2023-12-10 12:12:1.0")
    assert world.run_due() == 0
    moved = _put(client, "posts/C1JjTC-STpl", tracking_expiry_at="2024-01-10 12:12:1.0")
    assert moved["tracking_expiry_at"] == "2024-01-10 12:12:01"
    assert world.run_due() == 1


def test_posting_again_updates_and_is_one_creator(world: World, client: httpx.Client) -> None:
    made = _creator(client)
    assert _creator(client) == made
    again = _creator(client, handle="@RCVJinsta", cron_expression="0 2 * * *")
    assert again == made | {
        "cron_expression": "0 2 * * *", "next_tracking_at": "2023-12-23 02:00:00"
    }  # fmt: skip
    _put(client, "creators/rcvjinsta", tracking="False")
    assert _creator(client)["tracking"] is True
    assert client.get(_CREATORS).json()["total"] == 1
    assert world.run_due() == 1


def test_posting_a_post_again_takes_the_new_handle(world: World, client: httpx.Client) -> None:
    _post(client, handle=None)
    _post(client)
    world.run_due()
    answer = client.get(f"{_POSTS}/C1JjTC-STpl").json()["event_insights"]
    assert answer["events_creatorwise_posts_this_month"] == [
        {"brut.india": 1, "webhook_success": 0}
    ]


@pytest.mark.parametrize(
    ("connector", "handle", "kept"),
    [
        ("Instagram", "@RCVJinsta", "rcvjinsta"),
        ("INSTAGRAM", "https://www.instagram.com/rcvjinsta/?hl=en", "rcvjinsta"),
        ("Youtube", "@MKBHD", "mkbhd"),
        ("youtube", "www.youtube.com/@MKBHD/videos", "mkbhd"),
        ("youtube", "UCBJycsmduvYEL83R_U4JriQ", "UCBJycsmduvYEL83R_U4JriQ"),
        ("TikTok", " nasa ", "nasa"),
        ("bluesky", "bsky.app", "bsky.app"),
    ],
)
def test_a_creator_is_named_in_any_usual_way(
    world: World, client: httpx.Client, connector: str, handle: str, kept: str
) -> None:
    made = _creator(client, connector=connector, handle=handle)
    assert (made["connector"], made["handle"]) == (connector.lower(), kept)
    for name in (kept, f"@{kept}", kept if kept.startswith("UC") else kept.upper()):
        assert client.get(f"{_CREATORS}/{name}").json() == made


@pytest.mark.parametrize(
    ("connector", "shortcode", "kept"),
    [
        ("Instagram", "https://www.instagram.com/reel/C1JjTC-STpl/?igsh=x", "C1JjTC-STpl"),
        ("YouTube", "dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("youtube", "https://youtu.be/dQw4w9WgXcQ?t=1", "dQw4w9WgXcQ"),
        ("tiktok", "7000000001", "7000000001"),
        ("x", "1234567890", "1234567890"),
        ("vimeo", "76979871", "76979871"),
        ("reddit", "abc123", "abc123"),
    ],
)
def test_a_post_is_named_by_its_code_or_address(
    world: World, client: httpx.Client, connector: str, shortcode: str, kept: str
) -> None:
    made = _post(client, connector=connector, shortcode=shortcode, handle=None)
    assert (made["connector"], made["shortcode"]) == (connector.lower(), kept)
    assert client.get(f"{_POSTS}/{kept}").json() == made


def test_a_short_link_is_followed(world: World, client: httpx.Client) -> None:
    made = _post(
        client, connector="tiktok", shortcode="https://vm.tiktok.com/ZSHpobCM8/", handle=None
    )
    assert made["shortcode"].isdecimal()


def test_one_handle_on_two_platforms_is_told_apart(world: World, client: httpx.Client) -> None:
    first = _creator(client, connector="youtube")
    world.clock.advance(timedelta(seconds=1))
    second = _creator(client, connector="instagram")
    assert client.get(f"{_CREATORS}/rcvjinsta").json() == second
    assert client.get(f"{_CREATORS}/rcvjinsta?connector=YouTube").json() == first
    paused = client.put(f"{_CREATORS}/rcvjinsta", json={"connector": "youtube", "tracking": False})
    assert paused.json() == first | {"tracking": False}
    assert client.get(f"{_CREATORS}/rcvjinsta").json()["tracking"] is True
    assert client.get(f"{_CREATORS}/rcvjinsta?connector=tiktok").status_code == 404


def test_a_schedule_that_is_left_out_is_daily(world: World, client: httpx.Client) -> None:
    made = _post(client, cron_expression=None)
    assert made["cron_expression"] == "10 10 * * *"
    assert made["tracking_expiry_at"] is None


def test_the_table_wins_where_both_spellings_of_the_schedule_are_sent(
    world: World, client: httpx.Client
) -> None:
    made = _creator(client, **{"cron expression": "0 2 * * *"})
    assert made["cron_expression"] == "0 1 * * *"


def test_a_full_plan_takes_no_more_posts(world: World, caller: Caller) -> None:
    client = caller(plan=PlanName.FREE)
    limit = client.get("/api/v1/workspace").json()["data"]["plan"]["tracked_videos"]
    for number in range(limit):
        world.clock.advance(timedelta(seconds=4))  # the plan allows 20 calls a minute
        _post(client, shortcode=f"C1JjTC-{number:04}")
    answer = client.post(_POSTS, json=_POST)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "limit_exceeded")
    assert client.get(_POSTS).json()["total"] == limit
