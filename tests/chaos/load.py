"""Clients that load a server, and each keeps its own record of what was acknowledged."""

import random
import secrets
import signal
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from bellwether.kit.ids import new_id
from tests.chaos.process import Starter
from tests.chaos.tally import OUT
from tests.support.command import typed
from tests.support.imports import MAPPING

YEARLY, OFTEN = "0 0 1 1 *", "* * * * *"
CREDITS = 30
_PATIENCE_S = (0.002, 0.005, 0.01, 0.02, 20)


def make_key(database_url: str, workspace: str) -> str:
    """Make a workspace with a key of the sandbox and return its token."""
    place = ("--database", database_url, "--workspace", workspace)
    with OUT:
        made = typed("keys", "create", *place, "--environment", "sandbox", "--json")
    if made.code:
        raise RuntimeError(made.err)
    token: str = made.json["token"]
    return token


class Client(threading.Thread, ABC):
    """One caller. Without an address it waits; an answer that never came tells it nothing."""

    def __init__(self, token: str) -> None:
        super().__init__(daemon=True)
        self._headers = {"Authorization": f"Bearer {token}"}
        self.address: str | None = None
        self.stopping = threading.Event()
        self.odd: list[str] = []
        self.unanswered = 0
        self.refusals = 0

    @property
    def pending(self) -> bool:
        """Whether something must still be asked again."""
        return False

    @property
    @abstractmethod
    def acknowledged(self) -> int:
        """How many writes were acknowledged so far."""

    @abstractmethod
    def step(self, http: httpx.Client, address: str) -> None:
        """Ask one thing."""

    def run(self) -> None:
        """Ask until told to stop."""
        with httpx.Client(headers=self._headers, timeout=20, trust_env=False) as http:
            while self.pending or not self.stopping.is_set():
                address = self.address
                if address is None:
                    time.sleep(0.02)
                    continue
                try:
                    self.step(http, address)
                except httpx.TransportError:
                    self.unanswered += 1
                    time.sleep(0.01)
                except Exception as error:  # noqa: BLE001  the thread's end must be told of
                    self.odd.append(repr(error))
                    return

    def accept(self, answer: httpx.Response, *statuses: int) -> bool:
        """Whether an answer acknowledges; others are kept as odd, but 503 is a clean no."""
        if answer.status_code in statuses:
            return True
        if answer.status_code == 503 and answer.json()["error"]["code"] == "unavailable":
            self.refused()
            return False
        self.odd.append(f"{answer.status_code} {answer.text[:300]}")
        return False

    def refused(self) -> None:
        """Count a clean no, and wait a little."""
        self.refusals += 1
        time.sleep(0.02)


class Tracking(Client):
    """Tracks new videos, changes some of them and deletes a few."""

    def __init__(self, token: str, *, batch: int, most: int, often: int = 0) -> None:
        super().__init__(token)
        self._batch = batch
        self._most = most
        self._often = often
        self.tracked: set[str] = set()
        self.changed: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.doubtful: set[str] = set()
        self._changes = 0

    @property
    def acknowledged(self) -> int:
        """Trackers made, changed and deleted."""
        return len(self.tracked) + self._changes + len(self.deleted)

    def step(self, http: httpx.Client, address: str) -> None:
        """Track a batch, and now and then change or delete one of those known."""
        if len(self.tracked) < self._most:
            self._track(http, address)
        else:
            time.sleep(0.02)
        known = random.choice(tuple(self.tracked)) if 0 < len(self.tracked) < 5000 else None
        if known is not None and known not in self.doubtful and known not in self.deleted:
            if random.random() < 0.15:
                self._remove(http, address, known)
            else:
                self._alter(http, address, known)

    def _track(self, http: httpx.Client, address: str) -> None:
        often = self._often - len(self.tracked)
        cron, count = (OFTEN, min(often, self._batch)) if often > 0 else (YEARLY, self._batch)
        urls = [f"https://youtu.be/{secrets.token_hex(5)}A" for _ in range(count)]
        body = {"urls": urls, "cron": cron, "expires_at": None}
        answer = http.post(f"{address}/api/v1/trackers", json=body)
        if self.accept(answer, 201):
            self.tracked |= {row["tracker"]["id"] for row in answer.json()["data"]}

    def _alter(self, http: httpx.Client, address: str, known: str) -> None:
        cron = f"{random.randrange(60)} 4 1 1 *"
        self.doubtful.add(known)
        answer = http.patch(f"{address}/api/v1/trackers/{known}", json={"cron": cron})
        if self.accept(answer, 200):
            self.changed[known] = cron
            self._changes += 1
        self.doubtful.discard(known)

    def _remove(self, http: httpx.Client, address: str, known: str) -> None:
        self.doubtful.add(known)
        answer = http.delete(f"{address}/api/v1/trackers/{known}")
        if self.accept(answer, 204):
            self.deleted.add(known)
        self.doubtful.discard(known)


class Paying(Client):
    """Tracks paid videos, each under a key of its own, and asks again until it has an answer.

    It often hangs up after a few milliseconds, so that work is done whose answer nobody heard.
    """

    def __init__(self, token: str, *, most: int = 1_000_000) -> None:
        super().__init__(token)
        self._most = most
        self._pending: tuple[str, str] | None = None
        self.paid = 0
        self.repeated = 0

    @property
    def pending(self) -> bool:
        """Whether a key has no answer yet."""
        return self._pending is not None

    @property
    def acknowledged(self) -> int:
        """Videos paid for."""
        return self.paid

    def step(self, http: httpx.Client, address: str) -> None:
        """Ask for a new video, or again for the one that got no answer."""
        if self._pending is None:
            if self.paid >= self._most:
                time.sleep(0.02)
                return
            self._pending = (new_id(), f"https://youtu.be/{secrets.token_hex(5)}A")
        key, url = self._pending
        answer = http.post(
            f"{address}/v1/videos/track",
            json={"urls": [url]},
            headers={"Idempotency-Key": key},
            timeout=random.choice(_PATIENCE_S),
        )
        if answer.status_code in {409, 503}:  # still being worked on, or a clean no
            self.refused()
            return
        if answer.status_code != 200 or answer.json()["meta"]["summary"]["tracked"] != 1:
            self.odd.append(f"{answer.status_code} {answer.text[:300]}")
        self.repeated += "Idempotency-Replayed" in answer.headers
        self.paid += 1
        self._pending = None


class Commands(threading.Thread):
    """Imports files beside the server, some of them cut off and begun again, and grants credits."""

    def __init__(
        self, starter: Starter, database_url: str, folder: Path, *, files: int, rows: int
    ) -> None:
        super().__init__(daemon=True)
        self._starter = starter
        self._place = ("--database", database_url, "--workspace")
        self._folder = folder
        self._files = files
        self._rows = rows
        self.imported = 0
        self.cut = 0
        self.granted = 0
        self.odd: list[str] = []
        self.stopping = threading.Event()

    @property
    def acknowledged(self) -> int:
        """Rows of imports that said that they were done, and grants."""
        return self.imported + self.granted

    def run(self) -> None:
        """Import file after file; what was begun is brought to its end."""
        for number in range(self._files):
            if self.stopping.is_set():
                return
            self._grant()
            self._import(write_rows(self._folder / f"rows{number}.csv", self._rows, number))

    def _import(self, file: Path) -> None:
        command = ("import", "snapshots", str(file), *MAPPING, "--environment", "sandbox")
        said = ""
        for attempt in range(20):
            cut_off = attempt < 2 and random.random() < 0.5
            code, said = self._command(*command, *self._place, "acme", kill=cut_off)
            if code == 0:
                self.imported += self._rows
                return
            self.cut += cut_off
            if not cut_off and "unavailable" not in said and "cannot be" not in said:
                break
        self.odd.append(f"an import did not end: {said[-500:]}")

    def _grant(self) -> None:
        command = ("credits", "grant", *self._place, "payer", "--environment", "sandbox")
        code, said = self._command(*command, "--amount", "1")
        if code == 0:
            self.granted += 1
        else:
            self.odd.append(f"a grant failed: {said[-500:]}")

    def _command(self, *arguments: str, kill: bool = False) -> tuple[int, str]:
        log = self._folder / "command"
        process = self._starter.start(log, *arguments, "--json")
        try:
            process.wait(random.random() if kill else 300)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return process.returncode, log.read_text(encoding="utf-8")


def write_rows(path: Path, rows: int, number: int) -> Path:
    """Write a file of snapshots, no two of which are equal."""
    with path.open("w", encoding="utf-8") as file:
        file.write("day,video,views,likes\n")
        for row in range(rows):
            file.write(f"2026-02-{row % 28 + 1:02},imp{number:04}-{row // 28:06},{row},\n")
    return path


def stop(clients: Sequence[Any]) -> None:
    """Tell all to stop, and wait until each has ended what it must."""
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join(120)
        if client.is_alive():
            client.odd.append("it did not end")
