"""What the demo was told by webhook, and whether that is all of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from bellwether.cli import output
from bellwether.cli.demo.receiver import Received
from bellwether.dialects.ylytic.work_webhook import EVENTS

Json = Mapping[str, Any]

NATIVE_PATH = "/hooks/native"
YLYTIC_PATH = "/hooks/ylytic"
_SHOWN_ID = 8


@dataclass(frozen=True, slots=True)
class Told:
    """Everything about webhooks after the run.

    What happened `until` an instant has been given the time to arrive. `events` and `runs` are
    what the server says happened, `creators` what it answers about those that were tracked through
    Ylytic, `ylytic_trackers` the ids of their trackers.
    """

    until: datetime
    native: Sequence[Received]
    ylytic: Sequence[Received]
    events: Sequence[Json]
    runs: Sequence[Json]
    insights: Json
    creators: Sequence[Json]
    ylytic_trackers: frozenset[str]


def problems(told: Told) -> Iterator[str]:
    """Yield what is wrong, nothing when all was told, verified and counted."""
    for name, received in (("native", told.native), ("ylytic", told.ylytic)):
        events = told.events
        if name == "ylytic":
            events = [event for event in events if event["type"] in EVENTS]
        yield from (f"{name} webhooks: {fault}" for fault in _faults(told, events, received))
    yield from (f"native webhooks: {fault}" for fault in _order(told.native))
    runs = {run["id"] for run in told.runs if _before(run["finished_at"], told.until)}
    told_runs = {event["run_id"] for event in told.events}
    if runs - told_runs:
        yield f"{len(runs - told_runs)} of {len(runs)} runs have no event"
    yield from _counters(told)


def _faults(told: Told, events: Sequence[Json], received: Sequence[Received]) -> Iterator[str]:
    strange = sum(not one.genuine for one in received)
    if strange:
        yield f"{strange} were not signed with the secret"
    due = {event["id"] for event in events if _before(event["at"], told.until)}
    happened, heard = {event["id"] for event in events}, {one.id for one in received}
    if due - heard:
        yield f"{len(due - heard)} of {len(due)} events never arrived"
    if heard - happened:
        yield f"{len(heard - happened)} arrived that never happened"
    if not happened:
        yield "nothing happened"


def _before(at: str, until: datetime) -> bool:
    return datetime.fromisoformat(at) <= until


def _order(received: Sequence[Received]) -> Iterator[str]:
    newest: dict[str, str] = {}
    for one in _once(received):
        data = one.body["data"]
        if "tick" not in data:
            continue
        if data["tick"] < newest.get(data["tracker_id"], ""):
            yield f"tracker {data['tracker_id']} was told of {data['tick']} too late"
        newest[data["tracker_id"]] = data["tick"]


def _counters(told: Told) -> Iterator[str]:
    """Count runs and deliveries again and compare with what Ylytic's calls answer."""
    mine = {run["id"] for run in told.runs if run["tracker_id"] in told.ylytic_trackers}
    heard = {
        one.body["data"]["run_id"]
        for one in told.native
        if one.genuine and one.body["data"].get("run_id") in mine
    }
    expected = {"total": len(mine), "webhooks_success_total": len(heard)}
    for name, value in expected.items():
        if told.insights[name] != value:
            yield f"insights: {name} is {told.insights[name]}, not {value}"
        by_creator = sum(one["event_insights"][name] for one in told.creators)
        if by_creator != value:
            yield f"insights: the creators' {name} add up to {by_creator}, not {value}"
    if not mine:
        yield "insights: nothing ran"


def show(told: Told) -> None:
    """Print what arrived, an example, and the counters."""
    once = _once(told.native)
    seconds = sorted(one.seconds for one in told.native if one.genuine)
    types = Counter(event["type"] for event in told.events)
    verified = sum(one.genuine for one in (*told.native, *told.ylytic))
    output.say("")
    output.say(
        f"Webhooks: {len(told.events):,} events ("
        + ", ".join(f"{count:,} {name}" for name, count in sorted(types.items()))
        + f"), each told to the endpoints that asked; {verified:,} signatures verified."
    )
    if seconds:
        slowest = seconds[len(seconds) * 99 // 100]
        output.say(
            f"From the event to the receiver: {output.duration(median(seconds))} in the middle, "
            f"{output.duration(slowest)} for 99 of 100."
        )
    example = next((one for one in once if one.body.get("type") == "run.succeeded"), None)
    if example is not None:
        output.say(f"One of them: {_example(example)}")
    output.emit_rows(
        [_row(one) for one in (*told.creators, {"handle": "all", "event_insights": told.insights})],
        as_json=False,
        title="What Ylytic's calls count",
    )


def _row(creator: Json) -> output.Record:
    counted = creator["event_insights"]
    return {
        "creator": creator["handle"],
        "events": counted["total"],
        "told": counted["webhooks_success_total"],
        "events this month": counted["this_month"],
        "told this month": counted["webhooks_success_this_month"],
        "days this month": len(counted["events_datewise_this_month"]),
    }


def _example(one: Received) -> str:
    data = one.body["data"]
    numbers = data["snapshots"][0]["metrics"] if data["snapshots"] else {}
    said = ", ".join(f"{name} {value:,}" for name, value in numbers.items() if value is not None)
    return f"{one.id[:_SHOWN_ID]}… {one.body['type']} {data['url']} at {data['tick'][:16]}: {said}"


def _once(received: Sequence[Received]) -> Sequence[Received]:
    """Leave out repetitions, as every receiver should."""
    first: dict[str, Received] = {}
    for one in received:
        if one.genuine:
            first.setdefault(one.id, one)
    return list(first.values())
