"""What the fake takes for granted is what TikTok's pages say, as they were written down."""

import json
from typing import Any

import httpx
import pytest
from tests.support.fakes.tiktok_api import USER_FIELDS, VIDEO_FIELDS, FakeTikTokApi
from tests.support.shared import specs_dir

from bellwether.connectors.platforms.tiktok import parse
from bellwether.connectors.platforms.tiktok.client import IDS_PER_CALL
from bellwether.connectors.platforms.tiktok.connector import BUCKETS


def _described() -> Any:
    return json.loads((specs_dir() / "tiktok" / "display_api_fields.json").read_bytes())


def test_fields_are_tiktoks() -> None:
    described = _described()
    by_scope = described["endpoints"]["GET /v2/user/info/"]["user_fields"]
    assert {name for names in by_scope.values() for name in names} == USER_FIELDS
    assert {text.partition(" ")[0] for text in described["video_fields"]} == VIDEO_FIELDS
    assert set(parse.USER_FIELDS.split(",")) <= USER_FIELDS
    assert set(parse.VIDEO_FIELDS.split(",")) <= VIDEO_FIELDS


def test_bounds_are_tiktoks() -> None:
    described = _described()
    queried = " ".join(described["endpoints"]["POST /v2/video/query/"]["body"])
    assert f"at most {IDS_PER_CALL}" in queried
    assert described["rate_limit"].startswith(f"{BUCKETS[0].amount:.0f} requests")
    assert described["host"] == "https://open.tiktokapis.com"


BAD = {
    "unknown user field": ("GET", "user/info/?fields=open_id,age", None),
    "unknown video field": ("POST", "video/list/?fields=id,saves", {"max_count": 1}),
    "too many a page": ("POST", "video/list/?fields=id", {"max_count": 21}),
    "too many ids": ("POST", "video/query/?fields=id", {"filters": {"video_ids": ["1"] * 21}}),
    "unknown path": ("POST", "video/delete/", {}),
    "chunks too small": ("POST", "post/publish/video/init/", "chunks"),
}
_SMALL_CHUNKS = {
    "post_info": {
        "title": "",
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": False,
    },
    "source_info": {
        "source": "FILE_UPLOAD",
        "video_size": 10_000_000,
        "chunk_size": 1_000_000,
        "total_chunk_count": 10,
    },
}


@pytest.mark.parametrize("case", BAD)
def test_a_request_against_the_pages_is_a_fault(case: str) -> None:
    method, path, body = BAD[case]
    with FakeTikTokApi(strict=False) as fake:
        account = fake.add_account("ann")
        fake.add_post(account)
        headers = {"Authorization": f"Bearer {account.token}"}
        sent = _SMALL_CHUNKS if body == "chunks" else body
        httpx.request(method, f"{fake.base_url}/v2/{path}", json=sent, headers=headers)
        assert fake.faults


def _ask_for_an_age() -> None:
    with FakeTikTokApi() as fake:
        account = fake.add_account("ann")
        headers = {"Authorization": f"Bearer {account.token}"}
        httpx.get(f"{fake.base_url}/v2/user/info/?fields=age", headers=headers)


def test_faults_are_raised_at_the_end_of_the_block() -> None:
    with pytest.raises(AssertionError, match="age"):
        _ask_for_an_age()
