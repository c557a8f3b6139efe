"""The formats of a report: text, JSON, Markdown and the page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import string
from html.parser import HTMLParser

import pytest

from shipit.adapters.files.templates import report_texts
from shipit.core.commits import RawCommit
from shipit.plan.report import (
    DeploymentFigures,
    EnvironmentFigures,
    Failures,
    Frequency,
    Gap,
    PackageFigures,
    ReleaseFigures,
    Report,
    Spread,
    Waiting,
)
from shipit.plan.views import render_report, report_markdown, report_page, report_to_json, words_of
from shipit.plan.views.report.words import ENGLISH, KOREAN, WORDS

H, D = 3600, 86_400
T = 1_767_225_600  # 2026-01-01
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> javascript:alert(1) \u202etxt.exe \x1b[31m | [a](b)"
)
LANGUAGES = pytest.mark.parametrize("code", list(WORDS))


def deployment(
    version: str, day: int, outcome: str, ended: int | None = None, kind: str = "deployment"
) -> DeploymentFigures:
    verified = None if outcome in ("failed", "unfinished") else T + day * D + 60
    end = None if ended is None else T + ended * D
    fields = {"started": T + day * D, "verified": verified, "ended": end, "by": "https://ci.example/1"}
    return DeploymentFigures(version, "abc", outcome=outcome, kind=kind, **fields)  # type: ignore[arg-type]


def sample(text: str = "search") -> Report:
    waiting = Waiting(
        1200, T + 20 * D, (RawCommit("0123456789", (), f"Kim {text}", T + 20 * D, f"feat: {text}\n\nbody"),)
    )
    package = PackageFigures(
        "",
        (
            ReleaseFigures("1.1.0", "v1.1.0", T + 14 * D, 12, Spread(12, 26 * H, 6 * D)),
            ReleaseFigures(f"1.0.0-{text}", "v1.0.0", T, None),
        ),
        Frequency(2, 28),
        Spread(1, 14 * D, 14 * D),
        Spread(12, 26 * H, 6 * D),
        waiting,
    )
    environment = EnvironmentFigures(
        f"prod {text}",
        (
            deployment(f"1.1.0 {text}", 16, "serving"),
            deployment("1.0.1", 15, "failed"),
            deployment("1.0.0", 1, "replaced", ended=16),
        ),
        Frequency(2, 27),
        None,
        Spread(2, 90 * 60, 90 * 60),
        Failures(3, 1, 0),
        Spread(1, 600, 600),
        waiting,
        ("v1.2.0",),
    )
    gaps = (Gap("unreachable", text, why=text), Gap("pre-releases", number=3))
    return Report(f"acme/shop {text}", T, T + 28 * D, (package,), (environment,), gaps)


def page(report: Report, code: str = "en") -> str:
    return report_page(report, words_of(code), *report_texts())


class Tags(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "rect/"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# -- the page


def test_text_from_outside_is_never_an_element_of_the_page() -> None:
    harmless, hostile = Tags(page(sample())), Tags(page(sample(HOSTILE)))
    assert [tag for tag, _ in hostile.found] == [tag for tag, _ in harmless.found]
    names = {name for _, attributes in hostile.found for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("href", "src", "style", "action")}


def test_marks_of_direction_and_control_characters_are_shown_and_not_obeyed() -> None:
    text = page(sample(HOSTILE))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text)
    assert "\\u202etxt.exe" in text


@LANGUAGES
def test_the_page_is_complete_without_any_request(code: str) -> None:
    text = page(sample(), code)
    found = Tags(text)
    assert found.open == []
    assert not {tag for tag, _ in found.found} & {"script", "link", "img", "iframe", "object", "a", "form", "use"}
    assert re.findall(r"(?:url\(|@import|https?://)[^<\s]*", text.replace("https://ci.example/1", "")) == []


def test_the_policy_of_the_page_allows_its_style_and_nothing_else() -> None:
    text = page(sample())
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = ["default-src 'none'", f"style-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'"]
    assert policy.split("; ") == rules
    assert 'style="' not in text


@LANGUAGES
def test_the_page_can_be_read_without_seeing_it(code: str) -> None:
    text, found = page(sample(), code), Tags(page(sample(), code)).found
    assert f'<html lang="{code}">' in text
    assert all(attributes["role"] == "img" and attributes["aria-label"] for tag, attributes in found if tag == "svg")
    assert [tag for tag, _ in found].count("table") == [tag for tag, _ in found].count("caption")
    assert all(attributes["scope"] in ("col", "row") for tag, attributes in found if tag == "th")


def test_the_page_shows_the_figures_and_what_is_missing() -> None:
    text = re.sub(r"<[^>]+>", " ", page(sample()))
    for expected in ("1 d 2 h", "2.2 a month", "33%", "1 failed and 0 rolled back, of 3", "10 min", "1,200 commits"):
        assert expected in text
    assert "Pre-releases of the repository are not counted: 3." in text
    assert "not known" in text  # the lead time to prod


def test_an_empty_report_is_a_page_too() -> None:
    text = page(Report("shop", None, T, (PackageFigures(""),), (EnvironmentFigures("prod"),)))
    assert ("<svg" in text, "No data is missing." in text) == (False, True)


def test_releases_are_grouped_by_year_and_only_the_newest_is_open() -> None:
    releases = tuple(ReleaseFigures(f"1.{n}.0", f"v1.{n}.0", T - n * 20 * D, 1) for n in range(30))
    text = page(Report("shop", None, T + D, (PackageFigures("", releases),)))
    found = re.findall(r'<details class="year"( open)?>\n<summary>(\d+) <.*?>(.*?)<', text)
    assert found == [
        (" open", "2026", "releases: 1"),
        ("", "2025", "releases: 18"),
        ("", "2024", "releases: 11"),
    ]


# -- the other formats


def test_json_has_times_in_iso_8601_durations_in_seconds_and_null_for_what_is_not_known() -> None:
    found = json.loads(json.dumps(report_to_json(sample())))
    assert list(found) == ["project", "since", "until", "packages", "environments", "missing"]
    (package,), (environment,) = found["packages"], found["environments"]
    assert (found["since"], found["until"]) == ("2026-01-01T00:00:00Z", "2026-01-29T00:00:00Z")
    assert package["lead-time"] == {"count": 12, "median": 26 * H, "p90": 6 * D}
    assert package["frequency"] == {"count": 2, "days": 28, "per-week": 0.5}
    assert package["releases"][1] | {"version": ""} == {
        "version": "",
        "tag": "v1.0.0",
        "at": "2026-01-01T00:00:00Z",
        "commits": None,
        "lead-time": None,
    }
    assert (environment["lead-time"], environment["releases-waiting"]) == (None, ["v1.2.0"])
    assert environment["failures"] == {"finished": 3, "failed": 1, "rolled-back": 0, "share": 0.333}
    assert environment["deployments"][1]["outcome"] == "failed"
    assert environment["waiting"]["newest"][0]["subject"] == "feat: search"
    assert found["missing"][1]["text"] == "Pre-releases of the repository are not counted: 3."


def long_report() -> Report:
    """Return a report of 30 releases, 31 deployments, 32 releases that wait and 33 gaps."""
    releases = tuple(ReleaseFigures(f"1.{n}.0", f"v1.{n}.0", T - n * D, 1) for n in range(30))
    deployments = tuple(deployment(f"2.{n}.0", -n, "replaced", ended=1) for n in range(31))
    prod = EnvironmentFigures("prod", deployments, releases_waiting=tuple(f"v3.{n}.0" for n in range(32)))
    return Report("shop", None, T, (PackageFigures("", releases),), (prod,), (Gap("unreachable", "prod"),) * 33)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (render_report(long_report(), ENGLISH), {"1": 20, "2": 21, "3": 22}),
        (report_markdown(long_report(), ENGLISH), {"1": 20, "2": 21, "gap": 23}),
        (report_markdown(long_report(), KOREAN), {"1": 20, "2": 21, "gap": 23}),
    ],
    ids=["terminal", "markdown", "markdown-ko"],
)
def test_a_list_that_is_cut_says_how_many_more_there_are_and_the_command_that_shows_them(
    text: str, cut: dict[str, int]
) -> None:
    for major in cut.keys() & set("123"):
        assert re.search(rf"(?<!\d){major}\.9\.0", text)
        assert not re.search(rf"(?<!\d){major}\.10\.0", text)
    lines = [line for line in text.splitlines() if "shipit report --" in line and "--json" in line]
    found = [int(re.findall(r"\d+", line.partition("shipit report")[0])[-1]) for line in lines]
    assert sorted(found) == sorted(cut.values())


def test_the_terminal_obeys_no_text_from_outside() -> None:
    assert not re.search("[\u202e\x1b]", render_report(sample(HOSTILE), ENGLISH))


def test_markdown_escapes_text_from_outside_and_is_short() -> None:
    releases = tuple(ReleaseFigures(f"1.{n}.0", f"v1.{n}.0", T - n * D, 1) for n in range(10_000))
    long = Report(HOSTILE, None, T, (PackageFigures("", releases),), gaps=(Gap("unreachable", HOSTILE),) * 40)
    text = report_markdown(long, ENGLISH)
    assert len(text) < 20_000
    assert "<script" not in text
    assert "<img" not in text


def test_markdown_has_the_figures_of_each_environment() -> None:
    text = report_markdown(sample(), ENGLISH)
    assert "## acme/shop search: Releases and deployments" in text
    assert "| Failed or rolled back | 33% (1 failed and 0 rolled back, of 3) |" in text
    assert "| 1.0.1 | 2026-01-16 00:00 | failed |" in text


# -- the languages


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("kind", ["labels", "gaps", "units", "rates"])
def test_both_languages_have_the_same_words_with_the_same_places(kind: str) -> None:
    english, korean = getattr(ENGLISH, kind), getattr(KOREAN, kind)
    assert list(english) == list(korean)
    for key, text in english.items():
        unused = {"p90"} if (key, kind) == ("median", "labels") else set()
        assert fields(korean[key]) | unused == fields(text) | unused, key


def test_the_korean_page_has_no_english_label() -> None:
    text = page(sample(), "ko")
    assert "리드 타임: 커밋에서 서비스까지" in text
    assert not [label for label in ENGLISH.labels.values() if len(label) > 12 and f">{label}<" in text]
