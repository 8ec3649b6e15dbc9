"""What the pages on schedules and guarded requests promise is what there is."""

import shlex
from pathlib import Path
from typing import get_args

import pytest
from tests.support.command import bellwether

from bellwether.kit.cron import CronError, Schedule
from bellwether.kit.http import Reason

DOCS = Path(__file__).parents[2] / "docs"
CRON = (DOCS / "cron.md").read_text(encoding="utf-8")
COMMANDS = [line for line in CRON.splitlines() if line.startswith("bellwether ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_on_the_page_work(command: str) -> None:
    assert bellwether(*shlex.split(command)[1:]).code == 0


@pytest.mark.parametrize(
    "expression", ["0 0 13 * FRI", "0 0 */2 * TUE", "30 2 * * *", "0 * * * *", "*/10 2 * * *"]
)
def test_the_schedules_on_the_page_are_schedules(expression: str) -> None:
    assert f"`{expression}`" in CRON
    Schedule(expression)


def test_the_schedule_that_never_fires_on_the_page_is_refused() -> None:
    assert "`0 0 30 2 *`" in CRON
    with pytest.raises(CronError):
        Schedule("0 0 30 2 *")


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_of_a_refused_request_is_on_the_page(reason: str) -> None:
    assert f"`{reason}`" in (DOCS / "guarded-http.md").read_text(encoding="utf-8")
