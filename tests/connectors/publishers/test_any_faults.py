"""Whatever goes wrong, and in whatever order: never two posts, and in the end one."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connectors.publishers.conftest import World, make_world
from tests.support.fakes.faults import Fault
from tests.support.fakes.instagram import FakeInstagram
from tests.support.fakes.tiktok_api import FakeTikTokApi

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.publishers import LostAnswerError
from bellwether.kit.clock import SystemClock
from bellwether.model.publishers import (
    CannotTell,
    Draft,
    NotThere,
    PostKind,
    Prepared,
    Preparing,
    Processing,
    Published,
)

# All but the slow one, which costs time and is a lost answer like the others.
_FAULTS = st.sampled_from([None, *(fault for fault in Fault if fault is not Fault.DONE_AND_SLOW)])
_TEXTS = itertools.count()


def _stories(longest: int) -> st.SearchStrategy[list[tuple[Fault | None, bool]]]:
    return st.lists(st.tuples(_FAULTS, st.booleans()), max_size=longest)


class _Engine:
    """Takes a draft through a publisher as a worker does, dying wherever it is told to."""

    def __init__(self, world: World, draft: Draft) -> None:
        self.world = world
        self.draft = draft
        self.prepared: Prepared = {}
        self.ready = self.sending = False
        self.since = SystemClock().now()
        self.end: Published | CannotTell | None = None

    async def step(self, fault: Fault | None, *, dies: bool = False) -> None:
        """Make one call; a worker that dies does not write down what came of it."""
        name = "look" if self.sending else "send" if self.ready else "prepare"
        if fault is not None:
            self.world.trip(name, fault)
        if name == "send":
            self.sending = True  # on disk before the call
        before = (self.prepared, self.ready, self.sending)
        try:
            await self._call(name)
        except LostAnswerError:
            pass
        except ConnectorError as error:
            if name == "send":
                self.sending = False
            if name != "look" and not error.failed.transient:
                self.prepared, self.ready = {}, False
        finally:
            self.world.calm()
        if dies:
            self.prepared, self.ready, self.sending = before
            self.end = None

    async def _call(self, name: str) -> None:
        publisher, access = self.world.publisher, self.world.access
        if name == "prepare":
            answer = await publisher.prepare(access, self.draft, self.prepared, self.world.media)
            self.prepared, self.ready = answer.prepared, not isinstance(answer, Preparing)
        elif name == "send":
            sent = await publisher.send(access, self.draft, self.prepared, self.world.media)
            self._told(sent)
        else:
            self._told(await publisher.look(access, self.draft, self.prepared, self.since))

    def _told(self, answer: object) -> None:
        if isinstance(answer, Published | CannotTell):
            self.end = answer
        elif isinstance(answer, Processing):
            self.prepared = answer.prepared
        else:
            assert isinstance(answer, NotThere)
            self.sending, self.ready = False, answer.prepared is not None
            self.prepared = answer.prepared or {}


Story = Sequence[tuple[Fault | None, bool]]
"""What goes wrong with each call, and whether the worker dies after it."""


async def _live_through(world: World, kind: PostKind, first: Story, then: Story) -> None:
    """Prepare under `first`, and once that is done publish under `then`."""
    draft = world.draft(kind, f"Story {next(_TEXTS)}")
    engine = _Engine(world, draft)
    for fault, dies in first:
        if not engine.ready:
            await engine.step(fault, dies=dies)
    while not engine.ready:
        await engine.step(None)
    for fault, dies in then:
        if engine.end is None:
            await engine.step(fault, dies=dies)
        assert world.texts().count(draft.text) <= 1
    for _ in range(12):
        if engine.end is None:
            await engine.step(None)
    assert isinstance(engine.end, Published)
    assert world.texts().count(draft.text) == 1
    await world.publisher.aclose()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("instagram", PostKind.VIDEO),
        ("instagram", PostKind.SLIDESHOW),
        ("tiktok", PostKind.VIDEO),
    ],
)
@settings(max_examples=10, deadline=None)
@given(first=_stories(2), then=_stories(5))
def test_there_is_one_post_in_the_end(
    instagram: FakeInstagram,
    tiktok: FakeTikTokApi,
    name: str,
    kind: PostKind,
    *,
    first: Story,
    then: Story,
) -> None:
    world = make_world(name, instagram, tiktok)
    asyncio.run(_live_through(world, kind, first, then))
