"""BullMQ on Redis, the peer of `bench_deliveries`: installed under `.bench` on the first run.

Redis flushes every command before it answers (appendonly, appendfsync always), so a job that is
complete, with what was answered, is on disk as our attempt is. It is Debian's, unpacked and not
installed. The worker is one process of Node that posts with an agent that keeps connections.
"""

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.activity_peers import free_port, wait_for

HERE = (Path(".bench") / "bullmq").absolute()
BULLMQ = "5.81.5"
_PACKAGES = ("redis-server", "redis-tools", "libjemalloc2", "liblzf1", "libatomic1")
_PROGRAM = """
import { createInterface } from 'node:readline';
import http from 'node:http';
import { Queue, Worker } from 'bullmq';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const concurrency = Number(process.argv[3]);
const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });

const post = ({ url, id, body }) => new Promise((resolve, reject) => {
  const request = http.request(url, { method: 'POST', agent, timeout: 5000, headers: {
    'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body),
    'webhook-id': id } }, (answer) => {
    const pieces = [];
    answer.on('data', (piece) => pieces.push(piece));
    answer.on('error', reject);
    answer.on('end', () => answer.statusCode < 300
      ? resolve({ status: answer.statusCode, excerpt: Buffer.concat(pieces).toString() })
      : reject(new Error('answered ' + answer.statusCode)));
  });
  request.on('timeout', () => request.destroy(new Error('timeout')));
  request.on('error', reject);
  request.end(body);
});

for await (const line of createInterface({ input: process.stdin })) {
  const { name, jobs, wanted } = JSON.parse(line);
  const queue = new Queue(name, { connection });
  for (let start = 0; start < jobs.length; start += 500) {
    await queue.addBulk(jobs.slice(start, start + 500).map((data) => ({ name: 'tell', data,
      opts: { attempts: 4, backoff: { type: 'fixed', delay: 60000 } } })));
  }
  const worker = new Worker(name, (job) => post(job.data),
    { connection, concurrency, autorun: false });
  let done = 0;
  const finished = new Promise((resolve) => worker.on('completed', () => {
    done += 1;
    if (done === wanted) resolve();
  }));
  await worker.waitUntilReady();
  const began = process.hrtime.bigint();
  worker.run();
  await finished;
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const completed = await queue.getCompletedCount();
  await worker.close(true);
  await queue.obliterate({ force: true });
  await queue.close();
  console.log(JSON.stringify({ seconds, completed }));
}
process.exit(0);
"""


@dataclass(frozen=True)
class Took:
    """How long the peer took, and how many jobs it then had as completed."""

    seconds: float
    completed: int


class Peer:
    """A worker that runs beside its Redis."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._number = 0

    def deliver(self, jobs: Sequence[dict[str, Any]], wanted: int) -> Took:
        """Queue jobs, then work on them until so many are complete."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._number += 1
        asked = {"name": f"bench{self._number}", "jobs": jobs, "wanted": wanted}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Took(**json.loads(self._process.stdout.readline()))


@contextlib.contextmanager
def bullmq(concurrency: int) -> Iterator[Peer | None]:
    """Run the peer; None when it cannot be had."""
    redis = _redis() if _node_packages() else None
    node = shutil.which("node")
    if redis is None or node is None:
        yield None
        return
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="bench-redis-"))
    command = [*redis, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
    found = [str(one) for one in (HERE / "redis" / "usr" / "lib").glob("*-linux-*")]
    libraries = {"LD_LIBRARY_PATH": ":".join(found)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=libraries) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}")
            (HERE / "worker.mjs").write_text(_PROGRAM)
            worker = [node, str(HERE / "worker.mjs"), str(port), str(concurrency)]
            with subprocess.Popen(
                worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as process:
                try:
                    yield Peer(process)
                finally:
                    process.kill()
        finally:
            server.terminate()
            server.wait(20)
            shutil.rmtree(folder, ignore_errors=True)


def _node_packages() -> bool:
    """Install BullMQ on the first run; False when that does not work."""
    ready = HERE / "node_modules" / "bullmq" / "package.json"
    npm = shutil.which("npm")
    if ready.exists() or npm is None:
        return ready.exists()
    HERE.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(HERE)]
    try:
        subprocess.run([*command, f"bullmq@{BULLMQ}"], check=True, capture_output=True, timeout=300)
    except (subprocess.SubprocessError, OSError):
        return False
    return ready.exists()


def _redis() -> Sequence[str] | None:
    """Return the command that is Redis: the system's, or Debian's packages unpacked."""
    installed = shutil.which("redis-server")
    if installed is not None:
        return [installed]
    folder = HERE / "redis"
    program = folder / "usr" / "bin" / "redis-server"
    return [str(program)] if program.exists() or _unpacked(program, folder) else None


def _unpacked(program: Path, folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for package in _PACKAGES:
            subprocess.run(
                ["apt-get", "-qq", "download", package], cwd=folder, check=True, capture_output=True
            )
        for archive in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True)
    except (subprocess.CalledProcessError, OSError):
        return False
    return program.exists()
