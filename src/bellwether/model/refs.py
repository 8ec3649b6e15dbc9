"""What a URL or a handle turned out to name."""

from dataclasses import dataclass

from bellwether.model.errors import BellwetherError
from bellwether.model.platforms import CONTENT_KINDS, Kind, Platform


@dataclass(frozen=True, slots=True)
class Ref:
    """One thing on one platform.

    `id` is the platform's own id where the URL carries one, else the handle without "@".
    `url` is the canonical address; two URLs of the same thing give the same `platform` and `id`.
    `handle` is the creator's handle when the URL names it beside a content's id.
    """

    platform: Platform
    kind: Kind
    id: str
    url: str
    handle: str | None = None

    @property
    def needs_unshortening(self) -> bool:
        """Whether the real target is known only after following redirects."""
        return self.kind is Kind.SHORT_LINK

    @property
    def is_content(self) -> bool:
        """Whether this is one content, as opposed to a creator, a playlist or a short link."""
        return self.kind in CONTENT_KINDS


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a text turned out to name: a `ref`, or the `error` that says why it names nothing.

    `url` is the text as given, or the address that a short link led to.
    """

    text: str
    url: str
    ref: Ref | None
    error: BellwetherError | None
