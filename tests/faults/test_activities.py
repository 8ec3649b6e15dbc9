"""`kill -9` of a server that takes activities: what was acknowledged is there, once.

The long form, for any number of kills: `python -m tests.support.activity_kills 50`.
"""

from pathlib import Path

import pytest
from tests.support.activity_kills import kill_under_load

from bellwether.storage.database import Database

KILLS = {"sqlite": 3, "postgresql": 2}


@pytest.mark.timeout(120)
def test_killed_again_and_again_it_loses_no_acknowledged_activity(
    database: Database, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kills = KILLS[database.kind]
    acknowledged = kill_under_load(database, database_url, tmp_path, kills)
    assert acknowledged > 0
    with capsys.disabled():
        print(f"\n{database.kind}: {kills} kills, {acknowledged} activities acknowledged")  # noqa: T201  to be seen
