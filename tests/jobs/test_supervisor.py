import asyncio
from datetime import datetime

from bellwether.jobs.supervisor import Role, Supervisor
from bellwether.kit.clock import SystemClock


async def _until(stop: asyncio.Event, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        await stop.wait()


def _supervisor(*roles: Role, grace_s: float = 1.0) -> Supervisor:
    return Supervisor(SystemClock(), roles, first_wait_s=0.01, longest_wait_s=0.05, grace_s=grace_s)


async def test_a_role_that_fails_is_started_again_while_the_others_run_on() -> None:
    stop = asyncio.Event()
    starts = 0
    steady_starts = 0

    async def flaky(stopping: asyncio.Event) -> None:
        nonlocal starts
        starts += 1
        if starts < 4:
            raise ValueError("broken")
        stop.set()
        await stopping.wait()

    async def steady(stopping: asyncio.Event) -> None:
        nonlocal steady_starts
        steady_starts += 1
        await stopping.wait()

    supervisor = _supervisor(Role("flaky", flaky), Role("steady", steady))
    async with asyncio.timeout(5):
        await supervisor.run(stop)
    assert (starts, steady_starts) == (4, 1)
    flaky_health, steady_health = supervisor.health()
    assert (flaky_health.restarts, flaky_health.last_error) == (3, "ValueError: broken")
    assert (steady_health.restarts, steady_health.last_error) == (0, None)


async def test_a_role_that_returns_early_is_started_again() -> None:
    stop = asyncio.Event()
    starts = 0

    async def quitter(_: asyncio.Event) -> None:
        nonlocal starts
        starts += 1
        if starts == 3:
            stop.set()

    supervisor = _supervisor(Role("quitter", quitter))
    async with asyncio.timeout(5):
        await supervisor.run(stop)
    assert supervisor.health()[0].last_error == "ended before it was told to"


async def test_a_role_that_does_not_stop_is_cancelled_after_the_grace() -> None:
    stop = asyncio.Event()
    cancelled = asyncio.Event()

    async def deaf(_: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    supervisor = _supervisor(Role("deaf", deaf), grace_s=0.05)
    asyncio.get_running_loop().call_later(0.05, stop.set)
    async with asyncio.timeout(5):
        await supervisor.run(stop)
    assert cancelled.is_set()


async def test_health_tells_how_long_a_role_has_been_silent() -> None:
    stop = asyncio.Event()
    beats: list[datetime] = []

    async def silent(stopping: asyncio.Event) -> None:
        beats.append(SystemClock().real_now())
        await stopping.wait()

    supervisor = _supervisor(Role("silent", silent, lambda: beats[-1] if beats else None))
    running = asyncio.create_task(supervisor.run(stop))
    await asyncio.sleep(0.2)
    (health,) = supervisor.health()
    since = (SystemClock().real_now() - beats[0]).total_seconds()
    stop.set()
    await running
    assert health.running
    assert health.silent_s is not None
    assert 0.1 < health.silent_s <= since
    assert not supervisor.health()[0].running


async def test_no_roles_wait_for_the_stop() -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(_supervisor().run(stop))
    await asyncio.sleep(0.01)
    assert not running.done()
    stop.set()
    await _until(stop)
    await running
