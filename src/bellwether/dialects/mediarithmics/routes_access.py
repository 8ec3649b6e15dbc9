"""Routes of tokens."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.mediarithmics import render, wire
from bellwether.engine.facade import Engine
from bellwether.model.access import SoldToken
from bellwether.model.errors import InvalidInputError, NotFoundError, UnauthorizedError
from bellwether.model.tenants import Principal


async def _buy_access(call: Call[wire.AccessTokenRequest, None]) -> Reply:
    body = call.body

    def work(engine: Engine) -> SoldToken:
        if body.refresh_token is not None:
            return engine.access.refresh(body.refresh_token)
        if body.email is None or body.password is None:
            missing = "email" if body.email is None else "password"
            raise InvalidInputError(f"Missing required field: {missing}", field=missing)
        return engine.access.buy_access(body.email, body.password)

    return Reply(render.access_token(await call.services.units.read(work)))


async def _buy_refresh(call: Call[wire.RefreshTokenRequest, None]) -> Reply:
    body = call.body
    sold = await call.services.units.read(
        lambda engine: engine.access.buy_refresh(body.email, body.password)
    )
    return Reply(render.refresh_token(sold))


async def _list_tokens(call: Call[None, wire.ListQuery]) -> Reply:
    def work(engine: Engine, principal: Principal) -> Sequence[render.Json]:
        key = engine.tenants.find_key(principal.key_id)
        if call.path["userId"] not in {key.client_id, "me"}:
            raise NotFoundError("There is no such user", field="userId")
        return [render.api_token(key)]

    return Reply(render.render_all(await call.read(work), call.query))


ACCESS: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/v1/authentication/access_tokens",
        name="create-access-token",
        handler=_buy_access,
        summary="Buy a token for an hour with a key's client id and secret, or a refresh token",
        body=wire.AccessTokenRequest,
        answers={200: wire.AccessTokenAnswer},
        errors=(UnauthorizedError,),
        public=True,
    ),
    Operation(
        method="POST",
        path="/v1/authentication/refresh_tokens",
        name="create-refresh-token",
        handler=_buy_refresh,
        summary="Buy a token for 30 days that buys others, with a key's client id and secret",
        body=wire.RefreshTokenRequest,
        answers={200: wire.RefreshTokenAnswer},
        errors=(UnauthorizedError,),
        public=True,
    ),
    Operation(
        method="GET",
        path="/v1/users/{userId}/api_tokens",
        name="list-api-tokens",
        handler=_list_tokens,
        summary="Show the token of the key that calls, without its value",
        description="The user is the key's client id, or `me`. Tokens are made by the operator.",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
    ),
)
