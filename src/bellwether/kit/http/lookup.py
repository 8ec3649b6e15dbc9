"""Host names to addresses."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bellwether.kit.http.errors import FetchRefusedError

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Host name in ASCII to its addresses as text, best first."""

_THREADS = 64


class SystemLookup:
    """The machine's own resolver, in threads of its own.

    Names that strangers choose may take long to resolve; the event loop's shared threads must
    not wait behind them. A name holds one thread at most, however many ask for it.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="lookup")
        self._asked: dict[str, asyncio.Future[Sequence[str]]] = {}

    async def __call__(self, host: str) -> Sequence[str]:
        """Return the addresses of a host; raise FetchRefusedError `unresolvable`."""
        loop = asyncio.get_running_loop()
        asked = self._asked.get(host)
        if asked is None or asked.get_loop() is not loop:
            asked = loop.run_in_executor(self._threads, _addresses, host)
            self._asked[host] = asked
            asked.add_done_callback(lambda done: self._forget(host, done))
        try:
            # One who gives up waiting leaves the answer to the others.
            return await asyncio.shield(asked)
        except (OSError, UnicodeError):
            raise FetchRefusedError("unresolvable", f"there is no host {host}") from None

    def _forget(self, host: str, done: "asyncio.Future[Sequence[str]]") -> None:
        if self._asked.get(host) is done:
            del self._asked[host]
        if not done.cancelled():
            done.exception()  # seen, also where everybody has given up waiting

    def close(self) -> None:
        """Let the threads end without waiting for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
