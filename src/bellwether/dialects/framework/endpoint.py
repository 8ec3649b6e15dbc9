"""One path of a dialect as an ASGI application: methods, bodies, credentials, errors."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from bellwether.dialects.framework.body import (
    convert_query,
    decode_body,
    read_body,
    stream_body,
)
from bellwether.dialects.framework.credentials import CHALLENGE, Credentials, attach_body
from bellwether.dialects.framework.once import (
    WRITES,
    has_key,
    is_lasting,
    read_ticket,
    shows_secret,
)
from bellwether.dialects.framework.operations import Call, Dialect, Operation
from bellwether.dialects.framework.problems import MethodNotAllowedError, Rules, find_problem
from bellwether.dialects.framework.reply import Reply, tell_rates
from bellwether.dialects.framework.send import send_json
from bellwether.dialects.framework.services import Services
from bellwether.model.errors import (
    BellwetherError,
    InvalidInputError,
    RateLimitedError,
    UnauthorizedError,
)

REQUEST_ID = "bellwether.request_id"
"""Where a request's id stands in its ASGI scope."""

ROUTE = "bellwether.route"
"""Where the dialect and the route stand that answer a request, if any do."""

_MAX_PARAMETERS = 100


class PathEndpoint:
    """Answers every method of one path."""

    def __init__(
        self, dialect: Dialect, services: Services, operations: Sequence[Operation]
    ) -> None:
        self._dialect = dialect
        self._services = services
        self._operations: Mapping[str, Operation] = {
            operation.method: operation for operation in operations
        }
        head = {"HEAD"} if "GET" in self._operations else set()
        self._allow = ", ".join(sorted({*self._operations, "OPTIONS", *head}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; only errors that nobody foresaw leave here."""
        operation = self._find(scope["method"])
        if operation is not None:
            scope[ROUTE] = (self._dialect.name, f"{operation.method} {operation.path}")
        try:
            reply = await self._answer(scope, receive)
        except BellwetherError as error:
            rules = self._dialect.rules_of(operation)
            reply = word_problem(self._dialect, error, scope[REQUEST_ID], self._allow, rules)
        await send_json(send, reply.content, reply.status, reply.headers)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        method = scope["method"]
        if method == "OPTIONS":
            return Reply(status=204, headers={"Allow": self._allow})
        operation = self._find(method)
        if operation is None:
            raise MethodNotAllowedError(f"{method} is not allowed here, but {self._allow}")
        credentials = None if operation.public else self._read_credentials(scope, operation)
        call: Call[object, object] = Call(
            self._services, scope[REQUEST_ID], scope.get("path_params", {}), credentials
        )
        keyed = method in WRITES and not (operation.public or operation.stream) and has_key(scope)
        call.chunks = partial(stream_body, scope, receive, self._services.limits)
        try:
            raw = b""
            if keyed or (operation.body is not None and not operation.stream):
                raw = call.raw = await read_body(scope, receive, self._services.limits)
                call.credentials = attach_body(credentials, raw)
            if keyed:
                call.secret = shows_secret(tuple(operation.answers.values()))
                call.ticket = read_ticket(scope, raw, self._services.limits)
                return await self._answer_once(operation, call, scope, raw)
            return await _handle(operation, call, scope, raw)
        except BellwetherError:
            # Whoever has no good key is told that, and not what else is wrong.
            if not operation.public and call.principal is None:
                await call.authenticate()
            raise

    def _read_credentials(self, scope: Scope, operation: Operation) -> Credentials:
        credentials = self._dialect.read_credentials(scope)
        if credentials.signed is None:
            return credentials
        if not self._services.signatures:
            raise UnauthorizedError("This server takes no signed requests: send a token")
        if operation.stream:  # a signature is about the whole body, which is nowhere here
            raise UnauthorizedError("A file is not taken under a signature: send a token")
        return credentials

    def _find(self, method: str) -> Operation | None:
        return self._operations.get("GET" if method == "HEAD" else method)

    async def _answer_once(
        self, operation: Operation, call: Call[object, object], scope: Scope, raw: bytes
    ) -> Reply:
        kept = await call.find_kept()
        if kept is not None:
            return kept
        try:
            reply = await _handle(operation, call, scope, raw)
        except BellwetherError as error:
            if not call.began or not is_lasting(error):
                raise
            rules = self._dialect.rules_of(operation)
            reply = word_problem(self._dialect, error, call.request_id, rules=rules)
        return await call.keep(reply)


async def _handle(
    operation: Operation, call: Call[object, object], scope: Scope, raw: bytes
) -> Reply:
    if operation.body is not None and not (operation.raw or operation.stream):
        empty = operation.may_be_empty and not raw.strip()
        call.body = decode_body(b"{}" if empty else raw, operation.body)
    if operation.query is not None:
        call.query = convert_query(_query(scope), operation.query)
    reply = await operation.handler(call)
    return tell_rates(reply, call.rates)


def _query(scope: Scope) -> dict[str, str]:
    text = scope["query_string"].decode("latin-1")
    try:
        return dict(parse_qsl(text, max_num_fields=_MAX_PARAMETERS))
    except ValueError:
        raise InvalidInputError("Too many query parameters", field="query") from None


def word_problem(
    dialect: Dialect,
    error: BellwetherError,
    request_id: str,
    allow: str = "",
    rules: Rules | None = None,
) -> Reply:
    """Return an error as a dialect words it; `rules` replace the dialect's own."""
    problem = find_problem(dialect.rules if rules is None else rules, error, request_id)
    headers: dict[str, str] = {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = CHALLENGE
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED and allow:
        headers["Allow"] = allow
    if problem.status in {408, 413}:
        headers["Connection"] = "close"  # the rest of the body is not read
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    reply = Reply(dialect.render_problem(problem), problem.status, headers)
    return tell_rates(reply, error.windows) if isinstance(error, RateLimitedError) else reply


async def send_problem(
    send: Send, dialect: Dialect, error: BellwetherError, request_id: str
) -> None:
    """Send an error as a dialect words it."""
    reply = word_problem(dialect, error, request_id)
    await send_json(send, reply.content, reply.status, reply.headers)
