"""The accounts that a workspace may act for."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from bellwether.connectors.platforms.registry import PLATFORMS
from bellwether.connectors.publishers import Publishers
from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.publishing import rows
from bellwether.engine.publishing.store_accounts import AccountStore
from bellwether.engine.tracking.service import TrackingService
from bellwether.kit.clock import Clock, opt_micros, to_micros
from bellwether.kit.ids import new_id
from bellwether.kit.sealing import Sealer
from bellwether.model.accounts import (
    AccountFilter,
    AccountState,
    LabelChanges,
    ManagedAccount,
    NewAccess,
    NewAccount,
)
from bellwether.model.errors import (
    BellwetherError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnsupportedError,
)
from bellwether.model.platforms import SubjectKind
from bellwether.model.refs import Ref
from bellwether.model.requests import NewSubject, TrackRequest
from bellwether.model.tenants import Environment, Plan, Scope
from bellwether.model.tracking import PUBLISHING, Aspect

_LONGEST_LABEL = 200
_LONGEST_TEXT = 2000
_LONGEST_TOKEN = 10_000
_LONGEST_DETAILS = 20_000
_LABELS = ("tag", "org_group", "user_group")


class AccountService:
    """Accounts, their labels, and what gives access to them."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        catalog: CatalogService,
        tracking: TrackingService,
        *,
        sealer: Sealer | None,
        publishers: Publishers,
    ) -> None:
        self._store = AccountStore(connection)
        self._clock = clock
        self._catalog = catalog
        self._tracking = tracking
        self._sealer = sealer
        self._publishers = publishers

    def add(
        self, scope: Scope, plan: Plan, accounts: Sequence[NewAccount]
    ) -> Sequence[ManagedAccount]:
        """Manage accounts, all or none, and return them in order.

        Each is a creator of the catalog whose numbers are followed from now on. UnsupportedError
        (`platform`) where nobody publishes, InvalidInputError for a name that is none, a label
        that is too long or half an access, ConflictError (`username`) for an account that is there.
        """
        refs = [self._checked(scope, account) for account in accounts]
        names = [
            (account.platform.value, ref.id) for account, ref in zip(accounts, refs, strict=True)
        ]
        taken = self._store.taken(scope, names) | {one for one in names if names.count(one) > 1}
        for account, name in zip(accounts, names, strict=True):
            if name in taken:
                raise ConflictError(
                    f"@{account.username.lstrip('@')} is managed here already", field="username"
                )
        subjects = self._catalog.ensure(
            scope,
            [
                NewSubject(
                    SubjectKind.CREATOR, ref.platform, ref.id, url=ref.url, handle=ref.handle
                )
                for ref in refs
            ],
        )
        made = [
            self._row(scope, account, ref, subject.id)
            for account, ref, subject in zip(accounts, refs, subjects, strict=True)
        ]
        self._store.add(made)
        if scope.environment is Environment.SANDBOX:
            self._follow(scope, plan, refs)
        return self._in_order(scope, [str(row["id"]) for row in made])

    def get(self, scope: Scope, account_id: str) -> ManagedAccount:
        """Return one account, else NotFoundError (`account_id`)."""
        return rows.account(self._row_of(scope, account_id))

    def list(self, scope: Scope, wanted: AccountFilter | None = None) -> Sequence[ManagedAccount]:
        """Return the accounts meant, oldest first; ids of others are left out."""
        return [rows.account(row) for row in self._store.find(scope, wanted or AccountFilter())]

    def label(
        self, scope: Scope, changes: Sequence[LabelChanges]
    ) -> Sequence[ManagedAccount | BellwetherError]:
        """Change labels; each answer is the account, or why it was left as it is."""
        answers: list[ManagedAccount | BellwetherError] = []
        for change in changes:
            try:
                answers.append(self._label(scope, change))
            except (NotFoundError, InvalidInputError) as error:
                answers.append(error)
        return answers

    def give_access(self, scope: Scope, account_id: str, access: NewAccess) -> ManagedAccount:
        """Give an account a token, which makes it ready; what waited is then done."""
        row = self._row_of(scope, account_id)
        external_id = access.external_id or row.external_id
        self._check_access(scope, external_id, access.token)
        values = {
            "external_id": external_id,
            "sealed": self._seal(access.token),
            "token_expires_at": opt_micros(access.expires_at),
            "state": AccountState.READY.value,
            "refresh_at": self._refresh_at(scope),
            "updated_at": to_micros(self._clock.now()),
        }
        self._store.change(scope, row.id, values)
        return self.get(scope, row.id)

    def _label(self, scope: Scope, change: LabelChanges) -> ManagedAccount:
        row = self._row_of(scope, change.account_id)
        values: dict[str, object] = {}
        for name in _LABELS:
            text: str | None = getattr(change, name)
            if text is not None:
                values[name] = _label(text, name)
        if change.details:
            merged = {**json.loads(row.details), **change.details}
            values["details"] = _packed({k: v for k, v in merged.items() if v is not None})
        if not values:
            raise InvalidInputError("at least one label is needed", field="tag")
        values["updated_at"] = to_micros(self._clock.now())
        self._store.change(scope, row.id, values)
        return self.get(scope, row.id)

    def _row_of(self, scope: Scope, account_id: str) -> Row[Any]:
        row = self._store.get(scope, account_id)
        if row is None:
            raise NotFoundError("no such account", field="account_id")
        return row

    def _checked(self, scope: Scope, account: NewAccount) -> Ref:
        platform = account.platform
        if self._publishers.find(scope.environment, platform) is None:
            raise UnsupportedError(
                f"accounts of {platform} are not managed in the {scope.environment} environment",
                field="platform",
            )
        ref = PLATFORMS[platform].name(account.username.strip().lstrip("@"))
        if ref is None:
            title = PLATFORMS[platform].title
            raise InvalidInputError(f"this is not a username as {title} has them", field="username")
        if account.token is not None or account.external_id is not None:
            self._check_access(scope, account.external_id, account.token)
        for name in ("nick_name", "avatar_url"):
            text: str | None = getattr(account, name)
            if text is not None and (len(text) > _LONGEST_TEXT or not _storable(text)):
                raise InvalidInputError(f"at most {_LONGEST_TEXT} characters", field=name)
        return ref

    def _check_access(self, scope: Scope, external_id: str | None, token: str | None) -> None:
        if scope.environment is Environment.SANDBOX:
            raise InvalidInputError(
                "accounts of the simulated network need no token", field="token"
            )
        if not token or len(token) > _LONGEST_TOKEN or not token.isprintable():
            raise InvalidInputError("a token in printable text is needed", field="token")
        if not external_id or len(external_id) > _LONGEST_LABEL or not external_id.isprintable():
            raise InvalidInputError(
                "the platform's id of the account is needed beside the token", field="external_id"
            )

    def _row(
        self, scope: Scope, account: NewAccount, ref: Ref, creator_id: str
    ) -> Mapping[str, object]:
        now = to_micros(self._clock.now())
        ready = scope.environment is Environment.SANDBOX or account.token is not None
        return {
            "id": new_id(),
            "workspace_id": scope.workspace_id,
            "environment": scope.environment.value,
            "platform": account.platform.value,
            "key": ref.id,
            "username": account.username.strip().lstrip("@"),
            "nick_name": account.nick_name,
            "bio": None,
            "avatar_url": account.avatar_url,
            **{name: _label(getattr(account, name) or "", name) for name in _LABELS},
            "state": (AccountState.READY if ready else AccountState.SETUP).value,
            "creator_id": creator_id,
            "external_id": account.external_id,
            "sealed": None if account.token is None else self._seal(account.token),
            "token_expires_at": opt_micros(account.token_expires_at),
            "details": _packed(account.details),
            "refresh_at": self._refresh_at(scope) if account.token is not None else None,
            "created_at": now,
            "updated_at": now,
        }

    def _refresh_at(self, scope: Scope) -> int | None:
        """Return when an account's numbers are first fetched with its token."""
        return None if scope.environment is Environment.SANDBOX else to_micros(self._clock.now())

    def _seal(self, token: str) -> str:
        if self._sealer is None:
            raise RuntimeError("no token can be kept without a sealer")
        return self._sealer.seal(token)

    def _follow(self, scope: Scope, plan: Plan, refs: Sequence[Ref]) -> None:
        self._tracking.track(
            scope,
            plan,
            [TrackRequest(ref=ref, dialect=PUBLISHING, aspect=Aspect.PROFILE) for ref in refs],
        )

    def _in_order(self, scope: Scope, ids: Sequence[str]) -> Sequence[ManagedAccount]:
        found = {one.id: one for one in self.list(scope, AccountFilter(ids=ids))}
        return [found[each] for each in ids]


def _label(text: str, name: str) -> str | None:
    label = text.strip()
    if len(label) > _LONGEST_LABEL or not label.isprintable():
        raise InvalidInputError(f"at most {_LONGEST_LABEL} printable characters", field=name)
    return label or None


def _packed(details: Mapping[str, object]) -> str:
    packed = json.dumps(details, allow_nan=False)
    if len(packed) > _LONGEST_DETAILS:
        raise InvalidInputError("the account's details are too long", field="details")
    return packed


def _storable(text: str) -> bool:
    return "\0" not in text and text.encode("utf-8", "replace").decode() == text
