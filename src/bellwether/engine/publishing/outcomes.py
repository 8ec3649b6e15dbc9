"""What passes between the parts of the publishing room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from bellwether.model.platforms import Platform
from bellwether.model.posts import ActState
from bellwether.model.publishers import Access, Prepared, Published
from bellwether.model.tenants import Environment, Scope


class Lane(NamedTuple):
    """What shares a platform's patience: slow or failing ones hold up no other lane."""

    environment: Environment
    platform: Platform


class Stage(StrEnum):
    """How far the worker is with an act.

    From `sending` on, others may see what was done; `naming` is out, but its id is not known yet.
    """

    NEW = "new"
    FETCHED = "fetched"
    PREPARING = "preparing"
    SENDING = "sending"
    POLLING = "polling"
    NAMING = "naming"
    OVER = "over"


HARMLESS = frozenset({Stage.NEW, Stage.FETCHED, Stage.PREPARING})
"""The stages in which nobody can have seen anything: an act may still be changed or dropped."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act as a worker holds it.

    `shown_at` is when it was to be done, and `sent_real` alone in real time.
    """

    id: str
    revision: int
    scope: Scope
    platform: Platform
    account_id: str
    kind: str
    state: ActState
    stage: Stage
    body: Mapping[str, Any]
    scheduled_at: datetime | None
    shown_at: datetime
    due_at: datetime | None
    tries: int = 0
    sends: int = 0
    prepared: Prepared | None = None
    sent_at: datetime | None = None
    sent_real: datetime | None = None
    social_id: str | None = None
    url: str | None = None
    content_id: str | None = None
    error: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimedAccount:
    """An account held under a token, with the acts that are due. `access` None: it has none."""

    id: str
    token: str
    scope: Scope
    platform: Platform
    access: Access | None = field(repr=False)
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Save:
    """An act as it is to be from now on, provided that nobody changed it since.

    `act.revision` is the one that was read. `published` is what came of it; `refused` says that the
    platform does not accept the account's access any more.
    """

    act: Act
    published: Published | None = None
    refused: bool = False
