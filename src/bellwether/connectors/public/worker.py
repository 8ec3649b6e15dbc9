"""The process that runs yt-dlp, started as `python -m bellwether.connectors.public.worker`.

It reads pages with the extractors it was told, and nothing else: no downloads, no configuration
files, cookies, plugins or cache, and it cannot write files. It ends by itself when nothing is
asked of it for a while; whoever started it kills it when an answer is late.
"""

import os
import re
import resource
import select
from collections.abc import Sequence
from typing import BinaryIO

import msgspec
import yt_dlp
from yt_dlp.extractor import get_info_extractor
from yt_dlp.globals import plugin_dirs
from yt_dlp.networking.exceptions import HTTPError, RequestError
from yt_dlp.utils import (
    ExtractorError,
    GeoRestrictedError,
    UnsupportedError,
    UserNotLive,
)

from bellwether.connectors.public.messages import Answer, Ask, Problem, Ready, Start
from bellwether.connectors.public.parse import FIELDS
from bellwether.model.readings import FailureReason

_FIRST_SECONDS = 30.0
_LONGEST_MESSAGE = 300
_STATUSES = {
    401: FailureReason.UNAUTHORIZED,
    403: FailureReason.UNAUTHORIZED,
    404: FailureReason.NOT_FOUND,
    410: FailureReason.DELETED,
    429: FailureReason.RATE_LIMITED,
}
_KINDS: Sequence[tuple[type[BaseException], FailureReason]] = (
    (RequestError, FailureReason.PLATFORM_ERROR),
    (OSError, FailureReason.PLATFORM_ERROR),
    (UnsupportedError, FailureReason.UNSUPPORTED),
    (GeoRestrictedError, FailureReason.UNAUTHORIZED),
    (UserNotLive, FailureReason.NOT_FOUND),
)
_WORDS = (
    (r"rate.?limit|too many requests|try again later", FailureReason.RATE_LIMITED),
    (r"\bprivate\b|friends only|permission to view|for followers", FailureReason.PRIVATE),
    (r"log.?in|sign.?in|cookies|authenticat|password|registered users", FailureReason.UNAUTHORIZED),
    (r"blocked", FailureReason.UNAUTHORIZED),
    (r"removed|deleted|no longer|terminated|suspended|expired", FailureReason.DELETED),
    (r"not found|n.t exist|not exist|unavailable|no video|not available", FailureReason.NOT_FOUND),
)
"""What platforms' own messages, as yt-dlp passes them on, say."""
_GONE_AFTER_ALL = re.compile(r"video (?:is )?(?:not available|unavailable)", re.IGNORECASE)
"""Some extractors say this as if it were a fault of theirs."""


class _Silent:
    """Takes what yt-dlp would print."""

    def debug(self, _message: str) -> None:
        """Take progress."""

    def warning(self, _message: str) -> None:
        """Take warnings."""

    def error(self, _message: str) -> None:
        """Take errors, which are raised as well."""


class Reader:
    """Reads pages one at a time."""

    def __init__(self, start: Start) -> None:
        self._allowed = frozenset(start.keys)
        self._params: dict[str, object] = {
            "proxy": start.proxy or "",  # empty is "none", not "look for one"
            "nocheckcertificate": not start.check_certificates,
            "socket_timeout": start.seconds,
            "retries": 0,
            "extractor_retries": 0,
            "cachedir": False,
            "js_runtimes": {},
            "ignore_no_formats_error": True,
            "skip_download": True,
            "logger": _Silent(),
        }

    def read(self, ask: Ask) -> Answer:
        """Answer an Ask."""
        if ask.key not in self._allowed:
            return self._refuse(ask, "this extractor may not run")
        extractor = get_info_extractor(ask.key)
        if not ask.url.startswith("https://") or not extractor.suitable(ask.url):
            return self._refuse(ask, "this address is not one of the extractor's")
        params = {**self._params, "allowed_extractors": [f"^{re.escape(extractor.IE_NAME)}$"]}
        try:
            with yt_dlp.YoutubeDL(params, auto_init=False) as reader:
                reader.add_info_extractor(extractor())
                # Unprocessed, so that no format is chosen and no link to another page followed.
                info = reader.extract_info(ask.url, download=False, ie_key=ask.key, process=False)
        except Exception as error:  # noqa: BLE001  extractors raise anything when a page changes
            return Answer(ask.number, problem=problem_of(error))
        if not isinstance(info, dict) or info.get("_type", "video") != "video":
            return self._refuse(ask, "the page is not one video")
        return Answer(ask.number, info={name: info.get(name) for name in FIELDS})

    @staticmethod
    def _refuse(ask: Ask, message: str) -> Answer:
        return Answer(ask.number, problem=Problem(FailureReason.UNSUPPORTED.value, message))


def problem_of(error: BaseException) -> Problem:
    """Say in our words what an exception of yt-dlp means."""
    said = _extractor_error(error) or error
    text = " ".join(str(getattr(said, "orig_msg", None) or said).split())[:_LONGEST_MESSAGE]
    return Problem(_reason_of(said, text).value, text or type(said).__name__)


def _extractor_error(error: BaseException) -> ExtractorError | None:
    """Return what the extractor raised, which yt-dlp raises again as something plainer."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, ExtractorError):
        inner = inner.__context__
    return inner


def _reason_of(error: BaseException, text: str) -> FailureReason:
    cause = getattr(error, "cause", None)
    if isinstance(cause, HTTPError):
        return _STATUSES.get(cause.status, FailureReason.PLATFORM_ERROR)
    if isinstance(cause, RequestError):
        return FailureReason.PLATFORM_ERROR
    for kind, reason in _KINDS:
        if isinstance(error, kind):
            return reason
    expected = isinstance(error, ExtractorError) and error.expected
    if not expected and not _GONE_AFTER_ALL.match(text):
        return FailureReason.CHANGED_FORMAT
    said = (reason for words, reason in _WORDS if re.search(words, text, re.IGNORECASE))
    return next(said, FailureReason.PLATFORM_ERROR)


def _line(source: BinaryIO, seconds: float) -> bytes:
    """Return the next line; nothing when the pipe was closed or nothing came for so long."""
    return source.readline() if select.select([source], [], [], seconds)[0] else b""


def main() -> None:
    """Serve asks from standard input on standard output."""
    # Answers keep the pipe to themselves: whatever prints goes to standard error.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    plugin_dirs.value = []
    source = os.fdopen(0, "rb", buffering=0)
    start = msgspec.json.decode(_line(source, _FIRST_SECONDS), type=Start)
    reader = Reader(start)
    answers.write(msgspec.json.encode(Ready(yt_dlp.version.__version__)) + b"\n")
    while line := _line(source, start.idle_seconds):
        answer = reader.read(msgspec.json.decode(line, type=Ask))
        answers.write(msgspec.json.encode(answer, enc_hook=str) + b"\n")


if __name__ == "__main__":
    main()
