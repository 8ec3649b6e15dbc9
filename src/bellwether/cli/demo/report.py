"""What the demo shows while it runs and when it is done."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bellwether.cli import output
from bellwether.cli.demo.numbers import Numbers
from bellwether.cli.demo.targets import Target

if TYPE_CHECKING:
    from rich.console import Group

_ROWS_A_PLATFORM = 4
_LONGEST_NAME = 46
_BAR = 30
_NARROWEST = 8
_OTHER_COLUMNS = 100  # what the other columns of the table take when names are shown in full


def progress(trackers: Sequence[Mapping[str, Any]], now: datetime, day: int, days: int) -> "Group":
    """Draw how far the run is, with a line for each platform."""
    from rich.console import Group  # noqa: PLC0415  --help must not wait for it
    from rich.table import Table  # noqa: PLC0415  same
    from rich.text import Text  # noqa: PLC0415  same

    filled = round(min(1.0, day / days) * _BAR)
    bar = "█" * filled + "░" * (_BAR - filled)
    head = f"day {min(day, days)} of {days}  {bar}  {now:%Y-%m-%d %H:%M} UTC, simulated"
    table = Table()
    for name in ("platform", "trackers", "runs", "failing"):
        table.add_column(name, justify="left" if name == "platform" else "right")
    platforms: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for tracker in trackers:
        platforms[str(tracker["platform"])].append(tracker)
    for platform, each in sorted(platforms.items()):
        runs = sum(int(tracker["runs"]) for tracker in each)
        failing = sum(tracker["failure"] is not None for tracker in each)
        table.add_row(platform, str(len(each)), f"{runs:,}", str(failing or ""))
    return Group(Text(head), table)


def show(found: Sequence[Numbers], days: int) -> None:
    """Print a few rows for each platform, then what failed."""
    from rich.table import Table  # noqa: PLC0415  same

    table = Table(title=f"{days} days of numbers", title_justify="left", header_style="bold")
    table.add_column("what", overflow="ellipsis")  # the only one that a narrow terminal cuts
    for name in ("metric", "day by day", "first", "last", "growth", "source"):
        right = name in {"first", "last", "growth"}
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    room = max(_NARROWEST, min(days + 1, output.out().width - _OTHER_COLUMNS))
    for rows in _picked(found):
        for numbers in rows:
            table.add_row(*_row(numbers, room))
        table.add_section()
    output.show(table)
    failing = [
        {
            "url": each.target.url,
            "failed as": each.failure["reason"],
            "why": each.failure["message"],
        }
        for each in found
        if each.failure is not None
    ]
    output.emit_rows(failing, as_json=False, title="These fail on purpose")


def _picked(found: Sequence[Numbers]) -> Sequence[Sequence[Numbers]]:
    """Return the few liveliest of each platform, recorded ones before simulated ones."""
    platforms: dict[str, list[Numbers]] = defaultdict(list)
    for numbers in found:
        if numbers.failure is None:
            platforms[numbers.target.platform].append(numbers)
    picked = []
    for _, rows in sorted(platforms.items()):
        rows.sort(key=_liveliness, reverse=True)
        kinds: dict[tuple[str, str], list[Numbers]] = defaultdict(list)
        for numbers in rows:
            kinds[numbers.source, numbers.metric].append(numbers)
        share = -(-_ROWS_A_PLATFORM // len(kinds))
        picked.append([numbers for _, each in sorted(kinds.items()) for numbers in each[:share]])
    return picked


def _liveliness(numbers: Numbers) -> int:
    return len(set(numbers.daily))


def _row(numbers: Numbers, room: int) -> Sequence[str]:
    growth = numbers.growth
    percent = growth["pct_change"]
    source = numbers.source
    if numbers.recorded_until is not None:
        source += f" to {numbers.recorded_until:%d %b}"
    return (
        _name(numbers.target),
        numbers.metric,
        output.sparkline(_thinned(numbers.daily, room), width=room),
        _number(growth["first"]),
        _number(growth["last"]),
        output.NOTHING if percent is None else f"{percent:+.2f} %",
        source,
    )


def _thinned(daily: Sequence[float | None], room: int) -> Sequence[float | None]:
    """Leave out days, evenly and keeping the last, until they fit."""
    if len(daily) <= room:
        return daily
    return [daily[(place + 1) * len(daily) // room - 1] for place in range(room)]


def _name(target: Target) -> str:
    name = target.url.removeprefix("https://").removeprefix("www.")
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _number(value: float | None) -> str:
    return output.NOTHING if value is None else f"{value:,}"


def summary(found: Sequence[Numbers], recordings: Path | None, days: int) -> None:
    """Say in words what was shown."""
    sources = Counter(each.source for each in found if each.failure is None)
    runs = sum(len(each.runs) for each in found)
    snapshots = sum(len(each.points) for each in found)
    platforms = len({each.target.platform for each in found})
    unknown = sum(point["value"] is None for each in found for point in each.points)
    output.say("")
    output.say(
        f"{len(found)} trackers on {platforms} platforms, {runs:,} runs, {snapshots:,} snapshots: "
        f"{sources['replay']} show recorded real numbers (replay), {sources['sandbox']} simulated "
        "ones (sandbox)."
    )
    if not sources["replay"]:
        where = "were found" if recordings is None else f"that serve are in {recordings}"
        output.say(
            f"No recordings {where}, so everything above comes from the sandbox and is simulated. "
            "Show real series with --recordings DIR."
        )
    ended = sum(each.recorded_until is not None for each in found)
    if ended:
        output.say(
            f"The recordings of {ended} ended before the {days} days did; their last number is "
            "repeated since, with its date."
        )
    if unknown:
        output.say(
            f"{unknown} observations had no value (hidden or disabled), which is kept as such."
        )


def next_steps(address: str, token: str, data: Path, sample: Numbers) -> None:
    """Say where the server is and what to type next."""
    subject = sample.tracker["subject_id"]
    asked = f"platform={sample.target.platform.value}&id={subject}&metric={sample.metric}"
    output.say("")
    output.say(f"The server runs at {address}  (all calls: {address}/docs)")
    output.say(f"Its store and its log are in {data}")
    output.say("")
    output.say("Try next, in another terminal:")
    output.say(f"  export TOKEN={token}")
    output.say(f'  curl -H "Authorization: Bearer $TOKEN" "{address}/api/v1/growth?{asked}"')
    output.say(f'  curl -H "Authorization: Bearer $TOKEN" "{address}/v1/videos/stats"')
    output.say(
        f'  curl -H "Authorization: Bearer $TOKEN" -d \'{{"urls": ["https://www.tiktok.com/'
        f"@anybody/video/7300000000000000001\"]}}' {address}/v1/videos/track"
    )
    output.say("")
    output.say("On a clock that does not race, with your own links (docs/cli.md):")
    output.say("  bellwether serve")
    output.say("  bellwether track URL... --environment sandbox    # simulated numbers")
    output.say(
        "  bellwether track URL...                          # real ones, from what is set up"
    )
    output.say("  bellwether connectors check                      # what is, and what is missing")
