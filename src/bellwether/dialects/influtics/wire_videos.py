"""The shapes of the calls about one video."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bellwether.dialects.influtics.wire import Count, Id, RequestMeta, VideoStats, VideoStatus


class VideoPatch(msgspec.Struct):
    """What to change of a video; at least one field. Null clears, what is left out stays."""

    notes: Annotated[str | None, Meta(description="At most 10,000 characters")] | UnsetType = UNSET
    budget: (
        Annotated[float | None, Meta(description="Money: 0 or more, at most two decimals")]
        | UnsetType
    ) = UNSET
    campaign: Annotated[str | None, Meta(description="1 to 200 characters")] | UnsetType = UNSET
    video_status: VideoStatus | UnsetType | None = UNSET
    status: (
        Annotated[VideoStatus | None, Meta(description="Another name of video_status")] | UnsetType
    ) = UNSET
    tags: (
        Annotated[
            list[str] | None,
            Meta(description="At most 50 of 1 to 64 characters; they replace those before"),
        ]
        | UnsetType
    ) = UNSET


class TagsResult(msgspec.Struct):
    """How many of the tags sent were known already, and how many are new."""

    matched: Count
    created: Count


class UpdatedVideo(msgspec.Struct):
    """What a PATCH changed."""

    video_id: Id
    external_video_id: str
    updated_fields: list[str]
    tags_result: TagsResult


class UpdatedVideoResponse(msgspec.Struct):
    """The answer to a PATCH."""

    success: Literal[True]
    data: UpdatedVideo
    meta: RequestMeta


class VideoResponse(msgspec.Struct):
    """One tracked video."""

    success: Literal[True]
    data: VideoStats
    meta: RequestMeta
