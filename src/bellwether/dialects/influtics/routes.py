"""Routes of the Influtics dialect."""

from collections.abc import Sequence

from bellwether.dialects.framework.links import resolve_links
from bellwether.dialects.framework.operations import Call, Dialect, Operation, Reply
from bellwether.dialects.influtics.errors import RULES, render_problem
from bellwether.dialects.influtics.parse import check_urls, read_filter, read_rows
from bellwether.dialects.influtics.render import render_stats, render_track
from bellwether.dialects.influtics.wire import (
    InfluticsError,
    TrackVideosRequest,
    TrackVideosResponse,
    VideoStatsQuery,
    VideoStatsResponse,
)
from bellwether.dialects.influtics.work import find_videos, track_videos
from bellwether.model.errors import LimitExceededError, RateLimitedError


async def _track(call: Call[TrackVideosRequest, None]) -> Reply:
    links = await resolve_links(call, check_urls(call.body))
    rows = read_rows(links.resolved)
    tracked = await call.write(track_videos(rows, links, call.services.clock))
    call.services.wake()
    return Reply(render_track(rows, tracked, call.elapsed_ms, call.request_id))


async def _stats(call: Call[None, VideoStatsQuery]) -> Reply:
    found = await call.read(find_videos(read_filter(call.query)))
    return Reply(render_stats(found, call.query, call.elapsed_ms, call.request_id))


_OPERATIONS: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/v1/videos/track",
        name="track-videos",
        handler=_track,
        summary="Start 30-day tracking of up to 50 videos",
        description="One row a link, in order; a link that cannot be tracked fails no other.",
        body=TrackVideosRequest,
        answers={200: TrackVideosResponse},
        errors=(LimitExceededError, RateLimitedError),
    ),
    Operation(
        method="GET",
        path="/v1/videos/stats",
        name="video-stats",
        handler=_stats,
        summary="Read the tracked videos with their numbers",
        query=VideoStatsQuery,
        answers={200: VideoStatsResponse},
    ),
)

INFLUTICS = Dialect(
    name="influtics",
    title="Influtics",
    prefixes=("/v1",),
    operations=_OPERATIONS,
    rules=RULES,
    problem_type=InfluticsError,
    render_problem=render_problem,
)
