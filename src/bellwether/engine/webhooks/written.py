"""What an event says, as the store has it: text that is rarely looked into."""

import json
from collections.abc import Iterator, Mapping


class Written(Mapping[str, object]):
    """The mapping that a text of JSON stands for, read when it is first asked for something.

    `text` is as `to_json` writes it, so whoever wants it in JSON takes that.
    """

    __slots__ = ("_read", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._read: Mapping[str, object] | None = None

    def __getitem__(self, key: str) -> object:
        """Return a value."""
        return self._mapping()[key]

    def __iter__(self) -> Iterator[str]:
        """Return the keys in their order."""
        return iter(self._mapping())

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._mapping())

    def _mapping(self) -> Mapping[str, object]:
        if self._read is None:
            self._read = dict(json.loads(self.text))
        return self._read
