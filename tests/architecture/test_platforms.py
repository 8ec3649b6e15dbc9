"""The collection of platforms, both ways: nothing unregistered, nothing untested."""

import uuid
from pathlib import Path

import pytest

from bellwether.connectors.platforms import registry
from bellwether.connectors.platforms.declaration import Form, PlatformUrls, fields_of
from bellwether.connectors.platforms.registry import PLATFORMS
from bellwether.model.platforms import Kind, Platform

_ROOT = Path(__file__).parents[2]
_TESTS = _ROOT / "tests/connectors/platforms"
_ALL = sorted(PLATFORMS)
_FORMS = [
    pytest.param(urls, form, id=f"{urls.platform}:{form.site or ''}/{form.path}")
    for urls in PLATFORMS.values()
    for form in urls.forms
]


def test_every_folder_is_registered_and_every_platform_has_a_folder() -> None:
    folder = Path(str(registry.__file__)).parent
    assert sorted(each.parent.name for each in folder.glob("*/__init__.py")) == _ALL
    assert sorted(each.parent.name for each in folder.glob("*/urls.py")) == _ALL
    assert sorted(Platform) == _ALL
    assert all(urls.platform is platform for platform, urls in PLATFORMS.items())


def test_every_platform_has_address_tests_and_every_such_test_a_platform() -> None:
    names = sorted(each.stem.removeprefix("test_urls_") for each in _TESTS.glob("test_urls_*.py"))
    assert names == _ALL


@pytest.mark.parametrize("platform", _ALL)
def test_the_tests_of_a_platform_ask_that_every_form_is_exercised(platform: Platform) -> None:
    text = (_TESTS / f"test_urls_{platform}.py").read_text(encoding="utf-8")
    assert f"platforms.{platform}.urls import URLS" in text
    assert "assert unexercised(URLS, THINGS) == []" in text


def test_no_host_belongs_to_two_platforms() -> None:
    hosts = [host for urls in PLATFORMS.values() for host in {*urls.domains, *urls.sites}]
    assert sorted(hosts) == sorted(set(hosts))
    schemes = [scheme for urls in PLATFORMS.values() for scheme in urls.schemes]
    assert sorted(schemes) == sorted(set(schemes))


def test_work_platform_ids_are_uuids_of_one_platform_each() -> None:
    ids = [urls.work_platform_id for urls in PLATFORMS.values() if urls.work_platform_id]
    assert len(ids) == len(set(ids)) == 9
    assert all(str(uuid.UUID(each)) == each for each in ids)


@pytest.mark.parametrize(("urls", "form"), _FORMS)
def test_a_form_is_declared_in_full(urls: PlatformUrls, form: Form) -> None:
    named = fields_of(form.path).union(*map(fields_of, form.query.values()))
    assert named <= urls.fields.keys()
    assert form.url.startswith("https://")
    assert (form.simulated is not None) == (form.kind is Kind.SHORT_LINK)
    if form.site is not None:
        assert not form.site.startswith("www.")


@pytest.mark.parametrize("platform", _ALL)
def test_every_platform_tells_profiles_and_contents_apart(platform: Platform) -> None:
    kinds = {form.kind for form in PLATFORMS[platform].forms}
    assert Kind.PROFILE in kinds
    assert kinds - {Kind.PROFILE, Kind.PLAYLIST, Kind.SHORT_LINK}


@pytest.mark.parametrize("platform", _ALL)
def test_the_page_on_urls_names_every_platform_and_host(platform: Platform) -> None:
    page = (_ROOT / "docs/urls.md").read_text(encoding="utf-8")
    urls = PLATFORMS[platform]
    assert f"| {urls.title} |" in page
    domains = {"pinterest.com"} if platform is Platform.PINTEREST else set(urls.domains)
    assert [host for host in sorted(domains | urls.sites) if host not in page] == []
