"""What is packed, looked at from outside."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from bellwether.engine.metrics.packing import Observation, unpack
from bellwether.engine.metrics.tables import snapshot_blocks


def packed_observations(connection: Connection) -> Sequence[Observation]:
    """Return all that is packed, of all subjects."""
    bodies = connection.execute(select(snapshot_blocks.c.body)).scalars()
    return [one for body in bodies for one in unpack(body)]
