from pathlib import Path

from tests.connectors.replay.conftest import Open, Write

from bellwether.connectors.replay.connector import ReplayConnector
from bellwether.kit.clock import ManualClock


async def test_it_says_how_many_entities_there_are_and_from_when(
    write: Write, opened: Open
) -> None:
    write(
        "licensed/youtube_trending_us_gb_daily_2017_09_10.csv.gz",
        "snapshot_date,region,video_id,title,channel_title,category_id,views,likes,dislikes,comments\n"
        "2017-09-13,US,aaaaaaaaaaa,One,Somebody,1,5,1,0,0\n"
        "2017-10-01,GB,bbbbbbbbbbb,Two,Somebody,1,5,1,0,0\n",
    )
    check = await opened().check()
    assert check.ok
    assert check.detail == "2 youtube contents between 2017-09-13 and 2017-10-01"


async def test_it_says_that_the_folder_is_absent_or_holds_nothing_known(
    tmp_path: Path, opened: Open, clock: ManualClock
) -> None:
    absent = ReplayConnector(clock, tmp_path / "nowhere")
    check = await absent.check()
    assert (check.ok, check.detail) == (False, f"there is no folder {tmp_path / 'nowhere'}")
    check = await opened().check()
    assert (check.ok, check.source) == (False, "replay")
    assert check.detail.endswith("holds no recording that is known by name or mapped")
