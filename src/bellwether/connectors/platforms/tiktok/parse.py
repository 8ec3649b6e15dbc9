"""TikTok's answers turned into readings and failures; no I/O.

The shapes below name only what is read. Counts that are left out stay None.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

import msgspec

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.transport import Answer, decode, failed_by_status, quoted
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import (
    COMMENTS,
    CONTENTS,
    FOLLOWERS,
    FOLLOWING,
    LIKES,
    SHARES,
    VIEWS,
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
)

T = TypeVar("T")

SOURCE = "tiktok"
NAME = "TikTok"

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_OK = "ok"
_DAY = 86_400.0

# The error tables of TikTok's pages on the Content Posting API and the Display API.
_REASONS = {
    "access_token_invalid": FailureReason.UNAUTHORIZED,
    "scope_not_authorized": FailureReason.UNAUTHORIZED,
    "scope_permission_missed": FailureReason.UNAUTHORIZED,
    "token_not_authorized_for_specified_publish_id": FailureReason.UNAUTHORIZED,
    "rate_limit_exceeded": FailureReason.RATE_LIMITED,
    "spam_risk_too_many_posts": FailureReason.RATE_LIMITED,
    "spam_risk_too_many_pending_share": FailureReason.RATE_LIMITED,
    "reached_active_user_cap": FailureReason.RATE_LIMITED,
    "spam_risk_user_banned_from_posting": FailureReason.UNAUTHORIZED,
    "unaudited_client_can_only_post_to_private_accounts": FailureReason.UNAUTHORIZED,
    "url_ownership_unverified": FailureReason.UNSUPPORTED,
    "privacy_level_option_mismatch": FailureReason.UNSUPPORTED,
    "invalid_publish_id": FailureReason.NOT_FOUND,
    "internal_error": FailureReason.PLATFORM_ERROR,
    "internal": FailureReason.PLATFORM_ERROR,
}
_DAY_USED_UP = frozenset({"spam_risk_too_many_posts", "reached_active_user_cap"})

_FAIL_REASONS = {
    "internal": FailureReason.PLATFORM_ERROR,
    "auth_removed": FailureReason.UNAUTHORIZED,
    "spam_risk_too_many_posts": FailureReason.RATE_LIMITED,
    "spam_risk_user_banned_from_posting": FailureReason.UNAUTHORIZED,
}
"""Why a post failed after TikTok took it; any other reason is about the post itself."""


class _Trouble(msgspec.Struct, frozen=True):
    code: str = _OK
    message: str = ""


class _Envelope(msgspec.Struct, Generic[T], frozen=True):
    data: T
    error: _Trouble = _Trouble()


class _Bare(msgspec.Struct, frozen=True):
    error: _Trouble = _Trouble()


class User(msgspec.Struct, frozen=True):
    """An account."""

    open_id: str = ""
    avatar_url: str | None = None
    display_name: str | None = None
    bio_description: str | None = None
    profile_deep_link: str | None = None
    is_verified: bool | None = None
    username: str | None = None
    follower_count: _Count | None = None
    following_count: _Count | None = None
    likes_count: _Count | None = None
    video_count: _Count | None = None


USER_FIELDS = ",".join(User.__struct_fields__)


class UserInfo(msgspec.Struct, frozen=True):
    """The answer to user/info."""

    user: User


class Video(msgspec.Struct, frozen=True):
    """A content of the account."""

    id: str
    create_time: _Count | None = None
    cover_image_url: str | None = None
    share_url: str | None = None
    video_description: str | None = None
    duration: _Count | None = None
    title: str | None = None
    like_count: _Count | None = None
    comment_count: _Count | None = None
    share_count: _Count | None = None
    view_count: _Count | None = None

    @property
    def published_at(self) -> datetime | None:
        """When it was published."""
        return None if self.create_time is None else datetime.fromtimestamp(self.create_time, UTC)

    @property
    def kind(self) -> Kind:
        """A post of pictures has an address of its own sort."""
        return Kind.POST if self.share_url and "/photo/" in self.share_url else Kind.VIDEO


VIDEO_FIELDS = ",".join(Video.__struct_fields__)


class Videos(msgspec.Struct, frozen=True):
    """A page of contents; `cursor` is in milliseconds."""

    videos: list[Video] = []
    cursor: int | None = None
    has_more: bool = False


class CreatorInfo(msgspec.Struct, frozen=True):
    """What an account lets be posted now."""

    creator_username: str | None = None
    privacy_level_options: list[str] = []
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False


class Started(msgspec.Struct, frozen=True):
    """A post that TikTok has taken on; bytes go to `upload_url`."""

    publish_id: str
    upload_url: str | None = None


class Status(msgspec.Struct, frozen=True):
    """What became of a post. The misspelling is TikTok's own."""

    status: str
    fail_reason: str | None = None
    publicaly_available_post_id: list[int | str] = []
    uploaded_bytes: _Count | None = None


class DayUsedUpError(ConnectorError):
    """TikTok takes no more posts of this account, or of this app, today."""


def read(answer: Answer, shape: type[T]) -> T:
    """Read an answer's data. TikTok may say that something is wrong under any HTTP status."""
    bare = answer.decode(_Bare) if answer.ok else _Bare(_Trouble(code=""))
    if not answer.ok or bare.error.code.lower() != _OK:
        error = DayUsedUpError if code_of(answer) in _DAY_USED_UP else ConnectorError
        raise error(failed(answer))
    return decode(NAME, answer.body, _Envelope[shape]).data  # type: ignore[valid-type]


def code_of(answer: Answer) -> str:
    """Return TikTok's name of an error, an empty text where there is none to be read."""
    try:
        code = answer.decode(_Bare).error.code
    except ConnectorError:
        return ""
    return "" if code == _OK else code


def failed(answer: Answer) -> Failed:
    """Say why a call failed, from TikTok's name of the error where it has one of ours."""
    code = code_of(answer)
    if not code:
        return failed_by_status(answer)
    message = answer.decode(_Bare).error.message
    usual = failed_by_status(answer, message)
    reason = _REASONS.get(code, usual.reason)
    text = f"{NAME} answered {code}" + (f": {quoted(message)}" if message else "")
    if reason is FailureReason.RATE_LIMITED:
        wait = usual.retry_after or (_DAY / 4 if code in _DAY_USED_UP else None)
        return Failed(reason, text, wait)
    return Failed(reason, text, usual.retry_after)


def gave_up(status: Status) -> Failed:
    """Say why TikTok did not publish what it had taken."""
    said = status.fail_reason or "no reason given"
    reason = _FAIL_REASONS.get(said, FailureReason.UNSUPPORTED)
    return Failed(reason, f"{NAME} did not publish this: {quoted(said)}")


def creator(user: User, key: str) -> CreatorReading:
    """Turn the account into a reading of the creator that was asked for as `key`."""
    details: dict[str, object] = {
        "bio": user.bio_description,
        "avatar_url": user.avatar_url,
        "verified": user.is_verified,
    }
    return CreatorReading(
        platform=Platform.TIKTOK,
        key=key,
        metrics={
            FOLLOWERS: user.follower_count,
            FOLLOWING: user.following_count,
            LIKES: user.likes_count,
            CONTENTS: user.video_count,
        },
        source=SOURCE,
        external_id=user.open_id or None,
        handle=user.username,
        name=user.display_name or None,
        url=f"https://www.tiktok.com/@{user.username}" if user.username else None,
        details={name: value for name, value in details.items() if value not in (None, "")},
    )


def content(video: Video) -> ContentReading:
    """Turn a content into a reading. TikTok does not tell how often it was saved."""
    counts: Mapping[str, int | None] = {
        VIEWS: video.view_count,
        LIKES: video.like_count,
        COMMENTS: video.comment_count,
        SHARES: video.share_count,
    }
    return ContentReading(
        platform=Platform.TIKTOK,
        id=video.id,
        metrics=counts,
        source=SOURCE,
        kind=video.kind,
        url=address(video),
        title=video.video_description or video.title or None,
        published_at=video.published_at,
        thumbnail_url=video.cover_image_url,
        duration_s=float(video.duration) if video.duration else None,
    )


def address(video: Video) -> str | None:
    """Return a content's address without what TikTok adds to follow who shares it."""
    return video.share_url.partition("?")[0] if video.share_url else None
