"""Workspaces, keys, plans and rate limits."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bellwether.kit.clock import Clock
from bellwether.model.tenants import Environment, Key, NewKey, PlanName, Principal, Workspace


class TenantService:
    """Everything about who may call and how much."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def create_key(
        self, workspace_name: str, environment: Environment, plan: PlanName | None = None
    ) -> NewKey:
        """Make a key, and the workspace when it is new; a plan given changes the workspace's."""
        raise NotImplementedError

    def list_keys(self, workspace_name: str | None = None) -> Sequence[Key]:
        """List keys, oldest first, without their secrets."""
        raise NotImplementedError

    def revoke_key(self, client_id: str) -> Key:
        """Revoke a key at once. NotFoundError when there is none."""
        raise NotImplementedError

    def authenticate_token(self, token: str) -> Principal:
        """Return whose token this is, else UnauthorizedError (wrong and revoked look alike)."""
        raise NotImplementedError

    def authenticate_client(self, client_id: str, secret: str) -> Principal:
        """Return whose client id and secret these are, else UnauthorizedError."""
        raise NotImplementedError

    def find_workspace(self, name: str) -> Workspace:
        """Return a workspace by name, else NotFoundError."""
        raise NotImplementedError

    def spend_rate(self, principal: Principal, amounts: Mapping[str, int]) -> None:
        """Take from the key's windows ("calls", "videos"), all or nothing.

        RateLimitedError carries `retry_after`; nothing is taken then. Exact under concurrency.
        """
        raise NotImplementedError
