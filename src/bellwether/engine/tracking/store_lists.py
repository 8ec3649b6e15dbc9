"""SQL of the lists of tracked contents, sorted by what is known of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    ScalarSelect,
    Select,
    and_,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from bellwether.engine.catalog.annotations import tag_key
from bellwether.engine.catalog.tables import annotations, contents, subject_tags, tags
from bellwether.engine.metrics.tables import snapshots
from bellwether.engine.tracking.store import of_scope, to_tracker
from bellwether.engine.tracking.tables import trackers
from bellwether.engine.tracking.tables_seen import of_dialect
from bellwether.model.requests import ContentFilter, SortBy
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, Tracker

_COLUMNS = {SortBy.CREATED_AT: trackers.c.created_at, SortBy.UPDATED_AT: trackers.c.updated_at}


def list_contents(
    connection: Connection, scope: Scope, wanted: ContentFilter, now: datetime
) -> tuple[Sequence[Tracker], int]:
    """Return a page of content trackers in the order asked for, and how many match in all."""
    conditions = _conditions(scope, wanted)
    total = connection.execute(_from(select(func.count()), wanted).where(*conditions)).scalar_one()
    if total <= wanted.offset:
        return [], int(total)
    key = _sort_key(connection, wanted.sort)
    order = key.desc() if wanted.descending else key.asc()
    page = (
        _from(select(trackers), wanted)
        .where(*conditions)
        .order_by(order.nulls_last(), trackers.c.id.desc())
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    return [to_tracker(row, now) for row in connection.execute(page)], int(total)


def _from(statement: Select[Any], wanted: ContentFilter) -> Select[Any]:
    if wanted.creator_handle is None:
        return statement.select_from(trackers)
    return statement.select_from(
        trackers.join(contents, contents.c.id == trackers.c.subject_id),
    )


def _conditions(scope: Scope, wanted: ContentFilter) -> Sequence[ColumnElement[bool]]:
    conditions = [
        of_scope(scope),
        trackers.c.aspect == Aspect.CONTENT.value,
        of_dialect(wanted.dialect),
    ]
    if wanted.platform is not None:
        conditions.append(trackers.c.platform == wanted.platform.value)
    if wanted.state is not None:
        conditions.append(trackers.c.state == wanted.state.value)
    if wanted.failed is not None:
        reason = trackers.c.failure_reason
        conditions.append(reason.is_not(None) if wanted.failed else reason.is_(None))
    if wanted.creator_handle is not None:
        handle = wanted.creator_handle.removeprefix("@").lower()
        conditions.append(and_(func.lower(contents.c.creator_handle) == handle))
    if wanted.subject_ids is not None:
        conditions.append(trackers.c.subject_id.in_(wanted.subject_ids))
    return [*conditions, *_written(scope, wanted)]


def _written(scope: Scope, wanted: ContentFilter) -> Sequence[ColumnElement[bool]]:
    """Return the conditions on what people wrote beside contents."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.campaign is not None:
        conditions.append(
            exists()
            .where(annotations.c.subject_id == trackers.c.subject_id)
            .where(annotations.c.campaign == wanted.campaign)
        )
    if wanted.tag is not None:
        conditions.append(
            exists()
            .where(subject_tags.c.subject_id == trackers.c.subject_id)
            .where(subject_tags.c.tag_id == tags.c.id)
            .where(tags.c.workspace_id == scope.workspace_id)
            .where(tags.c.environment == scope.environment.value)
            .where(tags.c.key == tag_key(wanted.tag))
        )
    return conditions


def _sort_key(connection: Connection, sort: SortBy) -> ColumnElement[Any]:
    if sort in _COLUMNS:
        return _COLUMNS[sort]
    newest: ScalarSelect[str] = (
        select(snapshots.c.metrics)
        .where(snapshots.c.subject_id == trackers.c.subject_id)
        .order_by(snapshots.c.at.desc(), snapshots.c.id.desc())
        .limit(1)
        .correlate(trackers)
        .scalar_subquery()
    )
    if connection.dialect.name == "sqlite":
        return func.json_extract(newest, f"$.{sort.value}")
    return cast(cast(newest, JSONB)[sort.value].astext, Float)
