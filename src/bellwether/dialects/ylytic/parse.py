"""Requests of this dialect as orders to the engine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from msgspec import UNSET, UnsetType

from bellwether.dialects.ylytic.wire import (
    Flag,
    TrackCreatorRequest,
    TrackedCreatorsQuery,
    TrackedPostsQuery,
    TrackPostRequest,
    UpdateCreatorRequest,
    UpdatePostRequest,
)
from bellwether.engine.facade import resolve
from bellwether.kit.cron import CronError, Schedule
from bellwether.kit.instants import read_instant
from bellwether.model.errors import BellwetherError, InvalidInputError
from bellwether.model.platforms import Kind, Platform, parse_platform
from bellwether.model.refs import Ref, Resolved
from bellwether.model.requests import NamedFilter, TrackerChanges, TrackRequest
from bellwether.model.tracking import Aspect, TrackerState

DIALECT: Final = "ylytic"

_FLAGS = {"true": True, "false": False}
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_POSTS = {
    Platform.DAILYMOTION: "https://www.dailymotion.com/video/{}",
    Platform.FACEBOOK: "https://www.facebook.com/watch/?v={}",
    Platform.INSTAGRAM: "https://www.instagram.com/p/{}/",
    Platform.PINTEREST: "https://www.pinterest.com/pin/{}/",
    Platform.REDDIT: "https://www.reddit.com/comments/{}/",
    Platform.THREADS: "https://www.threads.com/t/{}",
    Platform.TIKTOK: "https://www.tiktok.com/embed/{}",
    Platform.TWITCH: "https://www.twitch.tv/videos/{}",
    Platform.VIMEO: "https://vimeo.com/{}",
    Platform.X: "https://x.com/i/status/{}",
    Platform.YOUTUBE: "https://youtu.be/{}",
}
"""Where a post is, for platforms on which its id alone says so."""


@dataclass(frozen=True, slots=True)
class Terms:
    """When to look and until when, as far as a request says so."""

    cron: str | None = None
    expires_at: datetime | None = None
    never_expires: bool = False
    tracking: bool | None = None

    @property
    def schedule(self) -> bool:
        """Whether anything is said about when to look."""
        return self.cron is not None or self.expires_at is not None

    @property
    def said(self) -> bool:
        """Whether anything is said at all."""
        return self.schedule or self.never_expires or self.tracking is not None

    @property
    def changes(self) -> TrackerChanges:
        """What this does to a tracker that is there already."""
        states = {True: TrackerState.ACTIVE, False: TrackerState.PAUSED, None: None}
        return TrackerChanges(
            cron=self.cron,
            state=states[self.tracking],
            expires_at=self.expires_at,
            clear_expiry=self.never_expires,
        )

    def order(self, ref: Ref, aspect: Aspect) -> TrackRequest:
        """Return the order to track something on these terms."""
        return TrackRequest(
            ref=ref, dialect=DIALECT, aspect=aspect, cron=self.cron, expires_at=self.expires_at
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request to track names: a `text` that can be resolved, on which platform."""

    platform: Platform
    text: str
    field: str
    code: str | None = None  # the short code that the text was made from


def name_creator(body: TrackCreatorRequest) -> Wanted:
    """Return which creator is named; InvalidInputError (`connector`, `handle`)."""
    platform = read_connector(body.connector)
    return Wanted(platform, _handle_text(platform, body.handle), "handle")


def name_post(body: TrackPostRequest) -> Wanted:
    """Return which post is named; InvalidInputError (`connector`, `shortcode`)."""
    platform = read_connector(body.connector)
    text = body.shortcode.strip()
    if _is_address(text):
        return Wanted(platform, text, "shortcode")
    if not _CODE.fullmatch(text) or platform not in _POSTS:
        raise _no_post(platform)
    return Wanted(platform, _POSTS[platform].format(text), "shortcode", text)


def read_creator(wanted: Wanted, resolved: Resolved) -> Ref:
    """Return the creator that is named; InvalidInputError (`handle`)."""
    ref = _read_ref(wanted, resolved)
    if ref.kind is not Kind.PROFILE:
        raise InvalidInputError(f"handle: this is the address of a {ref.kind}", field="handle")
    return ref


def read_post(wanted: Wanted, resolved: Resolved, handle: str | None) -> Ref:
    """Return the post that is named, with its creator's handle (`shortcode`, `handle`)."""
    ref = _read_ref(wanted, resolved)
    if not ref.is_content:
        raise InvalidInputError(
            f"shortcode: this is the address of a {ref.kind}", field="shortcode"
        )
    if wanted.code not in {None, ref.id}:
        raise _no_post(wanted.platform)
    if handle is None or not handle.strip():
        return ref
    return replace(ref, handle=_read_owner(wanted.platform, handle))


def read_connector(text: str) -> Platform:
    """Read a platform's name in any case; InvalidInputError (`connector`) lists those there are."""
    platform = parse_platform(text)
    if platform is None:
        names = ", ".join(Platform)
        raise InvalidInputError(f"connector: must be one of {names}", field="connector")
    return platform


def read_new_terms(body: TrackCreatorRequest | TrackPostRequest) -> Terms:
    """Return on what terms to track something; InvalidInputError names the field at fault."""
    return Terms(
        cron=_read_cron(body.cron_expression, body.cron_with_blank),
        expires_at=_read_expiry(body.tracking_expiry_at, "tracking_expiry_at"),
        tracking=True,
    )


def read_new_stories(body: TrackCreatorRequest) -> Terms | None:
    """Return on what terms to track a creator's stories, None where nothing is said of them."""
    cron, expiry = body.stories_cron_expression, body.stories_tracking_expiry_at
    if cron is None and expiry is None:
        return None
    return Terms(
        cron=_check_cron(cron, "stories_cron_expression"),
        expires_at=_read_expiry(expiry, "stories_tracking_expiry_at"),
        tracking=True,
    )


def read_terms(body: UpdateCreatorRequest | UpdatePostRequest) -> Terms:
    """Return what to change; InvalidInputError names the field at fault."""
    return Terms(
        cron=_read_cron(body.cron_expression, body.cron_with_blank),
        expires_at=_read_expiry(body.tracking_expiry_at, "tracking_expiry_at"),
        never_expires=body.tracking_expiry_at is None,
        tracking=read_flag(body.tracking, "tracking"),
    )


def read_stories(body: UpdateCreatorRequest) -> Terms:
    """Return what to change about a creator's stories."""
    expiry = body.stories_tracking_expiry_at
    flags = {
        name: read_flag(flag, name)
        for name, flag in (
            ("story_tracking", body.story_tracking),
            ("stories_tracking", body.stories_tracking),
        )
        if flag is not None
    }
    return Terms(
        cron=_check_cron(body.stories_cron_expression, "stories_cron_expression"),
        expires_at=_read_expiry(expiry, "stories_tracking_expiry_at"),
        never_expires=expiry is None,
        tracking=flags.get("stories_tracking", flags.get("story_tracking")),
    )


def check_said(*terms: Terms) -> None:
    """Refuse a request that changes nothing: InvalidInputError (`body`)."""
    if not any(one.said for one in terms):
        raise InvalidInputError("Nothing to change: send at least one field", field="body")


def read_flag(value: Flag, field: str) -> bool | None:
    """Read a flag, also as text in any case; None where it is left out."""
    if value is None or isinstance(value, bool):
        return value
    flag = _FLAGS.get(value.strip().lower())
    if flag is None:
        raise InvalidInputError(f"{field}: must be true or false", field=field)
    return flag


def named(aspect: Aspect, name: str, connector: str | None) -> NamedFilter:
    """Return how a handle or short code in a path is looked up: on all platforms, or one."""
    platform = None if connector is None else read_connector(connector)
    names = [name] if aspect is Aspect.CONTENT else _spellings(name, platform)
    return NamedFilter(dialect=DIALECT, aspect=aspect, names=names, platform=platform)


def read_list(aspect: Aspect, query: TrackedCreatorsQuery | TrackedPostsQuery) -> NamedFilter:
    """Return which trackers to list; InvalidInputError (`connector`, `tracking`)."""
    platform = None if query.connector is None else read_connector(query.connector)
    tracking = read_flag(query.tracking, "tracking")
    return NamedFilter(
        dialect=DIALECT,
        aspect=aspect,
        names=() if query.handle is None else _spellings(query.handle, platform),
        platform=platform,
        paused=None if tracking is None else not tracking,
        limit=query.limit,
        offset=query.skip,
    )


def _spellings(handle: str, platform: Platform | None) -> Sequence[str]:
    """Return a handle as each platform that has such handles keeps it."""
    bare = handle.strip().removeprefix("@")
    found = [bare]
    for each in Platform if platform is None else [platform]:
        try:
            found.append(resolve(f"{each.value}:{bare}").id)
        except BellwetherError:
            continue
    return list(dict.fromkeys(found))


def _read_ref(wanted: Wanted, resolved: Resolved) -> Ref:
    ref, field = resolved.ref, wanted.field
    if ref is None:
        message = resolved.error.message if resolved.error is not None else "nothing we know"
        raise InvalidInputError(f"{field}: {message}", field=field)
    if ref.needs_unshortening:
        raise InvalidInputError(f"{field}: the short link could not be followed", field=field)
    if ref.platform is not wanted.platform:
        raise InvalidInputError(
            f"{field}: this is on {ref.platform}, not on {wanted.platform}", field=field
        )
    if "/" in ref.id:
        raise InvalidInputError(
            f"{field}: its id has a slash, which this API's paths cannot carry; "
            "track it through /api/v1",
            field=field,
        )
    return ref


def _read_owner(platform: Platform, handle: str) -> str:
    try:
        ref = resolve(_handle_text(platform, handle))
    except BellwetherError as error:
        raise InvalidInputError(f"handle: {error.message}", field="handle") from error
    if ref.kind is not Kind.PROFILE or ref.platform is not platform:
        raise InvalidInputError(f"handle: not a creator on {platform}", field="handle")
    return ref.id


def _handle_text(platform: Platform, handle: str) -> str:
    text = handle.strip()
    return text if _is_address(text) else f"{platform.value}:{text}"


def _is_address(text: str) -> bool:
    return "://" in text or ("/" in text and "." in text.split("/", 1)[0]) or text.startswith("//")


def _no_post(platform: Platform) -> InvalidInputError:
    hint = "" if platform in _POSTS else "; give the post's address"
    return InvalidInputError(
        f"shortcode: not one that posts of {platform} have{hint}", field="shortcode"
    )


def _read_cron(cron: str | None, with_blank: str | None) -> str | None:
    if cron is None:
        return _check_cron(with_blank, "cron expression")
    return _check_cron(cron, "cron_expression")


def _check_cron(cron: str | None, field: str) -> str | None:
    if cron is not None:
        try:
            Schedule(cron)
        except CronError as error:
            raise InvalidInputError(f"{field}: {error}", field=field) from error
    return cron


def _read_expiry(text: str | UnsetType | None, field: str) -> datetime | None:
    if text is UNSET or not isinstance(text, str):
        return None
    try:
        return read_instant(text)
    except ValueError as error:
        raise InvalidInputError(f"{field}: {error}", field=field) from error
