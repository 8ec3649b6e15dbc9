"""Answers of this dialect."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bellwether.dialects.ylytic import wire
from bellwether.dialects.ylytic.work import CreatorRecord, PostRecord
from bellwether.kit.cron import CronError, Schedule
from bellwether.model.insights import RunInsights, Tally, add_up
from bellwether.model.requests import NamedFilter
from bellwether.model.tracking import Aspect, Tracker, TrackerState
from bellwether.model.webhooks import Endpoint

_SUCCESS = "webhook_success"


def render_creator(record: CreatorRecord, now: datetime) -> wire.TrackedCreator:
    """Return a creator. Its next look is the schedule's, whatever is owed before."""
    profile, stories = record.profile, record.stories
    return wire.TrackedCreator(
        connector=profile.platform.value,
        handle=profile.target,
        tracking=_tracking(profile),
        cron_expression=profile.cron,
        next_tracking_at=_upcoming(profile, now),
        tracking_expiry_at=_opt_instant(profile.expires_at),
        created_at=render_instant(profile.created_at),
        stories_tracking=stories is not None and _tracking(stories),
        stories_cron_expression=None if stories is None else stories.cron,
        next_stories_tracking_at=None if stories is None else _upcoming(stories, now),
        stories_tracking_expiry_at=None if stories is None else _opt_instant(stories.expires_at),
        event_insights=_creator_insights(record.insights),
    )


def render_post(record: PostRecord, now: datetime) -> wire.TrackedPost:
    """Return a post. Its next look is the one that is owed, the first at its creation."""
    tracker = record.tracker
    owed = tracker.state is TrackerState.ACTIVE and tracker.next_at is not None
    return wire.TrackedPost(
        connector=tracker.platform.value,
        shortcode=tracker.target,
        tracking=_tracking(tracker),
        cron_expression=tracker.cron,
        next_tracking_at=_opt_instant(tracker.next_at) if owed else _upcoming(tracker, now),
        tracking_expiry_at=_opt_instant(tracker.expires_at),
        created_at=render_instant(tracker.created_at),
        event_insights=_post_insights(record.insights),
    )


def render_creators(
    found: tuple[Sequence[CreatorRecord], int], wanted: NamedFilter, now: datetime
) -> wire.TrackedCreators:
    """Return a page of creators."""
    records, total = found
    objects = [render_creator(record, now) for record in records]
    return wire.TrackedCreators(objects, total, wanted.limit, wanted.offset)


def render_posts(
    found: tuple[Sequence[PostRecord], int], wanted: NamedFilter, now: datetime
) -> wire.TrackedPosts:
    """Return a page of posts."""
    records, total = found
    objects = [render_post(record, now) for record in records]
    return wire.TrackedPosts(objects, total, wanted.limit, wanted.offset)


def render_insights(insights: Mapping[Aspect, RunInsights]) -> wire.TrackingInsights:
    """Return the counters of everything together, of creators, and of posts."""
    posts = insights[Aspect.CONTENT]
    creators = add_up([insights[Aspect.PROFILE], insights[Aspect.STORIES]])
    return wire.TrackingInsights(
        **_counters(add_up([creators, posts])),
        events_creatorwise_this_month=_by_creator(creators),
        events_creatorwise_posts_this_month=_by_creator(posts),
        creators=_creator_insights(creators),
        posts=_post_insights(posts),
    )


def render_webhook(endpoint: Endpoint, secret: str | None) -> wire.YlyticWebhook:
    """Return where events are told, with the secret where it was just made."""
    return wire.YlyticWebhook(
        url=endpoint.url,
        status=endpoint.state.value,
        status_reason=endpoint.disabled_reason,
        secret=secret,
        created_at=render_instant(endpoint.created_at),
    )


def render_instant(instant: datetime) -> str:
    """Return an instant of UTC as this dialect prints it: decimals only when not zero."""
    return instant.replace(tzinfo=None).isoformat(sep=" ")


def _opt_instant(instant: datetime | None) -> str | None:
    return None if instant is None else render_instant(instant)


def _tracking(tracker: Tracker) -> bool:
    """Whether tracking is on; it stays on when the expiry is past, as the documents show."""
    return tracker.state is not TrackerState.PAUSED


def _upcoming(tracker: Tracker, now: datetime) -> str | None:
    if tracker.next_at is not None and tracker.next_at > now:
        return render_instant(tracker.next_at)
    try:
        return render_instant(Schedule(tracker.cron, tracker.timezone).next_after(now))
    except CronError:
        return None  # nothing is left to fire before the calendar ends


def _creator_insights(insights: RunInsights) -> wire.CreatorEventInsights:
    return wire.CreatorEventInsights(
        **_counters(insights), events_creatorwise_this_month=_by_creator(insights)
    )


def _post_insights(insights: RunInsights) -> wire.PostEventInsights:
    return wire.PostEventInsights(
        **_counters(insights), events_creatorwise_posts_this_month=_by_creator(insights)
    )


def _counters(insights: RunInsights) -> dict[str, Any]:
    return {
        "total": insights.total.runs,
        "webhooks_success_total": insights.total.told,
        "this_month": insights.this_month.runs,
        "webhooks_success_this_month": insights.this_month.told,
        "today": insights.today.runs,
        "webhooks_success_today": insights.today.told,
        "events_datewise_this_month": [_row(day, tally) for day, tally in insights.by_day.items()],
    }


def _by_creator(insights: RunInsights) -> list[dict[str, int]]:
    return [_row(handle, tally) for handle, tally in insights.by_creator.items()]


def _row(key: date | str, tally: Tally) -> dict[str, int]:
    # A creator may be called like the other key of its row.
    name = f"@{key}" if key == _SUCCESS else str(key)
    return {name: tally.runs, _SUCCESS: tally.told}
