"""Watching `/healthz` of a running server."""

import time
from collections.abc import Callable
from typing import Any

import httpx

ROLES = ("scheduler", "worker", "deliverer")
RED_S = 5.0
"""Within how many seconds of a death health must be red."""

_ANSWER_S = 1.0


class Probe:
    """Asks a server how it is. However it is, it must say so quickly."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/healthz"

    def ask(self) -> Any:
        """Return what health says, after checking that status and body agree."""
        answer = httpx.get(self._url, timeout=_ANSWER_S, trust_env=False)
        body = answer.json()
        green = body["store"] == "ok" and set(body["roles"].values()) == {"ok"}
        assert (answer.status_code, body["status"]) == (
            (200, "ok") if green else (503, "failing")
        ), body
        return body

    def until(self, wanted: Callable[[Any], bool], seconds: float = RED_S) -> Any:
        """Return the first answer that is as wanted."""
        deadline = time.monotonic() + seconds
        while not wanted(body := self.ask()):
            assert time.monotonic() < deadline, body
            time.sleep(0.05)
        return body

    def until_green(self, seconds: float = 10.0) -> None:
        """Wait until all is well."""
        self.until(lambda body: body["status"] == "ok", seconds)

    def stays_green(self, seconds: float) -> None:
        """Check that all is well for a while."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            body = self.ask()
            assert body["status"] == "ok", body
            time.sleep(0.1)


def others(body: Any, role: str) -> set[str]:
    """Return what is said of the roles but one."""
    return {state for name, state in body["roles"].items() if name != role}
