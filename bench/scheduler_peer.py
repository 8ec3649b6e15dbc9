"""APScheduler 3 on its SQLAlchemy store, in an environment of its own under `.bench`.

Its store is SQLite as ours is: a log, flushed at every commit. A job records its run in a
transaction of its own in the same file, and the scheduler reschedules each job in another.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(".bench")
_LONGEST_S = 300
_PROGRAM = """
import json, sqlite3, sys, time
from datetime import datetime, timedelta, timezone
from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event

path, count, due = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
engine = create_engine("sqlite:///" + path, connect_args={"check_same_thread": False})

@event.listens_for(engine, "connect")
def durable(connection, _record):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")

runs = sqlite3.connect(path, timeout=60, check_same_thread=False)
runs.execute("PRAGMA journal_mode=WAL")
runs.execute("PRAGMA synchronous=FULL")
runs.execute("CREATE TABLE runs (job INTEGER, at REAL)")

def work(number):
    runs.execute("INSERT INTO runs VALUES (?, ?)", (number, time.time()))
    runs.commit()

scheduler = BackgroundScheduler(
    jobstores={"default": SQLAlchemyJobStore(engine=engine)},
    executors={"default": DebugExecutor()},
    job_defaults={"coalesce": True, "misfire_grace_time": None},
    timezone=timezone.utc,
)
import __main__
sys.modules["peer"] = __main__
past = datetime.now(timezone.utc) - timedelta(seconds=5)
later = past + timedelta(days=1)
import logging
logging.disable(logging.CRITICAL)
scheduler.start(paused=True)
with engine.begin() as connection:  # as add_job does, in one transaction
    import pickle
    store = scheduler._lookup_jobstore("default")
    rows = []
    for number in range(count):
        job = scheduler.add_job(
            "peer:work", "cron", minute=number % 60, hour=10, args=(number,), id=str(number),
            next_run_time=past if number < due else later, jobstore="default",
        ) if number == 0 else None
        if number == 0:
            state = job.__getstate__()
            continue
        state = dict(state, id=str(number), args=(number,))
        state["next_run_time"] = past if number < due else later
        at = state["next_run_time"].timestamp()
        rows.append({"id": str(number), "next_run_time": at, "job_state": pickle.dumps(state, 5)})
    if rows:
        connection.execute(store.jobs_t.insert(), rows)
began = time.perf_counter()
scheduler.resume()
# On a connection of its own: a read begun on the one that writes can make its next write fail.
watch = sqlite3.connect(path, timeout=60)
while watch.execute("SELECT count(*) FROM runs").fetchall()[0][0] < due:
    time.sleep(0.02)
took = time.perf_counter() - began
while any(job.next_run_time <= datetime.now(timezone.utc) for job in store.get_due_jobs(past)):
    time.sleep(0.02)
one_each = watch.execute("SELECT count(*), count(DISTINCT job) FROM runs").fetchone()
scheduler.shutdown(wait=False)
print(json.dumps({"took": took, "runs": one_each[0], "jobs": one_each[1]}))
"""


def due_a_second(folder: Path, jobs: int, due: int) -> float | None:
    """Return due runs a second with that many jobs stored; None where it cannot be installed."""
    python = _environment()
    if python is None:
        return None
    path = folder / f"peer-{len(list(folder.iterdir()))}.sqlite"
    done = subprocess.run(
        [str(python), "-c", _PROGRAM, str(path), str(jobs), str(due)],
        capture_output=True,
        text=True,
        check=True,
        timeout=_LONGEST_S,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["runs"] == found["jobs"] == due
    return due / float(found["took"])


def _environment() -> Path | None:
    """Return the interpreter of an environment with APScheduler, made on the first run."""
    python = HERE / "apscheduler" / "bin" / "python"
    ready = HERE / "apscheduler" / "ready"
    if ready.exists():
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        wanted = ["apscheduler>=3.11,<4", "sqlalchemy>=2,<3"]
        subprocess.run([str(python), "-m", "pip", "install", "-q", *wanted], check=True)
    except subprocess.CalledProcessError:
        return None
    ready.touch()
    return python
