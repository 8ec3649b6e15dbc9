"""Simulated contents: what an id stands for, and how its numbers move.

Three sorts of id exist. One that the simulation listed carries its creator and slot, one that it
published carries the minute and the size of the account; both have the curve of a fresh post: a
launch, sometimes a viral wave, a long tail. Any other id is an old post of 2014 that still draws
people, a little more every year, with a wave every few months.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from bellwether.connectors.sandbox import rhythm, words
from bellwether.connectors.sandbox.creators import SOURCE, Creator
from bellwether.connectors.sandbox.mixing import Dna, dna, log_normal, mix, one_in, unit
from bellwether.connectors.sandbox.networks import Network
from bellwether.connectors.sandbox.shapes import CREATOR, LISTED, PUBLISHED, STORY
from bellwether.model.platforms import Kind
from bellwether.model.readings import (
    COMMENTS,
    LIKES,
    SAVES,
    SHARES,
    VIEWS,
    ContentReading,
    Metrics,
    Number,
)

STORY_LIFE = timedelta(hours=24)
_SLOTS = 16
_SLOT = (1 << _SLOTS) - 1
_LUCK = 18
_RATES = {LIKES: 0.06, COMMENTS: 0.006, SHARES: 0.009, SAVES: 0.012}
"""What share of viewers does this on average."""
_BITS = {LIKES: 0, COMMENTS: 12, SHARES: 24, SAVES: 36}
"""Which twelve bits of a gene belong to it."""
_SPREAD = 1.2 / 4096.0
_REGRET = 0.004 / 4096.0
_NO_LIKES = 20
_NO_COMMENTS = 30
_SPAMMED = 8
_SPAM_EVERY = 24.0
_SPAM_DAYS = 3.0
_SPAM_SHARE = 0.04
_VIRAL = 12
_USUAL = 150  # of 256 posts, how many are of the commonest kind
_MATURE = 3000.0  # days at which an old post has the size its number says: March 2022
_KINDS_WITH_LENGTH = frozenset({Kind.VIDEO, Kind.REEL, Kind.SHORT, Kind.CLIP, Kind.STORY})


Rates = tuple[tuple[str, float | None, int | None], ...]
"""The counts of a content: name, share of its viewers (None: hidden), and which bits of the mood of
the moment move it (None: it never falls)."""


class Content(NamedTuple):
    """One simulated content: `born` is in days since the network began."""

    network: Network
    realm: str
    id: str
    creator: Creator
    kind: Kind
    born: float
    size: float
    genes: Dna
    fresh: bool

    @property
    def published_at(self) -> datetime:
        """When it came out, to the second."""
        return rhythm.instant_of(self.born)

    @property
    def expires_at(self) -> datetime | None:
        """When a story disappears."""
        return self.published_at + STORY_LIFE if self.kind is Kind.STORY else None

    def seen(self, day: float) -> float:
        """Return how many have seen it, without spam and as a real number; it never falls."""
        key = self.genes[0]
        now = rhythm.flow(day, key)
        if self.fresh:
            return self.size * self._launched(max(0.0, now - rhythm.flow(self.born, key)))
        pull = 20.0 + (self.genes[1] & 255)
        passed = now + pull * rhythm.waves(day, key, 1.0 + (self.genes[1] >> 8 & 3)) - self.born
        ratio = passed / _MATURE if passed > 0.0 else 0.0
        return self.size * ratio * ratio * ratio

    def _launched(self, passed: float) -> float:
        """Return the launch, the viral wave of some, and the tail, as a multiple of the size."""
        half = 0.3 + 3.0 * unit(self.genes[2]) * unit(self.genes[3])
        share = rhythm.rise(passed, half) + passed / 900.0
        if one_in(_VIRAL, self.genes[4]):
            wait = 1.0 + (self.genes[4] >> 8) % 20
            if passed > wait:
                share += (4.0 + (self.genes[4] >> 16) % 30) * rhythm.rise(passed - wait, 2.5)
        return share

    def rates(self) -> Rates:
        """Return every count that is shown, and which share of viewers it is."""
        hidden = self.hides
        rates: list[tuple[str, float | None, int | None]] = []
        for name in self.shows:
            if name == VIEWS:
                rates.append((name, 1.0, None))
            elif name in hidden:
                rates.append((name, None, None))
            else:
                bits = None if name == COMMENTS else _BITS[name]
                rates.append((name, self._rate(name), bits))
        return tuple(rates)

    def metrics(self, day: float, rates: Rates) -> Metrics:
        """Return every count that the platform shows for this kind of content."""
        seen = self.seen(day)
        # Some take a like, a share or a bookmark back.
        mood = mix(self.genes[6], int(day * 8.0))
        found: dict[str, Number | None] = {}
        for name, rate, bits in rates:
            if rate is None:
                found[name] = None
            elif bits is None:
                found[name] = int(seen * rate)
            else:
                found[name] = int(seen * rate * (1.0 + (mood >> bits & 0xFFF) * _REGRET))
        if self.genes[5] % _SPAMMED == 0 and VIEWS in found:
            found[VIEWS] = int(seen * self._spam(day))
        return found

    def comments(self, day: float) -> int:
        """Return how many comments there are; the number never falls."""
        return int(self.seen(day) * self._rate(COMMENTS))

    def _rate(self, name: str) -> float:
        """Return which share of those who see the content react in this way."""
        return _RATES[name] * (0.4 + (self.genes[6] >> _BITS[name] & 0xFFF) * _SPREAD)

    def _spam(self, day: float) -> float:
        """Return the factor by which bots raise the views, until they are found and removed.

        It is for the contents that draw bots at all.
        """
        inside = (day + (self.genes[5] >> 8 & 15)) % _SPAM_EVERY
        return 1.0 + _SPAM_SHARE * inside / _SPAM_DAYS if inside < _SPAM_DAYS else 1.0

    @property
    def shows(self) -> tuple[str, ...]:
        """The metrics of this kind of content."""
        return self.network.story if self.kind is Kind.STORY else self.network.kinds[self.kind]

    @property
    def hides(self) -> tuple[str, ...]:
        """The counts that the owner switched off."""
        gene = self.genes[7] >> 16
        if gene % _NO_LIKES == 0:
            return (LIKES,)
        return (COMMENTS,) if gene % _NO_COMMENTS == 1 else ()


def content_of(network: Network, realm: str, key: str, day: float) -> Content:
    """Return the content that an id names on a day; every text names one.

    Among ids that others made, one in a few thousand looks like one of ours. So that it exists as
    well, an id of ours counts as such only once its content is out.
    """
    found = carried(network, realm, key)
    return found if found is not None and found.born <= day else foreign(network, realm, key)


def carried(network: Network, realm: str, key: str) -> Content | None:
    """Return the content that an id of ours carries."""
    name = key.rpartition("/")[2]
    role, body = network.ids.decode(realm, name) or (CREATOR, 0)
    if role == PUBLISHED:
        return _published(network, realm, key, body)
    if role == LISTED:
        return listed(Creator(network, realm, body >> _SLOTS), body & _SLOT, key)
    if network.stories is not None:
        role, body = network.stories.decode(realm, name) or (CREATOR, 0)
        if role == STORY:
            return story(Creator(network, realm, body >> _SLOTS), body & _SLOT, key)
    return None


def foreign(network: Network, realm: str, key: str) -> Content:
    """Return the content that an id names which is none of ours."""
    genes = dna(realm, "content", key)
    return Content(
        network=network,
        realm=realm,
        id=key,
        creator=Creator(network, realm, genes[1] >> 34),
        kind=_pick_kind(network, genes),
        born=rhythm.to_the_second(360.0 * unit(genes[3])),
        size=4.0 * log_normal(genes[2], 26),
        genes=genes,
        fresh=False,
    )


def listed(creator: Creator, slot: int, key: str | None = None) -> Content:
    """Return the post that a creator makes in a slot, under the id by which it was asked for."""
    network, realm = creator.network, creator.realm
    genes = dna(realm, "post", creator.who, slot)
    return Content(
        network=network,
        realm=realm,
        id=key
        or listed_id(creator, network.ids.encode(realm, LISTED, creator.who << _SLOTS | slot)),
        creator=creator,
        kind=_pick_kind(network, genes),
        born=creator.post_day(slot),
        size=creator.size * 0.002 * log_normal(genes[1], 12),
        genes=genes,
        fresh=True,
    )


def story(creator: Creator, slot: int, key: str | None = None) -> Content:
    """Return the story that a creator makes in a slot; the network must have stories."""
    network, realm = creator.network, creator.realm
    shape = network.stories or network.ids
    genes = dna(realm, "story", creator.who, slot)
    return Content(
        network=network,
        realm=realm,
        id=key or shape.encode(realm, STORY, creator.who << _SLOTS | slot),
        creator=creator,
        kind=Kind.STORY,
        born=creator.story_day(slot),
        size=creator.size * 0.01 * log_normal(genes[1], 5),
        genes=genes,
        fresh=True,
    )


def _published(network: Network, realm: str, key: str, body: int) -> Content:
    genes = dna(realm, "published", body)
    minute, scale = body >> (_LUCK + 4), body >> _LUCK & 15
    return Content(
        network=network,
        realm=realm,
        id=key,
        creator=Creator(network, realm, genes[1] >> 34),
        kind=_pick_kind(network, genes),
        born=minute / 1440.0,
        size=float(64 << scale) * 0.002 * log_normal(genes[1], 12),
        genes=genes,
        fresh=True,
    )


def published_id(creator: Creator, digest: int, day: float, kind: Kind) -> str:
    """Return the id of what an account publishes at an instant, to the minute.

    The same draft in the same minute is the same content. Among a few ids the first is taken
    whose content turns out to be of the kind that was published.
    """
    network, realm = creator.network, creator.realm
    minute = int(day * 1440.0)
    scale = min(15, max(0, int(creator.size).bit_length() - 7))
    body = 0
    for attempt in range(64):
        luck = mix(digest, attempt) >> (64 - _LUCK)
        body = (minute << 4 | scale) << _LUCK | luck
        if _pick_kind(network, dna(realm, "published", body)) is kind:
            break
    return listed_id(creator, network.ids.encode(realm, PUBLISHED, body))


def listed_id(creator: Creator, name: str) -> str:
    """Return the platform's id for a name within it: Bluesky's ids are AT URIs."""
    if creator.network.platform != "bluesky":
        return name
    return f"at://{creator.external_id}/app.bsky.feed.post/{name}"


def author_of(key: str) -> str | None:
    """Return the handle that an AT URI names its author by, if it is one and does."""
    if not key.startswith("at://"):
        return None
    author = key[5:].partition("/")[0]
    return None if author.startswith("did:") else author


def _pick_kind(network: Network, genes: Dna) -> Kind:
    kinds = network.kind_order
    if len(kinds) == 1 or genes[7] & 255 < _USUAL:
        return kinds[0]
    return kinds[1 + (genes[7] >> 8) % (len(kinds) - 1)]


class Facts(NamedTuple):
    """What the platform says about a content whenever it is asked; only the counts move."""

    rates: Rates
    source: str
    kind: Kind
    url: str | None
    title: str
    creator_id: str
    creator_handle: str | None
    published_at: datetime
    expires_at: datetime | None
    thumbnail_url: None
    duration_s: float | None


def facts_of(content: Content, handle: str | None) -> Facts:
    """Return what is known of a content at any time.

    `handle` is the creator's where it is known, which an id alone does not tell on every platform.
    """
    genes, network = content.genes, content.network
    owner = content.creator.external_id
    has_length = content.kind in _KINDS_WITH_LENGTH
    opening = words.OPENINGS[genes[2] % len(words.OPENINGS)]
    return Facts(
        rates=content.rates(),
        source=SOURCE,
        kind=content.kind,
        url=network.url(content.kind, content.id, handle, owner),
        title=f"{opening} {words.SUBJECTS[genes[3] & 15]}",
        creator_id=owner,
        creator_handle=handle,
        published_at=content.published_at,
        expires_at=content.expires_at,
        thumbnail_url=None,
        duration_s=float(5 + genes[5] % (55 if content.kind is not Kind.VIDEO else 1200))
        if has_length
        else None,
    )


def read_content(content: Content, facts: Facts, day: float) -> ContentReading:
    """Return what the platform says about a content at a time, in days since the network began."""
    rates, source, kind, url, title, owner, handle, published_at, expires_at, thumbnail, length = (
        facts
    )
    # By place, in the order of the fields: names would take longer than the numbers.
    return ContentReading(
        content.network.platform,
        content.id,
        content.metrics(day, rates),
        source,
        kind,
        url,
        title,
        owner,
        handle,
        published_at,
        expires_at,
        thumbnail,
        length,
    )
