"""The command `bellwether demo`."""

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Environment

if TYPE_CHECKING:
    from bellwether.cli.demo.numbers import Numbers
    from bellwether.cli.demo.receiver import Receiver
    from bellwether.cli.demo.server import Api
    from bellwether.cli.demo.targets import Target
    from bellwether.cli.demo.webhooks import Told
    from bellwether.kit.clock import Clock

_SECONDS_A_DAY = 0.6
_RATE = 86_400 / _SECONDS_A_DAY
_CRON = "0 2 * * *"  # early, so that what is late on a busy machine still falls on its own day
_BEGIN_HOURS = range(4, 8)  # after the day's tick and far from midnight, for the same reason
_LOOK_SECONDS = 0.5
_RECORD_SECONDS = 1.0  # what ended until then is written by then
_SETTLE_SECONDS = 15.0
_WORKSPACE = "demo"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Check the result, then exit: 0 when it is right.")
    ] = False,
    recordings: common.Recordings = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 0,
    days: Annotated[
        int, typer.Option("--days", min=3, max=60, help="How many days to simulate.")
    ] = 30,
    data: common.Data = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the data folder when the demo ends.")
    ] = False,
) -> None:
    """Track over a hundred URLs for 30 simulated days in half a minute, and show the numbers.

    Starts a server of its own with a fast clock, tracks through its public APIs, and keeps it
    running until Ctrl-C. Recorded real series are used where they are found: in --recordings, else
    in a folder shared/data beside the checkout. Everything else is simulated, and labelled so.
    """
    folder = _recordings(recordings)
    for number in (signal.SIGTERM, signal.SIGHUP):  # whoever ends the demo ends its server
        signal.signal(number, lambda ended, _: sys.exit(128 + ended))
    with _data_folder(data, keep=keep or data is not None) as place:
        wrong = _run(_Plan(place, port, folder, days), once=once)
    for line in wrong:
        output.hint(f"wrong: {line}")
    if wrong:
        raise typer.Exit(output.FAILED)


@dataclass(frozen=True, slots=True)
class _Plan:
    data: Path
    port: int
    recordings: Path | None
    days: int


def _recordings(given: Path | None) -> Path | None:
    """Return the folder of recordings: the one given, else the one beside the checkout."""
    if given is not None and not given.is_dir():
        raise InvalidInputError(f"there is no folder {given}", field="recordings")
    if given is not None:
        return given
    beside = Path(__file__).resolve().parents[5] / "shared" / "data"
    return beside if beside.is_dir() else None


@contextlib.contextmanager
def _data_folder(data: Path | None, *, keep: bool) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="bellwether-demo-")) if data is None else data
    place.mkdir(parents=True, exist_ok=True)
    try:
        yield place
    finally:
        if keep:
            output.hint(f"The data is in {place}")
        else:
            shutil.rmtree(place, ignore_errors=True)


def _run(plan: _Plan, *, once: bool) -> Sequence[str]:
    """Run the whole demo; returns what is wrong with its result."""
    from bellwether.cli.demo import (  # noqa: PLC0415  slow
        numbers,
        receiver,
        report,
        server,
        targets,
        webhooks,
    )

    started = time.monotonic()
    with common.open_store(plan.data) as container:
        key = container.units.write_now(
            lambda engine: engine.tenants.create_key(_WORKSPACE, Environment.SANDBOX)
        )
    how = server.ServerPlan(plan.data, plan.port, plan.recordings, targets.START, _RATE)
    with (
        ThreadPoolExecutor(1) as threads,
        receiver.receiving() as hooks,
        contextlib.ExitStack() as rest,
    ):
        # The server starts and reads the recordings while we choose among them.
        choosing = threads.submit(targets.choose_recorded, plan.recordings, plan.days)
        address, process = rest.enter_context(server.running(how))
        api = rest.enter_context(contextlib.closing(server.Api(address, key.token)))
        output.hint(f"A server runs at {address}")
        api.warm_up()
        recorded = choosing.result()
        _subscribe(api, hooks)
        clock = _begin(api, targets.first_url(), plan.days)
        chosen = targets.choose(recorded, clock.now())
        tracked = _track(api, chosen, plan.days, clock)
        end = _watch(api, clock, plan.days)
        told = _told(api, hooks, end)
        found = list(numbers.collect(api, tracked))
        report.show(found, plan.days)
        report.summary(found, plan.recordings, plan.days)
        webhooks.show(told)
        wrong = [*numbers.problems(found, chosen, plan.days), *webhooks.problems(told)]
        output.say(f"Done in {output.duration(time.monotonic() - started)}.")
        if once:
            return wrong
        for line in wrong:
            output.hint(f"wrong: {line}")
        report.next_steps(address, key.token, plan.data, _sample(found))
        _serve_on(process)
    return []


def _subscribe(api: "Api", hooks: "Receiver") -> None:
    """Have everything told to the demo's own receiver, twice: natively and as Ylytic does."""
    from bellwether.cli.demo.webhooks import NATIVE_PATH, YLYTIC_PATH  # noqa: PLC0415  slow

    hooks.trust(NATIVE_PATH, api.subscribe(hooks.url(NATIVE_PATH)))
    hooks.trust(YLYTIC_PATH, api.subscribe_ylytic(hooks.url(YLYTIC_PATH)))


def _told(api: "Api", hooks: "Receiver", until: datetime) -> "Told":
    """Wait until everything that happened until then is told, and return what was."""
    from bellwether.cli.demo.webhooks import NATIVE_PATH, YLYTIC_PATH, Told  # noqa: PLC0415  slow

    time.sleep(_RECORD_SECONDS)
    deadline = time.monotonic() + _SETTLE_SECONDS
    while api.waits(until) and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
    # What has arrived is read before what has happened, which may go on.
    native, ylytic = hooks.received(NATIVE_PATH), hooks.received(YLYTIC_PATH)
    return Told(
        until=until,
        native=native,
        ylytic=ylytic,
        events=api.events(),
        runs=api.all_runs(),
        insights=api.insights(),
        creators=api.creators(),
        ylytic_trackers=frozenset(
            one["id"] for one in api.trackers() if one["dialect"] == "ylytic"
        ),
    )


def _begin(api: "Api", url: str, days: int) -> "Clock":
    """Track a first URL, wait for a good hour, and return the server's clock."""
    from bellwether.kit.clock import FastClock  # noqa: PLC0415  slow to import

    (row,) = api.track([url], _CRON, days)
    # The server's clock started with its process; its answer tells where it is now.
    clock = FastClock(datetime.fromisoformat(row["tracker"]["created_at"]), _RATE)
    while clock.now().hour not in _BEGIN_HOURS:
        time.sleep(0.01)
    return clock


def _track(
    api: "Api", chosen: "Sequence[Target]", days: int, clock: "Clock"
) -> "Mapping[str, Target]":
    """Track everything through the public APIs; returns the targets by our id."""
    from bellwether.cli.demo.server import INFLUTICS_BATCH, NATIVE_BATCH  # noqa: PLC0415  slow
    from bellwether.cli.demo.targets import (  # noqa: PLC0415  same
        INFLUTICS,
        NATIVE,
        YLYTIC_CREATORS,
    )

    output.hint(f"Tracking {len(chosen)} URLs for {days} simulated days")
    tracked: dict[str, Target] = {}
    native = [each for each in chosen if each.through == NATIVE]
    for batch in _batches(native, NATIVE_BATCH):
        rows = api.track([each.url for each in batch], _CRON, days)
        for each, answer in zip(batch, rows, strict=True):
            tracked[_ours(each, answer["tracker"], "subject_id", answer["error"])] = each
    videos = [each for each in chosen if each.through == INFLUTICS]
    for batch in _batches(videos, INFLUTICS_BATCH):
        results = api.track_videos([each.url for each in batch])
        for each, answer in zip(batch, results, strict=True):
            tracked[_ours(each, answer, "video_id", answer["error"])] = each
    for connector, handle in YLYTIC_CREATORS:
        api.track_creator(connector, handle, _CRON, clock.now() + timedelta(days=days))
    return tracked


def _ours(target: "Target", answer: Mapping[str, object] | None, name: str, error: object) -> str:
    if answer is None or answer[name] is None:
        output.fail(f"the demo's own URL {target.url} was refused: {error}")
    return str(answer[name])


def _batches(items: "Sequence[Target]", size: int) -> "Iterator[Sequence[Target]]":
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _watch(api: "Api", clock: "Clock", days: int) -> datetime:
    """Show the progress until the days are over; returns the instant at which they were."""
    from bellwether.cli.demo.report import progress  # noqa: PLC0415  slow

    begun = clock.now()
    end = begun + timedelta(days=days, hours=6)
    told = 0
    with output.live() as shown:
        while (now := clock.now()) < end:
            day = (now - begun).days
            if shown is not None:
                shown.update(progress(api.trackers(), now, day, days))
            elif day >= told + 5:
                told = day
                output.hint(f"day {day} of {days}")
            time.sleep(_LOOK_SECONDS)
    return end


def _sample(found: "Sequence[Numbers]") -> "Numbers":
    """Return the one whose numbers moved on most days, to be asked for in the hints."""
    return max(found, key=lambda each: len(set(each.daily)))


def _serve_on(process: "subprocess.Popen[bytes]") -> None:
    output.say("Ctrl-C stops it.")
    with contextlib.suppress(KeyboardInterrupt):
        process.wait()
