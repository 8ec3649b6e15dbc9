"""Dailymotion's two documents about a video, in the shape their player asks for them."""

import json
import re
from dataclasses import dataclass, field

from tests.support.fakes.proxy import Reply

_QUERY = re.compile(r'media\(xid: "(\w+)"')
_JSON = "application/json"


@dataclass(slots=True)
class FakeDailymotion:
    """Call it as the site of a FakeProxy."""

    videos: dict[str, dict[str, object]] = field(default_factory=dict)
    refusals: dict[str, Reply] = field(default_factory=dict)

    def add_video(self, xid: str, *, views: int | None, likes: int | None, title: str) -> None:
        """Add a public video; a count that is None is left out."""
        counts = {"views": views, "likes": likes}
        self.videos[xid] = {
            "title": title,
            "stats": {
                name: {"total": count} for name, count in counts.items() if count is not None
            },
        }

    def __call__(self, host: str, path: str, body: str) -> Reply:
        """Answer one request."""
        if path == "/oauth/token":
            return 200, _JSON, json.dumps({"access_token": "token", "token_type": "Bearer"})
        if host == "graphql.api.dailymotion.com":
            asked = _QUERY.search(json.loads(body)["query"])
            assert asked, body
            return self._media(asked[1])
        prefix = "/player/metadata/video/"
        if host == "www.dailymotion.com" and path.startswith(prefix):
            return self._metadata(path.removeprefix(prefix).partition("?")[0])
        return 404, "text/plain", f"nothing at {host}{path}"

    def _media(self, xid: str) -> Reply:
        if xid in self.refusals:
            return self.refusals[xid]
        if xid not in self.videos:
            errors = [{"message": "Media not found", "type": "not_found"}]
            return 200, _JSON, json.dumps({"data": {"media": None}, "errors": errors})
        media = {
            "xid": xid,
            "description": "",
            "geoblockedCountries": {"allowed": []},
            "stats": self.videos[xid]["stats"],
        }
        return 200, _JSON, json.dumps({"data": {"media": media}})

    def _metadata(self, xid: str) -> Reply:
        body = {
            "id": xid,
            "title": self.videos[xid]["title"],
            "duration": 61,
            "created_time": 1767225600,
            "owner": {"id": "x1abc", "screenname": "Someone"},
            "posters": {"240": "https://s1.dmcdn.test/240.jpg"},
            "qualities": {},
        }
        return 200, _JSON, json.dumps(body)
