"""Which creators are one: by key, by the platform's id, by handle. Pure, on rows already read."""

from collections.abc import Iterable
from dataclasses import dataclass

from bellwether.connectors.platforms.registry import PLATFORMS, creator_key
from bellwether.model.platforms import Platform
from bellwether.model.requests import NewSubject


@dataclass(frozen=True, slots=True)
class Names:
    """What a new subject says about who it is.

    `key` is the id or handle it is named by, `handle` a handle it gives or has as its key, and
    `external_id` the key where that is the platform's id or any other text that is no handle.
    """

    key: str
    handle: str | None
    external_id: str | None
    exact: bool = False

    @property
    def all(self) -> tuple[str, ...]:
        """Every name to look for."""
        return (self.key,) if self.handle is None else (self.key, self.handle)


def names_of(subject: NewSubject) -> Names:
    """Read a subject's names; handles come out folded, also beside a key taken as written."""
    ref = PLATFORMS[subject.platform].name(subject.external_id)
    handle = creator_key(subject.platform, subject.handle) if subject.handle else None
    if subject.exact:
        own = None if ref is None or ref.handle is None else ref.id
        return Names(subject.external_id, handle or own, subject.external_id, exact=True)
    key = subject.external_id if ref is None else ref.id
    # A handle beside it says that what could be a handle (TikTok's numbers) is an id.
    if ref is not None and ref.handle is not None and handle in {None, key}:
        return Names(key, key, None)
    return Names(key, handle, key)


@dataclass(frozen=True, slots=True)
class Known:
    """A creator as it is, or is about to be, in the store."""

    id: str
    key: str
    external_id: str | None
    handle: str | None


class Creators:
    """Creators of one platform, found by any of their names."""

    def __init__(self, platform: Platform, known: Iterable[Known]) -> None:
        self.platform = platform
        self._by_key: dict[str, Known] = {}
        self._by_external_id: dict[str, Known] = {}
        self._by_handle: dict[str, Known] = {}
        for each in known:
            self.add(each)

    def add(self, known: Known) -> None:
        """Remember a creator; a later one takes over a handle."""
        self._by_key[known.key] = known
        if known.external_id is not None:
            self._by_external_id[known.external_id] = known
        if known.handle is not None:
            self._by_handle[known.handle] = known

    def find(self, names: Names) -> Known | None:
        """Return the creator that has these names.

        A handle beside an id finds only a creator that was named by that handle and has no other
        id: handles pass from one owner to the next, ids do not.
        """
        named = self._by_key.get(names.key) or self._by_external_id.get(names.key)
        if names.exact:
            return named
        named = named or self._by_handle.get(names.key)
        if named is not None or names.handle is None or names.external_id is None:
            return named
        other = self._by_key.get(names.handle)
        if other is not None and other.external_id in {None, names.external_id}:
            return other
        return None
