import asyncio
import time

import pytest
from tests.connectors.public.conftest import Make
from tests.support.fakes.dailymotion import FakeDailymotion
from tests.support.fakes.proxy import FakeProxy

from bellwether.connectors.public.messages import Answer, Start
from bellwether.connectors.public.process import Worker
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason

VIDEO = "https://www.dailymotion.com/video/x8abcde"


def _worker(proxy: FakeProxy, *keys: str, seconds: float = 10.0) -> Worker:
    return Worker(
        Start(list(keys), proxy.url, check_certificates=False, seconds=30.0), seconds=seconds
    )


def _reason(answer: Answer) -> str | None:
    return answer.problem.reason if answer.problem else None


async def test_a_page_that_hangs_is_given_up_at_the_deadline(
    make: Make, proxy: FakeProxy, dailymotion: FakeDailymotion
) -> None:
    dailymotion.add_video("x8abcde", views=1, likes=1, title="Hello")
    connector = make(seconds=2.0)
    assert (await connector.check()).ok  # the process is up
    process = connector._workers[Platform.DAILYMOTION]._process
    proxy.delay = 60
    before = time.monotonic()
    (late,) = await connector.fetch_contents(Platform.DAILYMOTION, ["x8abcde"])
    assert time.monotonic() - before < 30
    assert isinstance(late, Failed)
    assert late.reason is FailureReason.PLATFORM_ERROR
    assert "2 seconds" in late.message
    assert process is not None
    assert process.returncode is not None  # killed, not left behind
    proxy.delay = 0
    (again,) = await make().fetch_contents(Platform.DAILYMOTION, ["x8abcde"])
    assert isinstance(again, ContentReading)


async def test_a_slow_platform_holds_up_no_other(
    make: Make, proxy: FakeProxy, dailymotion: FakeDailymotion
) -> None:
    connector = make()
    proxy.delay = 60
    slow = asyncio.create_task(connector.fetch_contents(Platform.TIKTOK, ["1"]))
    assert await asyncio.to_thread(proxy.held.wait, 10)
    proxy.delay = 0
    dailymotion.add_video("x8abcde", views=1, likes=1, title="Hello")
    (quick,) = await connector.fetch_contents(Platform.DAILYMOTION, ["x8abcde"])
    assert isinstance(quick, ContentReading)
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_a_process_that_dies_is_started_again(
    proxy: FakeProxy, dailymotion: FakeDailymotion
) -> None:
    dailymotion.add_video("x8abcde", views=3, likes=1, title="Hello")
    worker = _worker(proxy, "Dailymotion")
    await worker.version()
    assert worker._process is not None
    worker._process.kill()
    answer = await worker.read("Dailymotion", VIDEO)
    assert answer.info is not None
    assert answer.info["view_count"] == 3
    await worker.aclose()


async def test_a_process_without_work_ends_and_is_started_when_needed(
    proxy: FakeProxy, dailymotion: FakeDailymotion
) -> None:
    dailymotion.add_video("x8abcde", views=3, likes=1, title="Hello")
    start = Start(
        ["Dailymotion"], proxy.url, check_certificates=False, seconds=5.0, idle_seconds=0.1
    )
    worker = Worker(start, seconds=10.0)
    await worker.version()
    process = worker._process
    assert process is not None
    assert await asyncio.wait_for(process.wait(), 5) == 0
    assert (await worker.read("Dailymotion", VIDEO)).info is not None
    await worker.aclose()


async def test_a_question_given_up_half_way_spoils_none_after_it(
    proxy: FakeProxy, dailymotion: FakeDailymotion
) -> None:
    dailymotion.add_video("x8abcde", views=3, likes=1, title="Hello")
    worker = _worker(proxy, "Dailymotion")
    proxy.delay = 60
    first = asyncio.create_task(worker.read("Dailymotion", VIDEO))
    assert await asyncio.to_thread(proxy.held.wait, 10)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    proxy.delay = 0
    assert (await worker.read("Dailymotion", VIDEO)).info is not None
    await worker.aclose()


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("Generic", "https://example.com/video.mp4"),
        ("Dailymotion", VIDEO),
        ("TikTok", VIDEO),
        ("TikTok", "http://www.tiktok.com/@/video/1"),
        ("TikTok", "file:///etc/passwd"),
    ],
)
async def test_the_process_runs_only_named_extractors_on_their_own_pages(
    proxy: FakeProxy, key: str, url: str
) -> None:
    worker = _worker(proxy, "TikTok")
    assert _reason(await worker.read(key, url)) == "unsupported"
    assert proxy.hosts == []
    await worker.aclose()


async def test_a_process_that_cannot_start_is_an_outcome_not_a_crash(make: Make) -> None:
    connector = make(python="/bin/false")
    (outcome,) = await connector.fetch_contents(Platform.TIKTOK, ["1"])
    assert isinstance(outcome, Failed)
    assert outcome.reason is FailureReason.PLATFORM_ERROR
    assert not (await connector.check()).ok
    missing = make(python="/nonexistent/python")
    (outcome,) = await missing.fetch_contents(Platform.TIKTOK, ["1"])
    assert isinstance(outcome, Failed)
    assert not (await missing.check()).ok


async def test_certificates_are_checked_unless_told_otherwise(make: Make) -> None:
    connector = make(check_certificates=True)
    (outcome,) = await connector.fetch_contents(Platform.DAILYMOTION, ["x8abcde"])
    assert isinstance(outcome, Failed)
    assert outcome.reason is FailureReason.PLATFORM_ERROR
    assert "certificate" in outcome.message.lower()
