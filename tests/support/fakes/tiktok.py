"""TikTok's page of a video: a document whose data sits in a script, in the shape of today."""

import json
import re
from dataclasses import dataclass, field

from tests.support.fakes.proxy import Reply

_VIDEO = re.compile(r"/@[^/]*/video/(\d+)")


@dataclass(slots=True)
class FakeTikTok:
    """Call it as the site of a FakeProxy; `statuses` are TikTok's own for what it does not show."""

    videos: dict[str, dict[str, int]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def add_video(self, video_id: str, **counts: int) -> None:
        """Add a video with TikTok's names of counts."""
        self.videos[video_id] = counts

    def __call__(self, host: str, path: str, _body: str) -> Reply:
        """Answer one request."""
        found = _VIDEO.match(path)
        if host != "www.tiktok.com" or found is None:
            return 404, "text/plain", f"nothing at {host}{path}"
        return 200, "text/html", self._page(found[1])

    def _page(self, video_id: str) -> str:
        detail: dict[str, object] = {"statusCode": self.statuses.get(video_id, 0)}
        if video_id in self.videos:
            item = {
                "id": video_id,
                "desc": "A dance",
                "createTime": "1767225600",
                "author": {"id": "77", "uniqueId": "dancer", "nickname": "The Dancer"},
                "video": {"duration": 12, "cover": "https://p16.tiktokcdn.test/cover.jpg"},
                "stats": self.videos[video_id],
            }
            detail["itemInfo"] = {"itemStruct": item}
        data = {"__DEFAULT_SCOPE__": {"webapp.video-detail": detail}}
        name = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
        script = f'<script id="{name}" type="application/json">{json.dumps(data)}</script>'
        return f"<!DOCTYPE html><html><head></head><body>{script}</body></html>"
