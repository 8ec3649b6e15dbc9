"""What a check of `bellwether doctor` found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's answer; `advice` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str
    advice: str | None = None
