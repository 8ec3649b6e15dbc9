"""Asking the simulated network at chosen instants, without a connector in the way."""

import re
from collections.abc import Sequence
from datetime import datetime

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading, CreatorReading, Failed, FailureReason


def at(instant: datetime, seed: int = 1) -> SandboxConnector:
    """Return the network as it is at an instant."""
    return SandboxConnector(ManualClock(instant), seed=seed, slow_seconds=0.0)


async def content(platform: Platform, key: str, instant: datetime) -> ContentReading:
    """Return one content at an instant; it must be there."""
    return first(await at(instant).fetch_contents(platform, [key]))


async def creator(platform: Platform, key: str, instant: datetime) -> CreatorReading:
    """Return one creator at an instant."""
    (outcome,) = await at(instant).fetch_profiles(platform, [key])
    assert not isinstance(outcome, Failed), outcome
    return outcome


def first(outcomes: Sequence[ContentReading | Failed]) -> ContentReading:
    """Return the only outcome, which must be a reading."""
    (outcome,) = outcomes
    assert not isinstance(outcome, Failed), outcome
    return outcome


NOT_YET = Failed(FailureReason.NOT_FOUND, "Simulated: this is not published yet")


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole of a text has a form."""
    return re.fullmatch(pattern, text, re.ASCII) is not None
