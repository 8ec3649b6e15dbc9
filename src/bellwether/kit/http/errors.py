"""Why a guarded request was not made or not finished."""

from typing import Literal

Reason = Literal[
    "scheme",
    "credentials",
    "address",
    "unresolvable",
    "too_many_hops",
    "timeout",
    "connection",
    "status",
    "too_large",
]
"""scheme: not an http or https address, or malformed. credentials: a user name or password in the
address. address: a host or port that we do not call. unresolvable: no such host. too_many_hops:
too many redirects, or a circle. timeout: not finished in time. connection: refused, broken off,
a bad certificate, or not HTTP. status: the server said no. too_large: headers or body."""


class FetchRefusedError(Exception):
    """A request that the guard refused, or that the other side did not let finish."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message
