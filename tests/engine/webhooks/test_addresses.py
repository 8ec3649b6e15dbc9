"""Receivers at addresses that are not to be called."""

from collections.abc import Sequence

import pytest
from tests.support.loopback import Loopback
from tests.support.webhooks import Post

from bellwether.engine.webhooks.tasks import RECEIVER_PORTS, check_address
from bellwether.kit.http import FetchRefusedError, GuardedClient
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState


class Names:
    """A resolver that answers what it was told, one answer after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.left = list(answers)

    async def __call__(self, host: str) -> Sequence[str]:
        answer = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        if not answer:
            raise FetchRefusedError("unresolvable", f"there is no host {host}")
        return answer


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://10.0.0.8/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fd00::1]/",
        "http://0.0.0.0/",
    ],
)
async def test_a_private_address_is_refused_at_creation_and_not_called(
    post: Post, scope: Scope, url: str
) -> None:
    client = GuardedClient()
    with pytest.raises(InvalidInputError) as refused:
        await check_address(client, url)
    assert refused.value.field == "url"
    post.subscribe(scope, url)  # had it got in all the same
    post.emit(post.happened(scope))
    await post.told(post.deliverer(client))
    (delivery,) = post.deliveries(scope)
    assert delivery.state is DeliveryState.PENDING
    assert (delivery.last_error or "").startswith("address:")
    await client.aclose()


async def test_a_name_that_is_public_first_and_private_later_is_not_called_then(
    post: Post, scope: Scope
) -> None:
    async with Loopback() as inside:
        inside.page("/in")
        client = GuardedClient(lookup=Names(["93.184.216.34"], ["127.0.0.1"]))
        url = f"http://hooks.example.com:{inside.port}/in"
        strict = GuardedClient(ports=RECEIVER_PORTS, lookup=Names(["93.184.216.34"]))
        await check_address(strict, url)
        await check_address(client, "http://hooks.example.com/in")
        post.subscribe(scope, url)
        post.emit(post.happened(scope))
        await post.told(post.deliverer(client))
        assert inside.received == []
        assert inside.connections == 0
    (delivery,) = post.deliveries(scope)
    assert (delivery.last_error or "").startswith("address:")
    await client.aclose()
    await strict.aclose()


async def test_a_name_that_is_nowhere_is_refused_at_creation_and_retried_later(
    post: Post, scope: Scope, receiver: Loopback
) -> None:
    url = f"http://hooks.example.com:{receiver.port}/in"
    client = GuardedClient(allow_loopback=True, lookup=Names([], [], ["127.0.0.1"]))
    with pytest.raises(InvalidInputError):
        await check_address(client, url)
    post.subscribe(scope, url)
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    (delivery,) = post.deliveries(scope)
    assert (delivery.last_error or "").startswith("unresolvable:")
    post.pass_time(seconds=60)
    await post.told(deliverer)
    assert len(receiver.received) == 1
    await client.aclose()


@pytest.mark.parametrize(("port", "fine"), [(80, True), (443, True), (8443, True), (25, False)])
async def test_ports_of_other_services_are_not_called(port: int, fine: bool) -> None:  # noqa: FBT001
    client = GuardedClient(ports=RECEIVER_PORTS, lookup=Names(["93.184.216.34"]))
    url = f"https://hooks.example.com:{port}/"
    if fine:
        await check_address(client, url)
    else:
        with pytest.raises(InvalidInputError):
            await check_address(client, url)
    await client.aclose()
