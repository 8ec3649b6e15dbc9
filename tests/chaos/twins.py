"""Processes that are stopped past their leases and go on as if nothing had happened."""

import json
import random
import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bellwether.storage.database import Database, open_database
from tests.chaos.kill import compare_told, settle, subscribe, until
from tests.chaos.laws import check_laws, number_of
from tests.chaos.load import CREDITS, OFTEN, make_key
from tests.chaos.process import Server, Starter, Watch
from tests.chaos.tally import Tally, progress
from tests.support.receivers import receiving

RATE = 60.0  # a tick of "* * * * *" every second
_LEASE_S = 1.0
# Past a deliverer's lease, which no setting makes shorter, and past what PostgreSQL lets an idle
# transaction keep its locks for.
_LONG_S = {"sqlite": 7.0, "postgresql": 11.0}
_SLOW_HOSTS = (
    "https://youtu.be/sbx_slow___",
    "https://vimeo.com/900000006",
    "https://x.com/a/status/900000006",
)
_VIDEOS = 3
_MANY = 10
_ENV = {"BELLWETHER_LOG_LEVEL": "info"}
_REFUSED = "ticks were taken over, or their trackers changed"


@dataclass(frozen=True)
class Size:
    """How often one of so many processes is stopped, and every which time past all leases."""

    pauses: int
    processes: int
    long_every: int = 10


SHORT = {"sqlite": Size(3, 2), "postgresql": Size(3, 3)}
FULL = {"sqlite": Size(100, 2), "postgresql": Size(100, 3)}


def run(starter: Starter, url: str, folder: Path, size: Size) -> Tally:
    """Stop one process after the other while all of them work, then compare."""
    database = open_database(url)
    tally, watch = Tally("twins", database.kind), Watch(RATE)
    acme, payer = make_key(url, "acme"), make_key(url, "payer")
    jobs: list[str] = []
    waited = 0
    options = ("--database", url, *watch.options())
    with receiving(slow_s=0.02) as receivers, ExitStack() as stack:
        servers = [
            stack.enter_context(starter.serve(folder / f"log{number}", *options, env=_ENV))
            for number in range(size.processes)
        ]
        subscribe(servers[0], acme, f"{receivers.base}/good")
        tally.acknowledged += track(servers[0], acme)
        time.sleep(0.5)
        for number in range(size.pauses):
            paused, other = random.sample(servers, 2)
            jobs.append(_order(other, payer))
            long = number % size.long_every == size.long_every - 1
            went_on = _pause(paused, database, _LONG_S[database.kind] if long else _LEASE_S)
            waited += not went_on
            if long and database.kind == "postgresql":
                what = "the others waited for long for the one that was stopped"
                tally.check("wrong", what, int(not went_on))
            tally.rounds += 1
            progress(f"{tally.rounds} pauses on {database.kind}")
        settle(database, watch)
        done = _finish_jobs(database, tally)
        compare_told(database, receivers.on("/good"), tally)
        said = "".join(server.said() for server in servers)
    tally.check("wrong", "a traceback in a log", said.count("Traceback"))
    refused = sum(json.loads(line)["items"] for line in said.splitlines() if _REFUSED in line)
    if size.pauses >= _MANY:
        tally.check("wrong", "nobody who came back was ever refused", int(not refused))
    _compare_jobs(database, done, tally)
    check_laws(database, tally)
    runs = number_of(database, "SELECT COUNT(*) FROM runs")
    tally.acknowledged += runs
    tally.note(
        processes=str(size.processes),
        late_answers_refused=f"{refused:,}",
        pauses_in_which_all_waited=str(waited),
        runs=f"{runs:,}",
        jobs=f"{len(jobs)} ({len(jobs) - done} given up)",
    )
    database.close()
    return tally.done()


def track(server: Server, token: str) -> int:
    """Track a hundred videos that tick each second and some whose fetch takes three."""
    urls = [f"https://youtu.be/{secrets.token_hex(5)}A" for _ in range(90)]
    slow = [f"{host}{number}" for host in _SLOW_HOSTS for number in range(2)]
    body = {"urls": urls + slow, "cron": OFTEN, "expires_at": None}
    rows = _call(server, token, "/api/v1/trackers", body)["data"]
    return sum(row["status"] == "created" for row in rows)


def _order(server: Server, token: str) -> str:
    """Ask for a slow creator to be tracked, which is a job; returns its id."""
    name = f"sbx_slow_{secrets.token_hex(4)}9"
    body = {"platform": "tiktok", "username": name, "initial_videos_count": _VIDEOS}
    job: str = _call(server, token, "/v1/bloggers/track", body)["data"]["job_id"]
    return job


def _call(server: Server, token: str, path: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(
        server.address + path, json=body, headers=headers, timeout=20, trust_env=False
    )
    answer.raise_for_status()
    return answer.json()


def _pause(server: Server, database: Database, lease_s: float) -> bool:
    """Stop a process past a lease; returns whether the others went on meanwhile.

    They do not where it was stopped in the middle of a commit: it holds the locks of SQLite's file,
    or of rows until PostgreSQL takes them from it.
    """
    time.sleep(random.uniform(0.0, 0.3))
    server.pause()
    before = number_of(database, "SELECT COUNT(*) FROM runs")
    time.sleep(lease_s + 0.6)
    went_on = number_of(database, "SELECT COUNT(*) FROM runs") > before
    server.resume()
    time.sleep(0.3)
    return went_on


def _finish_jobs(database: Database, tally: Tally) -> int:
    """Wait until every job has ended, and return how many succeeded.

    One whose five attempts were all cut off is given up, and says so.
    """
    jobs = "SELECT COUNT(*) FROM jobs WHERE kind = 'creator'"
    try:
        until(lambda: number_of(database, f"{jobs} AND due_at IS NOT NULL") == 0, 90)
    except TimeoutError:
        tally.check("lost", "a job never ended", 1)
    return number_of(database, f"{jobs} AND state = 'succeeded'")


def _compare_jobs(database: Database, jobs: int, tally: Tally) -> None:
    """Each job tracked its videos once, and each was paid for once."""
    tracked = number_of(
        database,
        "SELECT COUNT(*) FROM trackers WHERE aspect = 'content' AND workspace_id ="
        " (SELECT id FROM workspaces WHERE name = 'payer')",
    )
    used = number_of(database, "SELECT SUM(-amount) FROM credit_entries WHERE kind = 'debit'")
    wanted = jobs * _VIDEOS
    tally.check("lost", "a job's video is not tracked", max(0, wanted - tracked), wanted)
    tally.check("double", "a job tracked twice", max(0, tracked - wanted))
    tally.check("double", "a job's video was paid for twice", max(0, used // CREDITS - tracked))
    tally.check("half", "a job's video was not paid for", max(0, tracked - used // CREDITS))
