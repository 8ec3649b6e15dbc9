"""Recordings that are read without a mapping of the user's, by the names of their files.

A set whose file names only a year, and says of no row when it was read, is served undated from the
first day of the next year on.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

from bellwether.connectors.replay.recording import Join, Recording
from bellwether.model.platforms import Kind, Platform, SubjectKind
from bellwether.model.readings import COMMENTS, FOLLOWERS, FOLLOWING, LIKES, SAVES, SHARES, VIEWS

_CREATOR, _CONTENT = SubjectKind.CREATOR, SubjectKind.CONTENT
_WATCH = "https://www.youtube.com/watch?v={id}"
_CHANNEL = "https://www.youtube.com/channel/{id}"
_COUNTED = {VIEWS: "views", LIKES: "likes", "dislikes": "dislikes", COMMENTS: "comments"}
_VTUBERS = Join("vtuber_profiles_2026", on="creator_id")
_KR_META = Join("youtube_kr_video_meta_2026", on="video_id")
_VTUBER_DETAILS = {"country": "country", "group": "group", "activity": "activity"}
_HANDLES = {
    Platform.INSTAGRAM: "https://www.instagram.com/{id}/",
    Platform.TIKTOK: "https://www.tiktok.com/@{id}",
    Platform.YOUTUBE: "https://www.youtube.com/@{id}",
}


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


_TRENDING = Recording(
    file="youtube_trending_us_gb_daily_2017_09_10",
    platform=Platform.YOUTUBE,
    kind=_CONTENT,
    id="video_id",
    at="snapshot_date",
    metrics=_COUNTED,
    url=_WATCH,
    facts={"title": "title"},
    details={"creator_name": "channel_title"},
)


def _influencers(platform: Platform, *averages: str) -> Recording:
    return Recording(
        file="influencers_2022_monthly",
        platform=platform,
        kind=_CREATOR,
        where={"platform": platform.value},
        id="handle",
        at="month",
        metrics={FOLLOWERS: "followers_as_printed", **{name: name for name in averages}},
        url=_HANDLES[platform],
        facts={"name": "display_name", "handle": "handle"},
        details={"country": "country", "categories": "categories"},
    )


KNOWN = (
    replace(
        _TRENDING,
        file="youtube_trending_us_daily_2017_2018",
        id="video_key",
        public_id="video_id",
        facts={"title": "title", "published_at": "published_at"},
    ),
    _TRENDING,
    replace(
        _TRENDING,
        file="youtube_trending_11_countries_2018_11_01",
        facts={"title": "title", "published_at": "published_at", "creator_id": "channel_id"},
    ),
    replace(
        _TRENDING,
        file="youtube_videos_2022",
        at=None,
        undated_from=_new_year(2023),
        metrics={VIEWS: "views", LIKES: "likes", COMMENTS: "comments"},
        facts={"title": "title", "published_at": "published_date"},
        details={},
    ),
    Recording(
        file="youtube_kr_videos_hourly_2026",
        platform=Platform.YOUTUBE,
        kind=_CONTENT,
        id="video_id",
        at="snapshot_utc",
        metrics={VIEWS: "views"},
        url=_WATCH,
        facts={
            "title": "title",
            "creator_id": "channel_id",
            "published_at": "published_at",
            "duration": "duration_s",
        },
        details={"creator_name": "channel_title"},
        join=_KR_META,
    ),
    Recording(
        file="youtube_kr_videos_hourly_2026",
        platform=Platform.YOUTUBE,
        kind=_CREATOR,
        id="channel_id",
        at="snapshot_utc",
        metrics={FOLLOWERS: "channel_subscribers"},
        url=_CHANNEL,
        facts={"name": "channel_title", "external_id": "channel_id"},
        join=_KR_META,
    ),
    Recording(
        file="vtuber_creators_daily_2026",
        platform=Platform.YOUTUBE,
        kind=_CREATOR,
        id="youtube_channel_id",
        at="snapshot_utc",
        metrics={FOLLOWERS: "youtube_subscribers", VIEWS: "youtube_total_views"},
        url=_CHANNEL,
        facts={"name": "name", "external_id": "youtube_channel_id"},
        details=_VTUBER_DETAILS,
        join=_VTUBERS,
    ),
    Recording(
        file="vtuber_creators_daily_2026",
        platform=Platform.TWITCH,
        kind=_CREATOR,
        id="twitch_login",
        at="snapshot_utc",
        metrics={FOLLOWERS: "twitch_followers"},
        url="https://www.twitch.tv/{id}",
        facts={"name": "name", "handle": "twitch_login"},
        details=_VTUBER_DETAILS,
        join=_VTUBERS,
    ),
    Recording(
        file="instagram_business_posts_daily_2026",
        platform=Platform.INSTAGRAM,
        kind=_CONTENT,
        id="media_id",
        public_id="permalink",
        public_id_pattern=re.compile(r"instagram\.com/(?:p|reel|tv)/([A-Za-z0-9_-]+)"),
        at="snapshot_date",
        metrics={
            LIKES: "likes",
            COMMENTS: "comments",
            SAVES: "saved",
            "reach": "reach",
            "impressions": "impressions",
        },
        url="permalink",
        facts={"published_at": "posted_date"},
        details={"media_type": "media_type"},
    ),
    Recording(
        file="tiktok_posts_vn_2025",
        platform=Platform.TIKTOK,
        kind=_CONTENT,
        id="video_id",
        at="snapshot_local",
        timezone="Asia/Ho_Chi_Minh",
        metrics={
            VIEWS: "views",
            LIKES: "likes",
            COMMENTS: "comments",
            SHARES: "shares",
            SAVES: "saves",
        },
        url="url",
        facts={
            "title": "caption",
            "creator_handle": "username",
            "published_at": "posted_local",
            "duration": "duration",
        },
    ),
    Recording(
        file="tiktok_posts_vn_2025",
        platform=Platform.TIKTOK,
        kind=_CREATOR,
        id="username",
        at="snapshot_local",
        timezone="Asia/Ho_Chi_Minh",
        metrics={FOLLOWERS: "user_followers"},
        url=_HANDLES[Platform.TIKTOK],
        facts={"handle": "username"},
    ),
    _influencers(Platform.INSTAGRAM, "avg_views", "avg_likes", "avg_engagement"),
    _influencers(Platform.TIKTOK, "avg_views", "avg_likes", "avg_comments", "avg_shares"),
    _influencers(Platform.YOUTUBE, "avg_views", "avg_likes", "avg_comments"),
    Recording(
        file="creators_tiktok_youtube_2024",
        platform=Platform.TIKTOK,
        kind=_CREATOR,
        where={"platform": "tiktok"},
        id="platform_id",
        public_id="handle",
        undated_from=_new_year(2025),
        metrics={
            FOLLOWERS: "followers",
            FOLLOWING: "following",
            "contents": "posts",
            LIKES: "total_likes",
        },
        url=_HANDLES[Platform.TIKTOK],
        facts={"handle": "handle", "external_id": "platform_id"},
        details={
            "country": "country",
            "language": "language",
            "category": "category",
            "bio": "bio",
        },
    ),
    Recording(
        file="creators_tiktok_youtube_2024",
        platform=Platform.YOUTUBE,
        kind=_CREATOR,
        where={"platform": "youtube"},
        id="platform_id",
        undated_from=_new_year(2025),
        metrics={FOLLOWERS: "followers", "contents": "posts", VIEWS: "total_views"},
        url=_CHANNEL,
        facts={"handle": "handle", "external_id": "platform_id"},
        details={"language": "language", "category": "category", "bio": "bio"},
    ),
    Recording(
        file="twitch_top_streamers_2020",
        platform=Platform.TWITCH,
        kind=_CREATOR,
        id="channel",
        id_pattern=re.compile(r"([A-Za-z0-9_]+)\)?\s*\Z"),  # "Shown name (login)"
        undated_from=_new_year(2021),
        metrics={FOLLOWERS: "followers"},
        url="https://www.twitch.tv/{id}",
        facts={"name": "channel"},
        details={"language": "language"},
    ),
    Recording(
        file="x_posts_2017",
        platform=Platform.X,
        kind=_CONTENT,
        id="url",
        id_pattern=re.compile(r"/status/([0-9]+)"),
        undated_from=_new_year(2018),
        metrics={LIKES: "likes", COMMENTS: "replies", SHARES: "reposts"},
        url="url",
        content_kind=Kind.POST,
        facts={"title": "text", "creator_handle": "username", "published_at": "created_at"},
    ),
    Recording(
        file="facebook_posts_2016",
        platform=Platform.FACEBOOK,
        kind=_CONTENT,
        id="url",
        id_pattern=re.compile(r"/posts/([0-9]+)"),
        undated_from=_new_year(2017),
        metrics={LIKES: "reactions", COMMENTS: "comments", SHARES: "shares"},
        url="url",
        content_kind=Kind.POST,
        facts={"creator_id": "page_id", "published_at": "published_date"},
        details={"creator_name": "page", "post_type": "post_type"},
    ),
)
"""Every recording read by name. Several may share a file, which is then read once."""
