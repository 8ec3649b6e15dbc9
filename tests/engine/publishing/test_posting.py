"""What becomes of a post: it goes out once, and whatever happens on the way is told."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.publishing import REFUSED, START, URL, Agency, Fault

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.publishers import Publishers
from bellwether.kit.clock import ManualClock
from bellwether.model.accounts import AccountFilter
from bellwether.model.errors import ConflictError, NotFoundError
from bellwether.model.posts import ActState, NewPost, PostChanges, PostFilter
from bellwether.model.publishers import PostKind
from bellwether.model.tenants import PlanName
from bellwether.storage.database import Database


@pytest.fixture
def agency(database: Database) -> Agency:
    return Agency(database)


def test_a_post_without_a_time_goes_out_at_once_and_is_tracked(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope), "hello")
    assert post.state is ActState.PENDING
    assert agency.work() == 1
    done = agency.get(scope, post)
    assert done.state is ActState.COMPLETE
    assert [text for _, text, _ in agency.platform.out[post.id]] == ["hello"]
    assert done.published_at == agency.clock.now()
    trackers = agency.read(lambda e: e.tracking.list_trackers(scope, cursor=None)).items
    assert {tracker.target for tracker in trackers} == {"me", done.social_id}
    content = agency.read(lambda e: e.catalog.contents(scope, [done.content_id or ""]))
    assert [one.url for one in content.values()] == [done.url]


def test_a_scheduled_post_waits_for_its_time(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope), hours=2)
    assert post.state is ActState.SCHEDULED
    agency.pass_time(minutes=119)
    assert agency.work() == 0
    assert agency.get(scope, post).state is ActState.SCHEDULED
    agency.pass_time(minutes=1)
    agency.work()
    assert agency.get(scope, post).state is ActState.COMPLETE


def test_a_changed_post_goes_out_as_changed_and_when_it_is_due_then(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope), "old", hours=1)
    later = agency.clock.now() + timedelta(hours=3)
    changes = PostChanges(caption="new", scheduled_at=later)
    agency.write(lambda e: e.publishing.change_post(scope, post.id, changes))
    agency.pass_time(hours=2)
    assert agency.work() == 0
    agency.pass_time(hours=1)
    agency.work()
    assert [text for _, text, _ in agency.platform.out[post.id]] == ["new"]


def test_a_deleted_post_does_not_go_out(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope), hours=1)
    agency.write(lambda e: e.publishing.delete_post(scope, post.id))
    agency.pass_time(hours=2)
    assert agency.work() == 0
    assert agency.platform.out == {}
    assert agency.posts(scope) == []


def test_what_is_out_can_neither_be_changed_nor_deleted(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope))
    agency.work()
    with pytest.raises(ConflictError) as refused:
        agency.write(lambda e: e.publishing.delete_post(scope, post.id))
    assert refused.value.field == "post_id"
    with pytest.raises(ConflictError):
        agency.write(
            lambda e: e.publishing.change_post(scope, post.id, PostChanges(caption="other"))
        )


def test_a_refused_post_fails_and_says_why(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope))
    agency.platform.faults.append(Fault.REFUSED)
    agency.work()
    failed = agency.get(scope, post)
    assert (failed.state, failed.error) == (ActState.FAILED, "not this one")
    agency.pass_time(days=2)
    assert agency.work() == 0


def test_a_busy_platform_is_tried_again_later_and_given_up_in_the_end(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope))
    agency.platform.faults.extend([Fault.BUSY] * 100)
    agency.work()
    waiting = agency.get(scope, post)
    assert (waiting.state, waiting.error) == (ActState.PENDING, "busy")
    for _ in range(10):
        agency.pass_time(hours=5)
        agency.work()
    assert agency.get(scope, post).state is ActState.FAILED
    assert agency.platform.calls.count(f"send {post.id}") == 8


def test_an_answer_that_was_lost_is_looked_for_before_anything_is_sent_again(
    agency: Agency,
) -> None:
    scope = agency.scope()
    out, gone = agency.account(scope, "out"), agency.account(scope, "gone")
    agency.platform.faults.append(Fault.LOST_AFTER)
    first = agency.post(scope, out)
    agency.work()
    agency.platform.faults.append(Fault.LOST_BEFORE)
    second = agency.post(scope, gone)
    agency.work()
    assert agency.get(scope, first).state is ActState.PENDING
    assert not any(call.startswith("look") for call in agency.platform.calls)
    agency.pass_time(seconds=61)
    agency.work()
    assert agency.get(scope, first).state is ActState.COMPLETE
    assert agency.get(scope, second).state is ActState.COMPLETE
    assert [agency.platform.count(one.id) for one in (first, second)] == [1, 1]
    assert agency.platform.calls.count(f"send {first.id}") == 1
    assert agency.platform.calls.count(f"send {second.id}") == 2


def test_what_the_platform_cannot_tell_stays_unknown_and_is_not_sent_again(
    agency: Agency,
) -> None:
    agency.platform.told = False
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope))
    agency.platform.faults.append(Fault.LOST_AFTER)
    agency.work()
    agency.pass_time(minutes=5)
    agency.work()
    unknown = agency.get(scope, post)
    assert unknown.state is ActState.UNKNOWN
    assert unknown.error == "the platform has no list of posts"
    agency.pass_time(days=5)
    assert agency.work() == 0
    assert agency.platform.count(post.id) == 1


def test_while_one_post_is_doubtful_its_account_sends_no_other(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    first = agency.post(scope, account, "same text")
    second = agency.post(scope, account, "same text", seconds=30)
    agency.platform.faults.append(Fault.LOST_BEFORE)
    agency.work()
    agency.pass_time(seconds=45)
    assert agency.work() == 0
    agency.pass_time(seconds=20)
    agency.work()
    assert agency.get(scope, first).state is ActState.COMPLETE
    assert agency.get(scope, second).state is ActState.COMPLETE
    sends = [call for call in agency.platform.calls if call.startswith("send")]
    assert sends == [f"send {first.id}", f"send {first.id}", f"send {second.id}"]


def test_a_platform_that_takes_its_time_is_asked_until_it_is_out(agency: Agency) -> None:
    agency.platform.needs_time = True
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope))
    agency.platform.faults.append(Fault.SLOW)
    agency.work()
    assert agency.platform.calls == ["allowance", f"prepare {post.id}"]
    agency.pass_time(seconds=30)
    agency.work()
    assert agency.get(scope, post).state is ActState.PENDING
    agency.pass_time(seconds=10)
    agency.work()
    assert agency.get(scope, post).state is ActState.COMPLETE
    assert agency.platform.count(post.id) == 1


def test_a_daily_limit_of_the_platform_puts_posts_off(agency: Agency) -> None:
    agency.platform.allowed = 0
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope))
    agency.work()
    waiting = agency.get(scope, post)
    assert waiting.state is ActState.PENDING
    assert "takes 0 posts" in (waiting.error or "")
    agency.platform.allowed = 5
    agency.pass_time(hours=1)
    agency.work()
    assert agency.get(scope, post).state is ActState.COMPLETE


def test_a_full_plan_keeps_nothing_from_going_out(agency: Agency) -> None:
    scope = agency.scope()
    agency.write(lambda e: e.tenants.create_key("acme", scope.environment, PlanName.FREE))
    account = agency.account(scope)
    posts = [agency.post(scope, account, f"post {number}") for number in range(27)]
    agency.work()
    assert {agency.get(scope, post).state for post in posts} == {ActState.COMPLETE}
    assert agency.read(lambda e: e.tracking.tracked_videos(scope)) == 25


def test_a_worker_that_was_held_up_changes_nothing(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    post = agency.post(scope, account)

    async def race() -> None:
        slow, quick = agency.worker(), agency.worker()
        sending = agency.platform.send

        async def held_up(*given: Any) -> Any:
            agency.platform.send = sending  # type: ignore[method-assign]
            agency.pass_time(minutes=5)  # its lease is over, and it does not know
            while await quick.step():
                agency.pass_time(seconds=61)
            raise ConnectorError(REFUSED)

        agency.platform.send = held_up  # type: ignore[method-assign,assignment]
        await slow.step()

    asyncio.run(race())
    assert agency.get(scope, post).state is ActState.COMPLETE
    assert agency.platform.count(post.id) == 1


def test_which_account_publishes_can_be_left_to_the_server(agency: Agency) -> None:
    scope = agency.scope()
    for number in range(3):
        agency.account(scope, f"user{number}", tag="team")
    agency.account(scope, "outsider")
    new = NewPost(None, PostKind.VIDEO, (URL,), among=AccountFilter(tag="team"))
    made = [agency.write(lambda e: e.publishing.create_post(scope, new)) for _ in range(6)]
    assert sorted(Counter(post.account_id for post in made).values()) == [2, 2, 2]
    nobody = replace(new, among=AccountFilter(tag="nobody"))
    with pytest.raises(NotFoundError) as refused:
        agency.write(lambda e: e.publishing.create_post(scope, nobody))
    assert refused.value.field == "account_id"


def test_posts_are_listed_by_account_state_and_date(agency: Agency) -> None:
    scope = agency.scope()
    first, second = agency.account(scope, "a", tag="x"), agency.account(scope, "b")
    now = agency.clock.now()
    one, two = agency.post(scope, first), agency.post(scope, second, hours=5)
    three = agency.post(scope, first, hours=2)
    agency.work()

    def ids(wanted: PostFilter) -> list[str]:
        return [post.id for post in agency.read(lambda e: e.publishing.posts(scope, wanted))]

    assert ids(PostFilter()) == [two.id, three.id, one.id]
    assert ids(PostFilter(accounts=AccountFilter(tag="x"))) == [three.id, one.id]
    assert ids(PostFilter(state=ActState.COMPLETE)) == [one.id]
    assert ids(PostFilter(ids=[two.id, "nothing"])) == [two.id]
    assert ids(PostFilter(start=now + timedelta(hours=2))) == [two.id, three.id]
    assert ids(PostFilter(end=now + timedelta(hours=2), limit=1)) == [three.id]


def test_a_post_that_breaks_the_server_is_set_aside_and_keeps_no_other_back(
    agency: Agency,
) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    agency.platform.faults.append(Fault.UNKEEPABLE)
    odd = agency.post(scope, account, "odd")
    good = agency.post(scope, account, "good", seconds=1)
    agency.work()
    assert "on this server" in (agency.get(scope, odd).error or "")
    for _ in range(12):
        agency.pass_time(hours=5)
        agency.work()
    assert agency.get(scope, good).state is ActState.COMPLETE
    assert agency.get(scope, odd).state is ActState.COMPLETE  # it was found under its right name
    assert [agency.platform.count(one.id) for one in (odd, good)] == [1, 1]


def test_where_nobody_publishes_any_more_posts_wait_and_then_fail(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope))
    publishers, agency.publishers = agency.publishers, Publishers(())
    agency.work()
    waiting = agency.get(scope, post)
    assert waiting.state is ActState.PENDING
    assert "cannot be acted for" in (waiting.error or "")
    agency.publishers = publishers
    agency.pass_time(seconds=10)
    agency.work()
    assert agency.get(scope, post).state is ActState.COMPLETE


def test_on_a_fast_clock_nothing_real_is_done(database: Database) -> None:
    agency = Agency(database, ManualClock(START))
    scope = agency.go_live()
    agency.post(scope, agency.live_account(scope))
    assert agency.work() == 0
    assert agency.platform.calls == []
