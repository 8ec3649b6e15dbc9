"""What the routes of the native API ask of the engine, each in one unit of work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bellwether.dialects.framework.links import Links
from bellwether.dialects.native.parse import Asked, Contest, Orders, Removal, refused
from bellwether.engine.facade import Engine, resolve
from bellwether.model.catalog import Content, Creator
from bellwether.model.errors import BellwetherError, InvalidInputError, NotFoundError
from bellwether.model.metrics import Growth, Point, Ranking, Snapshot
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.refs import Ref
from bellwether.model.requests import Bucketing, Subject, Tracked, TrackRequest
from bellwether.model.tenants import Principal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one URL: trackers, or why there are none (a code and a message)."""

    url: str
    tracked: Sequence[Tracked]
    error: tuple[str, str] | None


def track_all(orders: Orders, links: Links) -> Callable[[Engine, Principal], Sequence[Outcome]]:
    """Track everything that can be; a lone `url` that cannot is an InvalidInputError."""
    errors = [refused(one) for one in links.resolved]
    if orders.single and errors[0] is not None:
        raise InvalidInputError(errors[0][1], field="url")
    requests: list[Sequence[TrackRequest]] = [
        orders.of(one.ref) if error is None and one.ref is not None else []
        for one, error in zip(links.resolved, errors, strict=True)
    ]

    def work(engine: Engine, principal: Principal) -> Sequence[Outcome]:
        flat = [request for each in requests for request in each]
        answers = iter(engine.tracking.track(principal.scope, principal.plan, flat))
        links.pay(engine, principal)
        return [
            Outcome(one.url, [next(answers) for _ in each], error)
            for one, each, error in zip(links.resolved, requests, errors, strict=True)
        ]

    return work


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one subject."""

    subject: Subject
    page: Page[Point]


def find_series(
    asked: Asked, bucketing: Bucketing, limit: int, cursor: str | None
) -> Callable[[Engine, Principal], Series]:
    """Find points of one metric."""

    def work(engine: Engine, principal: Principal) -> Series:
        subject = _subject(engine, principal, asked)
        page = engine.metrics.series(
            subject.id,
            asked.metric,
            bucketing=bucketing,
            start=asked.start,
            end=asked.end,
            limit=limit,
            cursor=cursor,
        )
        return Series(subject, page)

    return work


def find_growth(asked: Asked) -> Callable[[Engine, Principal], tuple[Subject, Growth]]:
    """Compute growth of one metric."""

    def work(engine: Engine, principal: Principal) -> tuple[Subject, Growth]:
        subject = _subject(engine, principal, asked)
        growth = engine.metrics.growth(subject.id, asked.metric, start=asked.start, end=asked.end)
        return subject, growth

    return work


def remove_snapshots(removal: Removal) -> Callable[[Engine, Principal], tuple[Subject, int]]:
    """Remove what was observed of a subject, and count it."""

    def work(engine: Engine, principal: Principal) -> tuple[Subject, int]:
        subject = engine.catalog.find_subject(
            principal.scope, removal.platform, removal.id, removal.kind
        )
        return subject, engine.metrics.delete(subject.id, removal.start, removal.end)

    return work


@dataclass(frozen=True, slots=True)
class Ranked:
    """Who grew most, and what those are."""

    ranking: Ranking
    contents: Mapping[str, Content]
    creators: Mapping[str, Creator]


def find_top(contest: Contest) -> Callable[[Engine, Principal], Ranked]:
    """Rank creators and contents by their growth."""

    def work(engine: Engine, principal: Principal) -> Ranked:
        scope = principal.scope
        ranking = engine.metrics.top(
            scope,
            contest.metric,
            days=contest.days,
            limit=contest.limit,
            platform=contest.platform,
            kind=contest.kind,
        )
        ids = [gain.subject_id for gain in ranking.gains]
        return Ranked(
            ranking, engine.catalog.contents(scope, ids), engine.catalog.creators(scope, ids)
        )

    return work


def _subject(engine: Engine, principal: Principal, asked: Asked) -> Subject:
    return engine.catalog.find_subject(principal.scope, asked.platform, asked.id, asked.kind)


@dataclass(frozen=True, slots=True)
class WithNumbers:
    """Contents or creators with their newest snapshots, by our ids."""

    contents: Sequence[Content]
    creators: Sequence[Creator]
    latest: Mapping[str, Snapshot]
    next_cursor: str | None = None


def list_contents(
    platform: Platform | None, limit: int, cursor: str | None
) -> Callable[[Engine, Principal], WithNumbers]:
    """List contents with their newest numbers."""

    def work(engine: Engine, principal: Principal) -> WithNumbers:
        page = engine.catalog.list_contents(
            principal.scope, platform=platform, limit=limit, cursor=cursor
        )
        latest = engine.metrics.latest([one.id for one in page.items])
        return WithNumbers(page.items, (), latest, page.next_cursor)

    return work


def list_creators(
    platform: Platform | None, limit: int, cursor: str | None
) -> Callable[[Engine, Principal], WithNumbers]:
    """List creators with their newest numbers."""

    def work(engine: Engine, principal: Principal) -> WithNumbers:
        page = engine.catalog.list_creators(
            principal.scope, platform=platform, limit=limit, cursor=cursor
        )
        latest = engine.metrics.latest([one.id for one in page.items])
        return WithNumbers((), page.items, latest, page.next_cursor)

    return work


def get_content(content_id: str) -> Callable[[Engine, Principal], WithNumbers]:
    """Find one content by our id, else NotFoundError."""

    def work(engine: Engine, principal: Principal) -> WithNumbers:
        found = engine.catalog.contents(principal.scope, [content_id])
        if content_id not in found:
            raise NotFoundError("no such content", field="id")
        return WithNumbers([found[content_id]], (), engine.metrics.latest([content_id]))

    return work


def get_creator(creator_id: str) -> Callable[[Engine, Principal], WithNumbers]:
    """Find one creator by our id, else NotFoundError."""

    def work(engine: Engine, principal: Principal) -> WithNumbers:
        found = engine.catalog.creators(principal.scope, [creator_id])
        if creator_id not in found:
            raise NotFoundError("no such creator", field="id")
        return WithNumbers((), [found[creator_id]], engine.metrics.latest([creator_id]))

    return work


def resolve_texts(texts: Sequence[str]) -> Callable[[Engine, Principal], Sequence[Ref | str]]:
    """Say what each text names, or why it names nothing."""

    def work(_engine: Engine, _principal: Principal) -> Sequence[Ref | str]:
        return [_resolve(text) for text in texts]

    return work


def _resolve(text: str) -> Ref | str:
    try:
        return resolve(text)
    except BellwetherError as error:
        return error.message
