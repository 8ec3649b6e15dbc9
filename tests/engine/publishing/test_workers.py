"""Several workers on one store, what they count, and whose acts a customer sees."""

import asyncio
from collections import Counter

import pytest
from tests.support.publishing import Agency, Fault

from bellwether.kit.metering import Meter
from bellwether.model.errors import NotFoundError
from bellwether.model.posts import ActState, Edit, NewComment
from bellwether.storage.database import Database

URL = "https://www.tiktok.com/@you/video/7123456789012345678"


class Counts(Meter):
    """Keeps what is counted."""

    def __init__(self) -> None:
        self.acts: Counter[tuple[str, str, str]] = Counter()

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        assert name == "acts"
        self.acts[labels["platform"], labels["kind"], labels["state"]] += int(amount)

    def observe(self, name: str, value: float, **labels: str) -> None:
        raise AssertionError(name)


@pytest.fixture
def agency(database: Database) -> Agency:
    return Agency(database)


def test_two_workers_share_accounts_and_never_one_of_them(agency: Agency) -> None:
    scope = agency.scope()
    accounts = [agency.account(scope, f"user{number}") for number in range(6)]
    posts = [agency.post(scope, accounts[number % 6], f"{number}") for number in range(60)]

    async def race() -> None:
        stop = asyncio.Event()
        workers = [agency.worker(slots=2, poll_seconds=0.02) for _ in range(2)]
        running = [asyncio.create_task(worker.run(stop)) for worker in workers]
        async with asyncio.timeout(30):
            while len(agency.platform.out) < len(posts):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        stop.set()
        await asyncio.gather(*running)

    asyncio.run(race())  # the platform itself objects to two acts of one account at a time
    assert {agency.platform.count(post.id) for post in posts} == {1}
    assert {agency.get(scope, post).state for post in posts} == {ActState.COMPLETE}


def test_ends_are_counted_by_platform_kind_and_state(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    counts = Counts()
    agency.platform.faults.append(Fault.REFUSED)
    agency.post(scope, account)
    agency.post(scope, account)
    agency.write(lambda e: e.publishing.edit_profile(scope, account.id, Edit(bio="x")))
    agency.work(meter=counts)
    assert counts.acts == {
        ("tiktok", "post", "failed"): 1,
        ("tiktok", "post", "complete"): 1,
        ("tiktok", "edit_profile", "complete"): 1,
    }


def test_acts_of_another_workspace_are_not_there(agency: Agency) -> None:
    scope, other = agency.scope(), agency.scope("rival")
    account = agency.account(scope)
    post = agency.post(scope, account, hours=1)
    task = agency.write(lambda e: e.publishing.edit_profile(scope, account.id, Edit(bio="x")))
    new = NewComment(account.id, URL, "nice")
    comment = agency.write(lambda e: e.publishing.create_comment(scope, new))
    for asked in (
        lambda e: e.publishing.post(other, post.id),
        lambda e: e.publishing.delete_post(other, post.id),
        lambda e: e.publishing.task(other, task.id),
        lambda e: e.publishing.comment(other, comment.id),
        lambda e: e.publishing.edit_profile(other, account.id, Edit(bio="y")),
        lambda e: e.publishing.create_comment(other, new),
        lambda e: e.publishing.post(scope, task.id),
    ):
        with pytest.raises(NotFoundError):
            agency.write(asked)
    assert agency.posts(other) == []
    assert agency.read(lambda e: e.publishing.tasks(other)) == []
    assert agency.read(lambda e: e.publishing.comments(other)) == []
    assert agency.get(scope, post).state is ActState.SCHEDULED
