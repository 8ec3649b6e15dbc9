"""The shapes of the calls about creators; their documents call them bloggers."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bellwether.dialects.influtics.wire import Count, Id, RequestMeta, VideoPlatform
from bellwether.model.readings import Number

LONGEST_USERNAME = 64
MOST_VIDEOS = 500
CreatorPlatform = Literal["tiktok", "instagram", "youtube", "vk"]
JobStatus = Literal["queued", "processing", "succeeded", "error"]


class TrackBloggerRequest(msgspec.Struct):
    """Which creator to track, and how many of the newest videos."""

    platform: Annotated[CreatorPlatform, Meta(description="`vk` is refused: no source reads it")]
    username: Annotated[
        str,
        Meta(
            description="With or without @",
            extra_json_schema={"minLength": 1, "maxLength": LONGEST_USERNAME},
        ),
    ]
    initial_videos_count: Annotated[
        int, Meta(ge=1, le=MOST_VIDEOS, description="How many of the newest videos to track")
    ]


class Polling(msgspec.Struct):
    """How to ask for the outcome."""

    retry_after_seconds: Count


class QueuedBlogger(msgspec.Struct):
    """A creator that is going to be tracked."""

    job_id: Id
    status: JobStatus
    status_url: Annotated[str, Meta(description="A path on this server")]
    platform: VideoPlatform
    username: str
    estimated_duration_seconds: Count
    polling: Polling


class TrackBloggerResponse(msgspec.Struct):
    """The answer to a request to track a creator."""

    success: Literal[True]
    data: QueuedBlogger
    meta: RequestMeta


class BloggerResult(msgspec.Struct):
    """A creator that is tracked."""

    tracked_account_id: Annotated[Id, Meta(description="Our id of the tracker")]
    blogger_id: Annotated[Id, Meta(description="Our id of the creator")]
    is_active: bool
    videos_tracked: Annotated[Count, Meta(description="Ours: how many videos were found")]
    videos_new: Annotated[Count, Meta(description="Ours: how many of them were not tracked before")]


class JobError(msgspec.Struct):
    """Why a job failed, in the words of this dialect's errors."""

    code: str
    message: str


class BloggerJob(msgspec.Struct):
    """How far a job is: `result` once it succeeded, `error` once it failed."""

    job_id: Id
    status: JobStatus
    platform: VideoPlatform
    username: str
    result: BloggerResult | None
    error: JobError | None
    created_at: str
    updated_at: str


class BloggerJobResponse(msgspec.Struct):
    """The answer about a job."""

    success: Literal[True]
    data: BloggerJob
    meta: RequestMeta


class BloggerQuery(msgspec.Struct):
    """On which platform a creator is looked for."""

    platform: Annotated[CreatorPlatform, Meta(description="Where")] = "tiktok"


class Blogger(msgspec.Struct):
    """A tracked creator with the newest numbers; null is not known."""

    blogger_id: Id
    tracked_account_id: Id
    platform: VideoPlatform
    username: str
    external_id: str | None
    name: str | None
    url: str | None
    is_active: bool
    followers: Number | None
    following: Number | None
    likes: Number | None
    posts: Annotated[Number | None, Meta(description="What the creator has published in all")]
    tracked_videos: Annotated[Count, Meta(description="How many of the videos are tracked here")]
    created_at: str
    stats_last_updated: str | None
    source: Annotated[
        str | None, Meta(description="Ours: where the numbers came from, `sandbox` if simulated")
    ]


class BloggerResponse(msgspec.Struct):
    """The answer about one creator."""

    success: Literal[True]
    data: Blogger
    meta: RequestMeta
