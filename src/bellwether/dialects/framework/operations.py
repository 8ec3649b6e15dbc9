"""Route tables: what a dialect answers, from which routes and OpenAPI are made."""

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from starlette.types import Scope as HttpScope

from bellwether.dialects.framework.credentials import (
    Credentials,
    authenticate,
    read_credentials,
)
from bellwether.dialects.framework.once import do_once, is_small
from bellwether.dialects.framework.problems import RenderProblem, Rules
from bellwether.dialects.framework.reply import Reply, thaw
from bellwether.dialects.framework.services import Services
from bellwether.engine.facade import Engine
from bellwether.model.answers import Ticket
from bellwether.model.errors import BellwetherError, UnauthorizedError
from bellwether.model.tenants import Principal, RateWindow

__all__ = ["Call", "Dialect", "Handler", "Operation", "Reply"]

T = TypeVar("T")
BodyT = TypeVar("BodyT")
QueryT = TypeVar("QueryT")


class _TakenBackError(Exception):
    """Ends a transaction whose only purpose was to see whether it would do."""


class Call(Generic[BodyT, QueryT]):
    """One request on its way through a handler."""

    def __init__(
        self,
        services: Services,
        request_id: str,
        path: Mapping[str, str],
        credentials: Credentials | None,
    ) -> None:
        self.services = services
        self.request_id = request_id
        self.path = path
        self.body: BodyT
        self.query: QueryT
        self.raw = b""
        self.chunks: Callable[[int], AsyncIterator[bytes]]
        self.principal: Principal | None = None
        self.ticket: Ticket | None = None
        self.rates: Sequence[RateWindow] = ()
        self.secret = False
        self.began = False
        self._kept = False
        self.credentials = credentials
        self._started = time.perf_counter()

    @property
    def elapsed_ms(self) -> int:
        """Whole milliseconds since the request came in."""
        return int((time.perf_counter() - self._started) * 1000)

    async def write(
        self, work: Callable[[Engine, Principal], T], render: Callable[[T], Reply]
    ) -> Reply:
        """Authenticate, do `work` and render its answer, all in one transaction.

        A handler calls this once. The answer is made before the commit, so that it can be kept
        there for whoever sends the request again, and is given to him without doing the work.
        """

        def rendered(engine: Engine, principal: Principal) -> Reply:
            self.began = True
            self.rates = ()  # an attempt that was taken back may have left some
            return render(work(engine, principal))

        return await self._write_once(rendered)

    async def keep(self, reply: Reply) -> Reply:
        """Keep the answer of a handler that wrote nothing; returns the one that stands.

        A twin of this request may have been first. A large answer is not kept: making it again
        changes nothing.
        """
        if self._kept or not is_small(reply):
            return reply
        return await self._write_once(lambda _engine, _principal: reply)

    async def find_kept(self) -> Reply | None:
        """Authenticate and return the answer that is kept for this request."""
        ticket = self.ticket
        if ticket is None:
            return None
        kept = await self.read(
            lambda engine, principal: engine.answers.find(principal.scope, ticket)
        )
        return None if kept is None else thaw(kept, replayed=True)

    async def _write_once(self, make: Callable[[Engine, Principal], Reply]) -> Reply:
        ticket = self.ticket

        def once(engine: Engine, principal: Principal) -> Reply:
            if ticket is None:
                return make(engine, principal)
            return do_once(
                engine,
                principal.scope,
                ticket,
                lambda: make(engine, principal),
                secret=self.secret,
            )

        reply = self._remember(await self.services.units.write(self._bind(once)))
        self._kept = True
        return reply

    async def read(self, work: Callable[[Engine, Principal], T]) -> T:
        """Authenticate and do `work` on one view of the store that cannot write."""
        return self._remember(await self.services.units.read(self._bind(work)))

    async def attempt(self, work: Callable[[Engine, Principal], object]) -> None:
        """Authenticate, do `work`, and take it back: only its errors come out."""

        def taken_back(engine: Engine, principal: Principal) -> object:
            work(engine, principal)
            raise _TakenBackError

        with contextlib.suppress(_TakenBackError):
            await self.services.units.write(self._bind(taken_back))

    async def authenticate(self) -> Principal:
        """Return who is calling, for handlers that have work to do outside of transactions."""
        return await self.read(lambda _, principal: principal)

    def _bind(
        self, work: Callable[[Engine, Principal], T]
    ) -> Callable[[Engine], tuple[Principal, T]]:
        credentials = self.credentials
        if credentials is None:
            raise UnauthorizedError("Missing credentials: send an Authorization header")

        def bound(engine: Engine) -> tuple[Principal, T]:
            principal = authenticate(engine, self.services.clock, credentials)
            return principal, work(engine, principal)

        return bound

    def _remember(self, answer: tuple[Principal, T]) -> T:
        self.principal, value = answer
        return value


Handler = Callable[[Call[Any, Any]], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of a route table.

    `answers` maps a status to the type of its body (None: no body); `errors` are the kinds of
    error it may end in besides those that any operation may (see `openapi`). No body at all counts
    as an empty object where `may_be_empty`. With `raw`, `body` only documents what the handler
    reads from `Call.raw` by itself; with `stream` it reads from `Call.chunks`, and no
    `Idempotency-Key` counts. `rules` are those in which it differs from its dialect.
    """

    method: str
    path: str
    handler: Handler
    name: str
    summary: str
    answers: Mapping[int, type[msgspec.Struct] | None]
    body: type[msgspec.Struct] | None = None
    may_be_empty: bool = False
    raw: bool = False
    stream: bool = False
    query: type[msgspec.Struct] | None = None
    errors: Sequence[type[BellwetherError]] = ()
    description: str = ""
    public: bool = False
    rules: Rules = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One public API: its routes, and how it words errors under its path prefixes.

    With `encoded_paths` what stands in its paths is percent-encoded still when a handler gets it,
    so that a value may have a slash in it.
    """

    name: str
    title: str
    prefixes: Sequence[str]
    operations: Sequence[Operation]
    rules: Rules
    problem_type: type[msgspec.Struct]
    render_problem: RenderProblem
    read_credentials: Callable[[HttpScope], Credentials] = read_credentials
    encoded_paths: bool = False

    def rules_of(self, operation: Operation | None) -> Rules:
        """Return how errors of an operation are worded, None for what is none."""
        return self.rules if operation is None else {**self.rules, **operation.rules}

    def owns(self, path: str) -> int:
        """Return how many characters of `path` one of the prefixes covers; 0 when none does."""
        return max(
            (
                len(prefix)
                for prefix in self.prefixes
                if path == prefix or path.startswith(prefix + "/")
            ),
            default=0,
        )
