"""The deliverer's synthetic run: an event rendered, signed and sent, to nobody outside."""

from typing import Any

from bellwether.engine.webhooks.outcomes import ClaimedLane, Due, Receiver
from bellwether.engine.webhooks.rendering import NATIVE, NativeRenderer
from bellwether.engine.webhooks.sending import Sender
from bellwether.kit.clock import Clock
from bellwether.kit.http import GuardedClient, GuardedResponse
from bellwether.kit.ids import new_id
from bellwether.kit.sealing import Sealer, new_key
from bellwether.kit.signing import new_signing_secret
from bellwether.model.errors import UnavailableError
from bellwether.model.webhooks import DeliveryState, Event, EventType

_NO_CONTENT = 204
_TIMEOUT_S = 4.0


class _Sink(GuardedClient):
    """A receiver within this process, which takes everything."""

    async def request(self, method: str, url: str, **asked: Any) -> GuardedResponse:
        """Take it."""
        del method, asked
        return GuardedResponse(_NO_CONTENT, {}, b"", url)


class SyntheticDelivery:
    """Makes one attempt to deliver, through what delivers for customers."""

    def __init__(self, clock: Clock) -> None:
        key = new_key()
        sealer = Sealer(lambda: [key])
        self._clock = clock
        self._sink = _Sink()
        self._receiver = Receiver(
            new_id(), "https://sink.invalid/", NATIVE, [sealer.seal(new_signing_secret())]
        )
        self._sender = Sender(
            clock,
            self._sink,
            sealer,
            {NATIVE: NativeRenderer()},
            schedule=(),
            timeout_s=_TIMEOUT_S,
        )

    async def run(self) -> None:
        """Deliver it; UnavailableError when that did not work."""
        event = Event(new_id(), EventType.TEST, self._clock.now(), None, None, {"synthetic": True})
        due = Due(new_id(), 0, 0, event)
        lane = ClaimedLane(new_id(), new_id(), self._receiver, [due])
        result = await self._sender.send(lane, due)
        if result.state is not DeliveryState.SUCCEEDED:
            raise UnavailableError(f"the synthetic delivery failed: {result.attempted.error}")

    async def aclose(self) -> None:
        """Let go of the sink."""
        await self._sink.aclose()
