"""The SQL of periodic work. Instants are microseconds of real time."""

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.jobs.tables import periodic_ticks


class TickStore:
    """Takes and ends ticks on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    def take(self, name: str, tick: int) -> bool:
        """Take a tick; False when it is taken. Two who try wait for each other on its row."""
        taking = (
            self._insert(periodic_ticks)
            .values(name=name, tick=tick)
            .on_conflict_do_nothing()
            .returning(periodic_ticks.c.tick)
        )
        return self._connection.execute(taking).first() is not None

    def last_done(self, name: str) -> int | None:
        """Return when a tick of a chore was last done."""
        mine = periodic_ticks.c.name == name
        newest: int | None = self._connection.execute(
            select(func.max(periodic_ticks.c.done_at)).where(mine)
        ).scalar_one()
        return newest

    def done(self, name: str, tick: int, now: int, oldest: int) -> None:
        """Note that a tick is done and forget those before the oldest."""
        mine = periodic_ticks.c.name == name
        self._connection.execute(
            update(periodic_ticks).where(mine, periodic_ticks.c.tick == tick).values(done_at=now)
        )
        self._connection.execute(delete(periodic_ticks).where(mine, periodic_ticks.c.tick < oldest))
