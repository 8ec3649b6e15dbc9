"""Every documented example is answered as documented, at the instants that the documents show."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import pytest
from tests.support.contract import assert_shape, examples
from tests.support.server import Server
from tests.support.steered import World

_EXAMPLES = {example["operation_id"]: example for example in examples("ylytic")}
_CURL = Path(__file__).parents[2] / "contracts" / "ylytic" / "curl.sh"
_ALONE = "export HOME=. NO_PROXY='*'\n"  # neither a proxy nor a .curlrc has a say
_POST_MADE = datetime(2023, 12, 22, 10, 22, 23, 774000, tzinfo=UTC)
_POST_CHANGED = datetime(2023, 12, 22, 10, 28, 41, tzinfo=UTC)


def _ask(client: httpx.Client, name: str) -> Any:
    """Send a documented request and return the answer, which has the documented shape."""
    example = _EXAMPLES[name]
    path = example["path"].format_map(example.get("path_params", {}))
    body = example["request_example"]
    sent = {} if body is None else {"json": body}
    response = client.request(example["method"], path, **sent)
    assert response.status_code == example["response_status"], response.text
    return assert_shape("ylytic", example["method"], example["path"], response)


def _documented(name: str, **changed: object) -> dict[str, Any]:
    example = _EXAMPLES[name]
    answer: dict[str, Any] = example.get("response_example_as_read", example["response_example"])
    return answer | changed


def test_a_creator_is_answered_to_the_letter(world: World, client: httpx.Client) -> None:
    assert _ask(client, "add-creator-tracking") == _documented("add-creator-tracking")
    assert _ask(client, "get-creator-tracking") == _documented("get-creator-tracking")
    # The documents leave the next look at stories on the schedule that was just replaced.
    expected = _documented(
        "update-creator-tracking", next_stories_tracking_at="2023-12-23 01:00:00"
    )
    assert _ask(client, "update-creator-tracking") == expected


def test_a_creator_whose_expiry_is_past_never_runs(world: World, client: httpx.Client) -> None:
    _ask(client, "add-creator-tracking")
    world.pass_time(every=timedelta(hours=12), until=world.clock.now() + timedelta(days=3))
    answer = _ask(client, "get-creator-tracking")
    assert answer["tracking"] is True
    assert answer["next_tracking_at"] == "2023-12-26 01:00:00"
    assert answer["event_insights"]["total"] == 0
    assert client.get("/api/v1/runs").json()["data"] == []


def test_a_post_is_answered_to_the_letter(world: World, client: httpx.Client) -> None:
    world.clock.go_to(_POST_MADE)
    assert _ask(client, "add-post-tracking") == _documented("add-post-tracking")
    assert _ask(client, "get-post-tracking") == _documented("get-post-tracking")
    assert world.run_due() == 1
    world.clock.go_to(_POST_CHANGED)
    assert _ask(client, "update-post-tracking") == _documented("update-post-tracking")
    assert world.run_due() == 0  # paused: the look that was due at 10:25 is dropped


def test_insights_have_our_shape(world: World, client: httpx.Client) -> None:
    _ask(client, "add-creator-tracking")
    _ask(client, "add-post-tracking")
    world.run_due()
    insights = _ask(client, "get-tracking-insights")
    assert insights["total"] == 1
    assert insights["events_datewise_this_month"] == [{"2023-12-22": 1, "webhook_success": 0}]
    assert insights["events_creatorwise_posts_this_month"] == [
        {"brut.india": 1, "webhook_success": 0}
    ]
    assert insights["events_creatorwise_this_month"] == []


@pytest.mark.skipif(which("curl") is None, reason="curl is not installed")
def test_the_documents_commands_work_as_they_stand(
    world: World, client: httpx.Client, server: Server, tmp_path: Path
) -> None:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    text = _CURL.read_text(encoding="utf-8")
    commands = [part for part in text.split("\n\n") if part.startswith("curl")]
    answers = []
    for command in commands:
        here = command.replace("https://dashboard.ylytic.com", server.url)
        done = subprocess.run(
            ["/bin/sh", "-c", _ALONE + here.replace("{{auth_token}}", token)],
            capture_output=True, text=True, timeout=20, check=True, cwd=tmp_path,
        )  # fmt: skip
        answers.append(httpx.Response(200, text=done.stdout))
    names = list(_EXAMPLES)
    assert len(answers) == len(names) == 7
    bodies = {
        name: assert_shape("ylytic", _EXAMPLES[name]["method"], _EXAMPLES[name]["path"], answer)
        for name, answer in zip(names, answers, strict=True)
    }
    assert bodies["add-creator-tracking"] == _documented("add-creator-tracking")
    assert bodies["get-creator-tracking"] == bodies["add-creator-tracking"]
    assert bodies["update-creator-tracking"]["tracking"] is False
    assert bodies["update-creator-tracking"]["stories_tracking"] is False
    assert bodies["get-post-tracking"] == bodies["add-post-tracking"]
    assert bodies["add-post-tracking"]["next_tracking_at"] == "2023-12-22 10:10:03.814000"
    assert bodies["update-post-tracking"]["tracking"] is False
