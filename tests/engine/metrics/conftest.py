"""Every test of this room runs on rows, on packed snapshots, and on a mixture of both."""

import pytest
from tests.support.packing import STATES, pack_in_between


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    packs_itself = metafunc.module.__name__.endswith(("_together", "_histories", "_days"))
    if "database" in metafunc.fixturenames and not packs_itself:
        metafunc.fixturenames.append("state")
        metafunc.parametrize("state", STATES, indirect=True)


@pytest.fixture
def state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    chosen: str = request.param
    pack_in_between(monkeypatch, chosen)
    return chosen
