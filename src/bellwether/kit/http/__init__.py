"""Outbound HTTP to addresses that strangers choose: short links, webhook receivers."""

from bellwether.kit.http.addresses import refusal
from bellwether.kit.http.client import GuardedClient, GuardedResponse
from bellwether.kit.http.errors import FetchRefusedError, Reason
from bellwether.kit.http.lookup import Lookup
from bellwether.kit.http.targets import Ports

__all__ = [
    "FetchRefusedError",
    "GuardedClient",
    "GuardedResponse",
    "Lookup",
    "Ports",
    "Reason",
    "refusal",
]
