"""Refreshed numbers: appended, read by account or post, and asked for at a bearable rate."""

import asyncio
from datetime import timedelta

import pytest
from tests.support.publishing import Agency

from bellwether.connectors.publishers import Publishers
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.publisher import SandboxPublisher
from bellwether.engine.publishing.refreshing import Refresher
from bellwether.model.accounts import AccountFilter
from bellwether.model.errors import InvalidInputError, NotFoundError, RateLimitedError
from bellwether.model.posts import PostFilter, StatFilter
from bellwether.storage.database import Database


@pytest.fixture
def agency(database: Database) -> Agency:
    agency = Agency(database)
    agency.publishers = Publishers([SandboxPublisher(SandboxConnector(agency.clock))])
    agency.refresher = Refresher(database, agency.clock, agency.sealer, agency.publishers)
    return agency


def test_numbers_of_an_account_and_its_post_grow_and_are_kept(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope, tag="x")
    post = agency.post(scope, account)
    agency.work()
    views: list[float] = []
    for _ in range(3):
        agency.pass_time(hours=12)
        found = asyncio.run(agency.refresher.account(scope, account.id))
        assert [row.owner_id for row in found.account_stats] == [account.id]
        assert [row.owner_id for row in found.post_stats] == [post.id]
        assert found.accounts_total == 1
        views.append(found.post_stats[0].metrics["views"] or 0)
    assert views == sorted(views)
    assert views[0] < views[-1]

    every = StatFilter(start=agency.clock.now() - timedelta(days=2))
    newest = agency.read(lambda e: e.stats.of_posts(scope, PostFilter(ids=[post.id])))
    assert [row.metrics["views"] for row in newest] == views[-1:]
    rows = agency.read(lambda e: e.stats.of_posts(scope, PostFilter(), every))
    assert [row.metrics["views"] for row in rows] == views
    assert len({row.id for row in rows}) == 3
    first = StatFilter(end=rows[0].at)
    accounts = AccountFilter(tag="x")
    assert len(agency.read(lambda e: e.stats.of_accounts(scope, accounts, first))) == 1
    assert agency.read(lambda e: e.stats.of_accounts(scope, AccountFilter(tag="y"))) == []


def test_only_what_was_named_is_asked_for(agency: Agency) -> None:
    scope = agency.scope()
    first, second = agency.account(scope, "a"), agency.account(scope, "b")
    one, two = agency.post(scope, first), agency.post(scope, second)
    agency.work()
    accounts = asyncio.run(agency.refresher.accounts(scope, AccountFilter(ids=[first.id])))
    assert [row.owner_id for row in accounts.account_stats] == [first.id]
    assert accounts.post_stats == []
    posts = asyncio.run(agency.refresher.posts(scope, PostFilter(ids=[two.id])))
    assert [row.owner_id for row in posts.post_stats] == [two.id]
    assert posts.account_stats == []
    both = asyncio.run(agency.refresher.posts(scope, PostFilter()))
    assert {row.owner_id for row in both.post_stats} == {one.id, two.id}


def test_what_is_not_there_or_not_out_cannot_be_refreshed(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    waiting = agency.post(scope, account, hours=1)
    refresher = agency.refresher
    with pytest.raises(NotFoundError) as missing:
        asyncio.run(refresher.account(scope, "nobody"))
    assert missing.value.field == "account_id"
    with pytest.raises(NotFoundError) as missing:
        asyncio.run(refresher.accounts(scope, AccountFilter(ids=["nobody"])))
    assert missing.value.field == "account_ids"
    with pytest.raises(NotFoundError) as missing:
        asyncio.run(refresher.posts(scope, PostFilter(ids=["nothing"])))
    assert missing.value.field == "post_ids"
    with pytest.raises(InvalidInputError) as refused:
        asyncio.run(refresher.posts(scope, PostFilter(ids=[waiting.id])))
    assert "social_id" in refused.value.message
    other = agency.scope("rival")
    with pytest.raises(NotFoundError):
        asyncio.run(refresher.account(other, account.id))


def test_all_accounts_or_a_group_are_refreshed_once_an_hour(agency: Agency) -> None:
    scope, other = agency.scope(), agency.scope("rival")
    agency.account(scope)
    agency.account(other)
    refresher = agency.refresher
    assert asyncio.run(refresher.everything(scope)).accounts_total == 1
    assert asyncio.run(refresher.everything(other)).accounts_total == 1
    assert asyncio.run(refresher.everything(scope, "team")).accounts_total == 0
    agency.pass_time(minutes=59)
    with pytest.raises(RateLimitedError) as refused:
        asyncio.run(refresher.everything(scope))
    assert refused.value.retry_after == 61
    agency.pass_time(minutes=1)
    assert asyncio.run(refresher.everything(scope)).accounts_total == 1


def test_an_account_that_cannot_be_read_is_told_and_keeps_no_other_back(agency: Agency) -> None:
    scope = agency.scope()
    good, gone = agency.account(scope, "good"), agency.account(scope, "sbx_deleted")
    found = asyncio.run(agency.refresher.accounts(scope, AccountFilter()))
    assert [row.owner_id for row in found.account_stats] == [good.id]
    (failed,) = found.failed_accounts
    assert failed.owner_id == gone.id
    assert "deleted" in failed.message
