"""What a publisher is handed, and what it answers: acting through an account in steps.

A visible act is split so that a crash can be judged afterwards. `prepare` is harmless, `send` is
the act, `look` asks the platform what became of it. Between two steps the engine writes down what
the last one answered.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import Failed

Prepared = Mapping[str, str]
"""What a publisher must know again in a later step, fit for JSON; it never holds the token."""


@dataclass(frozen=True, slots=True)
class Access:
    """What lets us act for an account: the platform's id of it, and a token.

    The simulated network knows an account by its handle and needs no token.
    """

    platform: Platform
    account: str
    token: str = field(default="", repr=False)
    handle: str | None = None
    expires_at: datetime | None = None


class MediaType(StrEnum):
    """The sorts of file that can be told by their first bytes; the value is the media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    MP4 = "video/mp4"
    QUICKTIME = "video/quicktime"
    WEBM = "video/webm"

    @property
    def is_image(self) -> bool:
        """Whether it is a picture; the others are videos."""
        return self.value.startswith("image/")


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file as it was fetched: `size` in bytes, `width` and `height` in pixels where known."""

    url: str
    type: MediaType
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None


ReadMedia = Callable[[MediaFile], AsyncIterator[bytes]]
"""Gives the bytes of a file in pieces of any size; may be called again for the same file."""


class PostKind(StrEnum):
    """What can be published."""

    VIDEO = "video"
    SLIDESHOW = "slideshow"


@dataclass(frozen=True, slots=True)
class Draft:
    """A content to be published. `media` is in the order in which it is shown.

    `key` names this draft for good: whatever is sent twice under one key was meant once.
    `music_id` is a content whose sound is used, where the platform's rules allow it.
    """

    key: str
    kind: PostKind
    text: str = ""
    media: tuple[MediaFile, ...] = ()
    music_id: str | None = None


@dataclass(frozen=True, slots=True)
class Preparing:
    """Not ready yet: ask `prepare` again with `prepared`, after so many real seconds."""

    prepared: Prepared
    poll_after_s: float


@dataclass(frozen=True, slots=True)
class Ready:
    """Ready to be sent with `prepared`; nothing is visible yet."""

    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Published:
    """The content is out. `id` is the one by which the catalog knows contents of the platform.

    None where the platform does not tell (TikTok, until its checks are done); `look` may know it
    later.
    """

    platform: Platform
    account: str
    id: str | None
    kind: Kind
    url: str | None
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Processing:
    """The platform has it and works on it: `look` again with `prepared`, after real seconds."""

    prepared: Prepared
    poll_after_s: float


@dataclass(frozen=True, slots=True)
class NotThere:
    """Surely not published, and not going to be. Send again with `prepared`; None: prepare anew."""

    prepared: Prepared | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform took it and gave it up: surely not published. `failed` says why."""

    failed: Failed


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The platform cannot say whether it is out; a person has to look."""

    message: str


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """New values for a profile; None leaves a field as it is, an empty text clears it."""

    name: str | None = None
    bio: str | None = None
    avatar: MediaFile | None = None


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """A comment to be made under a content, which `content_id` names as the catalog does."""

    key: str
    content_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Commented:
    """The comment is out: the platform's id of it, and its address where it has one."""

    id: str
    url: str | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many posts a platform lets an account publish in a window, by its own word.

    None is "it does not say". `window` is how far back `used` counts.
    """

    used: int | None
    total: int | None
    window: timedelta | None = None

    @property
    def left(self) -> int | None:
        """How many posts may still be published now."""
        if self.used is None or self.total is None:
            return None
        return max(0, self.total - self.used)


@dataclass(frozen=True, slots=True)
class AvatarRules:
    """What a profile picture must be: square, and at least so many pixels wide and high."""

    types: frozenset[MediaType]
    max_bytes: int
    min_pixels: int
    square: bool = True


@dataclass(frozen=True, slots=True)
class EditRules:
    """How a profile may be edited: lengths in characters, and the time between two edits."""

    name_max: int
    bio_max: int
    avatar: AvatarRules
    name_every: timedelta
    bio_every: timedelta
    avatar_every: timedelta


@dataclass(frozen=True, slots=True)
class PublishingRules:
    """What a platform takes, to be checked before anything is queued.

    `text_max` is in UTF-16 code units, as platforms count. `edits` None: profiles cannot be edited
    through this publisher. `comments` and `music`: whether comments can be made, and whether a
    draft may name a content whose sound is used. Media of kinds in `by_url` are fetched by the
    platform itself from the customer's address, since it takes no bytes.
    """

    text_max: int
    images_min: int
    images_max: int
    image_types: frozenset[MediaType]
    image_max_bytes: int
    video_types: frozenset[MediaType]
    video_max_bytes: int
    kinds: frozenset[PostKind] = frozenset(PostKind)
    hashtags_max: int | None = None
    mentions_max: int | None = None
    music: bool = False
    comments: bool = False
    by_url: frozenset[PostKind] = frozenset()
    edits: EditRules | None = None
