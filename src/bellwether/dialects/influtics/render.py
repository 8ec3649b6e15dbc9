"""Answers of this dialect."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from bellwether.dialects.influtics.found import ChangedVideo, FoundVideos
from bellwether.dialects.influtics.parse import Row
from bellwether.dialects.influtics.wire import (
    Pagination,
    RequestMeta,
    StatsHistory,
    TrackMeta,
    TrackResult,
    TrackResults,
    TrackSummary,
    TrackVideosResponse,
    VideoPlatform,
    VideoStats,
    VideoStatsPage,
    VideoStatsQuery,
    VideoStatsResponse,
)
from bellwether.dialects.influtics.wire_videos import (
    TagsResult,
    UpdatedVideo,
    UpdatedVideoResponse,
    VideoResponse,
)
from bellwether.model.annotations import Annotation
from bellwether.model.metrics import Snapshot
from bellwether.model.readings import COMMENTS, LIKES, SHARES, VIEWS, Number
from bellwether.model.requests import Tracked
from bellwether.model.tracking import Tracker


def render_track(
    rows: Sequence[Row], tracked: Sequence[Tracked], elapsed_ms: int, request_id: str
) -> TrackVideosResponse:
    """Return one result a row; `tracked` are the answers to the rows that name a video."""
    answers = iter(tracked)
    results = [
        _error(index, row) if row.ref is None else _result(index, row, next(answers))
        for index, row in enumerate(rows)
    ]
    statuses = [result.status for result in results]
    summary = TrackSummary(
        total=len(statuses),
        tracked=statuses.count("tracked"),
        already_tracked=statuses.count("already_tracked"),
        errors=statuses.count("error"),
    )
    return TrackVideosResponse(
        success=True,
        data=TrackResults(results),
        meta=TrackMeta(summary, elapsed_ms, request_id),
    )


def _error(index: int, row: Row) -> TrackResult:
    return TrackResult(
        index=index,
        url=row.url,
        platform=None,
        video_id=None,
        external_video_id=None,
        status="error",
        error=row.error,
    )


def _result(index: int, row: Row, tracked: Tracked) -> TrackResult:
    tracker = tracked.tracker
    return TrackResult(
        index=index,
        url=row.url,
        platform=cast("VideoPlatform", tracker.platform.value),
        video_id=tracker.subject_id,
        external_video_id=tracker.target,
        status="tracked" if tracked.created else "already_tracked",
        error=None,
    )


def render_stats(
    found: FoundVideos, query: VideoStatsQuery, elapsed_ms: int, request_id: str
) -> VideoStatsResponse:
    """Return a page of videos."""
    trackers, total = found.trackers, found.total
    page = VideoStatsPage(
        data=[_video(tracker, found) for tracker in trackers],
        pagination=Pagination(
            total=total,
            limit=query.limit,
            offset=query.offset,
            has_more=query.offset + len(trackers) < total,
        ),
    )
    return VideoStatsResponse(success=True, data=page, meta=RequestMeta(elapsed_ms, request_id))


def render_video(found: FoundVideos, elapsed_ms: int, request_id: str) -> VideoResponse:
    """Return the only video found."""
    (tracker,) = found.trackers
    return VideoResponse(
        success=True, data=_video(tracker, found), meta=RequestMeta(elapsed_ms, request_id)
    )


def render_updated(
    changed: ChangedVideo, names: Sequence[str], elapsed_ms: int, request_id: str
) -> UpdatedVideoResponse:
    """Return what a PATCH changed, in the caller's names."""
    tracker, tags = changed.tracker, changed.tags
    updated = UpdatedVideo(
        video_id=tracker.subject_id,
        external_video_id=tracker.target,
        updated_fields=list(names),
        tags_result=TagsResult(matched=tags.matched, created=tags.created),
    )
    return UpdatedVideoResponse(
        success=True, data=updated, meta=RequestMeta(elapsed_ms, request_id)
    )


def _video(tracker: Tracker, found: FoundVideos) -> VideoStats:
    content = found.contents.get(tracker.subject_id)
    history = found.histories.get(tracker.subject_id, ())
    newest = history[-1] if history else None
    numbers = newest.metrics if newest is not None else {}
    written = found.annotations.get(tracker.subject_id, Annotation())
    return VideoStats(
        video_id=tracker.subject_id,
        external_video_id=tracker.target if content is None else content.external_id,
        platform=tracker.platform.value,
        title=content.title if content is not None else None,
        thumbnail_url=content.thumbnail_url if content is not None else None,
        views=numbers.get(VIEWS),
        likes=numbers.get(LIKES),
        comments=numbers.get(COMMENTS),
        reposts=numbers.get(SHARES),
        cpm=None,
        er=engagement_rate(numbers),
        created_at=render_instant(tracker.created_at),
        stats_last_updated=None if newest is None else render_instant(newest.at),
        source=None if newest is None else newest.source,
        stats=StatsHistory(
            views=_points(history, VIEWS),
            likes=_points(history, LIKES),
            comments=_points(history, COMMENTS),
            reposts=_points(history, SHARES),
        ),
        notes=written.notes,
        # Money is exact in here; 14 digits are printed by a float as they were.
        budget=None if written.budget is None else float(written.budget),
        campaign=written.campaign,
        video_status=None if written.status is None else written.status.value,
        tags=list(written.tags),
    )


def engagement_rate(numbers: Mapping[str, Number | None]) -> float | None:
    """Return (likes + comments + shares) / views in percent, or None unless all are known."""
    views = numbers.get(VIEWS)
    parts = [numbers.get(name) for name in (LIKES, COMMENTS, SHARES)]
    known = [part for part in parts if part is not None]
    if not views or len(known) < len(parts):
        return None
    return round(sum(known) / views * 100, 2)


def _points(history: Sequence[Snapshot], metric: str) -> dict[str, Number]:
    values = ((snapshot.at, snapshot.metrics.get(metric)) for snapshot in history)
    return {render_instant(at): value for at, value in values if value is not None}


def render_instant(instant: datetime) -> str:
    """Return an instant as this dialect prints it: `2025-06-30 08:26:03.730104+00`."""
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f+00")
