"""What callers ask for, checked against the rules of the platform before anything is queued."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bellwether.kit.http.addresses import parse_address, refusal
from bellwether.kit.http.errors import FetchRefusedError
from bellwether.kit.http.targets import parse_url
from bellwether.model.errors import InvalidInputError, UnsupportedError
from bellwether.model.platforms import Platform
from bellwether.model.posts import Edit, NewPost
from bellwether.model.publishers import EditRules, PostKind, PublishingRules

CAPTION_MAX = 500
"""Characters of a caption, whatever the platform; UGC Inc's documents."""

LATE = timedelta(minutes=1)
"""A post may be asked for so long after it should have gone out: clocks differ."""

LATEST = timedelta(days=366)

_LONGEST_URL = 2000
_LONGEST_COMMENT = 1000
_LONGEST_ID = 200
_HASHTAG = re.compile(r"(?<!\w)#\w")
_MENTION = re.compile(r"(?<!\w)@\w")


def checked_post(post: NewPost, platform: Platform, rules: PublishingRules) -> NewPost:
    """Return a post that the platform would take as far as can be told without asking anybody.

    What it cannot do is left out unless the post is strict. InvalidInputError and UnsupportedError
    name the field at fault (`kind`, `caption`, `media_urls`, `music_post_id`).
    """
    if post.kind not in rules.kinds:
        raise UnsupportedError(f"{platform} takes no {post.kind}", field="kind")
    _check_caption(post.caption, platform, rules)
    check_urls(post.media_urls)
    _check_count(post, platform, rules)
    if post.music_post_id is None:
        return post
    if not 0 < len(post.music_post_id) <= _LONGEST_ID or not post.music_post_id.isprintable():
        raise InvalidInputError("this is no id of a post", field="music_post_id")
    if rules.music:
        return post
    if post.strict:
        raise InvalidInputError(
            f"{platform} lets nobody choose the sound of a post; leave it out, or say strict: "
            "false to have it left out",
            field="music_post_id",
        )
    return replace(post, music_post_id=None)


def check_time(scheduled_at: datetime | None, now: datetime) -> None:
    """Raise InvalidInputError (`scheduled_at`) for an instant that is past or too far away."""
    if scheduled_at is None:
        return
    if scheduled_at < now - LATE:
        raise InvalidInputError("this time is in the past", field="scheduled_at")
    if scheduled_at > now + LATEST:
        raise InvalidInputError("a post is scheduled a year ahead at most", field="scheduled_at")


def check_urls(urls: Sequence[str], field: str = "media_urls") -> None:
    """Raise InvalidInputError for an address that may not be called, as far as its text tells.

    Whether this machine itself may be called is a setting, and checked where media are fetched.
    """
    for url in urls:
        try:
            host = parse_url(_bounded(url, field)).host
        except FetchRefusedError as error:
            raise InvalidInputError(f"{url[:200]}: {error.message}", field=field) from error
        address = parse_address(host)
        if address is not None and refusal(address, allow_loopback=True) is not None:
            raise InvalidInputError(f"{url[:200]}: not a public address", field=field)


def checked_edit(edit: Edit, rules: EditRules) -> Edit:
    """Return an edit that the platform would take.

    InvalidInputError names the field at fault, by its name in Edit.
    """
    if edit == Edit():
        raise InvalidInputError("say what is to be changed", field="nick_name")
    if edit.nick_name is not None:
        edit = replace(edit, nick_name=edit.nick_name.strip())
        if not edit.nick_name or not edit.nick_name.isprintable():
            raise InvalidInputError("a nickname has printable characters", field="nick_name")
        _check_length(edit.nick_name, rules.name_max, "nick_name", "a nickname")
    if edit.bio is not None:
        _check_length(edit.bio, rules.bio_max, "bio", "a bio")
    if edit.avatar_url is not None:
        check_urls([edit.avatar_url], "avatar_url")
    return edit


def check_comment(text: str) -> None:
    """Raise InvalidInputError (`text`) for a comment that is empty or too long."""
    if not text.strip():
        raise InvalidInputError("a comment has some text", field="text")
    _check_length(text, _LONGEST_COMMENT, "text", "a comment")


def _check_caption(caption: str, platform: Platform, rules: PublishingRules) -> None:
    _check_length(caption, CAPTION_MAX, "caption", "a caption")
    if len(caption.encode("utf-16-le")) // 2 > rules.text_max:
        raise InvalidInputError(
            f"{platform} takes captions of {rules.text_max} characters at most", field="caption"
        )
    for most, pattern, what in (
        (rules.hashtags_max, _HASHTAG, "hashtags"),
        (rules.mentions_max, _MENTION, "mentions"),
    ):
        if most is not None and len(pattern.findall(caption)) > most:
            raise InvalidInputError(f"{platform} takes {most} {what} at most", field="caption")


def _check_count(post: NewPost, platform: Platform, rules: PublishingRules) -> None:
    count = len(post.media_urls)
    if post.kind is PostKind.VIDEO:
        if count != 1:
            raise InvalidInputError("a video post has one video", field="media_urls")
        return
    if count == 0:
        raise InvalidInputError("a slideshow has at least one image", field="media_urls")
    if not rules.images_min <= count <= rules.images_max:
        raise InvalidInputError(
            f"a slideshow on {platform} has {rules.images_min} to {rules.images_max} images, "
            f"these are {count}",
            field="media_urls",
        )


def _check_length(text: str, most: int, field: str, what: str) -> None:
    if len(text) > most:
        raise InvalidInputError(
            f"{what} has at most {most} characters, this one has {len(text)}", field=field
        )
    if "\0" in text or text.encode("utf-8", "replace").decode() != text:
        raise InvalidInputError(f"{what} is text without control characters", field=field)


def _bounded(url: str, field: str) -> str:
    if not url or len(url) > _LONGEST_URL or not url.isprintable() or any(map(str.isspace, url)):
        raise InvalidInputError(
            f"an address has 1 to {_LONGEST_URL} characters and no blanks", field=field
        )
    return url
