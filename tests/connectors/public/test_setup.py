import pytest
import yt_dlp.extractor
from tests.connectors.public.conftest import Make

from bellwether.connectors.base import CapabilityMissingError
from bellwether.connectors.public.connector import PublicConnector
from bellwether.connectors.public.pages import NAMES, PAGES, Pages
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform

EXAMPLES = {"dailymotion": "x8abcde", "instagram": "DAbc-_12345", "twitch:clips": "BraveOwl-_1"}


@pytest.mark.parametrize("pages", PAGES, ids=NAMES)
def test_every_address_is_one_of_its_extractors(pages: Pages) -> None:
    extractor = yt_dlp.extractor.get_info_extractor(pages.key)
    assert extractor.IE_NAME.lower() == pages.name
    url = pages.url_of(EXAMPLES.get(pages.name, "1234567890"))
    assert url is not None
    assert extractor.suitable(url)


async def test_the_settings_narrow_down_what_is_read(make: Make) -> None:
    connector = make(extractors=("Vimeo", "twitch:clips"))
    assert set(connector.declaration.operations) == {Platform.VIMEO, Platform.TWITCH}
    with pytest.raises(CapabilityMissingError):
        await connector.fetch_contents(Platform.TIKTOK, ["1"])


def test_an_unknown_extractor_is_refused_with_the_setting_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        PublicConnector(extractors=("vimeo", "generic"))
    assert caught.value.field == "public_extractors"
    assert "generic" in str(caught.value)


async def test_check_names_the_version_and_calls_nobody(make: Make) -> None:
    check = await make(extractors=("vimeo",)).check()
    assert check.ok
    assert check.detail.endswith("extractors: vimeo")


async def test_without_the_extra_nothing_is_offered_and_check_says_how_to_get_it() -> None:
    connector = PublicConnector(available=False)
    assert connector.declaration.operations == {}
    check = await connector.check()
    assert not check.ok
    assert "pip install 'bellwether[public]'" in check.detail
    await connector.aclose()
