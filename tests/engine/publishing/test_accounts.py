"""Accounts: who has them, what they are called, and what gives access to them."""

import asyncio

import pytest
from tests.support.publishing import UNLIMITED, Agency, Fault

from bellwether.model.accounts import AccountFilter, AccountState, LabelChanges, NewAccount
from bellwether.model.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnsupportedError,
)
from bellwether.model.platforms import Platform
from bellwether.model.posts import ActState
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database


@pytest.fixture
def agency(database: Database) -> Agency:
    return Agency(database)


def test_accounts_are_found_by_any_of_their_labels(agency: Agency) -> None:
    scope = agency.scope()
    new = [
        NewAccount(Platform.TIKTOK, "@one", tag="a", org_group="g"),
        NewAccount(Platform.INSTAGRAM, "two", tag="a", user_group="u"),
        NewAccount(Platform.TIKTOK, "three"),
    ]
    made = agency.write(lambda e: e.accounts.add(scope, UNLIMITED, new))
    assert [one.username for one in made] == ["one", "two", "three"]

    def names(wanted: AccountFilter) -> list[str]:
        found = agency.read(lambda e: e.accounts.list(scope, wanted))
        return [one.username for one in found]

    assert names(AccountFilter()) == ["one", "two", "three"]
    assert names(AccountFilter(tag="a")) == ["one", "two"]
    assert names(AccountFilter(tag="a", org_group="g")) == ["one"]
    assert names(AccountFilter(user_group="u")) == ["two"]
    assert names(AccountFilter(platform=Platform.TIKTOK)) == ["one", "three"]
    assert names(AccountFilter(ids=[made[2].id, "\0", "nobody"])) == ["three"]
    assert names(AccountFilter(ids=[])) == []


def test_an_account_is_managed_once_whatever_the_spelling(agency: Agency) -> None:
    scope = agency.scope()
    agency.account(scope, "Me")
    for name in ("me", "@ME"):
        with pytest.raises(ConflictError) as refused:
            agency.account(scope, name)
        assert refused.value.field == "username"
    twice = [NewAccount(Platform.TIKTOK, "x"), NewAccount(Platform.TIKTOK, "X")]
    with pytest.raises(ConflictError):
        agency.write(lambda e: e.accounts.add(scope, UNLIMITED, twice))
    assert len(agency.read(lambda e: e.accounts.list(scope))) == 1


def test_an_account_of_another_workspace_or_environment_is_not_there(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    change = LabelChanges(account.id, tag="stolen")
    for other in (agency.scope("rival"), agency.scope("acme", Environment.LIVE)):
        assert agency.read(lambda e, other=other: e.accounts.list(other)) == []  # type: ignore[misc]
        with pytest.raises(NotFoundError):
            agency.read(lambda e, other=other: e.accounts.get(other, account.id))  # type: ignore[misc]
        with pytest.raises(NotFoundError):
            agency.post(other, account)
        (answer,) = agency.write(
            lambda e, other=other: e.accounts.label(other, [change])  # type: ignore[misc]
        )
        assert isinstance(answer, NotFoundError)
    assert agency.read(lambda e: e.accounts.get(scope, account.id)).tag is None


def test_labels_are_changed_and_taken_away_one_by_one(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope, tag="old")
    changes = [
        LabelChanges(account.id, org_group="g", details={"keywords": ["a"]}),
        LabelChanges("nobody", tag="x"),
        LabelChanges(account.id),
        LabelChanges(account.id, tag="x" * 201),
        LabelChanges(account.id, tag=""),
    ]
    answers = agency.write(lambda e: e.accounts.label(scope, changes))
    errors = [getattr(one, "field", None) for one in answers]
    assert errors == [None, "account_id", "tag", "tag", None]
    now = agency.read(lambda e: e.accounts.get(scope, account.id))
    assert (now.tag, now.org_group, now.details) == (None, "g", {"keywords": ["a"]})


@pytest.mark.parametrize(
    ("new", "error", "field"),
    [
        (NewAccount(Platform.TIKTOK, "no name at all"), InvalidInputError, "username"),
        (NewAccount(Platform.TIKTOK, ""), InvalidInputError, "username"),
        (NewAccount(Platform.TIKTOK, "me", token="t"), InvalidInputError, "token"),
        (NewAccount(Platform.TIKTOK, "me", tag="x" * 201), InvalidInputError, "tag"),
        (NewAccount(Platform.TIKTOK, "me", nick_name="a\0"), InvalidInputError, "nick_name"),
    ],
)
def test_what_cannot_be_an_account_is_refused_by_field(
    agency: Agency, new: NewAccount, error: type[InvalidInputError], field: str
) -> None:
    scope = agency.scope()
    with pytest.raises(error) as refused:
        agency.write(lambda e: e.accounts.add(scope, UNLIMITED, [new]))
    assert refused.value.field == field
    assert agency.read(lambda e: e.accounts.list(scope)) == []


def test_where_nobody_publishes_there_are_no_accounts(agency: Agency) -> None:
    scope = agency.scope(environment=Environment.LIVE)
    with pytest.raises(UnsupportedError) as refused:
        agency.account(scope)
    assert refused.value.field == "platform"


def test_an_account_is_a_creator_whose_numbers_are_followed(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    trackers = agency.read(lambda e: e.tracking.list_trackers(scope, cursor=None)).items
    assert [(one.subject_id, one.target) for one in trackers] == [(account.creator_id, "me")]


def test_an_account_whose_access_was_taken_back_is_not_acted_for(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    post = agency.post(scope, account)
    agency.platform.faults.append(Fault.UNAUTHORIZED)
    agency.work()
    assert agency.get(scope, post).state is ActState.FAILED
    assert agency.read(lambda e: e.accounts.get(scope, account.id)).state is AccountState.REVOKED
    with pytest.raises(ConflictError) as refused:
        agency.post(scope, account)
    assert refused.value.field == "account_id"


def test_refreshed_names_fill_in_what_is_not_known(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    found = asyncio.run(agency.refresher.accounts(scope, AccountFilter(ids=[account.id])))
    assert [row.owner_id for row in found.account_stats] == [account.id]
    assert agency.read(lambda e: e.accounts.get(scope, account.id)).nick_name is not None
