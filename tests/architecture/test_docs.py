"""Pages lead somewhere: every link between documents, and every command of the README, exists."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bellwether.cli.main import make_app

_ROOT = Path(__file__).parents[2]
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(_ROOT).as_posix())
def test_every_link_to_a_page_or_a_heading_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in _anchors(there), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [_ROOT / "README.md", *(_ROOT / "docs" / "decisions").glob("*.md")]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links if "://" not in link]
    assert sorted(set(_PAGES) - seen) == []


def test_every_make_target_of_the_readme_is_listed_by_make_help() -> None:
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert {"demo", "test", "check", "bench", "serve"} <= listed
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^make ([a-z-]+)", readme, re.MULTILINE)) <= listed


def test_every_command_that_pages_name_is_one() -> None:
    commands = set(getattr(get_command(make_app()), "commands", {}))
    for page in _PAGES:
        named = re.findall(r"^(?:\$ )?bellwether ([a-z]+)\b", page.read_text("utf-8"), re.MULTILINE)
        assert set(named) <= commands, page.name


def test_decisions_are_numbered_without_gaps_or_twins() -> None:
    numbers = [int(path.name[:4]) for path in (_ROOT / "docs" / "decisions").glob("*.md")]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
