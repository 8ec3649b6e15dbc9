"""Answers of the native API."""

from collections.abc import Sequence
from typing import Any, Literal

from bellwether.dialects.framework.services import Health, SourceInfo
from bellwether.dialects.native import wire
from bellwether.dialects.native import wire_numbers as numbers
from bellwether.dialects.native.work import Outcome, Ranked, Series, WithNumbers
from bellwether.model.catalog import Content, Creator
from bellwether.model.metrics import Gain, Growth, Point, Snapshot
from bellwether.model.paging import Page
from bellwether.model.readings import FailureReason
from bellwether.model.refs import Ref
from bellwether.model.requests import Subject
from bellwether.model.tenants import Principal
from bellwether.model.tracking import Run, Tracker


def render_tracker(tracker: Tracker) -> wire.TrackerView:
    """Return a tracker as the API shows it."""
    return wire.TrackerView(
        id=tracker.id,
        platform=tracker.platform.value,
        aspect=tracker.aspect.value,
        subject_id=tracker.subject_id,
        target=tracker.target,
        url=tracker.url,
        dialect=tracker.dialect,
        cron=tracker.cron,
        timezone=tracker.timezone,
        state=tracker.state.value,
        next_at=tracker.next_at,
        expires_at=tracker.expires_at,
        created_at=tracker.created_at,
        updated_at=tracker.updated_at,
        last_run_at=tracker.last_run_at,
        last_success_at=tracker.last_success_at,
        lateness_s=tracker.lateness_s,
        failure=_failure(tracker.failure_reason, tracker.failure_message),
        runs=tracker.runs,
    )


def _failure(reason: FailureReason | None, message: str | None) -> wire.FailureView | None:
    return None if reason is None else wire.FailureView(reason.value, message)


def render_trackers(page: Page[Tracker]) -> wire.TrackerList:
    """Return a page of trackers."""
    return wire.TrackerList([render_tracker(one) for one in page.items], page.next_cursor)


def render_outcomes(outcomes: Sequence[Outcome]) -> wire.NewTrackerRows:
    """Return one row a URL."""
    return wire.NewTrackerRows([_outcome(index, one) for index, one in enumerate(outcomes)])


def _outcome(index: int, outcome: Outcome) -> wire.NewTrackerRow:
    views = [render_tracker(one.tracker) for one in outcome.tracked]
    made = any(one.created for one in outcome.tracked)
    error = outcome.error
    return wire.NewTrackerRow(
        index=index,
        url=outcome.url,
        status="error" if error is not None else "created" if made else "existing",
        tracker=views[0] if views else None,
        stories=views[1] if len(views) > 1 else None,
        error=None if error is None else wire.RowError(*error),
    )


def render_runs(page: Page[Run]) -> wire.RunList:
    """Return a page of runs."""
    return wire.RunList([_run(one) for one in page.items], page.next_cursor)


def _run(run: Run) -> wire.RunView:
    return wire.RunView(
        id=run.id,
        tracker_id=run.tracker_id,
        tick=run.tick,
        finished_at=run.finished_at,
        state=run.state.value,
        source=run.source,
        failure=_failure(run.failure_reason, run.failure_message),
        attempts=run.attempts,
        snapshots=run.snapshots,
    )


def render_contents(found: WithNumbers) -> list[numbers.ContentView]:
    """Return contents with their newest numbers."""
    return [_content(one, found.latest.get(one.id)) for one in found.contents]


def _content(content: Content, latest: Snapshot | None) -> numbers.ContentView:
    return numbers.ContentView(
        id=content.id,
        platform=content.platform.value,
        external_id=content.external_id,
        kind=content.kind.value,
        url=content.url,
        title=content.title,
        creator_handle=content.creator_handle,
        published_at=content.published_at,
        thumbnail_url=content.thumbnail_url,
        duration_s=content.duration_s,
        details=dict(content.details),
        source=content.source,
        created_at=content.created_at,
        updated_at=content.updated_at,
        latest=_latest(latest),
    )


def render_creators(found: WithNumbers) -> list[numbers.CreatorView]:
    """Return creators with their newest numbers."""
    return [_creator(one, found.latest.get(one.id)) for one in found.creators]


def _creator(creator: Creator, latest: Snapshot | None) -> numbers.CreatorView:
    return numbers.CreatorView(
        id=creator.id,
        platform=creator.platform.value,
        key=creator.key,
        external_id=creator.external_id,
        handle=creator.handle,
        name=creator.name,
        url=creator.url,
        details=dict(creator.details),
        source=creator.source,
        created_at=creator.created_at,
        updated_at=creator.updated_at,
        latest=_latest(latest),
    )


def _latest(snapshot: Snapshot | None) -> numbers.LatestView | None:
    if snapshot is None:
        return None
    return numbers.LatestView(snapshot.at, snapshot.source, dict(snapshot.metrics))


def render_series(series: Series, metric: str) -> numbers.SeriesAnswer:
    """Return points of one metric."""
    return numbers.SeriesAnswer(
        **_subject(series.subject),
        metric=metric,
        data=[_point(point) for point in series.page.items],
        next_cursor=series.page.next_cursor,
    )


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "id": subject.id,
        "platform": subject.platform.value,
        "external_id": subject.external_id,
        "kind": subject.kind.value,
    }


def _point(point: Point) -> numbers.PointView:
    estimate = point.estimate
    return numbers.PointView(
        at=point.at,
        value=point.value,
        source=point.source,
        as_of=point.as_of,
        estimate=(
            None
            if estimate is None
            else numbers.EstimateView(estimate.method, estimate.low, estimate.high)
        ),
    )


def render_growth(found: tuple[Subject, Growth], metric: str) -> numbers.GrowthAnswer:
    """Return how a metric moved."""
    subject, growth = found
    return numbers.GrowthAnswer(
        **_subject(subject),
        metric=metric,
        snapshots=growth.snapshots,
        first_at=growth.first_at,
        last_at=growth.last_at,
        first=growth.first,
        last=growth.last,
        net_change=growth.net_change,
        pct_change=growth.pct_change,
        min=growth.min,
        max=growth.max,
        max_step=growth.max_step,
        max_step_at=growth.max_step_at,
        decreasing_steps=growth.decreasing_steps,
        unchanged_steps=growth.unchanged_steps,
        missing_days=len(growth.missing_days),
        missing_dates=list(growth.missing_days),
        daily_last={day.isoformat(): value for day, value in growth.daily_last.items()},
    )


def render_removal(removed: tuple[Subject, int]) -> numbers.RemovalAnswer:
    """Return how many observations were removed."""
    subject, count = removed
    return numbers.RemovalAnswer(**_subject(subject), removed=count)


def render_top(found: Ranked, metric: str) -> numbers.TopAnswer:
    """Return who grew most."""
    ranking = found.ranking
    views = [_gain(gain, found) for gain in ranking.gains]
    return numbers.TopAnswer(metric, from_=ranking.start, to=ranking.end, data=views)


def _gain(gain: Gain, found: Ranked) -> numbers.GainView:
    subject: Content | Creator | None = found.contents.get(gain.subject_id)
    if subject is None:
        subject = found.creators[gain.subject_id]
    return numbers.GainView(
        id=gain.subject_id,
        platform=subject.platform.value,
        external_id=subject.key if isinstance(subject, Creator) else subject.external_id,
        kind="creator" if isinstance(subject, Creator) else "content",
        first=gain.first,
        last=gain.last,
        net_change=gain.net_change,
        pct_change=gain.pct_change,
    )


def render_ref(url: str, named: Ref | str) -> numbers.ResolvedRow:
    """Return what a text names, or why it names nothing."""
    if isinstance(named, str):
        return numbers.ResolvedRow(url, error=named)
    return numbers.ResolvedRow(
        url,
        platform=named.platform.value,
        kind=named.kind.value,
        id=named.id,
        needs_unshortening=named.needs_unshortening,
    )


def render_sources(sources: Sequence[SourceInfo]) -> wire.ConnectorList:
    """Return the sources as declared."""
    return wire.ConnectorList([_source(one) for one in sources])


def _source(source: SourceInfo) -> wire.ConnectorView:
    return wire.ConnectorView(
        name=source.name,
        environments=[one.value for one in source.environments],
        partial=source.partial,
        works=source.works,
        detail=source.detail,
        operations=[
            wire.ConnectorOperationView(
                platform=one.platform,
                capability=one.capability,
                batch_size=one.batch_size,
                cost=dict(one.cost),
                price_usd=one.price_usd,
            )
            for one in source.operations
        ],
    )


def render_workspace(principal: Principal, tracked_videos: int) -> wire.WorkspaceAnswer:
    """Return whose key asks, and what is used of its plan."""
    plan = principal.plan
    return wire.WorkspaceAnswer(
        wire.WorkspaceView(
            id=principal.scope.workspace_id,
            environment=principal.scope.environment.value,
            plan=wire.PlanView(
                name=plan.name.value,
                title=plan.title,
                tracked_videos=plan.tracked_videos,
                calls_per_minute=plan.calls_per_minute,
                videos_per_minute=plan.videos_per_minute,
            ),
            usage=wire.UsageView(tracked_videos),
        )
    )


def render_health(health: Health) -> wire.HealthAnswer:
    """Return what works, and what does not."""
    status: Literal["ok", "failing"] = "ok" if health.ok else "failing"
    return wire.HealthAnswer(status, health.store, dict(health.roles))
