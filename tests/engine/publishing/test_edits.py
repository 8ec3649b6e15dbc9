"""Profile edits: tasks with cool-downs, of which one at a time is taken."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.support.publishing import Agency, Fault

from bellwether.engine.facade import Engine
from bellwether.model.errors import BellwetherError, InvalidInputError
from bellwether.model.posts import ActState, Edit, Task, TaskFilter, TaskType
from bellwether.model.tenants import Scope
from bellwether.storage.database import Database

AVATAR = "https://media.example.com/me.png"


@pytest.fixture
def agency(database: Database) -> Agency:
    return Agency(database)


def editing(scope: Scope, account_id: str, edit: Edit) -> Callable[[Engine], Task]:
    return lambda engine: engine.publishing.edit_profile(scope, account_id, edit)


def test_an_edit_is_made_by_the_worker_and_kept(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    edit = Edit("Ann", "what I do", AVATAR)
    task = agency.write(editing(scope, account.id, edit))
    assert (task.state, task.edit) == (ActState.PENDING, edit)
    agency.work()
    ((who, changes),) = agency.platform.edits
    assert (who, changes.name, changes.bio) == ("me", "Ann", "what I do")
    assert changes.avatar is not None
    assert changes.avatar.url == AVATAR
    (done,) = agency.read(lambda e: e.publishing.tasks(scope))
    assert (done.id, done.state, done.type) == (task.id, ActState.COMPLETE, TaskType.EDIT_PROFILE)
    now = agency.read(lambda e: e.accounts.get(scope, account.id))
    assert (now.nick_name, now.bio, now.avatar_url) == ("Ann", "what I do", AVATAR)


@pytest.mark.parametrize(
    ("edit", "wait", "message"),
    [
        (
            Edit(nick_name="Two"),
            timedelta(days=2, hours=1),
            (
                "Nickname can only be updated once every 7 days. Last update was 2 days ago. "
                "You can update again in 5 day(s) on 2026-03-09"
            ),
        ),
        (
            Edit(avatar_url=AVATAR),
            timedelta(hours=5, minutes=30),
            (
                "Avatar can only be updated once every 24 hours. Last update was 5 hours ago. "
                "You can update again in 19 hour(s) on 2026-03-03"
            ),
        ),
        (
            Edit(bio="two"),
            timedelta(hours=23, minutes=59),
            (
                "Bio can only be updated once every 24 hours. Last update was 23 hours ago. "
                "You can update again in 1 hour(s) on 2026-03-03"
            ),
        ),
    ],
)
def test_an_edit_inside_its_cool_down_is_refused_in_the_documents_words(
    agency: Agency, edit: Edit, wait: timedelta, message: str
) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    agency.write(editing(scope, account.id, edit))
    agency.work()
    agency.clock.advance(wait)
    with pytest.raises(InvalidInputError) as refused:
        agency.write(editing(scope, account.id, edit))
    assert refused.value.message == message
    assert len(agency.read(lambda e: e.publishing.tasks(scope))) == 1
    agency.clock.advance(timedelta(days=7))
    agency.write(editing(scope, account.id, edit))
    assert len(agency.read(lambda e: e.publishing.tasks(scope))) == 2


def test_fields_cool_down_apart_and_one_that_is_too_soon_stops_all(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    agency.write(editing(scope, account.id, Edit(nick_name="Ann")))
    with pytest.raises(InvalidInputError) as refused:
        agency.write(editing(scope, account.id, Edit(nick_name="Bea", bio="x")))
    assert refused.value.field == "nick_name"
    agency.write(editing(scope, account.id, Edit(bio="x")))


def test_of_two_edits_at_the_same_moment_one_wins(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)

    def attempt(number: int) -> str | None:
        try:
            agency.write(editing(scope, account.id, Edit(nick_name=f"Name {number}")))
        except BellwetherError as error:
            return error.message
        return None

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    assert answers.count(None) == 1
    assert sum("once every 7 days" in (one or "") for one in answers) == 7
    assert len(agency.read(lambda e: e.publishing.tasks(scope))) == 1


def test_an_edit_that_was_not_made_does_not_use_up_its_time(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    agency.write(editing(scope, account.id, Edit(nick_name="Ann")))
    agency.work()
    agency.pass_time(days=8)
    agency.platform.faults.append(Fault.REFUSED)
    agency.write(editing(scope, account.id, Edit(nick_name="Bea")))
    agency.work()
    tasks = agency.read(lambda e: e.publishing.tasks(scope))
    assert [task.state for task in tasks] == [ActState.FAILED, ActState.COMPLETE]
    assert agency.read(lambda e: e.accounts.get(scope, account.id)).nick_name == "Ann"
    agency.write(editing(scope, account.id, Edit(nick_name="Cleo")))


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (Edit(), "nick_name"),
        (Edit(nick_name=" "), "nick_name"),
        (Edit(nick_name="x" * 31), "nick_name"),
        (Edit(bio="x" * 81), "bio"),
        (Edit(avatar_url="http://192.168.0.1/me.png"), "avatar_url"),
        (Edit(avatar_url="me.png"), "avatar_url"),
    ],
)
def test_an_edit_that_the_platform_would_refuse_is_refused_by_field(
    agency: Agency, edit: Edit, field: str
) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    with pytest.raises(InvalidInputError) as refused:
        agency.write(editing(scope, account.id, edit))
    assert refused.value.field == field
    assert agency.read(lambda e: e.publishing.tasks(scope)) == []


def test_tasks_that_nobody_makes_can_be_asked_for(agency: Agency) -> None:
    scope = agency.scope()
    agency.write(editing(scope, agency.account(scope).id, Edit(bio="x")))
    for kind in TaskType:
        found = agency.read(
            lambda e, kind=kind: e.publishing.tasks(scope, TaskFilter(type=kind))  # type: ignore[misc]
        )
        assert len(found) == (kind is TaskType.EDIT_PROFILE)
