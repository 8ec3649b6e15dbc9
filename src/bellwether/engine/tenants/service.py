"""Workspaces, keys, plans and rate limits."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bellwether.engine.tenants import credentials
from bellwether.engine.tenants.plans import DEFAULT_PLAN
from bellwether.engine.tenants.store import WINDOW, Credentials, TenantStore, Use
from bellwether.kit.clock import Clock
from bellwether.kit.ids import new_id
from bellwether.model.errors import (
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
)
from bellwether.model.tenants import (
    Environment,
    Key,
    NewKey,
    Plan,
    PlanName,
    Principal,
    RateWindow,
    Scope,
    Workspace,
)

_NAME_LENGTH = 200
_NOBODY = credentials.hash_of("")  # compared with when there is no such key, to take as long


class _RefusedError(Exception):
    """Takes back what was taken from other windows."""


class TenantService:
    """Everything about who may call and how much."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._store = TenantStore(connection)

    def create_key(
        self, workspace_name: str, environment: Environment, plan: PlanName | None = None
    ) -> NewKey:
        """Make a key, and the workspace when it is new; a plan given changes the workspace's."""
        workspace = self.ensure_workspace(workspace_name, plan)
        secret = credentials.new_client_secret()
        token = credentials.new_token(environment)
        key = Key(
            id=new_id(),
            scope=Scope(workspace.id, environment),
            client_id=new_id(),
            created_at=self._clock.now(),
            revoked_at=None,
        )
        self._store.add_key(key, credentials.hash_of(secret), credentials.hash_of(token))
        return NewKey(key=key, secret=secret, token=token)

    def ensure_workspace(self, name: str, plan: PlanName | None = None) -> Workspace:
        """Return the workspace of that name, made when new; a plan given becomes its plan.

        Names are 1 to 200 printable characters, trimmed; InvalidInputError (`workspace`) for
        others. Two processes may do this at once.
        """
        name = _workspace_name(name)
        workspace = self._store.workspace(name)
        if workspace is None:
            self._store.add_workspace(new_id(), name, plan or DEFAULT_PLAN, self._clock.now())
        elif plan is None or plan is workspace.plan.name:
            return workspace
        if plan is not None and workspace is not None:
            self._store.set_plan(workspace.id, plan)
        return self.find_workspace(name)

    def list_workspaces(self) -> Sequence[Workspace]:
        """List all workspaces by name."""
        return self._store.all_workspaces()

    def list_keys(self, workspace_name: str | None = None) -> Sequence[Key]:
        """List keys, oldest first, without their secrets."""
        if workspace_name is None:
            return self._store.all_keys(None)
        return self._store.all_keys(self.find_workspace(workspace_name).id)

    def find_key(self, key_id: str) -> Key:
        """Return a key by its id, without its secrets, else NotFoundError."""
        key = self._store.key(key_id)
        if key is None:
            raise NotFoundError("there is no such key")
        return key

    def revoke_key(self, client_id: str) -> Key:
        """Revoke a key at once. NotFoundError when there is none."""
        key = None
        if credentials.is_client_id(client_id):
            key = self._store.revoke(client_id, self._clock.now())
        if key is None:
            raise NotFoundError("no key has this client id", field="client_id")
        return key

    def authenticate_token(self, token: str) -> Principal:
        """Return whose token this is, else UnauthorizedError (wrong and revoked look alike)."""
        token_hash = credentials.hash_of(token)
        found = self._store.by_token_hash(token_hash)
        return _proved(found, token, _NOBODY if found is None else found.token_hash)

    def authenticate_client(self, client_id: str, secret: str) -> Principal:
        """Return whose client id and secret these are, else UnauthorizedError."""
        found = None
        if credentials.is_client_id(client_id):
            found = self._store.by_client_id(client_id)
        return _proved(found, secret, _NOBODY if found is None else found.secret_hash)

    def find_workspace(self, name: str) -> Workspace:
        """Return a workspace by name, else NotFoundError."""
        workspace = self._store.workspace(_workspace_name(name))
        if workspace is None:
            raise NotFoundError(f"there is no workspace named {name.strip()}", field="workspace")
        return workspace

    def plan_of(self, scope: Scope) -> Plan:
        """Return the plan that a workspace is on now, else NotFoundError."""
        workspace = self._store.workspace_by_id(scope.workspace_id)
        if workspace is None:
            raise NotFoundError("no such workspace")
        return workspace.plan

    def spend_rate(self, principal: Principal, amounts: Mapping[str, int]) -> Sequence[RateWindow]:
        """Take from the key's windows ("calls", "videos"), all or nothing; return what is left.

        Windows that the plan does not limit are left out. RateLimitedError carries `retry_after`
        and the windows; nothing is taken then. Exact under concurrency.
        """
        limits = _limits(principal.plan)
        wanted = [
            (name, amount, limit)
            for name, amount in sorted(amounts.items())  # one order, so that no two callers wait
            if amount and (limit := limits[name]) is not None  # for each other
        ]
        if not wanted:
            return ()
        now = self._clock.real_now()
        left: list[RateWindow] = []
        refused = None
        with contextlib.suppress(_RefusedError), self._connection.begin_nested():
            for name, amount, limit in wanted:
                use = None
                if amount <= limit:
                    use = self._store.take(principal.key_id, name, amount, limit, now)
                if use is None:
                    refused = name
                    raise _RefusedError
                left.append(_window(name, limit, use, now))
        if refused is None:
            return left
        uses = self._store.windows(principal.key_id, now)
        left = [_window(name, limit, uses.get(name), now) for name, _, limit in wanted]
        left.sort(key=lambda window: window.name != refused)
        raise RateLimitedError(
            f"more than {left[0].limit} {refused} a minute",
            retry_after=max(1, left[0].reset),
            windows=left,
        )


def _proved(found: Credentials | None, text: str, stored_hash: str) -> Principal:
    same = credentials.matches(text, stored_hash)
    if found is None or found.revoked or not same:
        raise UnauthorizedError("the credentials are not valid")
    return found.principal


def _limits(plan: Plan) -> Mapping[str, int | None]:
    return {"calls": plan.calls_per_minute, "videos": plan.videos_per_minute}


def _window(name: str, limit: int, use: Use | None, now: datetime) -> RateWindow:
    """Return what is left of a window; one that is not open lasts its whole length from now."""
    opened_at, used = (now, 0) if use is None else (use.opened_at, use.used)
    return RateWindow(
        name=name,
        limit=limit,
        remaining=max(0, limit - used),
        reset=math.ceil((opened_at + WINDOW - now).total_seconds()),
        length=int(WINDOW.total_seconds()),
    )


def _workspace_name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= _NAME_LENGTH or not name.isprintable():
        raise InvalidInputError(
            f"a workspace's name is 1 to {_NAME_LENGTH} printable characters", field="workspace"
        )
    return name
