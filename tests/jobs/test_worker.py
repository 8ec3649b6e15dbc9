import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.support.jobs import ACME, Shop

from bellwether.jobs.queue import MOST_ATTEMPTS, RETRY_WAITS, JobQueue, Work
from bellwether.jobs.worker import Handler, Worker
from bellwether.kit.clock import SystemClock
from bellwether.model.errors import InvalidInputError
from bellwether.model.jobs import Job, JobState
from bellwether.storage.database import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def _worker(shop: Shop, **handlers: Handler) -> Worker:
    return Worker(shop.database, shop.clock, handlers, grace_seconds=0.2)


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _ran(worker: Worker, during: Awaitable[None]) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        await during
    finally:
        stop.set()
        await running


async def test_each_job_goes_to_the_handler_of_its_kind(shop: Shop) -> None:
    async def double(job: Job) -> Work:
        number = job.payload["n"]
        assert isinstance(number, int)
        return lambda _: {"n": number * 2}

    async def nothing(job: Job) -> None:
        del job

    jobs = [shop.add("double", {"n": n}) for n in range(5)]
    other, unknown = shop.add("nothing"), shop.add("unknown")
    assert await _worker(shop, double=double, nothing=nothing).step() == 6
    assert [shop.job(job.id).result for job in jobs] == [{"n": n * 2} for n in range(5)]
    assert (shop.job(other.id).state, shop.job(other.id).result) == (JobState.SUCCEEDED, None)
    assert shop.job(unknown.id).state is JobState.QUEUED


async def test_a_poison_job_ends_as_failed_and_holds_up_nobody(shop: Shop) -> None:
    async def handle(job: Job) -> None:
        if job.payload.get("poison"):
            raise ZeroDivisionError

    poison, healthy = shop.add("mix", {"poison": True}), shop.add("mix")
    worker = _worker(shop, mix=handle)
    for wait in (*RETRY_WAITS, timedelta(0)):
        assert await worker.step()
        shop.clock.advance(wait)
    assert shop.job(healthy.id).state is JobState.SUCCEEDED
    dead = shop.job(poison.id)
    assert (dead.state, dead.attempts) == (JobState.FAILED, MOST_ATTEMPTS)
    assert dead.error == "it failed unexpectedly (ZeroDivisionError)"
    assert await worker.step() == 0


async def test_an_error_in_the_work_is_the_jobs_error(shop: Shop) -> None:
    async def handle(job: Job) -> Work:
        del job

        def work(_: object) -> None:
            raise InvalidInputError("not like that")

        return work

    job = shop.add("mix")
    await _worker(shop, mix=handle).step()
    assert (shop.job(job.id).state, shop.job(job.id).error) == (JobState.FAILED, "not like that")


async def test_a_job_that_takes_too_long_is_broken_off_and_tried_again(shop: Shop) -> None:
    async def hang(job: Job) -> None:
        del job
        await asyncio.Event().wait()

    job = shop.add("hang")
    worker = Worker(shop.database, shop.clock, {"hang": hang}, deadline_seconds=0.05)
    assert await worker.step() == 1
    assert shop.job(job.id).error == "it took longer than 0.05 seconds"
    assert shop.job(job.id).state is JobState.QUEUED


async def test_slow_jobs_of_one_kind_leave_slots_to_the_others(shop: Shop) -> None:
    gate = asyncio.Event()
    running = 0

    async def slow(job: Job) -> None:
        nonlocal running
        del job
        running += 1
        await gate.wait()

    async def quick(job: Job) -> None:
        del job

    for _ in range(10):
        shop.add("slow")
    worker = Worker(
        shop.database, shop.clock, {"slow": slow, "quick": quick}, slots=2, poll_seconds=0.02
    )

    async def during() -> None:
        await _until(lambda: running == 2)
        job = shop.add("quick")
        await _until(lambda: shop.job(job.id).state is JobState.SUCCEEDED)
        assert running == 2
        gate.set()
        await _until(lambda: running == 10)

    await _ran(worker, during())
    assert worker.last_beat is not None


async def test_a_worker_that_is_woken_does_not_wait_for_its_poll(shop: Shop) -> None:
    async def quick(job: Job) -> None:
        del job

    worker = Worker(shop.database, shop.clock, {"quick": quick}, poll_seconds=60)

    async def during() -> None:
        await _until(lambda: worker.last_beat is not None)
        job = shop.add("quick")
        worker.wake()
        await _until(lambda: shop.job(job.id).state is JobState.SUCCEEDED)

    await _ran(worker, during())


async def test_a_worker_that_stops_lets_go_of_what_it_cannot_finish(shop: Shop) -> None:
    started = asyncio.Event()

    async def hang(job: Job) -> None:
        del job
        started.set()
        await asyncio.Event().wait()

    job = shop.add("hang")

    async def during() -> None:
        await started.wait()

    await _ran(_worker(shop, hang=hang), during())
    assert (shop.job(job.id).state, shop.job(job.id).attempts) == (JobState.QUEUED, 0)


async def test_a_lease_is_lengthened_while_a_job_runs(database: Database) -> None:
    clock = SystemClock()
    starts = 0

    async def slow(job: Job) -> None:
        nonlocal starts
        del job
        starts += 1
        await asyncio.sleep(2.5)

    job = database.submit_write(lambda c: JobQueue(c, clock).add(ACME, "slow", {})).result()
    workers = [
        Worker(database, clock, {"slow": slow}, lease_seconds=1, poll_seconds=0.05)
        for _ in range(2)
    ]

    def succeeded() -> bool:
        found = database.submit_read(lambda c: JobQueue(c, clock).get(ACME, job.id)).result()
        return found.state is JobState.SUCCEEDED

    async def during() -> None:
        await _until(succeeded)

    await _ran(workers[0], _ran(workers[1], during()))
    assert starts == 1


async def test_two_workers_do_every_job_once(shop: Shop) -> None:
    done: list[str] = []

    async def handle(job: Job) -> Work:
        await asyncio.sleep(0)

        def work(_: object) -> None:
            done.append(job.id)

        return work

    ids = {shop.add("mix").id for _ in range(100)}
    workers = [
        Worker(shop.database, shop.clock, {"mix": handle}, poll_seconds=0.02) for _ in range(2)
    ]

    async def during() -> None:
        await _until(lambda: len(done) >= len(ids))

    await _ran(workers[0], _ran(workers[1], during()))
    assert len(done) == len(ids)
    assert set(done) == ids
