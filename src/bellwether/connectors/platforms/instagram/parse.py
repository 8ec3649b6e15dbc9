"""Instagram's answers turned into readings and failures; no I/O.

The shapes below name only what is read. Counts that are left out (hidden likes, insights without
data) stay None.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.transport import Answer, failed_by_status, quoted
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import (
    COMMENTS,
    CONTENTS,
    FOLLOWERS,
    FOLLOWING,
    LIKES,
    SAVES,
    SHARES,
    VIEWS,
    CommentReading,
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
    Number,
)

SOURCE = "instagram"
NAME = "Instagram"
REACH = "reach"
"""How many accounts have seen a content at least once."""

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

# The tables of Meta's pages "Error Codes" of the Graph API and of the Instagram API.
_REASONS = {
    1: FailureReason.PLATFORM_ERROR,
    2: FailureReason.PLATFORM_ERROR,
    4: FailureReason.RATE_LIMITED,
    9: FailureReason.RATE_LIMITED,  # subcode 2207042: this day's posts are used up
    10: FailureReason.UNAUTHORIZED,
    17: FailureReason.RATE_LIMITED,
    24: FailureReason.NOT_FOUND,
    25: FailureReason.UNAUTHORIZED,  # the account is restricted
    32: FailureReason.RATE_LIMITED,
    102: FailureReason.UNAUTHORIZED,
    190: FailureReason.UNAUTHORIZED,
    352: FailureReason.UNSUPPORTED,  # a video of another format
    613: FailureReason.RATE_LIMITED,
    9004: FailureReason.UNSUPPORTED,  # the media cannot be fetched from its address
    9007: FailureReason.PLATFORM_ERROR,  # the media is not ready yet
    36000: FailureReason.UNSUPPORTED,
    36001: FailureReason.UNSUPPORTED,
    36003: FailureReason.UNSUPPORTED,  # a picture of another shape
    36004: FailureReason.UNSUPPORTED,
    80001: FailureReason.RATE_LIMITED,
    80002: FailureReason.RATE_LIMITED,
    -1: FailureReason.PLATFORM_ERROR,
    -2: FailureReason.PLATFORM_ERROR,
}
_PERMISSIONS = range(200, 300)
_NO_SUCH_OBJECT = 33
_BAD_REQUEST = 100
_UNCERTAIN = frozenset({1, 2, -1, -2, 24, 9007})
"""Codes after which a container may have been published all the same, so it is looked for."""

_DAY_USED_UP = 9
_WAIT_FOR_DAY = 3600.0  # the day's posts come back one by one, 24 hours after each


class Profile(msgspec.Struct, frozen=True):
    """An account."""

    id: str
    username: str | None = None
    name: str | None = None
    biography: str | None = None
    website: str | None = None
    profile_picture_url: str | None = None
    followers_count: _Count | None = None
    follows_count: _Count | None = None
    media_count: _Count | None = None


PROFILE_FIELDS = ",".join(Profile.__struct_fields__)


class Media(msgspec.Struct, frozen=True):
    """A content of the account."""

    id: str
    shortcode: str | None = None
    caption: str | None = None
    media_type: str = ""
    media_product_type: str = ""
    permalink: str | None = None
    thumbnail_url: str | None = None
    timestamp: str = ""
    username: str | None = None
    like_count: _Count | None = None
    comments_count: _Count | None = None

    @property
    def key(self) -> str:
        """The id by which the catalog knows it: the code in its address."""
        return self.shortcode or self.id

    @property
    def kind(self) -> Kind:
        """What it is shown as."""
        if self.media_product_type == "STORY":
            return Kind.STORY
        if self.media_product_type == "REELS":
            return Kind.REEL
        return Kind.VIDEO if self.media_type == "VIDEO" else Kind.POST

    @property
    def published_at(self) -> datetime | None:
        """When it was published."""
        return _instant(self.timestamp)


MEDIA_FIELDS = ",".join(Media.__struct_fields__)


class _Cursors(msgspec.Struct, frozen=True):
    after: str | None = None


class _Paging(msgspec.Struct, frozen=True):
    cursors: _Cursors = _Cursors()
    next: str | None = None

    @property
    def following(self) -> str | None:
        """The cursor of the page after this one, None on the last."""
        return self.cursors.after if self.next else None


class MediaList(msgspec.Struct, frozen=True):
    """A page of an account's contents, newest first."""

    data: list[Media]
    paging: _Paging = _Paging()


class Comment(msgspec.Struct, frozen=True):
    """A comment."""

    id: str
    text: str = ""
    timestamp: str = ""
    username: str | None = None
    like_count: _Count | None = None

    @property
    def published_at(self) -> datetime | None:
        """When it was written."""
        return _instant(self.timestamp)


COMMENT_FIELDS = ",".join(Comment.__struct_fields__)


class CommentList(msgspec.Struct, frozen=True):
    """A page of a content's comments."""

    data: list[Comment]
    paging: _Paging = _Paging()


class _Value(msgspec.Struct, frozen=True):
    value: object = None


class _Insight(msgspec.Struct, frozen=True):
    name: str
    values: list[_Value] = []
    total_value: _Value = _Value()


class Insights(msgspec.Struct, frozen=True):
    """A content's insights; a metric without data is left out."""

    data: list[_Insight]

    def number(self, name: str) -> Number | None:
        """Return one metric, None when nothing is said about it."""
        for insight in self.data:
            if insight.name == name:
                said = insight.values[0].value if insight.values else insight.total_value.value
                return said if isinstance(said, int | float) and said >= 0 else None
        return None


INSIGHTS: Mapping[str, str] = {VIEWS: "views", REACH: "reach", SAVES: "saved", SHARES: "shares"}
"""Our metrics that are Instagram's insights, and their names there."""


class Created(msgspec.Struct, frozen=True):
    """What a POST made; `uri` is where the bytes of a video go."""

    id: str
    uri: str | None = None


class Container(msgspec.Struct, frozen=True):
    """A content on its way: `status` says more about an error."""

    id: str
    status_code: str
    status: str | None = None


class _Config(msgspec.Struct, frozen=True):
    quota_total: _Count | None = None
    quota_duration: _Count | None = None


class Limit(msgspec.Struct, frozen=True):
    """How much of the day's posts is used."""

    quota_usage: _Count | None = None
    config: _Config = _Config()


class Limits(msgspec.Struct, frozen=True):
    """The answer to content_publishing_limit: one row."""

    data: list[Limit]


class _Trouble(msgspec.Struct, frozen=True):
    message: str = ""
    code: int = 0
    error_subcode: int = 0
    is_transient: bool = False
    error_user_msg: str | None = None


class _Error(msgspec.Struct, frozen=True):
    error: _Trouble = _Trouble()


def trouble(answer: Answer) -> _Trouble:
    """Return what Instagram says went wrong, as far as it says anything that can be read."""
    try:
        return answer.decode(_Error).error
    except ConnectorError:
        return _Trouble()


def failed(answer: Answer) -> Failed:
    """Say why a call failed, from Meta's code where it has one of ours."""
    said = trouble(answer)
    usual = failed_by_status(answer, said.error_user_msg or said.message)
    reason = _REASONS.get(said.code, usual.reason)
    if said.code in _PERMISSIONS:
        reason = FailureReason.UNAUTHORIZED
    if said.code == _BAD_REQUEST and said.error_subcode == _NO_SUCH_OBJECT:
        reason = FailureReason.NOT_FOUND
    if said.is_transient and reason is not FailureReason.RATE_LIMITED:
        reason = FailureReason.PLATFORM_ERROR
    if not said.code:
        return usual
    codes = f"{said.code}/{said.error_subcode}" if said.error_subcode else str(said.code)
    text = f"{NAME} answered {codes}: {quoted(said.error_user_msg or said.message)}"
    retry_after = usual.retry_after or (_WAIT_FOR_DAY if said.code == _DAY_USED_UP else None)
    return Failed(reason, text, retry_after)


def uncertain(answer: Answer) -> bool:
    """Whether a refused act may have been done all the same."""
    said = trouble(answer)
    return said.code in _UNCERTAIN or said.is_transient or not said.code


def creator(profile: Profile, account: str, key: str) -> CreatorReading:
    """Turn the account into a reading of the creator that was asked for as `key`.

    With Instagram's own login a profile's `id` is another for every app; the account's is not.
    """
    details: dict[str, object] = {
        "bio": profile.biography,
        "avatar_url": profile.profile_picture_url,
        "website": profile.website,
    }
    return CreatorReading(
        platform=Platform.INSTAGRAM,
        key=key,
        metrics={
            FOLLOWERS: profile.followers_count,
            FOLLOWING: profile.follows_count,
            CONTENTS: profile.media_count,
        },
        source=SOURCE,
        external_id=account,
        handle=profile.username,
        name=profile.name or None,
        url=f"https://www.instagram.com/{profile.username}/" if profile.username else None,
        details={name: value for name, value in details.items() if value},
    )


def content(media: Media, key: str, insights: Insights | None = None) -> ContentReading:
    """Turn a content into a reading; without insights they were not asked for."""
    metrics: dict[str, Number | None] = {LIKES: media.like_count, COMMENTS: media.comments_count}
    if insights is not None:
        metrics |= {name: insights.number(theirs) for name, theirs in INSIGHTS.items()}
    return ContentReading(
        platform=Platform.INSTAGRAM,
        id=key,
        metrics=metrics,
        source=SOURCE,
        kind=media.kind,
        url=media.permalink,
        title=media.caption or None,
        creator_handle=media.username,
        published_at=media.published_at,
        thumbnail_url=media.thumbnail_url,
        details={"media_id": media.id},
    )


def comment(row: Comment, content_id: str) -> CommentReading:
    """Turn a comment into a reading."""
    return CommentReading(
        id=row.id,
        content_id=content_id,
        text=row.text,
        source=SOURCE,
        author=row.username,
        likes=row.like_count,
        published_at=row.published_at,
    )


def _instant(text: str) -> datetime | None:
    """Read "2026-01-31T10:00:00+0000"."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
