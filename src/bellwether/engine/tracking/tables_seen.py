"""Which trackers a dialect sees."""

from sqlalchemy import ColumnElement, and_, exists, or_

from bellwether.engine.tracking.tables import trackers
from bellwether.model.tracking import PUBLISHING


def of_dialect(dialect: str) -> ColumnElement[bool]:
    """Return the condition that a dialect sees a tracker: its own, or of what is published here.

    Where it has one of its own on the same thing, it sees that one.
    """
    own = trackers.alias()
    has_own = exists().where(
        own.c.workspace_id == trackers.c.workspace_id,
        own.c.environment == trackers.c.environment,
        own.c.subject_id == trackers.c.subject_id,
        own.c.aspect == trackers.c.aspect,
        own.c.dialect == dialect,
    )
    published = and_(trackers.c.dialect == PUBLISHING, ~has_own)
    return or_(trackers.c.dialect == dialect, published)
