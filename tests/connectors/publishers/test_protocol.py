"""What the engine may rely on, asked of the simulated network and of both fakes."""

from datetime import timedelta

import pytest
from tests.connectors.publishers.conftest import World
from tests.support.fakes.faults import LOST, Fault
from tests.support.publishing_steps import ready, sent, settled

from bellwether.connectors.base import CapabilityMissingError, ConnectorError
from bellwether.connectors.publishers import LostAnswerError
from bellwether.kit.clock import SystemClock
from bellwether.model.publishers import (
    CannotTell,
    Draft,
    NotThere,
    PostKind,
    Prepared,
    ProfileChanges,
    Published,
)
from bellwether.model.readings import ContentReading, CreatorReading, FailureReason

KINDS = pytest.mark.parametrize("kind", PostKind)


async def _ready(world: World, draft: Draft) -> Prepared:
    return await ready(world.publisher, world.access, draft, world.media)


async def _published(world: World, draft: Draft) -> Published:
    since = SystemClock().now()
    prepared = await _ready(world, draft)
    answer = await sent(world.publisher, world.access, draft, prepared, world.media)
    if isinstance(answer, Published):
        return answer
    assert answer is not None
    found = await settled(world.publisher, world.access, draft, answer, since)
    assert isinstance(found, Published)
    return found


@KINDS
async def test_nothing_is_seen_before_it_is_sent_and_one_post_after(
    world: World, kind: PostKind
) -> None:
    draft = world.draft(kind)
    await _ready(world, draft)
    assert world.texts() == []
    published = await _published(world, draft)
    assert world.texts() == [draft.text]
    assert published.account == world.access.account
    assert abs(published.published_at - SystemClock().now()) < timedelta(minutes=2)


@KINDS
async def test_what_came_out_can_be_read_with_the_accounts_own_reader(
    world: World, kind: PostKind
) -> None:
    published = await _published(world, world.draft(kind))
    assert published.id is not None
    reader = world.publisher.reader(world.access)
    (reading,) = await reader.fetch_contents(published.platform, [published.id])
    assert isinstance(reading, ContentReading)
    assert (reading.id, reading.kind) == (published.id, published.kind)
    assert published.url is not None
    if world.publisher.declaration.needs_access:
        assert reading.url == published.url
    (profile,) = await reader.fetch_profiles(published.platform, [world.access.account])
    assert isinstance(profile, CreatorReading)


@KINDS
async def test_looking_for_what_was_never_sent_does_not_find_it(
    world: World, kind: PostKind
) -> None:
    draft = world.draft(kind)
    prepared = await _ready(world, draft)
    since = SystemClock().now() - timedelta(hours=1)
    found = await settled(world.publisher, world.access, draft, prepared, since)
    if kind in world.exact:
        assert isinstance(found, NotThere)
    else:
        assert isinstance(found, CannotTell)
    assert world.texts() == []


@pytest.mark.parametrize("fault", LOST)
@KINDS
async def test_a_lost_answer_never_makes_two_posts_and_never_loses_one(
    world: World, kind: PostKind, fault: Fault
) -> None:
    draft = world.draft(kind)
    prepared = await _ready(world, draft)
    since = SystemClock().now()
    world.trip("send", fault)
    await sent(world.publisher, world.access, draft, prepared, world.media)
    found = await settled(world.publisher, world.access, draft, prepared, since)
    if isinstance(found, NotThere):
        assert found.prepared is not None
        await sent(world.publisher, world.access, draft, found.prepared, world.media)
    else:
        assert isinstance(found, Published)
    assert world.texts() == [draft.text]


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.DOWN])
@KINDS
async def test_a_call_that_broke_before_anything_was_done_can_be_made_again(
    live: World, kind: PostKind, fault: Fault
) -> None:
    draft = live.draft(kind)
    prepared = await _ready(live, draft)
    since = SystemClock().now()
    live.trip("send", fault)
    assert await sent(live.publisher, live.access, draft, prepared, live.media) is None
    if kind not in live.exact:
        early = await live.publisher.look(live.access, draft, prepared, since)
        assert not isinstance(early, Published | NotThere)
        return
    found = await settled(live.publisher, live.access, draft, prepared, since)
    assert isinstance(found, NotThere)
    assert found.prepared is not None
    await sent(live.publisher, live.access, draft, found.prepared, live.media)
    assert live.texts() == [draft.text]


@pytest.mark.parametrize("step", ["prepare", "look"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.DOWN, FailureReason.PLATFORM_ERROR),
        (Fault.DROPPED, FailureReason.PLATFORM_ERROR),
        (Fault.LIMITED, FailureReason.RATE_LIMITED),
        (Fault.UNAUTHORIZED, FailureReason.UNAUTHORIZED),
        (Fault.REFUSED, FailureReason.UNSUPPORTED),
    ],
)
async def test_harmless_steps_fail_in_our_words_and_can_be_repeated(
    live: World, step: str, fault: Fault, reason: FailureReason
) -> None:
    draft = live.draft(PostKind.VIDEO)
    since = SystemClock().now()
    prepared = await _ready(live, draft) if step == "look" else {}
    live.trip(step, fault)
    looking = live.publisher.look(live.access, draft, prepared, since)
    preparing = live.publisher.prepare(live.access, draft, prepared, live.media)
    asked, other = (looking, preparing) if step == "look" else (preparing, looking)
    other.close()
    with pytest.raises(ConnectorError) as caught:
        await asked
    assert caught.value.failed.reason is reason
    assert not isinstance(caught.value, LostAnswerError)
    assert live.access.token not in str(caught.value)
    assert live.texts() == []


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LIMITED, Fault.UNAUTHORIZED])
async def test_a_slideshow_that_is_refused_is_surely_not_out(live: World, fault: Fault) -> None:
    draft = live.draft(PostKind.SLIDESHOW)
    prepared = await _ready(live, draft)
    live.trip("send", fault)
    with pytest.raises(ConnectorError) as caught:
        await live.publisher.send(live.access, draft, prepared, live.media)
    assert not isinstance(caught.value, LostAnswerError)
    assert live.texts() == []


async def test_an_access_that_was_taken_back_is_told_apart(world: World) -> None:
    with pytest.raises(ConnectorError) as caught:
        await world.publisher.prepare(
            world.without_access(), world.draft(PostKind.VIDEO), {}, world.media
        )
    assert caught.value.failed.reason is FailureReason.UNAUTHORIZED


async def test_a_platform_that_cannot_be_reached_has_done_nothing(live: World) -> None:
    draft = live.draft(PostKind.VIDEO)
    down = type(live.publisher)(base_url="http://127.0.0.1:9", seconds=1)  # type: ignore[call-arg]
    for call in (
        down.prepare(live.access, draft, {}, live.media),
        down.allowance(live.access),
        down.reader(live.access).fetch_profiles(live.access.platform, ["ann"]),
    ):
        with pytest.raises(ConnectorError) as caught:
            await call
        assert caught.value.failed.reason is FailureReason.PLATFORM_ERROR
    await down.aclose()


async def test_what_the_rules_leave_out_is_refused(world: World) -> None:
    rules = world.publisher.rules[world.access.platform]
    if rules.edits is None:
        with pytest.raises(ConnectorError) as caught:
            await world.publisher.edit_profile(world.access, ProfileChanges(name="Ann"))
        assert caught.value.failed.reason is FailureReason.UNSUPPORTED
    else:
        edited = await world.publisher.edit_profile(world.access, ProfileChanges(name="Ann"))
        assert edited.name == "Ann"


async def test_every_publisher_says_how_it_is_set_up(world: World) -> None:
    check = await world.publisher.check()
    needs = world.publisher.declaration.needs_access
    assert check.configured is not needs
    assert ("connected account" in check.detail) is needs
    assert world.publisher.rules.keys() <= world.publisher.declaration.operations.keys()


async def test_a_token_is_never_shown(live: World) -> None:
    assert live.access.token not in repr(live.access)


async def test_a_reader_of_one_platform_is_not_asked_about_another(live: World) -> None:
    others = [one for one in ("instagram", "tiktok") if one != live.access.platform]
    reader = live.publisher.reader(live.access)
    with pytest.raises(CapabilityMissingError):
        await reader.fetch_profiles(type(live.access.platform)(others[0]), ["ann"])
