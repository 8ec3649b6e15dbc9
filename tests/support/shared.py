"""Where the recordings and platform descriptions that tests may use are, when they are there."""

import os
from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[3] / "shared"


def _folder(variable: str, fallback: Path, what: str) -> Path:
    folder = Path(os.environ.get(variable) or fallback)  # noqa: TID251  tests have no settings
    if not folder.is_dir():
        pytest.skip(f"{what} are absent: {folder} is not a folder (set {variable} to use another)")
    return folder


def recordings_dir() -> Path:
    """Return the folder of recorded data, or skip the test saying that it is absent."""
    return _folder("BELLWETHER_TEST_RECORDINGS", _SHARED / "data", "The recordings")


def specs_dir() -> Path:
    """Return the folder of official platform descriptions, or skip the test saying so."""
    return _folder("BELLWETHER_TEST_SPECS", _SHARED / "specs", "The platform descriptions")
