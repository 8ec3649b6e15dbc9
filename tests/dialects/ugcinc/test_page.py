"""The session that the page shows can be had: its commands are answered as it says."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from string import Template
from typing import Any

from tests.dialects.ugcinc.conftest import Fleet
from tests.support.steered import SteeredClock

_PAGE = Path(__file__).parents[3] / "docs" / "dialects" / "ugcinc.md"
_STEP = timedelta(hours=5)


def _blocks() -> Iterator[tuple[list[list[str]], list[dict[str, Any]]]]:
    """Yield the commands of a block, in words, and the answers shown under it."""
    text = _PAGE.read_text(encoding="utf-8")
    session = text[text.index("## A session") : text.index("## What holds")]
    block = re.compile(r"```sh\n([^`]*)```\n```json\n([^`]*)```")
    for commands, answers in block.findall(session):
        words = [shlex.split(line) for line in commands.splitlines()]
        yield words, [json.loads(line) for line in answers.splitlines()]


def _outline(value: Any) -> Any:
    """Return the keys of an answer and the types of its values; of rows alike only one.

    No scheduler runs here, so there are fewer rows of numbers than on the page.
    """
    if isinstance(value, dict):
        return {key: _outline(one) for key, one in value.items() if key != "id"}
    if isinstance(value, list):
        rows = [_outline(one) for one in value]
        return [row for at, row in enumerate(rows) if row not in rows[:at]]
    if isinstance(value, bool):
        return value
    return "text" if isinstance(value, str) else "a number or null"  # some posts hide a count


def test_the_session_of_the_page_goes_as_shown(fleet: Fleet, clock: SteeredClock) -> None:
    shown: dict[str, str] = {}
    real: dict[str, str] = {}
    views: list[int] = []
    asked = 0
    for commands, answers in _blocks():
        expected = iter(answers)
        for words in commands:
            if words[0] == "export":
                name, _, value = words[1].partition("=")
                shown[value] = name
                continue
            verb, path, body = words
            assert verb == "ask"
            sent = Template(body).substitute(real)
            said, meant = fleet.client.post(path, content=sent).json(), next(expected)
            asked += 1
            assert _outline(said) == _outline(meant), path
            assert said["message"] == meant["message"]
            for row in said["data"] if isinstance(said["data"], list) else [said["data"] or {}]:
                if path == "/accounts/create":
                    real["ACCOUNT"] = row["accounts"][0]["id"]
                elif path == "/post/video":
                    real["POST"] = row["id"]
                elif path == "/post/status":
                    assert row["status"] == meant["data"]["status"] == "complete"
                elif path == "/stats/posts":
                    views.append(row["views"])
            fleet.publish_due()
            if path == "/accounts/update-social":
                continue  # the second edit follows at once
            clock.go_to(clock.now() + _STEP * (6 if path == "/tasks" else 1))
            fleet.publish_due()
    assert asked == 9
    assert set(shown.values()) == set(real) == {"ACCOUNT", "POST"}
    assert views == sorted(views)
    assert views[-1] > views[0]
