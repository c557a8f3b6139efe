"""Prepare the pages for MkDocs, in `build/docs/source`: `make docs` runs it.

It copies the pages and the files that they link to their places on the site, records `shipit demo` for the first page,
and names each page that should have a Korean page and has none.
"""

from __future__ import annotations

import fnmatch
import re
import shutil
import sys
from pathlib import Path

from ruamel.yaml import YAML

from scripts.site.links import KOREAN, PAGES, linked_files, page_for_site, place_on_site, with_english_anchors
from scripts.site.terminal import framed, recorded

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "build/docs/source"
RECORDED = "<!-- recorded: shipit demo -->"


def main() -> int:
    shutil.rmtree(SOURCE, ignore_errors=True)
    terminal = framed(recorded())
    pages = [*PAGES, *(path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("examples/**/README.md")))]
    pages += [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))]
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in pages}
    for path, text in texts.items():
        if path.endswith(KOREAN):
            text = with_english_anchors(text, texts.get(path.removesuffix(KOREAN) + ".md", ""))
        place = SOURCE / place_on_site(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        page = page_for_site(text, path, lambda path: (ROOT / path).is_dir()).replace(RECORDED, terminal)
        place.write_text(page, encoding="utf-8")
    for path in _other_files(texts):
        place = SOURCE / place_on_site(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, place)
    problems = translation_problems({place_on_site(path) for path in pages}, _english_only())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _other_files(texts: dict[str, str]) -> set[str]:
    """Return the paths of the files that pages link or show, and that are no pages."""
    linked = {link for path, text in texts.items() for link in linked_files(text, path)}
    linked |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.*") if path.suffix != ".md"}
    linked |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "scripts/site").glob("*.css")}
    return {path for path in linked if (ROOT / path).is_file()} - {*texts}


def _english_only() -> list[str]:
    """Return the patterns of the pages that need no translation, from `mkdocs.yml`."""
    listed = re.search(r"^  english-only:\n(?:    - .*\n)+", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    found: list[str] = YAML(typ="safe").load(listed[0])["english-only"] if listed else []
    return found


def translation_problems(places: set[str], english_only: list[str]) -> list[str]:
    """Return a line for each page that lacks its Korean page, and for each that has one though it needs none."""
    english = {place for place in places if not place.endswith(KOREAN)}
    without = {place for place in english if place.removesuffix(".md") + KOREAN not in places}
    exempt = {place for place in english if any(fnmatch.fnmatch(place, pattern) for pattern in english_only)}
    missing = [f"{place} has no translation {place.removesuffix('.md')}{KOREAN}" for place in sorted(without - exempt)]
    useless = [f"{place} has a translation: remove it from `english-only`" for place in sorted(exempt - without)]
    return [f"mkdocs.yml: {problem}" for problem in (*missing, *useless)]


if __name__ == "__main__":
    sys.exit(main())
