"""The sources a server has, and which of them to ask."""

from collections.abc import Iterable, Iterator, Sequence

from bellwether.connectors.base import Capability, Check, Connector
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Environment


class Sources:
    """Connectors in order of preference."""

    def __init__(self, connectors: Iterable[Connector]) -> None:
        self._connectors = tuple(connectors)

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._connectors)

    def candidates(
        self, environment: Environment, platform: Platform, capability: Capability
    ) -> Sequence[Connector]:
        """Return who may be asked, best first. After a partial source fails, ask the next."""
        return [
            connector
            for connector in self._connectors
            if environment in connector.declaration.environments
            and capability in connector.declaration.operations.get(platform, {})
        ]

    async def check(self) -> Sequence[Check]:
        """Ask every source whether it works."""
        return [await connector.check() for connector in self._connectors]

    async def aclose(self) -> None:
        """Close every source."""
        for connector in self._connectors:
            await connector.aclose()
