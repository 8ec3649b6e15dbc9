"""Route tables: what a dialect answers, from which routes and OpenAPI are made."""

import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from bellwether.dialects.framework.credentials import Credentials, authenticate
from bellwether.dialects.framework.problems import RenderProblem, Rules
from bellwether.dialects.framework.services import Services
from bellwether.engine.facade import Engine
from bellwether.model.errors import BellwetherError, UnauthorizedError
from bellwether.model.tenants import Principal

T = TypeVar("T")
BodyT = TypeVar("BodyT")
QueryT = TypeVar("QueryT")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a status, and what to send as JSON (None: nothing)."""

    content: msgspec.Struct | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


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
        self.principal: Principal | None = None
        self._credentials = credentials
        self._started = time.perf_counter()

    @property
    def elapsed_ms(self) -> int:
        """Whole milliseconds since the request came in."""
        return int((time.perf_counter() - self._started) * 1000)

    async def write(
        self, work: Callable[[Engine, Principal], T], render: Callable[[T], Reply]
    ) -> Reply:
        """Authenticate, do `work` and render its answer, all in one transaction.

        A handler calls this once. The answer is made before the commit, so that whoever repeats
        a request can be given it again.
        """

        def rendered(engine: Engine, principal: Principal) -> Reply:
            return render(work(engine, principal))

        return self._remember(await self.services.units.write(self._bind(rendered)))

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
        credentials = self._credentials
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
    error it may end in besides those that any operation may (see `openapi`).
    """

    method: str
    path: str
    handler: Handler
    name: str
    summary: str
    answers: Mapping[int, type[msgspec.Struct] | None]
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    errors: Sequence[type[BellwetherError]] = ()
    description: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """One public API: its routes, and how it words errors under its path prefixes."""

    name: str
    title: str
    prefixes: Sequence[str]
    operations: Sequence[Operation]
    rules: Rules
    problem_type: type[msgspec.Struct]
    render_problem: RenderProblem

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
