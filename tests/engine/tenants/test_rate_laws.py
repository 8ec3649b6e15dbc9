"""Rate windows against a model that counts in plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from bellwether.engine import schema
from bellwether.engine.tenants.service import TenantService
from bellwether.kit.clock import ManualClock
from bellwether.model.errors import RateLimitedError
from bellwether.model.tenants import Environment, PlanName, RateWindow

START = datetime(2026, 8, 1, tzinfo=UTC)
LIMITS = {"calls": 20, "videos": 1000}
MINUTE = timedelta(seconds=60)


@dataclass
class Window:
    """A window as the documentation has it: opened by the first call, over a minute later."""

    opened: datetime
    used: int


class Model:
    """What a key has spent."""

    def __init__(self) -> None:
        self.windows: dict[str, Window] = {}

    def spend(self, now: datetime, amounts: dict[str, int]) -> bool:
        open_now = {
            name: window for name, window in self.windows.items() if now < window.opened + MINUTE
        }
        asked = {name: amount for name, amount in amounts.items() if amount}
        for name, amount in asked.items():
            used = open_now[name].used if name in open_now else 0
            if used + amount > LIMITS[name]:
                return False
        for name, amount in asked.items():
            window = open_now.setdefault(name, Window(now, 0))
            window.used += amount
        self.windows = open_now
        return True

    def left(self, name: str, now: datetime) -> tuple[int, float]:
        window = self.windows.get(name)
        if window is None or now >= window.opened + MINUTE:
            return LIMITS[name], 60
        return LIMITS[name] - window.used, (window.opened + MINUTE - now).total_seconds()


STEPS = st.lists(
    st.tuples(
        st.integers(0, 45_000_000),  # microseconds since the step before
        st.integers(0, 12),
        st.integers(0, 700) | st.sampled_from([1000, 1001]),
    ),
    min_size=1,
    max_size=40,
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_windows_agree_with_the_model(steps: list[tuple[int, int, int]]) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    schema.metadata.create_all(engine)
    clock = ManualClock(START)
    model = Model()
    with engine.connect() as connection:
        tenants = TenantService(connection, clock)
        made = tenants.create_key("acme", Environment.LIVE, PlanName.PRO)
        principal = tenants.authenticate_token(made.token)
        for wait, calls, videos in steps:
            clock.advance(timedelta(microseconds=wait))
            amounts = {"calls": calls, "videos": videos}
            allowed = model.spend(clock.now(), amounts)
            told: Sequence[RateWindow]
            if allowed:
                told = tenants.spend_rate(principal, amounts)
            else:
                with pytest.raises(RateLimitedError) as refusal:
                    tenants.spend_rate(principal, amounts)
                told = refusal.value.windows
                assert refusal.value.retry_after == max(1, told[0].reset)
            assert {one.name for one in told} == {name for name, n in amounts.items() if n}
            for window in told:
                remaining, seconds = model.left(window.name, clock.now())
                assert window.remaining == remaining
                assert 0 <= window.reset - seconds < 1
    engine.dispose()
