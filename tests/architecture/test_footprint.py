"""The plain server stays small: at most 40 packages and 150 MB, all pinned with hashes."""

import re
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_SERVER = _ROOT / ".venv"


def test_the_plain_server_is_at_most_40_packages_and_150_megabytes() -> None:
    packages = list(_SERVER.glob("lib/python3*/site-packages/*.dist-info"))
    assert 10 < len(packages) <= 40
    kilobytes = subprocess.run(
        ["du", "-sk", str(_SERVER)], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    assert int(kilobytes) <= 150 * 1024


@pytest.mark.parametrize("name", ["server", "dev"])
def test_a_lock_file_pins_every_package_and_names_no_registry(name: str) -> None:
    text = (_ROOT / f"requirements/{name}.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][\w.\[\],-]*==\S+", text, re.MULTILINE)
    assert len(pins) >= 20
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text


def test_tests_run_the_same_server_packages_as_the_plain_server() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (_ROOT / f"requirements/{name}.lock").read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9][\w.\[\]-]*)==(\S+)", text, re.MULTILINE))

    server, dev = pins("server"), pins("dev")
    assert {name: dev.get(name) for name in server} == server
