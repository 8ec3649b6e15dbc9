from pathlib import Path

import pytest

from bellwether.engine.tracking.recording import RETRY_WAITS
from bellwether.model.readings import TRANSIENT_REASONS, FailureReason
from bellwether.model.tracking import TrackerState

PAGE = Path(__file__).parents[3] / "docs" / "tracking.md"


@pytest.fixture
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_failure_reason_is_documented_with_whether_it_is_tried_again(page: str) -> None:
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    said = {row[1].strip(" `"): row[3].strip() for row in rows if len(row) == 5}
    assert said == {
        reason.value: "yes" if reason in TRANSIENT_REASONS else "no" for reason in FailureReason
    }


def test_every_wait_between_attempts_is_documented(page: str) -> None:
    for number, wait in enumerate(RETRY_WAITS, start=1):
        seconds = int(wait.total_seconds())
        words = f"{seconds // 60} minutes" if seconds >= 60 else f"{seconds} seconds"
        assert f"| {number} | {words} |" in page
    assert f"After attempt {len(RETRY_WAITS) + 1}," in page


def test_every_state_is_documented(page: str) -> None:
    assert all(f"| `{state}` |" in page for state in TrackerState)
