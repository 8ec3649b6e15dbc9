"""Writing down what became of ticks: runs, numbers, facts and the next tick, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.credits.service import CreditService
from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.tracking.orders import FIRST, ROUTINE
from bellwether.engine.tracking.outcomes import Deferred, Finished, Outcome, Stories
from bellwether.engine.tracking.schedules import Upcoming
from bellwether.engine.tracking.store_claims import ClaimStore, End, Finish, HeldRow, RunRow
from bellwether.engine.tracking.telling import Expired, Kept, Teller
from bellwether.kit.clock import Clock, opt_instant, to_micros
from bellwether.kit.ids import new_ids
from bellwether.model.platforms import Kind, SubjectKind
from bellwether.model.readings import (
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
)
from bellwether.model.requests import NewSnapshot, NewSubject
from bellwether.model.tenants import Environment, Scope
from bellwether.model.tracking import RunState, TrackerState

RETRY_WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
"""How long a tick waits, in the product's time, after each attempt that failed for a while."""

STALE_AFTER = timedelta(hours=48)
"""How old the newest numbers of a tracker become before its owner is told, in product time."""

_LONGEST_MESSAGE = 500
_STALE_MICROS = STALE_AFTER // timedelta(microseconds=1)
# Texts as they are stored: an enum's value is a call, and these are asked for at every tick.
_ACTIVE, _EXPIRED = TrackerState.ACTIVE.value, TrackerState.EXPIRED.value
_SUCCEEDED, _FAILED = RunState.SUCCEEDED.value, RunState.FAILED.value


class _Held(NamedTuple):
    """An answer and the row of the tracker that waits for it, still held by its claim."""

    finished: Finished
    row: HeldRow


_End = tuple[Finish, RunRow | None]
"""What work on a tick came to: the tracker's new row, and the run where the tick is over."""
_Ended = tuple[_Held, RunRow]


class Ended(NamedTuple):
    """What is counted of a run."""

    platform: str
    state: str
    reason: str


class Recorder:
    """Writes answers for one unit of work; `ended` counts the runs by what they came to.

    `refused` counts answers whose claim no longer stood.
    """

    def __init__(self, connection: Connection, clock: Clock, upcoming: Upcoming) -> None:
        self._upcoming = upcoming
        self._store = ClaimStore(connection)
        self._catalog = CatalogService(connection, clock)
        self._metrics = MetricsService(connection, clock)
        self._credits = CreditService(connection, clock)
        self._teller = Teller(connection, clock)
        self._now = clock.now()
        self._now_micros = to_micros(self._now)
        self._succeeded = self._end_of_run(_ACTIVE, succeeded=True)
        self._failed = self._end_of_run(_ACTIVE, succeeded=False)
        self.ended: Counter[Ended] = Counter()
        self.refused = 0

    def record(self, finished: Sequence[Finished]) -> int:
        """Store answers whose claim still stands and return how many ticks that ended.

        A tick that another scheduler has taken over in the meantime, or whose tracker was paused
        or deleted, is left alone: nothing of its answer is stored.
        """
        rows = self._store.held([one.claimed.id for one in finished])
        held = [
            _Held(one, row)
            for one in finished
            if (row := rows.get(one.claimed.id)) is not None
            and row.claim == one.claimed.token
            and row.next_at == one.claimed.tick
            and row.state == _ACTIVE
        ]
        self.refused += len(finished) - len(held)
        ends = list(map(self._end, held, new_ids(len(held))))
        new_runs = self._store.add_runs([run for _, run in ends if run is not None])
        ended = [
            (one, run)
            for one, (_, run) in zip(held, ends, strict=True)
            if run is not None and run.id in new_runs
        ]
        kept = self._keep_readings(ended)
        failed = [one for one in ended if one[1].state == _FAILED]
        self._refund(failed)
        self._store.finish(
            [
                finish if run is None or run.id in new_runs else _uncounted(finish)
                for finish, run in ends
            ]
        )
        expired = [
            Expired(one.row.id, _scope(one))
            for one, (finish, _) in zip(held, ends, strict=True)
            if finish.end.state == _EXPIRED
        ]
        stale = {run.id for one, run in failed if _became_stale(one.row, run)}
        self._teller.tell([run for _, run in ended], kept, expired, stale)
        self.ended.update(
            Ended(one.row.platform, run.state, run.failure_reason or "") for one, run in ended
        )
        return len(new_runs)

    def postpone(self, finished: Finished, message: str) -> None:
        """Push a tracker that cannot be recorded out of the way for a day."""
        due_at = to_micros(self._now + timedelta(days=1))
        claimed = finished.claimed
        self._store.postpone(claimed.id, claimed.token, due_at, message[:_LONGEST_MESSAGE])

    def _end(self, held: _Held, run_id: str) -> _End:
        """Return what work on a tick came to; `run_id` is for its run, where it is over."""
        outcome = held.finished.answer.outcome
        upcoming = self._upcoming.after(held.row.cron, held.row.timezone, self._now_micros)
        if isinstance(outcome, Deferred):
            failed = Failed(FailureReason.RATE_LIMITED, outcome.message)
            attempts = held.finished.claimed.attempts
            if upcoming is None or to_micros(outcome.until) < upcoming:
                return self._again(held, failed, outcome.until, attempts), None
            return self._over(held, run_id, failed, upcoming, attempts)
        attempts = held.finished.claimed.attempts + 1
        if isinstance(outcome, Failed):
            retry_at = self._retry_at(outcome, attempts)
            if retry_at is not None and (upcoming is None or to_micros(retry_at) < upcoming):
                return self._again(held, outcome, retry_at, attempts), None
            return self._over(held, run_id, outcome, upcoming, attempts)
        return self._over(held, run_id, None, upcoming, attempts)

    def _retry_at(self, failed: Failed, attempts: int) -> datetime | None:
        if not failed.transient or attempts > len(RETRY_WAITS):
            return None
        wait = RETRY_WAITS[attempts - 1]
        return self._now + max(wait, timedelta(seconds=failed.retry_after or 0))

    def _again(self, held: _Held, failed: Failed, at: datetime, attempts: int) -> Finish:
        """Return the row of a tracker whose tick is tried again later."""
        end = End(
            state=_ACTIVE,
            priority=held.row.priority,
            attempts=attempts,
            last_run_at=None,
            last_success_at=None,
            runs=0,
            updated_at=self._now_micros,
        )
        return Finish(
            id=held.row.id,
            next_at=held.row.next_at,
            due_at=to_micros(at),
            failure_reason=failed.reason.value,
            failure_message=_clean(failed.message),
            end=end,
        )

    def _end_of_run(self, state: str, *, succeeded: bool) -> End:
        """Return what becomes of trackers whose tick is over."""
        now = self._now_micros
        return End(
            state=state,
            priority=ROUTINE,
            attempts=0,
            last_run_at=now,
            last_success_at=now if succeeded else None,
            runs=1,
            updated_at=now,
        )

    def _over(
        self, held: _Held, run_id: str, failed: Failed | None, next_at: int | None, attempts: int
    ) -> _End:
        """Return the row of a tracker whose tick is over, and its run."""
        claimed, answer = held.finished
        now = self._now_micros
        expires_at = held.row.expires_at
        over = expires_at is not None and expires_at <= now
        if next_at is None or over:
            due_at = None
        else:  # it is looked at when it expires, so that it says so then and not a tick later
            due_at = next_at if expires_at is None else min(next_at, expires_at)
        if failed is None:
            reason = message = None
            end = self._succeeded
        else:
            reason, message = failed.reason.value, _clean(failed.message)
            end = self._failed
        if over:
            end = end._replace(state=_EXPIRED)
        # By place, in the order of the fields: this runs for every tick there is.
        finish = Finish(claimed.id, next_at, due_at, reason, message, end)
        run = RunRow(
            run_id,
            claimed.id,
            claimed.workspace_id,
            held.row.environment,
            claimed.tick,
            now,  # finished_at
            _SUCCEEDED if failed is None else _FAILED,
            answer.source,
            reason,
            message,
            attempts,
            _count(answer.outcome),
        )
        return finish, run

    def _refund(self, failed: Iterable[_Ended]) -> None:
        """Give back what was paid for trackers whose first numbers could not be had."""
        first = {
            held.row.id: opt_instant(held.row.last_success_at)
            for held, _ in failed
            if held.row.priority == FIRST
        }
        if first:
            self._credits.refund(first)

    def _keep_readings(self, ended: Iterable[_Ended]) -> Sequence[Kept]:
        """Store what was said, and return it."""
        kept: list[Kept] = []
        contents: dict[str, ContentReading] = {}
        creators: dict[str, CreatorReading] = {}
        stories: list[tuple[_Held, str, ContentReading]] = []
        for held, run in ended:
            claimed, answer = held.finished
            outcome, run_id = answer.outcome, run.id
            if isinstance(outcome, Stories):
                stories.extend((held, run_id, story) for story in outcome.items)
                continue
            if isinstance(outcome, ContentReading):
                contents[claimed.subject_id] = outcome
            elif isinstance(outcome, CreatorReading):
                creators[claimed.subject_id] = outcome
            else:
                continue
            kept.append(_kept(claimed.subject_id, answer.at, outcome, run_id))
        for subject_id, held, run_id, story in self._ensure_stories(stories):
            contents[subject_id] = story
            kept.append(_kept(subject_id, held.finished.answer.at, story, run_id))
        if contents:
            self._catalog.learn_contents(contents)
        if creators:
            self._catalog.learn_creators(creators)
        if kept:
            self._metrics.record([one.snapshot for one in kept])
        return kept

    def _ensure_stories(
        self, stories: Sequence[tuple[_Held, str, ContentReading]]
    ) -> Iterable[tuple[str, _Held, str, ContentReading]]:
        """Yield each story with its subject in the scope of the tracker that saw it."""
        scopes: dict[Scope, list[tuple[_Held, str, ContentReading]]] = {}
        for held, run_id, story in stories:
            scopes.setdefault(_scope(held), []).append((held, run_id, story))
        for scope, seen in scopes.items():
            subjects = self._catalog.ensure(scope, [_story_subject(story) for *_, story in seen])
            for subject, (held, run_id, story) in zip(subjects, seen, strict=True):
                yield subject.id, held, run_id, story


def _story_subject(story: ContentReading) -> NewSubject:
    return NewSubject(
        kind=SubjectKind.CONTENT,
        platform=story.platform,
        external_id=story.id,
        content_kind=Kind.STORY,
        url=story.url,
        handle=story.creator_handle,
        source=story.source,
    )


def _scope(held: _Held) -> Scope:
    return Scope(held.finished.claimed.workspace_id, Environment(held.row.environment))


def _kept(
    subject_id: str, at: datetime, reading: ContentReading | CreatorReading, run_id: str
) -> Kept:
    # By place, in the order of the fields, as above.
    snapshot = NewSnapshot(
        subject_id, at, reading.metrics, reading.source, reading.as_of, reading.estimates, run_id
    )
    return Kept(snapshot, reading)


def _count(outcome: Outcome) -> int:
    if isinstance(outcome, Stories):
        return len(outcome.items)
    return int(isinstance(outcome, ContentReading | CreatorReading))


def _became_stale(row: HeldRow, run: RunRow) -> bool:
    """Whether, with a run that failed, the numbers before it have become stale."""
    newest = row.last_success_at or row.created_at
    seen = newest if row.last_run_at is None else row.last_run_at
    return run.finished_at - newest >= _STALE_MICROS > seen - newest


def _uncounted(finish: Finish) -> Finish:
    """Return the end of a tick that had a run already: the tracker only moves on."""
    end = finish.end._replace(runs=0, last_run_at=None, last_success_at=None)
    return finish._replace(end=end)


def _clean(message: str) -> str:
    """Return a message as every store can hold it."""
    return message.replace("\x00", "")[:_LONGEST_MESSAGE]
