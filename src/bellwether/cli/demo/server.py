"""The demo's own server: a process like any other `bellwether serve`, and a client for it."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bellwether.model.errors import BellwetherError, UnavailableError

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
_CALL_SECONDS = 60.0
_LISTENS = "Bellwether listens at "
INFLUTICS_BATCH = 50
NATIVE_BATCH = 100
_YLYTIC = "/ylytic/api/v1/rt_tracking"
_YLYTIC_TIME = "%Y-%m-%d %H:%M:%S.0"


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """How the server is started."""

    data: Path
    port: int
    recordings: Path | None
    clock_start: datetime
    clock_rate: float

    def command(self) -> Sequence[str]:
        """Return what a person would type."""
        words = ["serve", "--data", str(self.data), "--port", str(self.port)]
        words += ["--clock-start", self.clock_start.isoformat()]
        words += ["--clock-rate", f"{self.clock_rate:g}"]
        words += ["--allow-loopback"]  # where the demo's receiver is
        if self.recordings is not None:
            words += ["--recordings", str(self.recordings)]
        return words


@contextmanager
def running(plan: ServerPlan) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run the server while the block runs; yields its address and its process."""
    log = plan.data / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603  our own program with our own words
            [sys.executable, "-m", "bellwether", *plan.command()],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the demo, which then stops the server
        )
    try:
        yield _address(process, log), process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(_LISTENS):
                return line.removeprefix(_LISTENS)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace").strip()
    raise UnavailableError(f"the demo's server did not start: {said or 'it said nothing'}")


class Api:
    """Calls the server as a customer would; any answer that is not a success is an error."""

    def __init__(self, address: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=_CALL_SECONDS,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def warm_up(self) -> Sequence[Mapping[str, Any]]:
        """Have every source looked at, which also makes it read what it reads once."""
        return list(self._call("GET", "/api/v1/connectors")["data"])

    def track_videos(self, urls: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Track at most 50 videos as an Influtics customer does."""
        answer = self._call("POST", "/v1/videos/track", json={"urls": list(urls)})
        return list(answer["data"]["results"])

    def track(self, urls: Sequence[str], cron: str, days: int) -> Sequence[Mapping[str, Any]]:
        """Track at most 100 URLs through the native API."""
        order = {"urls": list(urls), "cron": cron, "days": days}
        return list(self._call("POST", "/api/v1/trackers", json=order)["data"])

    def trackers(self) -> Sequence[Mapping[str, Any]]:
        """Return all trackers."""
        return self._all("/api/v1/trackers", {"limit": 1000})

    def runs(self, tracker_id: str) -> Sequence[Mapping[str, Any]]:
        """Return all runs of a tracker, newest first."""
        return self._all(f"/api/v1/trackers/{tracker_id}/runs", {"limit": 1000})

    def series(self, platform: str, subject: str, metric: str) -> Sequence[Mapping[str, Any]]:
        """Return all observations of one metric, oldest first."""
        asked = {"platform": platform, "id": subject, "metric": metric, "limit": 10_000}
        return self._all("/api/v1/series", asked)

    def growth(self, platform: str, subject: str, metric: str) -> Mapping[str, Any]:
        """Return how one metric grew."""
        asked = {"platform": platform, "id": subject, "metric": metric}
        return self._call("GET", "/api/v1/growth", params=asked)

    def subscribe(self, url: str) -> str:
        """Have everything told to a URL as the native API tells it; returns the secret."""
        made = self._call("POST", "/api/v1/endpoints", json={"url": url, "name": "demo"})
        return str(made["data"]["secret"])

    def subscribe_ylytic(self, url: str) -> str:
        """Have everything told to a URL as Ylytic tells it; returns the secret."""
        return str(self._call("PUT", f"{_YLYTIC}/webhook", json={"url": url})["secret"])

    def track_creator(self, connector: str, handle: str, cron: str, until: datetime) -> None:
        """Track a creator and its stories as a Ylytic customer does."""
        order = {
            "connector": connector,
            "handle": handle,
            "cron_expression": cron,
            "tracking_expiry_at": until.strftime(_YLYTIC_TIME),
            "stories_cron_expression": cron,
            "stories_tracking_expiry_at": until.strftime(_YLYTIC_TIME),
        }
        self._call("POST", f"{_YLYTIC}/creators", json=order)

    def creators(self) -> Sequence[Mapping[str, Any]]:
        """Return what is tracked as Ylytic shows it."""
        return list(self._call("GET", f"{_YLYTIC}/creators")["objects"])

    def insights(self) -> Mapping[str, Any]:
        """Return Ylytic's counters of everything that is tracked through it."""
        return self._call("GET", f"{_YLYTIC}/insights")

    def events(self) -> Sequence[Mapping[str, Any]]:
        """Return everything that was to be told, newest first."""
        return self._all("/api/v1/events", {"limit": 1000})

    def all_runs(self) -> Sequence[Mapping[str, Any]]:
        """Return the runs of all trackers, newest first."""
        return self._all("/api/v1/runs", {"limit": 1000})

    def waits(self, until: datetime) -> bool:
        """Return whether a webhook about what happened until then still waits to be delivered."""
        asked = {"state": "pending", "limit": 1, "to": until.isoformat()}
        return bool(self._call("GET", "/api/v1/deliveries", params=asked)["data"])

    def _all(self, path: str, asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        cursor: str | None = None
        while True:
            more = {} if cursor is None else {"cursor": cursor}
            page = self._call("GET", path, params={**asked, **more})
            found += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def _call(self, method: str, path: str, **parts: Any) -> Mapping[str, Any]:
        try:
            answer = self._client.request(method, path, **parts)
        except httpx.HTTPError as error:
            raise UnavailableError(f"the demo's server does not answer: {error!r}") from error
        if not answer.is_success:
            raise BellwetherError(f"{method} {path} answered {answer.status_code}: {answer.text}")
        body: Mapping[str, Any] = answer.json()
        return body
