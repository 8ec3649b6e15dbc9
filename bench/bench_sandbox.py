"""Simulated contents a second: ours beside two plain ways to simulate, interleaved in one run.

Both peers make the same kind of answer, with four metrics, from the same question. One draws every
value from a `random.Random` seeded with its name: cheap to write, though its numbers jump instead
of growing. The other grows a year's curve day by day, as a simulation that keeps no state and
still shows a growing count would have to.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
ROUNDS = 7
BATCH = 500
METRICS = ("views", "likes", "comments", "shares")
DAYS = 365


def ours(ids: Sequence[str]) -> None:
    """One call of the connector."""
    sandbox = SandboxConnector(ManualClock(NOW))
    asyncio.run(sandbox.fetch_contents(Platform.TIKTOK, ids))


def seeded(ids: Sequence[str]) -> list[ContentReading]:
    """One generator for each value."""
    return [
        _reading(
            key, {name: int(random.Random(f"{key} {name}").expovariate(1e-5)) for name in METRICS}
        )
        for key in ids
    ]


def walked(ids: Sequence[str]) -> list[ContentReading]:
    """One generator for each content, asked for every day up to now."""
    found = []
    for key in ids:
        chance = random.Random(key)
        views = sum(chance.expovariate(1e-3) for _ in range(DAYS))
        found.append(_reading(key, {name: int(views / 10**i) for i, name in enumerate(METRICS)}))
    return found


def _reading(key: str, metrics: dict[str, int]) -> ContentReading:
    return ContentReading(
        platform=Platform.TIKTOK,
        id=key,
        metrics=metrics,
        source="peer",
        url=f"https://www.tiktok.com/@/video/{key}",
        title="A title",
        published_at=NOW,
    )


def rate(work: Callable[[Sequence[str]], object], ids: Sequence[str]) -> float:
    """Return contents a second."""
    began = perf_counter()
    work(ids)
    return len(ids) / (perf_counter() - began)


def main() -> None:
    """Print the three rates and our ratio to each peer."""
    ids = [str(7_000_000_000_000_000_000 + 7919 * number) for number in range(BATCH)]
    rates: dict[str, list[float]] = {"ours": [], "seeded": [], "walked": []}
    for _ in range(ROUNDS):
        for name, work in (("ours", ours), ("seeded", seeded), ("walked", walked)):
            rates[name].append(rate(work, ids))
    mine = median(rates["ours"])
    print(
        f"sandbox: contents a second, calls of {BATCH}; one call takes {BATCH / mine * 1e3:.0f} ms"
    )
    print(f"  ours {mine:9,.0f}")
    for name, what in (("seeded", "random.Random for each value"), ("walked", "a curve by days")):
        peer = median(rates[name])
        print(f"  {what} {peer:9,.0f}   ours is {mine / peer:.2f} times as fast")


if __name__ == "__main__":
    main()
