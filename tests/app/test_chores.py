"""The product's own periodic work."""

from datetime import timedelta

from sqlalchemy import Connection, func, select
from tests.support.jobs import ACME, START
from tests.support.tracking import House, order
from tests.support.webhooks import Post

from bellwether.app.chores import JOBS_KEPT, make_chores
from bellwether.jobs.heartbeats import Heartbeats, Process
from bellwether.jobs.periodic import Chores
from bellwether.jobs.queue import JobQueue
from bellwether.jobs.tables import jobs
from bellwether.kit.clock import FastClock, ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.webhooks import EventType
from bellwether.storage.database import Database

HOUR = timedelta(hours=1)


class SteadyClock(ManualClock):
    """A clock that tests move, and that claims to run as the world's does."""

    accelerated = False


async def test_trackers_that_nobody_runs_are_told_once(database: Database) -> None:
    clock = SteadyClock(START)
    house, post = House(database, clock), Post(database, clock)
    scope = house.scope()
    post.subscribe(scope, "https://hooks.example.com/in", EventType.TRACKER_STALE)
    house.track_one(scope, order("abc", cron="0 * * * *"))
    chores = Chores(database, clock, make_chores(clock, late_after=HOUR, events_kept=None))
    for _ in range(60):
        await chores.step()
        clock.advance(timedelta(minutes=5))
    page = post.read(lambda engine: engine.webhooks.list_events(scope, limit=10))
    assert [event.type for event in page.items] == [EventType.TRACKER_STALE]


def test_where_days_take_seconds_nobody_is_told_that_trackers_are_late() -> None:
    chores = make_chores(FastClock(START, 3600), late_after=HOUR, events_kept=None)
    assert "tell of late" not in [chore.name for chore in chores]


async def test_what_is_over_for_long_is_forgotten(database: Database) -> None:
    clock = SteadyClock(START)
    process = Process(new_id(), "box", 7, START)

    def leave_something() -> None:
        def work(connection: Connection) -> None:
            queue = JobQueue(connection, clock)
            queue.add(ACME, "paint", {})
            (claimed,) = queue.claim({"paint": 1}, new_id(), HOUR)
            queue.finish(claimed)
            queue.add(ACME, process.job_kind, {})
            Heartbeats(connection, clock).begin(process, "worker", "token")

        database.submit_write(work).result()

    def left() -> tuple[int, int]:
        counted = select(func.count()).select_from(jobs)
        return database.submit_read(
            lambda c: (c.execute(counted).scalar_one(), len(Heartbeats(c, clock).all()))
        ).result()

    leave_something()
    chores = Chores(database, clock, make_chores(clock, late_after=HOUR, events_kept=None))
    await chores.step()
    assert left() == (2, 1)
    clock.advance(timedelta(days=1, minutes=1))
    await chores.step()
    assert left() == (1, 0)
    clock.advance(JOBS_KEPT)
    await chores.step()
    assert left() == (0, 0)


async def test_old_events_are_forgotten_by_the_thousand(database: Database) -> None:
    clock = SteadyClock(START)
    post = Post(database, clock)
    scope = post.scope()
    made = post.subscribe(scope)
    post.emit(*(post.happened(scope, number) for number in range(1200)))
    chores = Chores(
        database, clock, make_chores(clock, late_after=HOUR, events_kept=timedelta(days=32))
    )
    clock.advance(timedelta(days=33))
    await chores.step()
    assert len(post.deliveries(scope)) == 1200  # they wait to be told, however long
    post.write(lambda engine: engine.webhooks.delete(scope, made.endpoint.id))
    for left in (200, 0):
        clock.advance(timedelta(seconds=10))
        assert "forget events" in await chores.step()
        assert len(post.deliveries(scope)) == left
