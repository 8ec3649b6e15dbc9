"""The error tree: what can go wrong, as a code and a retry class, never as an HTTP status."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bellwether.model.tenants import RateWindow


class Retry(StrEnum):
    """What a caller may do about an error."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    UNSUPPORTED = "unsupported"


class BellwetherError(Exception):
    """Base of every error the engine raises on purpose.

    `code` is stable and lower snake case, `field` names the input at fault in the words of the
    caller, `retry_after` is in whole seconds. `details` are further facts that a dialect may tell.
    """

    code = "error"
    retry = Retry.PERMANENT

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        details: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.retry_after = retry_after
        self.details = details or {}


class InvalidInputError(BellwetherError):
    """The caller's input is wrong; `field` says where."""

    code = "invalid_input"


class UnsupportedError(BellwetherError):
    """Well formed, but nothing here can do it (an unknown platform, a capability not offered)."""

    code = "unsupported"
    retry = Retry.UNSUPPORTED


class NotFoundError(BellwetherError):
    """No such object in this workspace and environment."""

    code = "not_found"


class ConflictError(BellwetherError):
    """The object exists already, or is in a state that forbids this."""

    code = "conflict"


class UnauthorizedError(BellwetherError):
    """Missing, wrong or revoked credentials."""

    code = "unauthorized"


class ForbiddenError(BellwetherError):
    """The credentials are good but may not do this."""

    code = "forbidden"


class ClockAcceleratedError(ForbiddenError):
    """Time is simulated here, so nothing live may be recorded."""

    code = "clock_accelerated"


class KeyReusedError(BellwetherError):
    """The key that makes a request repeatable was sent with another request."""

    code = "idempotency_conflict"


class KeyBusyError(BellwetherError):
    """A request with the same key is still being worked on."""

    code = "idempotency_busy"
    retry = Retry.TRANSIENT


class LimitExceededError(BellwetherError):
    """A plan's limit on how much may be kept is reached; waiting does not help."""

    code = "limit_exceeded"


class RateLimitedError(BellwetherError):
    """Too many calls; `retry_after` says when the next is welcome.

    `windows` are the rates that the call counts towards, as they stand, the one refused first.
    """

    code = "rate_limited"
    retry = Retry.RATE_LIMITED

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        windows: Sequence[RateWindow] = (),
    ) -> None:
        super().__init__(message, field=field, retry_after=retry_after)
        self.windows = windows


class TooSoonError(RateLimitedError):
    """This was done a while ago and is not done again so soon; no rate of the key's counts it."""


class CreditsExhaustedError(BellwetherError):
    """The call costs more credits than there are; `retry_after` says when to ask again."""

    code = "credits_exhausted"
    retry = Retry.RATE_LIMITED


class TooLargeError(BellwetherError):
    """A body or a file exceeds its bound."""

    code = "too_large"


class UnavailableError(BellwetherError):
    """The store or another part of ours does not answer; the same call may succeed later."""

    code = "unavailable"
    retry = Retry.TRANSIENT
