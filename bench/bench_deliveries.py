"""Webhook deliveries a second on SQLite, beside BullMQ on Redis with Node's HTTP agent.

Both post the same bodies to the same receiver, flush what came of each to disk, and take turns.
Ours also signs, checks addresses, and keeps the order of each tracker at each endpoint, which the
other does not.Then a fifth of the receivers hang.

Whether everything arrived once, the same, and is noted is checked before anything is timed, and
again after each round.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.deliveries_ours import Ours, body_of
from bench.deliveries_peer import BULLMQ, Peer, bullmq
from bench.receiver import Receiver, Tally, receiving

ROUNDS = 3
ENDPOINTS = 20
HANGING = ENDPOINTS // 5
EACH = 200
CHECKED = 10
CONCURRENT = 80
"""As many as ours has under way at most: four for each endpoint."""

Tracker = Callable[[int], str]


@dataclass(frozen=True)
class Case:
    """What is measured: how many receivers hang, and which tracker an event is about."""

    label: str
    hanging: int
    tracker: Tracker


CASES = (
    Case("a tracker an event", 0, str),
    Case("ten trackers", 0, lambda number: str(number % 10)),
    Case("a fifth hangs", HANGING, str),
)


def urls(receiver: Receiver, case: Case) -> Sequence[str]:
    """Return the endpoints' addresses, those that hang first."""
    paths = (("hang" if number < case.hanging else "in", number) for number in range(ENDPOINTS))
    return [f"{receiver.base}/{kind}/{number}" for kind, number in paths]


def ours_once(ours: Ours, receiver: Receiver, case: Case, each: int) -> tuple[float, Tally]:
    """Return deliveries a second of ours and what arrived."""
    endpoints = ours.prepare(urls(receiver, case), each, case.tracker)
    healthy = endpoints[case.hanging :]
    count = each * len(healthy)
    took = ours.deliver(healthy)
    tally = receiver.tally()
    assert ours.attempts(healthy) == count, "an attempt is not on disk"
    assert tally.received == tally.distinct == count, f"not once each: {tally}"
    ours.pause_all()
    return count / took, tally


def peer_once(peer: Peer, receiver: Receiver, case: Case, each: int) -> tuple[float, Tally]:
    """Return jobs a second of the peer and what arrived."""
    jobs: list[dict[str, Any]] = [
        {"url": url, "id": f"{number:036}", "body": body_of(number, case.tracker)}
        for number in range(each)
        for url in urls(receiver, case)
    ]
    count = each * (ENDPOINTS - case.hanging)
    took = peer.deliver(jobs, count)
    tally = receiver.tally()
    assert took.completed == count, "a job is not noted as done"
    assert tally.received == tally.distinct == count, f"not once each: {tally}"
    return count / took.seconds, tally


@contextmanager
def _store() -> Iterator[Ours]:
    ours = Ours()
    try:
        yield ours
    finally:
        ours.close()


def compare(receiver: Receiver, peer: Peer | None) -> None:
    """Check that both do the same, then measure in turns and print."""
    with _store() as ours:
        _, mine = ours_once(ours, receiver, CASES[0], CHECKED)
        if peer is not None:
            _, theirs = peer_once(peer, receiver, CASES[0], CHECKED)
            assert mine.bodies == theirs.bodies, "the two do not post the same"
        rates: dict[str, list[float]] = {}
        peers: dict[str, list[float]] = {}
        for place in range(ROUNDS):
            for case in CASES:
                rates.setdefault(case.label, []).append(ours_once(ours, receiver, case, EACH)[0])
                # With receivers that hang the peer waits for most of a minute: once, and for less.
                if peer is not None and not (case.hanging and place):
                    each = EACH // 2 if case.hanging else EACH
                    told = peer_once(peer, receiver, case, each)[0]
                    peers.setdefault(case.label, []).append(told)
    for case in CASES:
        line = f"  {case.label:<20} ours {median(rates[case.label]):>8,.0f}"
        if peer is not None:
            both = zip(rates[case.label], peers[case.label], strict=False)
            line += f"  bullmq {median(peers[case.label]):>8,.0f}"
            line += f"  ratio {median(one / two for one, two in both):6.2f}"
        print(line, flush=True)
    pairs = zip(rates["a fifth hangs"], rates["a tracker an event"], strict=True)
    print(f"  of ours stays {median(one / two for one, two in pairs):.0%} with a fifth hanging")


def main() -> None:
    """Print deliveries a second of ours and of the peer, and their ratio."""
    print(f"webhooks: deliveries a second to {ENDPOINTS} endpoints, each attempt on disk")
    print(f"peer: BullMQ {BULLMQ}, Redis with appendfsync always, {CONCURRENT} at a time")
    with receiving() as receiver, bullmq(CONCURRENT) as peer:
        if peer is None:
            print("  BullMQ needs node, npm and Debian's redis-server, and is left out")
        compare(receiver, peer)


if __name__ == "__main__":
    main()
