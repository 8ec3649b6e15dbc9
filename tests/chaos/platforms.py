"""One platform after the other goes wrong in every way; the others must not notice."""

import random
import secrets
import string
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.responses import JSONResponse, Response

from bellwether.model.readings import FailureReason
from bellwether.storage.database import open_database
from tests.chaos.laws import check_laws
from tests.chaos.load import make_key
from tests.chaos.process import Server, Starter
from tests.chaos.tally import Tally, progress
from tests.support.command import typed
from tests.support.fakes.bluesky import FakeBluesky
from tests.support.fakes.youtube import FakeYouTube

Respond = Callable[[], Response]
_LATE_S = 2.0
"""How late others may be amid trouble; on a busy machine as late as in calm, if that is later."""


@dataclass(frozen=True)
class Size:
    """How many trackers of each platform are made for each kind of trouble."""

    trackers: int
    slow_s: float


SHORT = Size(5, slow_s=1.5)
FULL = Size(50, slow_s=22.0)  # longer than a call may take

# The bodies are what the platforms' own fakes and tests of their connectors send.
TROUBLES: Mapping[str, tuple[Respond, FailureReason]] = {
    "down": (lambda: Response("<html>down</html>", 503), FailureReason.PLATFORM_ERROR),
    "429": (lambda: Response("{}", 429), FailureReason.RATE_LIMITED),
    "401": (
        lambda: JSONResponse({"error": {"code": 401, "message": "No", "errors": []}}, 401),
        FailureReason.UNAUTHORIZED,
    ),
    "garbage": (lambda: Response(b"\x00\x01\xff"), FailureReason.CHANGED_FORMAT),
    "changed shape": (lambda: JSONResponse({"elements": []}), FailureReason.CHANGED_FORMAT),
}


class _Always(deque[Respond]):
    """The answers of a fake that always answers the same instead of its own."""

    def __init__(self, respond: Respond) -> None:
        super().__init__([respond])

    def popleft(self) -> Respond:
        """Return the answer, and keep it."""
        return self[0]


@dataclass
class _Scene:
    """A server, whoever asks it, and the fakes behind it."""

    server: Server
    live: str
    sandbox: str
    youtube: FakeYouTube
    bluesky: FakeBluesky

    @property
    def fakes(self) -> Mapping[str, FakeYouTube | FakeBluesky]:
        """The fakes by platform."""
        return {"youtube": self.youtube, "bluesky": self.bluesky}

    def track(self, count: int) -> Mapping[str, Sequence[str]]:
        """Track something new on every platform; returns ids of trackers by platform."""
        author = next(iter(self.bluesky.accounts.values()))
        posts = [self.bluesky.add_post(author, likes=1) for _ in range(count)]
        names = [secrets.token_hex(5) + "A" for _ in range(count)]
        for name in names:
            self.youtube.add_video(name, views=1)
        live = [f"https://youtu.be/{name}" for name in names]
        keys = [post.uri.rpartition("/")[2] for post in posts]
        live += [f"https://bsky.app/profile/{author.did}/post/{key}" for key in keys]
        digits = ["1" + "".join(random.choices(string.digits, k=8)) for _ in range(count)]
        other = [f"https://vimeo.com/{one}" for one in digits]
        other += [f"https://x.com/somebody/status/{one}" for one in digits]
        found: dict[str, list[str]] = {}
        for token, urls in ((self.live, live), (self.sandbox, other)):
            rows = self._call("POST", token, json={"urls": urls})["data"]
            for row in rows:
                found.setdefault(row["tracker"]["platform"], []).append(row["tracker"]["id"])
        return found

    def trackers(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the newest trackers by id."""
        rows = [
            row
            for token in (self.live, self.sandbox)
            for row in self._call("GET", token, params={"limit": 500})["data"]
        ]
        return {row["id"]: row for row in rows}

    def _call(self, method: str, token: str, **parts: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.request(
            method,
            f"{self.server.address}/api/v1/trackers",
            headers=headers,
            timeout=20,
            trust_env=False,
            **parts,
        )
        answer.raise_for_status()
        return answer.json()


@contextmanager
def _trouble(
    fake: FakeYouTube | FakeBluesky, respond: Respond | None, delay_s: float
) -> Iterator[None]:
    """Let a fake answer otherwise, or late, until the block ends."""
    usual = fake._instead
    fake.delay = delay_s
    if respond is not None:
        fake._instead = _Always(respond)
    yield
    fake.delay, fake._instead = 0.0, usual


def run(starter: Starter, url: str, folder: Path, size: Size) -> Tally:
    """Try every trouble on every platform that has a fake."""
    database = open_database(url)
    tally = Tally("platforms", database.kind)
    place = ("--database", url, "--workspace", "acme", "--environment", "live", "--json")
    live: str = typed("keys", "create", *place).json["token"]
    sandbox = make_key(url, "acme")
    late_s: dict[str, list[float]] = {"calm": [], "trouble": []}
    with FakeYouTube(strict=False) as youtube, FakeBluesky(strict=False) as bluesky:
        bluesky.add_account("ann.test")
        env = {
            "BELLWETHER_YOUTUBE_API_KEY": youtube.key,
            "BELLWETHER_YOUTUBE_BASE_URL": youtube.base_url,
            "BELLWETHER_BLUESKY_BASE_URL": bluesky.base_url,
        }
        with starter.serve(folder / "log", "--database", url, env=env) as server:
            scene = _Scene(server, live, sandbox, youtube, bluesky)
            late_s["calm"] += _others(scene, scene.track(size.trackers), "nobody", tally)
            for victim, fake in scene.fakes.items():
                for name, (respond, reason) in TROUBLES.items():
                    with _trouble(fake, respond, 0.0):
                        made = scene.track(size.trackers)
                        late_s["trouble"] += _others(scene, made, victim, tally)
                        _expect(scene, made[victim], reason, f"{victim} {name}", tally)
                    tally.rounds += 1
                with _trouble(fake, None, size.slow_s):
                    made = scene.track(size.trackers)
                    late_s["trouble"] += _others(scene, made, victim, tally)
                    reason_of_slow = FailureReason.PLATFORM_ERROR if size.slow_s > _CALL_S else None
                    _expect(scene, made[victim], reason_of_slow, f"{victim} slow", tally)
                tally.rounds += 1
                progress(f"{tally.rounds} troubles")
            late_s["calm"] += _others(scene, scene.track(size.trackers), "nobody", tally)
    most_s = max([_LATE_S, *late_s["calm"]])
    late = sum(one > most_s for one in late_s["trouble"])
    tally.check("wrong", "others are late amid trouble", late, len(late_s["trouble"]))
    check_laws(database, tally)
    tally.note(
        **{f"others_late_in_{name}_s": f"{max(found):.2f}" for name, found in late_s.items()}
    )
    database.close()
    return tally.done()


_CALL_S = 20.0  # how long the connectors wait for an answer


def _others(
    scene: _Scene, made: Mapping[str, Sequence[str]], victim: str, tally: Tally
) -> Sequence[float]:
    """Wait until all that is not the victim's succeeded; returns how late each was."""
    mine = [one for platform, ids in made.items() if platform != victim for one in ids]
    deadline = time.monotonic() + 15
    while True:
        rows = scene.trackers()
        waiting = [one for one in mine if rows[one]["last_success_at"] is None]
        if not waiting or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    tally.acknowledged += len(mine)
    tally.check("lost", f"no numbers of others while {victim} fails", len(waiting), len(mine))
    wrong = sum(rows[one]["failure"] is not None for one in mine)
    tally.check("wrong", f"a failure of others while {victim} fails", wrong, len(mine))
    return [_late_s(rows[one]) for one in mine if one not in waiting]


def _late_s(row: Mapping[str, Any]) -> float:
    done, made = (datetime.fromisoformat(row[key]) for key in ("last_run_at", "created_at"))
    return (done - made).total_seconds()


def _expect(
    scene: _Scene, ids: Sequence[str], reason: FailureReason | None, case: str, tally: Tally
) -> None:
    """Wait until each says why it failed, or that it succeeded after all."""
    wanted = None if reason is None else reason.value
    deadline = time.monotonic() + 30
    while True:
        rows = scene.trackers()
        told = [(rows[one]["failure"] or {}).get("reason") for one in ids]
        begun = [rows[one]["failure"] or rows[one]["last_run_at"] for one in ids]
        if all(begun) or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    wrong = sum(one != wanted or not some for one, some in zip(told, begun, strict=True))
    tally.check("wrong", f"a wrong reason: {case}, {sorted(set(map(str, told)))}", wrong, len(ids))
