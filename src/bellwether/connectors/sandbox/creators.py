"""Simulated creators: who they are, and how their numbers move.

A creator is 30 bits. A handle names the creator whose bits are its hash; ids and handles that the
simulation made up carry the bits, so all ways of naming a creator lead to the same numbers.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from bellwether.connectors.sandbox import rhythm, words
from bellwether.connectors.sandbox.mixing import Dna, dna, log_normal, mix, number, one_in, unit
from bellwether.connectors.sandbox.networks import Network
from bellwether.connectors.sandbox.shapes import CREATOR, SORTABLE32, realm_key
from bellwether.model.readings import (
    CONTENTS,
    FOLLOWERS,
    FOLLOWING,
    LIKES,
    VIEWS,
    CreatorReading,
    Estimate,
    Metrics,
    Number,
)

SOURCE = "sandbox"
_WHO = 30
_SLOTS = 16
_LAST_SLOT = (1 << _SLOTS) - 1
_NOON = 3000.0  # days at which a creator has the size its numbers say: March 2022
_HEAD_START = 365.0
_SHRINKING = 6
_HIDDEN = 25
_STEADY = 8  # a wave brings what so many average days bring, and up to 63 more
_ID_DIGITS = 5
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}", re.ASCII)


@dataclass(frozen=True)
class Creator:
    """One simulated creator on one network of one seed."""

    network: Network
    realm: str
    who: int

    @cached_property
    def genes(self) -> Dna:
        """All that is random about the creator."""
        return dna(self.realm, "creator", self.who)

    @property
    def external_id(self) -> str:
        """The platform's id of the creator."""
        return self.network.creator_ids.encode(self.realm, CREATOR, self.who << _SLOTS)

    @property
    def made_up_handle(self) -> str:
        """A handle, at most 15 letters, that names exactly this creator."""
        proven = (self.who >> 10) << 5 | mix(realm_key(self.realm), self.who) & 31
        suffix = "".join([SORTABLE32[(proven >> shift) & 31] for shift in (20, 15, 10, 5, 0)])
        name = words.ADJECTIVES[self.who & 31] + words.NOUNS[self.who >> 5 & 31] + suffix
        return name + ".bsky.social" if self.network.platform == "bluesky" else name

    @property
    def size(self) -> float:
        """Followers in the middle of the simulated time: 500 to 10 million, usually 65,000."""
        return 16.0 * log_normal(self.genes[0], 24)

    @property
    def posts_every(self) -> float:
        """Days between two posts: 0.6 to about 8."""
        return 0.6 + 7.4 * unit(self.genes[1]) * unit(self.genes[2])

    @property
    def stories_every(self) -> float:
        """Days between two stories: 0.2 to about 3."""
        return 0.2 + 2.8 * unit(self.genes[3]) * unit(mix(self.genes[3], 1))

    def post_day(self, slot: int) -> float:
        """Return when post number `slot` comes out, in days since the network began."""
        jitter = 0.8 * unit(mix(self.genes[4], slot))
        return rhythm.to_the_second((slot + jitter) * self.posts_every)

    def story_day(self, slot: int) -> float:
        """Return when story number `slot` comes out, in days since the network began."""
        jitter = 0.8 * unit(mix(self.genes[5], slot))
        return rhythm.to_the_second((slot + jitter) * self.stories_every)

    def last_post(self, day: float) -> int:
        """Return the number of the newest post that is out; -1 before the first."""
        slot = min(_LAST_SLOT, int(day / self.posts_every))
        return slot if self.post_day(slot) <= day else slot - 1

    def last_story(self, day: float) -> int:
        """Return the number of the newest story that came out; -1 before the first."""
        slot = min(_LAST_SLOT, int(day / self.stories_every))
        return slot if self.story_day(slot) <= day else slot - 1

    def followers(self, day: float) -> int:
        """Return the true number of followers."""
        key = self.genes[6]
        stretch = float(_STEADY + (self.genes[7] & 63))
        passed = rhythm.flow(day, key) + stretch * rhythm.waves(day, key, 3.0)
        ratio = (passed + _HEAD_START) / (_NOON + _HEAD_START)
        churn = 1.0 + 0.004 * unit(mix(key ^ 1, int(day * 4.0)))
        if self.shrinking:
            return int(self.size * churn / (ratio * ratio))
        grown = ratio * ratio * ratio if one_in(3, self.genes[7] >> 8) else ratio
        return int(self.size * churn * grown)

    @property
    def shrinking(self) -> bool:
        """Whether the creator has been losing followers all along."""
        return one_in(_SHRINKING, self.genes[7] >> 16)

    @property
    def hides_counts(self) -> bool:
        """Whether the creator hides the number of followers."""
        return one_in(_HIDDEN, self.genes[7] >> 24)

    def total(self, day: float, per_follower: float) -> int:
        """Return a lifetime count that only grows: views or likes of everything together."""
        ratio = rhythm.flow(day, self.genes[6]) / _NOON
        return int(self.size * per_follower * (1.0 + unit(self.genes[3])) * ratio * ratio)


def creator_of(network: Network, realm: str, key: str) -> Creator:
    """Return the creator that an id or a handle names; every text names one."""
    decoded = network.creator_ids.decode(realm, key)
    if decoded is not None and decoded[0] == CREATOR:
        return Creator(network, realm, decoded[1] >> _SLOTS)
    return _by_made_up_handle(network, realm, key) or Creator(
        network, realm, number(realm, "handle of", key.casefold()) >> (64 - _WHO)
    )


def _by_made_up_handle(network: Network, realm: str, key: str) -> Creator | None:
    name = key.removesuffix(".bsky.social").lower()
    pair, suffix = _PAIRS.get(name[:-5]), name[-5:]
    if pair is None:
        return None
    bits = 0
    for letter in suffix:
        digit = SORTABLE32.find(letter)
        if digit < 0:
            return None
        bits = bits << 5 | digit
    creator = Creator(network, realm, bits >> 5 << 10 | pair)
    return creator if creator.made_up_handle == key.lower() else None


_PAIRS = {
    adjective + noun: first | second << 5
    for first, adjective in enumerate(words.ADJECTIVES)
    for second, noun in enumerate(words.NOUNS)
}


def handle_of(creator: Creator, key: str) -> str:
    """Return the handle of a creator asked for as `key`: the key itself unless it is an id."""
    name = key.rpartition("/")[2]
    an_id = (
        creator.network.creator_ids.read(name) is not None
        or _CHANNEL.fullmatch(name) is not None
        or name.startswith("did:")
        or (name.isdecimal() and len(name) >= _ID_DIGITS)
    )
    return creator.made_up_handle if an_id else name


def read_creator(creator: Creator, key: str, day: float) -> CreatorReading:
    """Return what the platform says about a creator, as of days since the network began."""
    network, genes = creator.network, creator.genes
    metrics, estimates = _metrics(creator, day)
    country, language = words.COUNTRIES[genes[2] & 15]
    category = words.CATEGORIES[genes[2] >> 4 & 15]
    handle, owner = handle_of(creator, key), creator.external_id
    name = f"{words.ADJECTIVES[genes[1] & 31]} {words.NOUNS[genes[1] >> 5 & 31]}".title()
    return CreatorReading(
        platform=network.platform,
        key=key,
        metrics=metrics,
        source=SOURCE,
        external_id=owner,
        handle=handle,
        name=name,
        url=network.profile_url(handle, owner),
        estimates=estimates,
        details={
            "country": country,
            "language": language,
            "category": category,
            "verified": creator.size > 500_000,  # noqa: PLR2004
            "bio": f"{category} by {name}. A simulated creator.",
        },
    )


def _metrics(creator: Creator, day: float) -> tuple[Metrics, dict[str, Estimate]]:
    found: dict[str, Number | None] = {}
    estimates: dict[str, Estimate] = {}
    for metric in creator.network.creator:
        if metric == FOLLOWERS:
            followers = creator.followers(day)
            step = _step(followers) if creator.network.rounded_followers else 1
            shown = followers // step * step
            found[metric] = None if creator.hides_counts else shown
            if step > 1 and not creator.hides_counts:
                estimates[metric] = Estimate("rounded", shown, shown + step - 1)
        elif metric == FOLLOWING:
            found[metric] = 20 + creator.genes[5] % 900 + int(day / 40.0)
        elif metric == CONTENTS:
            found[metric] = creator.last_post(day) + 1
        elif metric == VIEWS:
            found[metric] = creator.total(day, 180.0)
        elif metric == LIKES:
            found[metric] = creator.total(day, 12.0)
    return found, estimates


def _step(count: int) -> int:
    """Return the step to which YouTube cuts a follower count: three significant digits."""
    step = 1
    while count >= 1000 * step:
        step *= 10
    return step
