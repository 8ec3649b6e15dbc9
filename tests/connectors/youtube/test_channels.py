from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.fakes.youtube import FakeYouTube
from tests.support.fakes.youtube_answers import rounded

from bellwether.connectors.base import Capability
from bellwether.connectors.platforms.youtube import parse
from bellwether.connectors.platforms.youtube.connector import UNITS, YouTubeConnector
from bellwether.model.platforms import Platform
from bellwether.model.readings import CreatorReading, Estimate, Failed, FailureReason

YT = Platform.YOUTUBE


def _id(number: int) -> str:
    return f"UC{number:022d}"


async def test_channels_are_found_by_id_handle_and_user_name(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_channel(_id(1), title="One", handle="one.channel", views=10)
    fake.add_channel(_id(2), title="Two", username="TwoOf2006")
    fake.add_channel(_id(3), title="Three", handle="三")
    keys = ["TwoOf2006", _id(1), "one.channel", "三", _id(9), "nobody.here"]
    outcomes = await youtube.fetch_profiles(YT, keys)
    names = [one.name if isinstance(one, CreatorReading) else one.reason for one in outcomes]
    absent = FailureReason.NOT_FOUND
    assert names == ["Two", "One", "One", "Three", absent, absent]
    assert [one.key for one in outcomes if isinstance(one, CreatorReading)] == keys[:4]


async def test_a_channel_is_read_with_its_numbers_and_facts(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_channel(_id(1), title="One", handle="One", subscribers=999, views=5000, country="KR")
    fake.add_video("video000001", channel=_id(1))
    (reading,) = await youtube.fetch_profiles(YT, ["ONE"])
    assert isinstance(reading, CreatorReading)
    assert reading.metrics == {"followers": 999, "views": 5000, "contents": 1}
    assert (reading.external_id, reading.handle, reading.name) == (_id(1), "one", "One")
    assert reading.details["country"] == "KR"
    assert reading.estimates == {}


async def test_hidden_subscribers_are_unknown(fake: FakeYouTube, youtube: YouTubeConnector) -> None:
    fake.add_channel(_id(1), subscribers=5000, hidden=True)
    (reading,) = await youtube.fetch_profiles(YT, [_id(1)])
    assert isinstance(reading, CreatorReading)
    assert reading.metrics["followers"] is None
    assert reading.estimates == {}


async def test_rounded_subscribers_are_marked_with_their_range(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_channel(_id(1), subscribers=1_234_567)
    (reading,) = await youtube.fetch_profiles(YT, [_id(1)])
    assert isinstance(reading, CreatorReading)
    assert reading.metrics["followers"] == 1_230_000
    assert reading.estimates == {"followers": Estimate("rounded", 1_230_000, 1_239_999)}


@given(st.integers(min_value=0, max_value=10**12))
@settings(max_examples=200, deadline=None)
def test_the_marked_range_always_holds_the_true_number(subscribers: int) -> None:
    shown = rounded(subscribers)
    estimate = parse._rounded(shown).get("followers")
    if estimate is None:
        assert shown == subscribers
    else:
        assert estimate.low <= subscribers <= estimate.high


async def test_ids_share_a_unit_and_names_take_their_own(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    for number in range(20):
        fake.add_channel(_id(number), handle=f"handle.{number}")
    keys = [*(_id(number) for number in range(20)), *(f"handle.{number}" for number in range(7))]
    declared = youtube.cost(YT, Capability.PROFILE, keys)
    outcomes = await youtube.fetch_profiles(YT, keys)
    assert all(isinstance(outcome, CreatorReading) for outcome in outcomes)
    assert declared == {UNITS: 1 + 7}
    assert fake.units == 8


async def test_a_name_that_may_be_a_user_name_is_declared_at_two_units(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_channel(_id(1), username="Old")
    await youtube.fetch_profiles(YT, ["Old"])
    assert youtube.cost(YT, Capability.PROFILE, ["Old"]) == {UNITS: 2}
    assert fake.units == 2


async def test_a_used_up_day_stops_the_calls_that_are_left(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    for number in range(12):
        fake.add_channel(_id(number), handle=f"handle.{number}")
    fake.units_left = 5
    outcomes = await youtube.fetch_profiles(YT, [f"handle.{number}" for number in range(12)])
    assert sum(isinstance(outcome, CreatorReading) for outcome in outcomes) == 5
    late = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    assert {failed.reason for failed in late} == {FailureReason.RATE_LIMITED}
    assert fake.units == 10  # the group in which the end came, and none after it
