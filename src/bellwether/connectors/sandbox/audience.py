"""Simulated audiences: percentages that add up to 100, and drift a little month by month."""

from collections.abc import Sequence

from bellwether.connectors.sandbox import words
from bellwether.connectors.sandbox.creators import SOURCE, Creator
from bellwether.connectors.sandbox.mixing import mix, unit
from bellwether.model.readings import AudienceReading

_AGES = (
    ("13-17", 0.7), ("18-24", 2.2), ("25-34", 2.6), ("35-44", 1.4), ("45-64", 0.8), ("65+", 0.25),
)  # fmt: skip
_GENDERS = (("female", 1.0), ("male", 1.0), ("other", 0.03))
_COUNTRIES = 7
_MONTH = 30.0
_HUNDREDTHS = 10_000


def read_audience(creator: Creator, key: str, day: float) -> AudienceReading:
    """Return the make-up of a creator's audience by country, gender and age."""
    home = creator.genes[2] & 15
    places = [(words.COUNTRIES[home][0], 6.0)]
    others = [pair[0] for index, pair in enumerate(words.COUNTRIES) if index != home]
    shift = creator.genes[3] % len(others)
    places += [
        (others[(shift + step) % len(others)], 1.5 / (1 + step)) for step in range(_COUNTRIES)
    ]
    month = int(day / _MONTH)
    return AudienceReading(
        key=key,
        shares={
            "country": _shares(creator.genes[4], month, [*places, ("other", 1.0)]),
            "gender": _shares(creator.genes[5], month, _GENDERS),
            "age": _shares(creator.genes[6], month, _AGES),
        },
        source=SOURCE,
    )


def _shares(gene: int, month: int, usual: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Vary the usual weights and turn them into percentages of two decimals that sum to 100."""
    weights = {}
    for index, (name, weight) in enumerate(usual):
        own = 0.3 + 1.4 * unit(mix(gene, index))
        drift = 0.95 + 0.1 * unit(mix(gene, 64 * (month + 1) + index))
        weights[name] = weight * own * drift
    total = sum(weights.values())
    parts = {name: int(weight / total * _HUNDREDTHS) for name, weight in weights.items()}
    largest = max(parts, key=lambda name: (parts[name], name))
    parts[largest] += _HUNDREDTHS - sum(parts.values())
    return {name: part / 100 for name, part in parts.items()}
