"""SQL of trackers found by the names that callers use: handles and the platforms' ids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select, true

from bellwether.engine.catalog.tables import contents, creators
from bellwether.engine.tracking.store import of_scope, to_tracker
from bellwether.engine.tracking.tables import trackers
from bellwether.engine.tracking.tables_seen import of_dialect
from bellwether.model.platforms import Platform
from bellwether.model.requests import NamedFilter
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, Tracker, TrackerState


def find_named(
    connection: Connection, scope: Scope, wanted: NamedFilter, now: datetime
) -> Tracker | None:
    """Return the newest tracker of that name; one that was ordered by the name itself goes first.

    A creator is found by every name that is known of it, a content by the platform's id.
    """
    asked_by_name = case((trackers.c.target.in_(wanted.names), 0), else_=1)
    order = (asked_by_name, trackers.c.created_at.desc(), trackers.c.id.desc())
    within = _conditions(scope, wanted)
    known = select(trackers).where(*within, trackers.c.subject_id.in_(_subjects(scope, wanted)))
    row = connection.execute(known.order_by(*order).limit(1)).first()
    if row is None:
        # A name given up since: only the order itself still has it. This reads more rows.
        asked = select(trackers).where(*within, trackers.c.target.in_(wanted.names))
        row = connection.execute(asked.order_by(*order).limit(1)).first()
    return None if row is None else to_tracker(row, now)


def list_named(
    connection: Connection, scope: Scope, wanted: NamedFilter, now: datetime
) -> tuple[Sequence[Tracker], int]:
    """Return a page of trackers, newest first, and how many match in all.

    Names are those of creators: a content is found by its creator's.
    """
    conditions = _conditions(scope, wanted)
    if wanted.paused is not None:
        paused = trackers.c.state == TrackerState.PAUSED.value
        conditions = [*conditions, paused if wanted.paused else ~paused]
    conditions = [*conditions, _by_creator(scope, wanted) if wanted.names else true()]
    total = connection.execute(_from(select(func.count()), wanted).where(*conditions)).scalar_one()
    if total <= wanted.offset:
        return [], int(total)
    page = (
        _from(select(trackers), wanted)
        .where(*conditions)
        .order_by(trackers.c.created_at.desc(), trackers.c.id.desc())
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    return [to_tracker(row, now) for row in connection.execute(page)], int(total)


def _from(statement: Select[Any], wanted: NamedFilter) -> Select[Any]:
    if wanted.aspect is Aspect.CONTENT and wanted.names:
        joined = trackers.outerjoin(contents, contents.c.id == trackers.c.subject_id)
        return statement.select_from(joined)
    return statement.select_from(trackers)


def _by_creator(scope: Scope, wanted: NamedFilter) -> ColumnElement[bool]:
    if wanted.aspect is Aspect.CONTENT:
        handle = func.coalesce(trackers.c.handle, contents.c.creator_handle)
        return handle.in_(wanted.names)
    return or_(
        trackers.c.target.in_(wanted.names), trackers.c.subject_id.in_(_subjects(scope, wanted))
    )


def _conditions(scope: Scope, wanted: NamedFilter) -> Sequence[ColumnElement[bool]]:
    conditions = [
        of_scope(scope),
        of_dialect(wanted.dialect),
        trackers.c.aspect == wanted.aspect.value,
    ]
    if wanted.platform is not None:
        conditions.append(trackers.c.platform == wanted.platform.value)
    return conditions


def _subjects(scope: Scope, wanted: NamedFilter) -> Select[tuple[str]]:
    """Select the subjects of a scope that have one of the names, each by an index of its own."""
    platforms = [platform.value for platform in Platform]
    if wanted.platform is not None:
        platforms = [wanted.platform.value]
    table, columns = creators, ["key", "external_id", "handle"]
    if wanted.aspect is Aspect.CONTENT:
        table, columns = contents, ["external_id"]
    return select(table.c.id).where(
        table.c.workspace_id == scope.workspace_id,
        table.c.environment == scope.environment.value,
        table.c.platform.in_(platforms),
        or_(*(table.c[column].in_(wanted.names) for column in columns)),
    )
