"""Random orders, changes, clocks, faults and crashes: no post goes out twice, and none is lost."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from structlog.testing import capture_logs
from tests.support.publishing import Agency, Fault

from bellwether.model.errors import ConflictError
from bellwether.model.posts import ActState, Post, PostChanges
from bellwether.storage.database import open_database

ACCOUNTS = 3
FAULTS = st.sampled_from([fault for fault in Fault if fault is not Fault.UNAUTHORIZED])
SOON = st.sampled_from([0, 0, 0, 1, 7, 60])


class Publishing(RuleBasedStateMachine):
    """The model: what was ordered and not dropped, by id, with its newest text."""

    agency: Agency

    @initialize(told=st.integers(0, 3), slow=st.integers(0, 3))
    def begin(self, told: int, slow: int) -> None:
        self.agency = self.make()
        self.agency.platform.told = bool(told)
        self.agency.platform.needs_time = not slow
        self.scope = self.agency.scope()
        self.accounts = [self.agency.account(self.scope, f"a{n}") for n in range(ACCOUNTS)]
        self.ordered: dict[str, tuple[Post, str]] = {}
        self.dropped: set[str] = set()

    def make(self) -> Agency:
        raise NotImplementedError

    @rule(account=st.integers(0, ACCOUNTS - 1), minutes=SOON, same=st.integers(0, 1))
    def order(self, account: int, minutes: int, same: int) -> None:
        text = "same" if same else f"text {len(self.ordered)}"
        at = {"minutes": minutes} if minutes else {}
        post = self.agency.post(self.scope, self.accounts[account], text, **at)
        self.ordered[post.id] = (post, text)

    @rule(
        accounts=st.lists(st.integers(0, ACCOUNTS - 1), min_size=1, max_size=4),
        faults=st.lists(FAULTS, min_size=4, max_size=6),
        seconds=st.sampled_from([15, 61]),
    )
    def storm(self, accounts: list[int], faults: list[Fault], seconds: int) -> None:
        """Let several posts meet faults, and then what comes after."""
        for account in accounts:
            self.order(account, 0, account % 2)
        self.work(1, faults)
        self.work(seconds, [])
        self.work(61, [])

    @rule(pick=st.integers(0, 30), minutes=SOON)
    def change(self, pick: int, minutes: int) -> None:
        if not self.ordered:
            return
        post_id = list(self.ordered)[pick % len(self.ordered)]
        text = f"changed {minutes} {pick}"
        at = self.agency.clock.now() + timedelta(minutes=minutes)
        changes = PostChanges(caption=text, scheduled_at=at)
        try:
            self.agency.write(lambda e: e.publishing.change_post(self.scope, post_id, changes))
        except ConflictError:
            return  # it has begun
        assert self.agency.platform.count(post_id) == 0, "changed although it was out"
        self.ordered[post_id] = (self.ordered[post_id][0], text)

    @rule(pick=st.integers(0, 30))
    def drop(self, pick: int) -> None:
        if not self.ordered:
            return
        post_id = list(self.ordered)[pick % len(self.ordered)]
        try:
            self.agency.write(lambda e: e.publishing.delete_post(self.scope, post_id))
        except ConflictError:
            return
        assert self.agency.platform.count(post_id) == 0, "dropped although it was out"
        self.ordered.pop(post_id)
        self.dropped.add(post_id)

    @rule(seconds=st.sampled_from([1, 15, 45, 61, 300, 3600]), faults=st.lists(FAULTS, max_size=4))
    def work(self, seconds: int, faults: list[Fault]) -> None:
        self.agency.pass_time(seconds=seconds)
        self.agency.platform.faults.extend(faults)
        self.agency.work()
        self.check()

    def check(self) -> None:
        platform = self.agency.platform
        assert all(len(times) == 1 for times in platform.out.values()), platform.out
        assert not self.dropped & set(platform.out)
        for post_id, (_, text) in self.ordered.items():
            if post_id in platform.out:
                assert platform.out[post_id][0][1] == text

    def teardown(self) -> None:
        if not hasattr(self, "ordered"):
            return
        platform = self.agency.platform
        platform.faults.clear()
        for _ in range(12):
            self.agency.pass_time(hours=5)
            self.agency.work()
        self.check()
        found = {post.id: post for post in self.agency.posts(self.scope)}
        assert set(found) == set(self.ordered)
        for post_id, post in found.items():
            assert post.state.over, post
            if post.state is ActState.COMPLETE:
                assert platform.count(post_id) == 1, "lost"
                assert post.social_id is not None
            elif post.state is ActState.FAILED:
                assert platform.count(post_id) == 0, "out, and said to have failed"
            else:
                assert not platform.told, "unknown, although the platform could be asked"
        self.close()

    def close(self) -> None:
        raise NotImplementedError


@pytest.mark.timeout(170)
def test_no_post_is_lost_or_doubled_on_sqlite(sqlite_template: Path) -> None:
    class OnSqlite(Publishing):
        def make(self) -> Agency:
            self.folder = tempfile.mkdtemp()
            path = Path(self.folder) / "store.sqlite"
            shutil.copy(sqlite_template, path)
            return Agency(open_database(f"sqlite:///{path}"))

        def close(self) -> None:
            self.agency.database.close()
            shutil.rmtree(self.folder)

    run(OnSqlite, examples=20, steps=20)


@pytest.mark.timeout(170)
def test_no_post_is_lost_or_doubled_on_postgresql(postgres: Any, postgres_url: str) -> None:
    class OnPostgresql(Publishing):
        def make(self) -> Agency:
            return Agency(open_database(postgres_url))

        def close(self) -> None:
            self.agency.database.close()
            postgres.empty("shared")

    run(OnPostgresql, examples=6, steps=15)


def run(machine: type[Publishing], *, examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with capture_logs():  # drawing what went wrong, with all variables, takes longer than all else
        run_state_machine_as_test(machine, settings=chosen)
