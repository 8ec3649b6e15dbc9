"""Steps that the tests of import and export share."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bellwether.model.readings import Number
from tests.support.command import Result, typed

MAPPING = (
    *("--platform", "youtube", "--kind", "content"),
    *("--id-column", "video", "--at-column", "day"),
    *("--metric", "views=views", "--metric", "likes=likes"),
)


class Store:
    """A store with one workspace, used through the command line."""

    def __init__(self, database_url: str, workspace: str = "acme") -> None:
        self.database_url = database_url
        self._options = ("--database", database_url, "--workspace", workspace)
        made = typed("keys", "create", *self._options, "--environment", "live", "--json")
        assert made.code == 0, made.err
        self.token: str = made.json["token"]

    def run(self, *arguments: str | Path) -> Result:
        """Run a command on the store."""
        return typed(*arguments, *self._options)

    def load(self, what: str, file: Path, *options: str) -> dict[str, Any]:
        """Import a file, whatever becomes of its rows, and return the summary."""
        result = self.run("import", what, file, *options, "--json")
        assert result.code in {0, 1}, result.err + result.out
        summary: dict[str, Any] = result.json
        assert (result.code == 1) == bool(summary["rejected"] or "error" in summary)
        return summary

    def save(self, what: str, file: Path, *options: str) -> int:
        """Export to a file and return how many rows it has."""
        result = self.run("export", what, "--output", file, *options, "--json")
        assert result.code == 0, result.err + result.out
        rows: int = result.json["rows"]
        return rows

    def snapshots(self, *options: str) -> list[dict[str, Any]]:
        """Return all snapshots as JSON lines have them."""
        result = self.run("export", "snapshots", "--format", "jsonl", *options)
        assert result.code == 0, result.err
        return result.lines


def counts(summary: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Return rows, added, unchanged, rejected."""
    return summary["rows"], summary["added"], summary["unchanged"], summary["rejected"]


def write_csv(path: Path, *lines: str) -> Path:
    """Write lines, packed when the name says so."""
    text = "".join(line + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def write_jsonl(path: Path, *objects: Any) -> Path:
    """Write objects, one a line."""
    return write_csv(path, *(json.dumps(each, ensure_ascii=False) for each in objects))


def numbers(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, dict[str, Number | None]]]:
    """Return id, instant and metrics of exported snapshots."""
    return [(each["id"], each["at"], each["metrics"]) for each in found]
