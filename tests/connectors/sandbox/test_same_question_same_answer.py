import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import worlds

from bellwether.model.platforms import Platform
from bellwether.model.readings import Failed

_INSTANTS = st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)
_NAMES = st.text(min_size=1, max_size=40)
_PLATFORMS = st.sampled_from(Platform)

_SCRIPT = """
import asyncio, hashlib
from datetime import UTC, datetime
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.readings import Failed

async def main():
    sandbox = SandboxConnector(ManualClock(datetime(2024, 2, 29, 13, tzinfo=UTC)), seed=7)
    said = []
    for platform in Platform:
        keys = [f"somebody{number}" for number in range(20)]
        said += await sandbox.fetch_profiles(platform, keys)
        said += await sandbox.fetch_contents(platform, [str(10**10 + n) for n in range(20)])
        said.append(await sandbox.list_contents(platform, "somebody"))
        said.append(await sandbox.fetch_audience(platform, "somebody"))
    print(hashlib.sha256(repr(said).encode()).hexdigest())

asyncio.run(main())
"""


def test_processes_with_different_hash_seeds_agree() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(answers) == 1
    assert len(answers.pop().strip()) == 64


@settings(max_examples=100, deadline=None)
@given(_PLATFORMS, _NAMES, _INSTANTS, st.floats(0.0, 400.0))
def test_what_is_said_of_one_instant_does_not_depend_on_other_questions(
    platform: Platform, key: str, instant: datetime, days: float
) -> None:
    async def ask() -> None:
        early = worlds.at(instant)
        before = await early.fetch_contents(platform, [key])
        before_profile = await early.fetch_profiles(platform, [key])
        late = worlds.at(instant + timedelta(days=days))
        await late.fetch_contents(platform, ["another", key, key])
        await late.fetch_profiles(platform, [key])
        assert await early.fetch_contents(platform, ["first", key]) == [
            *(await worlds.at(instant).fetch_contents(platform, ["first"])),
            *before,
        ]
        assert await worlds.at(instant).fetch_profiles(platform, [key]) == before_profile

    asyncio.run(ask())


@settings(max_examples=100, deadline=None)
@given(_PLATFORMS, _NAMES, _INSTANTS)
def test_any_handle_and_any_id_exists_with_counts_that_are_whole_or_hidden(
    platform: Platform, key: str, instant: datetime
) -> None:
    async def ask() -> None:
        creator = await worlds.creator(platform, "a" + key, instant)
        content = await worlds.content(platform, "a" + key, instant)
        for metrics in (creator.metrics, content.metrics):
            assert metrics
            assert all(
                value is None or (type(value) is int and value >= 0) for value in metrics.values()
            )
            json.dumps(dict(metrics))
        json.dumps(dict(creator.details))
        assert creator.source == content.source == "sandbox"
        assert content.published_at is not None
        assert content.published_at <= instant

    asyncio.run(ask())


async def test_another_seed_is_another_world() -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    keys = [f"creator{number}" for number in range(20)]
    one = await worlds.at(instant, seed=1).fetch_profiles(Platform.TIKTOK, keys)
    two = await worlds.at(instant, seed=2).fetch_profiles(Platform.TIKTOK, keys)
    assert all(a != b for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("platform", list(Platform))
async def test_a_batch_of_500_is_answered_in_order(platform: Platform) -> None:
    sandbox = worlds.at(datetime(2026, 1, 1, tzinfo=UTC))
    keys = [f"creator{number}" for number in range(500)]
    outcomes = await sandbox.fetch_profiles(platform, keys)
    assert [outcome.key for outcome in outcomes] == keys  # type: ignore[union-attr]


async def test_twenty_thousand_ids_that_others_made_exist_too() -> None:
    sandbox = worlds.at(datetime(2026, 1, 1, tzinfo=UTC))
    ids = [str(7_000_000_000_000_000_000 + 28_800_000_000_000 * n + n) for n in range(20_000)]
    outcomes = await sandbox.fetch_contents(Platform.TIKTOK, ids)
    assert [outcome for outcome in outcomes if isinstance(outcome, Failed)] == []
