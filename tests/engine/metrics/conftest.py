"""Every test of this room runs on rows, on packed snapshots, and on a mixture of both."""

import pytest
from tests.support.packing import STATES, pack_in_between


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    # A test that takes a seed packs by itself.
    if "database" in metafunc.fixturenames and "seed" not in metafunc.fixturenames:
        metafunc.fixturenames.append("state")
        metafunc.parametrize("state", STATES, indirect=True)


@pytest.fixture
def state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    chosen: str = request.param
    pack_in_between(monkeypatch, chosen)
    return chosen
