"""Answers about creators."""

import math
from datetime import datetime, timedelta
from typing import Any, cast

from bellwether.dialects.framework.problems import Rules
from bellwether.dialects.influtics.render import render_instant
from bellwether.dialects.influtics.wire import RequestMeta, VideoPlatform
from bellwether.dialects.influtics.wire_creators import (
    Blogger,
    BloggerJob,
    BloggerJobResponse,
    BloggerResponse,
    BloggerResult,
    JobError,
    JobStatus,
    Polling,
    QueuedBlogger,
    TrackBloggerResponse,
)
from bellwether.model.creators import TrackedCreator
from bellwether.model.errors import ConflictError
from bellwether.model.jobs import Job, JobState
from bellwether.model.readings import CONTENTS, FOLLOWERS, FOLLOWING, LIKES
from bellwether.model.tracking import TrackerState

LONGEST = timedelta(hours=1)
"""How long a job may take before it is said to have timed out."""

_POLL_S = 2
_AT_LEAST_S = 5
_VIDEOS_A_SECOND = 25
_STATUS: dict[JobState, JobStatus] = {
    JobState.QUEUED: "queued",
    JobState.PROCESSING: "processing",
    JobState.SUCCEEDED: "succeeded",
    JobState.FAILED: "error",
}


def render_queued(job: Job, elapsed_ms: int, request_id: str) -> TrackBloggerResponse:
    """Return that a job will do it."""
    said: dict[str, Any] = dict(job.payload)
    queued = QueuedBlogger(
        job_id=job.id,
        status=_STATUS[job.state],
        status_url=f"/v1/bloggers/jobs/{job.id}",
        platform=cast("VideoPlatform", said["platform"]),
        username=said["id"],
        estimated_duration_seconds=_AT_LEAST_S + math.ceil(said["contents"] / _VIDEOS_A_SECOND),
        polling=Polling(_POLL_S),
    )
    return TrackBloggerResponse(success=True, data=queued, meta=RequestMeta(elapsed_ms, request_id))


def render_job(
    job: Job, rules: Rules, now: datetime, elapsed_ms: int, request_id: str
) -> BloggerJobResponse:
    """Return how far a job is; ConflictError when it has taken too long. `now` is real time."""
    if not job.state.finished and now - job.created_at > LONGEST:
        raise ConflictError("This job did not finish within an hour", field="id")
    said: dict[str, Any] = dict(job.payload)
    told = BloggerJob(
        job_id=job.id,
        status=_STATUS[job.state],
        platform=cast("VideoPlatform", said["platform"]),
        username=said["id"],
        result=_result(job),
        error=_error(job, rules),
        created_at=render_instant(job.created_at),
        updated_at=render_instant(job.updated_at),
    )
    return BloggerJobResponse(success=True, data=told, meta=RequestMeta(elapsed_ms, request_id))


def _result(job: Job) -> BloggerResult | None:
    if job.result is None:
        return None
    made: dict[str, Any] = dict(job.result)
    return BloggerResult(
        tracked_account_id=made["tracker_id"],
        blogger_id=made["creator_id"],
        is_active=True,
        videos_tracked=made["contents"],
        videos_new=made["new_contents"],
    )


def _error(job: Job, rules: Rules) -> JobError | None:
    if job.state is not JobState.FAILED:
        return None
    rule = rules.get(job.error_code or "", rules["internal"])
    return JobError(rule.code, job.error or "")


def render_blogger(found: TrackedCreator, elapsed_ms: int, request_id: str) -> BloggerResponse:
    """Return one creator."""
    tracker, creator, newest = found.tracker, found.creator, found.newest
    numbers = {} if newest is None else newest.metrics
    blogger = Blogger(
        blogger_id=creator.id,
        tracked_account_id=tracker.id,
        platform=cast("VideoPlatform", creator.platform.value),
        username=creator.handle or creator.key,
        external_id=creator.external_id,
        name=creator.name,
        url=creator.url,
        is_active=tracker.state is TrackerState.ACTIVE,
        followers=numbers.get(FOLLOWERS),
        following=numbers.get(FOLLOWING),
        likes=numbers.get(LIKES),
        posts=numbers.get(CONTENTS),
        tracked_videos=found.contents,
        created_at=render_instant(tracker.created_at),
        stats_last_updated=None if newest is None else render_instant(newest.at),
        source=None if newest is None else newest.source,
    )
    return BloggerResponse(success=True, data=blogger, meta=RequestMeta(elapsed_ms, request_id))
