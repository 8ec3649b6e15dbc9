"""How the lanes of one endpoint are worked on."""

import asyncio
from typing import cast

from tests.support.webhooks import START

from bellwether.engine.webhooks.couriers import Courier
from bellwether.engine.webhooks.outcomes import Attempted, ClaimedLane, Due, Receiver, Result
from bellwether.engine.webhooks.sending import Sender
from bellwether.engine.webhooks.writing import Writer
from bellwether.model.webhooks import DeliveryState, Event, EventType

EVENT = Event("e", EventType.TEST, START, None, None, {})


class Sending:
    """Attempts that end when the test says so, well or not."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.state = DeliveryState.SUCCEEDED
        self.sent: list[str] = []
        self.under_way = 0
        self.most = 0

    async def send(self, lane: ClaimedLane, due: Due) -> Result:
        self.sent.append(lane.id)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.open.wait()
        self.under_way -= 1
        made = Attempted(START, 1, 200, None, "")
        return Result(lane, due, made, self.state)


class Writing:
    """Takes results."""

    full = False

    def __init__(self) -> None:
        self.taken: list[object] = []

    def submit(self, *items: object) -> None:
        self.taken += items


def lane(number: int) -> ClaimedLane:
    receiver = Receiver("p", "https://hooks.example.com/", "native", ())
    return ClaimedLane(str(number), "token", receiver, [Due(str(number), number, 0, EVENT)])


def make(sending: Sending, *, fresh_s: float = 60.0) -> tuple[Courier, Writing]:
    writing = Writing()
    courier = Courier(
        cast("Sender", sending),
        cast("Writer", writing),
        at_once=4,
        most_ahead=64,
        fresh_s=fresh_s,
        hungry=lambda: None,
    )
    return courier, writing


async def settled(courier: Courier) -> None:
    async with asyncio.timeout(5):
        while courier.busy or courier.queued or courier.tasks:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_lanes_that_come_in_the_moment_in_which_work_ends_are_worked_on() -> None:
    sending = Sending()
    courier, _ = make(sending)
    courier.take([lane(0)])
    await asyncio.sleep(0)
    sending.open.set()
    # After the last step of the work and before the loop calls it done.
    asyncio.get_running_loop().call_soon(courier.take, [lane(1), lane(2)])
    await asyncio.sleep(0)
    await settled(courier)
    assert sending.sent == ["0", "1", "2"]


async def test_one_that_has_taken_nothing_gets_one_request_and_then_four() -> None:
    sending = Sending()
    courier, _ = make(sending)
    courier.take([lane(number) for number in range(20)])
    await asyncio.sleep(0.01)
    assert sending.sent == ["0"]
    sending.open.set()
    await settled(courier)
    assert len(sending.sent) == 20
    courier.take([lane(number) for number in range(20)])
    sending.open.clear()
    await asyncio.sleep(0.01)
    assert courier.busy == 4
    sending.open.set()
    await settled(courier)
    assert sending.most == 4


async def test_after_a_failure_it_gets_one_request_again_and_the_rest_is_let_go_of() -> None:
    sending = Sending()
    sending.open.set()
    courier, writing = make(sending)
    courier.take([lane(number) for number in range(4)])
    await settled(courier)
    sending.state = DeliveryState.PENDING
    courier.take([lane(number) for number in range(20)])
    await settled(courier)
    assert not courier.proven
    assert len(sending.sent) <= 4 + 4
    ends = [item for item in writing.taken if not isinstance(item, Result)]
    assert len(ends) == 4 + 20


async def test_it_is_claimed_more_while_it_keeps_up_and_less_when_it_does_not() -> None:
    sending = Sending()
    sending.open.set()
    courier, _ = make(sending, fresh_s=0.05)
    before = courier.ahead
    for _ in range(3):
        courier.take([lane(0)])
        await settled(courier)
    assert courier.ahead == 64 > before
    sending.open.clear()
    courier.take([lane(number) for number in range(20)])
    await asyncio.sleep(0.1)
    sending.open.set()
    await settled(courier)
    assert courier.ahead == 32
