"""Addresses resolved a second: our forms, indexed by host and first word, against trying every
known pattern in turn (as with a list of oEmbed schemes), interleaved in one run."""

import re
from collections.abc import Callable
from statistics import median
from time import perf_counter

from bellwether.connectors.platforms.registry import PLATFORMS
from bellwether.engine.catalog.resolve import resolve

ROUNDS = 5
REPEATS = 200
TEXTS = (
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLabc&utm_source=x",
    "https://www.tiktok.com/@someone/video/7489443966908189959?is_from_webapp=1",
    "https://www.instagram.com/reel/ABC123DEF456/?igsh=abc",
    "https://x.com/someone/status/1453423367340580866?s=20",
    "https://www.facebook.com/somebody/videos/a-title/334712884667245/",
    "https://www.twitch.tv/videos/1234567890",
    "https://www.linkedin.com/posts/someone_words-activity-7123456789012345678-AbCd",
    "https://www.pinterest.de/pin/99360735500167749/",
    "https://www.reddit.com/r/python/comments/1abc2de/some_title/",
    "https://bsky.app/profile/alice.example.com/post/3l6oveex3ii2l",
)


def _patterns() -> list[re.Pattern[str]]:
    """Return one pattern for each form and host, as lists of schemes have them."""
    patterns = []
    for urls in PLATFORMS.values():
        for form in urls.forms:
            for host in [form.site] if form.site else urls.domains:
                path = re.escape(form.path.removesuffix("/*"))
                path = re.sub(r"\\\{\w+\\\}", "[^/?#]+", path)
                query = "".join(rf".*[?&]{key}=[^&]+" for key in form.query)
                patterns.append(
                    re.compile(
                        rf"https?://(?:[\w-]+\.)?{re.escape(host)}/{path}/?{query}", re.IGNORECASE
                    )
                )
    return patterns


def _naive(patterns: list[re.Pattern[str]]) -> Callable[[str], object]:
    def work(text: str) -> object:
        return next((found for each in patterns if (found := each.match(text))), None)

    return work


def rate(work: Callable[[str], object]) -> float:
    """Return addresses a second."""
    began = perf_counter()
    for _ in range(REPEATS):
        for text in TEXTS:
            work(text)
    return REPEATS * len(TEXTS) / (perf_counter() - began)


def main() -> None:
    """Print both rates and their ratio."""
    naive = _naive(_patterns())
    rate(resolve)
    pairs = [(rate(resolve), rate(naive)) for _ in range(ROUNDS)]
    mine = median(pair[0] for pair in pairs)
    theirs = median(pair[1] for pair in pairs)
    ratio = median(first / second for first, second in pairs)
    print("resolve: addresses a second")
    print(f"  ours {mine:>10,.0f}  every pattern in turn {theirs:>8,.0f}  ratio {ratio:6.1f}")


if __name__ == "__main__":
    main()
