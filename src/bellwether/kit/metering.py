"""Counting and timing, wherever it goes."""

from typing import Protocol


class Meter(Protocol):
    """Takes counts and measurements by name; labels tell apart what is counted under one name.

    Both may be called from any thread and never raise for what is declared.
    """

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Add to a counter."""

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add one measurement to a distribution; durations are in seconds."""


class SilentMeter:
    """Forgets everything."""

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Forget a count."""

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Forget a measurement."""


SILENT: Meter = SilentMeter()
