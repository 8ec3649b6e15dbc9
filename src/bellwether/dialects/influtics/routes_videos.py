"""Routes of videos: tracking, numbers, and what people write beside them."""

from collections.abc import Sequence

from bellwether.dialects.framework.links import resolve_links
from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.influtics.parse import (
    ByExternalId,
    ById,
    WhichVideo,
    check_urls,
    read_filter,
    read_patch,
    read_rows,
)
from bellwether.dialects.influtics.render import (
    render_stats,
    render_track,
    render_updated,
    render_video,
)
from bellwether.dialects.influtics.wire import (
    TrackVideosRequest,
    TrackVideosResponse,
    VideoStatsQuery,
    VideoStatsResponse,
)
from bellwether.dialects.influtics.wire_videos import (
    UpdatedVideoResponse,
    VideoPatch,
    VideoResponse,
)
from bellwether.dialects.influtics.work import (
    change_video,
    find_video,
    find_videos,
    track_videos,
)
from bellwether.model.errors import CreditsExhaustedError, LimitExceededError, RateLimitedError


async def _track(call: Call[TrackVideosRequest, None]) -> Reply:
    links = await resolve_links(call, check_urls(call.body))
    rows = read_rows(links.resolved)
    reply = await call.write(
        track_videos(rows, links, call.services.clock, call.request_id),
        lambda tracked: Reply(render_track(rows, tracked, call.elapsed_ms, call.request_id)),
    )
    call.services.wake()
    return reply


async def _stats(call: Call[None, VideoStatsQuery]) -> Reply:
    found = await call.read(find_videos(read_filter(call.query)))
    return Reply(render_stats(found, call.query, call.elapsed_ms, call.request_id))


async def _get_by_id(call: Call[None, None]) -> Reply:
    return await _get(call, ById(call.path["id"]))


async def _get_by_external_id(call: Call[None, None]) -> Reply:
    return await _get(call, ByExternalId(call.path["external_id"]))


async def _get(call: Call[None, None], which: WhichVideo) -> Reply:
    found = await call.read(find_video(which))
    return Reply(render_video(found, call.elapsed_ms, call.request_id))


async def _patch_by_id(call: Call[VideoPatch, None]) -> Reply:
    return await _patch(call, ById(call.path["id"]))


async def _patch_by_external_id(call: Call[VideoPatch, None]) -> Reply:
    return await _patch(call, ByExternalId(call.path["external_id"]))


async def _patch(call: Call[VideoPatch, None], which: WhichVideo) -> Reply:
    patch = read_patch(call.body)
    return await call.write(
        change_video(which, patch.changes),
        lambda changed: Reply(
            render_updated(changed, patch.names, call.elapsed_ms, call.request_id)
        ),
    )


VIDEOS: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/v1/videos/track",
        name="track-videos",
        handler=_track,
        summary="Start 30-day tracking of up to 50 videos",
        description="One row a link, in order; a link that cannot be tracked fails no other. "
        "30 credits a video newly tracked.",
        body=TrackVideosRequest,
        answers={200: TrackVideosResponse},
        errors=(LimitExceededError, CreditsExhaustedError, RateLimitedError),
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
    Operation(
        method="GET",
        path="/v1/videos/by-id/{id}",
        name="get-video",
        handler=_get_by_id,
        summary="Read one tracked video by our id",
        answers={200: VideoResponse},
    ),
    Operation(
        method="PATCH",
        path="/v1/videos/by-id/{id}",
        name="change-video",
        handler=_patch_by_id,
        summary="Write notes, budget, campaign, status or tags beside a video, by our id",
        body=VideoPatch,
        answers={200: UpdatedVideoResponse},
    ),
    Operation(
        method="GET",
        path="/v1/videos/by-external-id/{external_id}",
        name="get-video-by-external-id",
        handler=_get_by_external_id,
        summary="Read one tracked video by its platform's id",
        answers={200: VideoResponse},
    ),
    Operation(
        method="PATCH",
        path="/v1/videos/by-external-id/{external_id}",
        name="change-video-by-external-id",
        handler=_patch_by_external_id,
        summary="Write notes, budget, campaign, status or tags beside a video, by another id",
        body=VideoPatch,
        answers={200: UpdatedVideoResponse},
    ),
)
