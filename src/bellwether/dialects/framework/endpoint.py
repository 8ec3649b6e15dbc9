"""One path of a dialect as an ASGI application: methods, bodies, credentials, errors."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from bellwether.dialects.framework.body import convert_query, decode_body, read_body
from bellwether.dialects.framework.credentials import CHALLENGE, read_credentials
from bellwether.dialects.framework.operations import Call, Dialect, Operation, Reply
from bellwether.dialects.framework.problems import MethodNotAllowedError, find_problem
from bellwether.dialects.framework.send import send_json
from bellwether.dialects.framework.services import Services
from bellwether.model.errors import BellwetherError, InvalidInputError

REQUEST_ID = "bellwether.request_id"
"""Where a request's id stands in its ASGI scope."""

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
        try:
            reply = await self._answer(scope, receive)
        except BellwetherError as error:
            await send_problem(send, self._dialect, error, scope[REQUEST_ID], self._allow)
            return
        await send_json(send, reply.content, reply.status, reply.headers)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        method = scope["method"]
        if method == "OPTIONS":
            return Reply(status=204, headers={"Allow": self._allow})
        operation = self._operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            raise MethodNotAllowedError(f"{method} is not allowed here, but {self._allow}")
        credentials = None if operation.public else read_credentials(scope)
        call: Call[object, object] = Call(
            self._services, scope[REQUEST_ID], scope.get("path_params", {}), credentials
        )
        try:
            if operation.body is not None:
                raw = await read_body(scope, receive, self._services.limits)
                call.body = decode_body(raw, operation.body)
            if operation.query is not None:
                call.query = convert_query(_query(scope), operation.query)
            return await operation.handler(call)
        except BellwetherError:
            # Whoever has no good key is told that, and not what else is wrong.
            if not operation.public and call.principal is None:
                await call.authenticate()
            raise


def _query(scope: Scope) -> dict[str, str]:
    text = scope["query_string"].decode("latin-1")
    try:
        return dict(parse_qsl(text, max_num_fields=_MAX_PARAMETERS))
    except ValueError:
        raise InvalidInputError("Too many query parameters", field="query") from None


async def send_problem(
    send: Send, dialect: Dialect, error: BellwetherError, request_id: str, allow: str = ""
) -> None:
    """Send an error as a dialect words it."""
    problem = find_problem(dialect.rules, error, request_id)
    headers: dict[str, str] = {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = CHALLENGE
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED and allow:
        headers["Allow"] = allow
    if problem.status in {408, 413}:
        headers["Connection"] = "close"  # the rest of the body is not read
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    await send_json(send, dialect.render_problem(problem), problem.status, headers)
