"""Writing down how far acts are, and what follows from their ends."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.publishing import rows
from bellwether.engine.publishing.outcomes import Save, Stage
from bellwether.engine.publishing.store_claims import ActRow, ClaimStore
from bellwether.engine.publishing.store_ends import EndStore
from bellwether.engine.tenants.service import TenantService
from bellwether.engine.tracking.service import TrackingService
from bellwether.kit.clock import Clock, opt_micros, to_micros
from bellwether.model.errors import LimitExceededError
from bellwether.model.platforms import SubjectKind
from bellwether.model.posts import ActState
from bellwether.model.publishers import Published
from bellwether.model.refs import Ref
from bellwether.model.requests import NewSubject, TrackRequest
from bellwether.model.tenants import Environment, Plan, Scope
from bellwether.model.tracking import PUBLISHING, Aspect

_log = structlog.get_logger(__name__)

FOLLOWED = timedelta(days=90)
"""How long a post published in the sandbox is tracked."""


class Recorder:
    """Writes a batch of saves in one unit of work."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._now = clock.now()
        self._claims = ClaimStore(connection)
        self._ends = EndStore(connection)
        self._catalog = CatalogService(connection, clock)

    def record(self, saves: Sequence[Save]) -> set[str]:
        """Store acts that nobody changed since they were read; return the ids of those.

        One that was changed, deleted or taken over by another worker is left as it is, and nothing
        follows from what was said about it.
        """
        out = [save for save in saves if save.published is not None and save.published.id]
        owners = self._ends.owners({save.act.account_id for save in out})
        contents = self._contents(out, owners)
        saved_ids = self._claims.save([self._row(save, contents) for save in saves])
        saved = [save for save in saves if save.act.id in saved_ids]
        self._follow([save for save in out if save.act.id in saved_ids], owners)
        self._close(saved)
        return saved_ids

    def _contents(self, saves: Sequence[Save], owners: Mapping[str, str]) -> Mapping[str, str]:
        """Return the catalog's ids of what was published, by act."""
        found: dict[str, str] = {}
        for scope, group in _by_scope(saves).items():
            subjects = self._catalog.ensure(
                scope, [_subject(save, owners[save.act.account_id]) for save in group]
            )
            found |= {
                save.act.id: subject.id for save, subject in zip(group, subjects, strict=True)
            }
        return found

    def _follow(self, saves: Sequence[Save], owners: Mapping[str, str]) -> None:
        """Track what was published, as far as the plan goes."""
        sandbox = [one for one in saves if one.act.scope.environment is Environment.SANDBOX]
        for scope, group in _by_scope(sandbox).items():
            plan = TenantService(self._connection, self._clock).plan_of(scope)
            orders = [self._order(save, owners[save.act.account_id]) for save in group]
            if self._track(scope, plan, orders):
                continue
            for order in orders:
                if not self._track(scope, plan, [order]):
                    _log.info("a post is not tracked: the plan is full", post=order.ref.url)

    def _track(self, scope: Scope, plan: Plan, orders: Sequence[TrackRequest]) -> bool:
        metrics = MetricsService(self._connection, self._clock)
        tracking = TrackingService(self._connection, self._clock, self._catalog, metrics)
        try:
            tracking.track(scope, plan, orders)
        except LimitExceededError:
            return False
        return True

    def _order(self, save: Save, owner: str) -> TrackRequest:
        published = _published(save)
        ref = Ref(
            platform=published.platform,
            kind=published.kind,
            id=published.id or "",
            url=published.url or "",
            handle=owner,
        )
        expires_at = self._now + FOLLOWED
        return TrackRequest(ref, PUBLISHING, Aspect.CONTENT, expires_at=expires_at)

    def _close(self, saved: Sequence[Save]) -> None:
        """Do what follows from ends: forget bytes, keep edits or give their time back."""
        over = [save.act for save in saved if save.act.state.over]
        live = [act.id for act in over if act.scope.environment is Environment.LIVE]
        self._ends.drop_bytes(live)
        now = to_micros(self._now)
        for act in over:
            if act.kind != rows.EDIT:
                continue
            if act.state is ActState.COMPLETE:
                edit = rows.edit(dict(act.body))
                self._ends.keep_edit(act.account_id, edit, now)
            elif act.state is ActState.FAILED:
                self._ends.take_back_edit(act.account_id, act.body["begun"], act.body["before"])
        self._ends.revoke(sorted({save.act.account_id for save in saved if save.refused}), now)

    def _row(self, save: Save, contents: Mapping[str, str]) -> ActRow:
        act = save.act
        published = save.published
        if published is not None:
            act = replace(
                act,
                social_id=published.id or act.social_id,
                url=published.url or act.url,
                content_id=contents.get(act.id, act.content_id),
                finished_at=published.published_at,
            )
        return ActRow(
            state=act.state.value,
            stage=act.stage.value,
            due_at=None if act.stage is Stage.OVER else opt_micros(act.due_at or self._now),
            tries=act.tries,
            sends=act.sends,
            prepared=None if act.prepared is None else json.dumps(dict(act.prepared)),
            sent_at=opt_micros(act.sent_at),
            sent_real=opt_micros(act.sent_real),
            social_id=act.social_id,
            url=act.url,
            content_id=act.content_id,
            error=act.error,
            finished_at=_finished(act.finished_at, self._now, over=act.state.over),
            updated_at=to_micros(self._now),
            id=act.id,
            revision=act.revision,
        )


def _finished(at: datetime | None, now: datetime, *, over: bool) -> int | None:
    return opt_micros(at or now) if over else None


def _published(save: Save) -> Published:
    if save.published is None:
        raise ValueError("nothing was published")
    return save.published


def _subject(save: Save, owner: str) -> NewSubject:
    published = _published(save)
    return NewSubject(
        kind=SubjectKind.CONTENT,
        platform=published.platform,
        external_id=published.id or "",
        content_kind=published.kind,
        url=published.url,
        handle=owner,
        name=save.act.body["caption"] or None,
        source=published.source,
    )


def _by_scope(saves: Sequence[Save]) -> Mapping[Scope, Sequence[Save]]:
    """Group saves by scope, in one order, so that no two transactions wait for each other."""
    groups: defaultdict[Scope, list[Save]] = defaultdict(list)
    for save in saves:
        groups[save.act.scope].append(save)
    return {scope: groups[scope] for scope in sorted(groups, key=lambda one: one.workspace_id)}
