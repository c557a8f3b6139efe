"""The site of the pages: what `make docs` makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from scripts.site.__main__ import translation_problems
from scripts.site.links import page_for_site, with_english_anchors

ROOT = Path(__file__).parent.parent
SITE, SOURCE = ROOT / "build/docs/site", ROOT / "build/docs/source"
MARKDOWN = MarkdownIt("commonmark").enable("table")
SHAPE = {"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "pre", "table", "tr", "blockquote"}


@pytest.fixture(scope="module")
def site() -> Path:
    if not (SITE / ".built").exists():
        pytest.skip("not built: make docs")
    return SITE


class Article(HTMLParser):
    """The shape of a text: the headings, lists, tables and blocks of code, one in the other."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape += [f"<{tag}>"] * (tag in SHAPE)

    def handle_endtag(self, tag: str) -> None:
        self.shape += [f"</{tag}>"] * (tag in SHAPE)


def pages() -> Iterator[tuple[Path, Path]]:
    """Yield each source with the page that was made of it."""
    for source in SOURCE.rglob("*.md"):
        place = source.relative_to(SOURCE)
        korean = place.name.endswith(".ko.md")
        name = re.sub(r"(\.ko)?\.md$", ".html", place.name.replace("README", "index"))
        yield source, SITE / ("ko" if korean else "") / place.with_name(name)


def test_each_page_has_the_headings_lists_tables_and_code_that_github_shows(site: Path) -> None:
    differing = []
    for source, page in pages():
        article = re.search(r"<article[^>]*>(.*?)</article>", page.read_text("utf-8"), re.DOTALL)
        assert article
        if Article(article[1]).shape != Article(MARKDOWN.render(source.read_text("utf-8"))).shape:
            differing.append(source.relative_to(SOURCE).as_posix())
    assert differing == []


def test_no_page_asks_another_host(site: Path) -> None:
    fetched = re.compile(r"""<(?:script|img|source|iframe|link)[^>]*?\b(?:src|srcset|href)=["']?(https?:)?//""")
    assert [page for page in site.rglob("*.html") if fetched.search(page.read_text("utf-8"))] == []
    styles = [path for path in site.rglob("*.css") if re.search(r"url\(['\"]?(https?:)?//", path.read_text("utf-8"))]
    assert styles == []


def test_the_first_page_shows_the_recorded_release_in_both_languages(site: Path) -> None:
    for page in (site / "index.html", site / "ko/index.html"):
        text = page.read_text("utf-8")
        assert "next version</span>" in text and "publish release v0.4.0" in text


def test_each_language_has_the_same_navigation(site: Path) -> None:
    english, korean = (
        re.findall(r'<a href="([^"#]+)" class="md-(?:nav|tabs)__link', (site / page).read_text("utf-8"))
        for page in ("guides/ecs.html", "ko/guides/ecs.html")
    )
    assert len(english) > 50
    assert english == korean


def test_the_search_finds_both_languages(site: Path) -> None:
    index = (site / "search/search_index.json").read_text("utf-8")
    assert '"location":"guides/ecs.html' in index and '"location":"ko/guides/ecs.html' in index


# -- how pages get to their places


def test_links_of_a_page_lead_to_the_places_on_the_site() -> None:
    text = "# A\n\n[한국어](ecs.ko.md)\n\n[r](../../README.md#x), [e](../../examples/ecs), [s](../../SECURITY.md), [w](https://a.b)"
    expected = "# A\n\n\n[r](../overview.md#x), [e](../examples/ecs/README.md), [s](../security.md), [w](https://a.b)"
    assert page_for_site(text, "docs/guides/ecs.md", lambda path: path == "examples/ecs") == expected


def test_links_in_code_stay() -> None:
    text = "`[a](../../README.md)`\n\n```md\n[b](../../README.md)\n```\n"
    assert page_for_site(text, "docs/guides/ecs.md", lambda _: False) == text


def test_korean_headings_have_the_english_anchors_too() -> None:
    korean, english = "# 하나\n\n```sh\n# no heading\n```\n\n## ECS\n", "# One\n\n```sh\n# no heading\n```\n\n## ECS\n"
    assert with_english_anchors(korean, english) == korean.replace("# 하나", '# 하나 <a id="one"></a>')


def test_a_page_without_its_translation_is_a_problem() -> None:
    places = {"a.md", "a.ko.md", "b.md", "examples/x/README.md"}
    assert translation_problems(places, ["examples/*"]) == ["mkdocs.yml: b.md has no translation b.ko.md"]
    assert translation_problems(places, ["a.md", "b.md", "examples/*"]) == [
        "mkdocs.yml: a.md has a translation: remove it from `english-only`"
    ]
