"""Events that are long over are forgotten; nothing that counts them changes."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from tests.support.history import Ran, write_history
from tests.support.tracking import House, order

from bellwether.engine.insights.forgetting import forget_events
from bellwether.engine.webhooks.tables import attempts, deliveries, events
from bellwether.kit.clock import ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.insights import add_up
from bellwether.storage.database import Database

NOW = datetime(2026, 5, 31, 22, tzinfo=UTC)
KEPT = timedelta(days=32)
_STATES = st.sampled_from(["succeeded", "failed", "pending", "cancelled"])
_history = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 70).map(lambda days: NOW - timedelta(days=days)),
        st.lists(st.lists(_STATES, max_size=2), max_size=2),
    ),
    max_size=20,
)


def _forget(house: House, limit: int) -> int:
    return house.database.submit_write(
        lambda connection: forget_events(connection, house.clock, KEPT, limit)
    ).result()


def _left(database: Database, *, before: datetime = NOW) -> tuple[int, int]:
    """Return how many events there are, and how many deliveries of them."""
    micros = int(before.timestamp() * 1_000_000)

    def count(connection: object) -> tuple[int, int]:
        old = select(events.c.id).where(events.c.at <= micros)
        numbers = [
            select(func.count()).select_from(events).where(events.c.at <= micros),
            select(func.count()).select_from(deliveries).where(deliveries.c.event_id.in_(old)),
        ]
        first, second = (connection.execute(one).scalar_one() for one in numbers)  # type: ignore[attr-defined]
        return first, second

    return database.submit_read(count).result()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=_history, limit=st.integers(1, 7))
def test_counters_say_the_same_after_events_were_forgotten(
    house: House, drawn: list[tuple[int, datetime, list[list[str]]]], limit: int
) -> None:
    scope = house.scope(new_id())
    house.clock = ManualClock(NOW)
    made = house.track(scope, *(order(f"video{number}", dialect="ylytic") for number in range(3)))
    ids = [one.tracker.id for one in made]
    write_history(house.database, scope, [Ran(ids[at], when, told) for at, when, told in drawn])
    before = house.read(lambda engine: engine.insights.of_trackers(scope, ids))
    while _forget(house, limit):
        pass
    assert house.read(lambda engine: engine.insights.of_trackers(scope, ids)) == before
    by_aspect = house.read(lambda engine: engine.insights.of_dialect(scope, "ylytic"))
    assert add_up(by_aspect.values()) == add_up(before.values())


def test_only_what_is_old_and_settled_is_forgotten(house: House) -> None:
    scope = house.scope()
    house.clock = ManualClock(NOW)
    tracker = house.track_one(scope, order("video"))
    old, new = NOW - KEPT - timedelta(days=1), NOW - KEPT + timedelta(days=1)
    told = [["succeeded", "failed"], ["pending"], []]
    write_history(house.database, scope, [Ran(tracker.id, at, told) for at in (old, new)])
    assert _left(house.database) == (6, 6)
    assert _forget(house, 100) == 2
    assert _left(house.database, before=old) == (1, 1)  # the one that still waits
    assert _left(house.database) == (4, 4)
    assert _forget(house, 100) == 0


def test_attempts_go_with_their_delivery(house: House) -> None:
    scope = house.scope()
    house.clock = ManualClock(NOW)
    tracker = house.track_one(scope, order("video"))
    ran = Ran(tracker.id, NOW - KEPT - timedelta(days=1), [["succeeded"]])
    write_history(house.database, scope, [ran])
    with house.database.engine.begin() as connection:
        delivery = connection.execute(select(deliveries.c.id)).scalar_one()
        for owner in (delivery, "another's"):
            connection.execute(
                attempts.insert().values(id=new_id(), delivery_id=owner, at=0, duration_ms=1)
            )
    assert _forget(house, 100) == 1
    with house.database.engine.begin() as connection:
        left = connection.execute(select(attempts.c.delivery_id)).scalars().all()
    assert left == ["another's"]


def test_what_was_told_again_lately_stays(house: House) -> None:
    scope = house.scope()
    house.clock = ManualClock(NOW)
    tracker = house.track_one(scope, order("video"))
    ran = Ran(tracker.id, NOW - KEPT - timedelta(days=1), [["succeeded"]])
    write_history(house.database, scope, [ran])
    with house.database.engine.begin() as connection:
        (first,) = connection.execute(select(deliveries)).all()
        again = {**first._mapping, "id": new_id(), "replay": 1, "position": first.position + 1}
        recent = int(NOW.timestamp() * 1_000_000)
        connection.execute(deliveries.insert().values(**{**again, "created_at": recent}))
    assert _forget(house, 100) == 0
    assert _left(house.database) == (1, 2)
