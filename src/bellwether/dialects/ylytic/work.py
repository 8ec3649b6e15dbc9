"""What the routes of this dialect ask of the engine, each in one unit of work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bellwether.dialects.framework.links import Links
from bellwether.dialects.ylytic.parse import DIALECT, Terms
from bellwether.engine.facade import Engine
from bellwether.model.errors import NotFoundError
from bellwether.model.insights import RunInsights, add_up
from bellwether.model.platforms import Kind
from bellwether.model.refs import Ref
from bellwether.model.requests import NamedFilter
from bellwether.model.tenants import Principal, Scope
from bellwether.model.tracking import Aspect, Tracker


@dataclass(frozen=True, slots=True)
class CreatorRecord:
    """A tracked creator: two trackers, and the runs of both."""

    profile: Tracker
    stories: Tracker | None
    insights: RunInsights


@dataclass(frozen=True, slots=True)
class PostRecord:
    """A tracked post and its runs."""

    tracker: Tracker
    insights: RunInsights


def track_creator(
    ref: Ref, links: Links, profile: Terms, stories: Terms | None
) -> Callable[[Engine, Principal], CreatorRecord]:
    """Track a creator, and stories where there are terms for them.

    What is tracked already gets these terms and is followed again.
    """
    orders = [(Aspect.PROFILE, profile)]
    if stories is not None:
        orders.append((Aspect.STORIES, stories))

    def work(engine: Engine, principal: Principal) -> CreatorRecord:
        tracker = _track(engine, principal, ref, orders)
        links.pay(engine, principal)
        return _creators(engine, principal.scope, [tracker])[0]

    return work


def track_post(ref: Ref, links: Links, terms: Terms) -> Callable[[Engine, Principal], PostRecord]:
    """Track a post; one that is tracked already gets these terms and is followed again."""

    def work(engine: Engine, principal: Principal) -> PostRecord:
        tracker = _track(engine, principal, ref, [(Aspect.CONTENT, terms)])
        links.pay(engine, principal)
        return _posts(engine, principal.scope, [tracker])[0]

    return work


def find_creator(wanted: NamedFilter) -> Callable[[Engine, Principal], CreatorRecord]:
    """Find a creator; NotFoundError (`handle`)."""

    def work(engine: Engine, principal: Principal) -> CreatorRecord:
        return _creators(engine, principal.scope, [_find(engine, principal.scope, wanted)])[0]

    return work


def find_post(wanted: NamedFilter) -> Callable[[Engine, Principal], PostRecord]:
    """Find a post; NotFoundError (`shortcode`)."""

    def work(engine: Engine, principal: Principal) -> PostRecord:
        return _posts(engine, principal.scope, [_find(engine, principal.scope, wanted)])[0]

    return work


def change_creator(
    wanted: NamedFilter, profile: Terms, stories: Terms
) -> Callable[[Engine, Principal], CreatorRecord]:
    """Change a creator's schedules; NotFoundError (`handle`)."""

    def work(engine: Engine, principal: Principal) -> CreatorRecord:
        scope = principal.scope
        tracker = _find(engine, scope, wanted)
        if profile.said:
            engine.tracking.update(scope, tracker.id, profile.changes, principal.plan)
        _change_stories(engine, principal, tracker, stories)
        return _creators(engine, scope, [engine.tracking.get(scope, tracker.id)])[0]

    return work


def change_post(wanted: NamedFilter, terms: Terms) -> Callable[[Engine, Principal], PostRecord]:
    """Change a post's schedule; NotFoundError (`shortcode`)."""

    def work(engine: Engine, principal: Principal) -> PostRecord:
        found = _find(engine, principal.scope, wanted)
        tracker = engine.tracking.update(principal.scope, found.id, terms.changes, principal.plan)
        return _posts(engine, principal.scope, [tracker])[0]

    return work


def forget(wanted: NamedFilter) -> Callable[[Engine, Principal], None]:
    """Stop tracking a post, or a creator with its stories; what was recorded stays."""

    def work(engine: Engine, principal: Principal) -> None:
        found = _find(engine, principal.scope, wanted)
        for tracker in _of(engine, principal.scope, [found]):
            engine.tracking.delete(principal.scope, tracker.id)

    return work


def list_creators(
    wanted: NamedFilter,
) -> Callable[[Engine, Principal], tuple[Sequence[CreatorRecord], int]]:
    """List creators, with the total that match."""

    def work(engine: Engine, principal: Principal) -> tuple[Sequence[CreatorRecord], int]:
        found, total = engine.tracking.list_named(principal.scope, wanted)
        return _creators(engine, principal.scope, found), total

    return work


def list_posts(
    wanted: NamedFilter,
) -> Callable[[Engine, Principal], tuple[Sequence[PostRecord], int]]:
    """List posts, with the total that match."""

    def work(engine: Engine, principal: Principal) -> tuple[Sequence[PostRecord], int]:
        found, total = engine.tracking.list_named(principal.scope, wanted)
        return _posts(engine, principal.scope, found), total

    return work


def find_insights(engine: Engine, principal: Principal) -> Mapping[Aspect, RunInsights]:
    """Count the runs of everything that is tracked through this dialect."""
    return engine.insights.of_dialect(principal.scope, DIALECT)


def _track(
    engine: Engine, principal: Principal, ref: Ref, orders: Sequence[tuple[Aspect, Terms]]
) -> Tracker:
    """Track something on its terms and return the first tracker as it is then."""
    scope = principal.scope
    requests = [terms.order(ref, aspect) for aspect, terms in orders]
    answers = engine.tracking.track(scope, principal.plan, requests)
    for answer, (_, terms) in zip(answers, orders, strict=True):
        if not answer.created:
            changes = replace(terms.changes, handle=ref.handle if ref.is_content else None)
            engine.tracking.update(scope, answer.tracker.id, changes, principal.plan)
    return engine.tracking.get(scope, answers[0].tracker.id)


def _change_stories(engine: Engine, principal: Principal, profile: Tracker, terms: Terms) -> None:
    scope = principal.scope
    stories = next((one for one in _of(engine, scope, [profile]) if _is_stories(one)), None)
    if stories is None and (terms.schedule or terms.tracking):
        ref = Ref(profile.platform, Kind.PROFILE, profile.target, profile.url)
        order = terms.order(ref, Aspect.STORIES)
        (tracked,) = engine.tracking.track(scope, principal.plan, [order])
        # A schedule that comes with "not tracked" is kept for when it is.
        if terms.tracking is False:
            changes = Terms(tracking=False).changes
            engine.tracking.update(scope, tracked.tracker.id, changes)
    elif stories is not None and terms.said:
        engine.tracking.update(scope, stories.id, terms.changes)


def _find(engine: Engine, scope: Scope, wanted: NamedFilter) -> Tracker:
    try:
        return engine.tracking.find_named(scope, wanted)
    except NotFoundError:
        post = wanted.aspect is Aspect.CONTENT
        what, field = ("post", "shortcode") if post else ("creator", "handle")
        raise NotFoundError(f"No such {what} is tracked", field=field) from None


def _of(engine: Engine, scope: Scope, trackers: Sequence[Tracker]) -> Sequence[Tracker]:
    ids = [tracker.subject_id for tracker in trackers]
    return engine.tracking.of_subjects(scope, ids, dialect=DIALECT)


def _creators(engine: Engine, scope: Scope, profiles: Sequence[Tracker]) -> Sequence[CreatorRecord]:
    stories = {one.subject_id: one for one in _of(engine, scope, profiles) if _is_stories(one)}
    ids = [one.id for one in (*profiles, *stories.values())]
    insights = engine.insights.of_trackers(scope, ids)
    return [_creator(profile, stories.get(profile.subject_id), insights) for profile in profiles]


def _creator(
    profile: Tracker, stories: Tracker | None, insights: Mapping[str, RunInsights]
) -> CreatorRecord:
    mine = [tracker for tracker in (profile, stories) if tracker is not None]
    return CreatorRecord(profile, stories, add_up(insights[tracker.id] for tracker in mine))


def _posts(engine: Engine, scope: Scope, trackers: Sequence[Tracker]) -> Sequence[PostRecord]:
    insights = engine.insights.of_trackers(scope, [tracker.id for tracker in trackers])
    return [PostRecord(tracker, insights[tracker.id]) for tracker in trackers]


def _is_stories(tracker: Tracker) -> bool:
    return tracker.aspect is Aspect.STORIES
