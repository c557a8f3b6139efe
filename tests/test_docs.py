"""What the pages say is so. `SHIPIT_ACCEPT=1` writes quoted output anew."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from ruamel.yaml import YAML

from shipit.adapters.processes.tokens import WRITE_TOKENS
from shipit.cli.demo.sample import SampleProject
from shipit.config.load import parse_config
from shipit.steps.registry import STEPS

ROOT = Path(__file__).parent.parent
README, KOREAN = ROOT / "README.md", ROOT / "README.ko.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
TESTS = ROOT / "tests" / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), TESTS])
ACCEPT = "SHIPIT_ACCEPT" in os.environ  # looked up before the tests take away what the environment says

OUTPUT = re.compile(r"(<!-- output of: shipit (?P<arguments>[^\n]+) -->\n```text\n)(?P<text>.*?)(```\n)", re.DOTALL)
IN_HTML = re.compile(r'(?:src|srcset|href)="([^"]+)"')
# A path of this repository in backticks; `<…>` and `*` stand for any name.
NAMED_PATH = re.compile(r"`((?:src|tests|docs|templates|requirements|scripts|bench)/[\w./<>*-]+)`")
RUN_TESTS = "for name in [name for name in globals() if name.startswith('test_')]: globals()[name]()"
MARKDOWN = MarkdownIt("commonmark").enable("table")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def fences(page: Path, *languages: str) -> list[str]:
    return [token.content for token in MARKDOWN.parse(text(page)) if token.type == "fence" and token.info in languages]


def inline(page: Path, kind: str) -> Iterator[Token]:
    for token in MARKDOWN.parse(text(page)):
        yield from (child for child in token.children or () if child.type == kind)


def links(page: Path) -> list[str]:
    return [str(link.attrs["href"]) for link in inline(page, "link_open")] + IN_HTML.findall(text(page))


def shipit(*arguments: str, cwd: Path = ROOT) -> str:
    """What a run of the product says, standard error included."""
    command = [sys.executable, "-m", "shipit", *arguments]
    run = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    return run.stdout


@cache
def commands() -> dict[str, str]:
    """The commands of `shipit --help` and the help of each."""
    listed = shipit("--help").partition("Releases:\n")[2]
    return {name: shipit(name, "--help") for name in re.findall(r"^  ([\w-]+) ", listed, re.MULTILINE)}


def invocations(page: Path) -> Iterator[list[str]]:
    """The words after `shipit` wherever a page shows a command line."""
    code = [
        *(token.content for token in inline(page, "code_inline")),
        *(line for block in fences(page, "sh", "") for line in block.splitlines()),
    ]
    code += [step["run"] for block in fences(page, "yaml") for step in steps(block) if "run" in step]
    for line in code:
        for found in re.finditer(r"(?:^|[;&|(] *|bin/)shipit ((?:[^#;&|`)]|`[^`]*`)+)", line):
            yield found[1].split()


def steps(workflow: str) -> list[dict[str, str]]:
    return [step for job in YAML(typ="safe").load(workflow).get("jobs", {}).values() for step in job.get("steps", ())]


# -- links and names


def heading_anchors(page: Path) -> list[str]:
    """The anchor that GitHub gives to each heading."""
    tokens = MARKDOWN.parse(text(page))
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def anchors(page: Path) -> set[str]:
    """The anchors GitHub gives to headings, and those set by hand."""
    return {*heading_anchors(page), *re.findall(r'<a (?:id|name)="([^"]+)"', text(page))}


@every_page
def test_every_link_between_the_pages_leads_somewhere(page: Path) -> None:
    for link in (link for link in links(page) if "://" not in link):
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_page
def test_every_path_a_page_names_is_there(page: Path) -> None:
    for path in NAMED_PATH.findall(text(page)):
        assert list(ROOT.glob(re.sub(r"<[^>]*>", "*", path))), path


def test_every_page_below_docs_can_be_reached_from_the_readme() -> None:
    linked = {(ROOT / link).resolve() for link in links(README)}
    assert [page for page in (ROOT / "docs").rglob("*.md") if page not in linked] == []


@pytest.mark.parametrize("name", ["flow.svg", "flow-dark.svg"])
def test_the_picture_says_in_words_what_it_shows(name: str) -> None:
    picture = ElementTree.parse(ROOT / "docs" / name).getroot()
    labels = picture.attrib["aria-labelledby"].split()
    described = {element.attrib.get("id"): element.text for element in picture}
    assert all(described[label] for label in labels)


def test_the_two_pictures_differ_in_colours_only() -> None:
    light, dark = (re.sub(r"#[0-9a-f]{6}", "#", text(ROOT / "docs" / name)) for name in ("flow.svg", "flow-dark.svg"))
    assert light == dark


# -- the architecture


def section(page: Path, heading: str) -> str:
    return text(page).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_rooms_are_those_of_the_source() -> None:
    found = {path.name + "/" * path.is_dir() for path in (ROOT / "src/shipit").iterdir() if path.name[0] not in "_."}
    named = re.findall(r"^\| `([\w./]+)` \|", section(ARCHITECTURE, "The rooms"), re.MULTILINE)
    assert set(named) == found - {"py.typed"}


def test_the_readme_of_the_tests_names_every_folder_and_every_file_it_names_is_there() -> None:
    folders = {f"{path.parent.relative_to(TESTS.parent).parts[0]}/" for path in TESTS.parent.glob("*/*.py")}
    named = {name for line in re.findall(r"^\| (`.*?) \| [A-Z]", text(TESTS), re.MULTILINE) for name in line.split()}
    assert {name.strip("`") for name in named if name.endswith("/`")} == folders
    for name in re.findall(r"`([\w/]+/(?:[\w<>]+\.py)?)[` ]", text(TESTS)):
        place = ROOT if name.startswith(("src/", "tests/", "bench/")) else TESTS.parent
        assert list(place.glob(re.sub(r"<\w+>", "*", name))), name


def test_the_architecture_has_every_step_and_no_other() -> None:
    table = re.findall(r"^\| `([\w-]+)` \| .+ \| (?:yes|no) \|$", section(ARCHITECTURE, "All steps"), re.MULTILINE)
    assert table == list(STEPS)
    lives = section(ARCHITECTURE, "The life of a release") + section(ARCHITECTURE, "The life of an image")
    placed = re.findall(r"^\| \d+ \| (.+?):", lives, re.MULTILINE)
    assert {name for names in placed for name in re.findall(r"`([a-z-]+)`", names)} <= set(STEPS)


@pytest.mark.parametrize("name", ["SECURITY.md", "SECURITY.ko.md"])
def test_the_security_page_names_every_variable_that_commands_do_not_get(name: str) -> None:
    lines = text(ROOT / name).split("\n* ")
    promised = next(line for line in lines if "GH_TOKEN" in line)
    assert sorted(re.findall(r"`([A-Z_]+)`", promised.partition("\n* ")[0])) == sorted(WRITE_TOKENS)


def test_the_page_of_errors_has_every_code_of_a_finding() -> None:
    sources = "".join(text(path) for path in (ROOT / "src/shipit").rglob("*.py") if "testing" not in path.parts)
    codes = set(re.findall(r'Finding\(\s*"([a-z-]+)"', sources))
    assert {"no-remote", "engine"} <= codes
    assert codes <= set(re.findall(r"`([a-z-]+)`", section(ROOT / "docs/errors.md", "Findings")))


# -- the command line


@pytest.mark.parametrize("page", [README, KOREAN], ids=lambda page: page.name)
def test_the_table_of_commands_is_the_one_of_the_help(page: Path) -> None:
    assert re.findall(r"^\| `shipit ([\w-]+)` \|", text(page), re.MULTILINE) == list(commands())


@every_page
def test_every_command_and_option_shown_exists(page: Path) -> None:
    before = set(re.findall(r"(?<![\w-])--?[\w-]+", shipit("--help")))
    for words in invocations(page):
        name = next((word for word in words if word in commands()), None)
        known = before | set(re.findall(r"(?<![\w-])--?[\w-]+", commands()[name] if name else ""))
        options = [word.partition("=")[0] for word in words if word.startswith("-")]
        assert name or options, f"no command in `shipit {' '.join(words)}`"
        assert set(options) <= known, f"shipit {' '.join(words)}"


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    shown = {
        found for page in PAGES for found in re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", text(page), re.MULTILINE)
    }
    assert {first or second for first, second in shown} <= targets


# -- quoted output


def said_by_the_product(page: Path, sample: SampleProject) -> list[str]:
    """What the commands quoted on a page say, one after the other, on the sample project."""
    home = sample.path.parent
    today = dt.datetime.now(dt.UTC).date().isoformat()
    quoted = [found["arguments"].split() for found in OUTPUT.finditer(text(page))]
    said = [shipit(*arguments, cwd=sample.path) for arguments in quoted]
    return [one.replace(today, "2026-01-12").replace(str(home), "/home/robin") for one in said]


@every_page
def test_quoted_output_is_what_the_product_says(
    page: Path, tmp_path: Path, new_sample: Callable[[Path], SampleProject]
) -> None:
    if not OUTPUT.search(text(page)):
        return
    said = said_by_the_product(page, new_sample(tmp_path))
    if ACCEPT:
        waiting = iter(said)
        page.write_text(OUTPUT.sub(lambda found: found[1] + next(waiting) + found[4], text(page)), encoding="utf-8")
    assert [found["text"] for found in OUTPUT.finditer(text(page))] == said


@every_page
def test_each_test_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"`((?:test|long)_\w+\.py)`", text(page)))
    assert {name for name in named if not any((ROOT / "tests").rglob(name))} == set()


# -- examples


@every_page
def test_every_toml_example_is_a_configuration(page: Path) -> None:
    for example in fences(page, "toml"):
        table = ("tool", "shipit") if "tool" in tomllib.loads(example) else ()
        parse_config(example, table=table)


@every_page
def test_every_python_example_runs(page: Path, tmp_path: Path, new_sample: Callable[[Path], SampleProject]) -> None:
    """In a sample project; the examples of one page follow each other, as a reader takes them, and their tests pass."""
    examples = fences(page, "python")
    if examples:
        script = "".join(f"exec({example!r})\n" for example in examples) + RUN_TESTS
        sample = new_sample(tmp_path).path
        run = subprocess.run([sys.executable, "-c", script], cwd=sample, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


TOLD = re.compile(r"^shipit next +# (.+)$", re.MULTILINE)  # a command and the version that it prints
GUIDES = [page for page in PAGES if TOLD.search(text(page)) and not page.name.endswith(".ko.md")]
SHELL = """\
set -e
git() { command git "$@" >/dev/null 2>&1; }
shipit() { "$PYTHON" -m shipit "$@"; }
git init
git add .
git commit --allow-empty -m "chore: begin"
"""


def histories(page: Path) -> Iterator[tuple[str, str]]:
    """Each list of commands with the configuration that stands above it."""
    configuration = ""
    for token in MARKDOWN.parse(text(page)):
        configuration = token.content if token.info == "toml" else configuration
        if token.info == "sh":
            yield configuration, token.content


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_the_versions_that_a_guide_tells_come_true(page: Path, tmp_path: Path) -> None:
    """Each list of commands of a guide, in a new repository that holds its configuration."""
    for at, (configuration, commands) in enumerate(histories(page)):
        place = tmp_path / str(at)
        place.mkdir()
        (place / "shipit.toml").write_text(configuration)
        env = os.environ | {"PYTHON": sys.executable}
        run = subprocess.run(["sh", "-c", SHELL + commands], cwd=place, env=env, capture_output=True, text=True)
        told = TOLD.findall(commands)
        assert (run.stdout.splitlines(), run.returncode) == (told, 0), run.stderr


def test_readme_and_configuration_name_the_same_kinds_of_repository() -> None:
    kinds = re.compile(r"in a ([\w, ]+ or \w+) repository", re.IGNORECASE)
    assert kinds.findall(text(README)) == kinds.findall(text(ROOT / "docs" / "configuration.md")) != []


def test_the_guides_on_commits_and_branches_tell_versions() -> None:
    assert [page.name for page in GUIDES] == ["branches-and-packages.md", "commits.md"]


def test_the_workflow_of_the_readme_is_the_example() -> None:
    (block,) = fences(README, "yaml")
    assert (ROOT / "examples" / "pipeline.yml").read_text().endswith(block)


# -- two languages


def outline(page: Path) -> list[str]:
    return [token.tag for token in MARKDOWN.parse(text(page)) if token.type == "heading_open"]


def without_remarks(block: str) -> str:
    """Commands and keys without comments, which are in the reader's language."""
    return re.sub(r"\s*(?<!\S)#.*", "", block)


def code(page: Path) -> list[tuple[str, str]]:
    """The language and the text of each code block; headings of Markdown stay, they are no comments."""
    blocks = [token for token in MARKDOWN.parse(text(page)) if token.type == "fence"]
    return [
        (block.info, block.content if "markdown" in block.info else without_remarks(block.content)) for block in blocks
    ]


def in_english(page: Path) -> Path:
    return page.with_name(page.name.replace(".ko.md", ".md"))


def english_anchor(page: Path, anchor: str) -> str:
    """The anchor of the English heading that stands at the same place as the one of `anchor` on a Korean page."""
    korean, english = heading_anchors(page), heading_anchors(in_english(page))
    return english[korean.index(anchor)] if anchor in korean else anchor


IN_KOREAN = {
    "https://www.conventionalcommits.org/ko/": "https://www.conventionalcommits.org/",
    "https://semver.org/lang/ko/": "https://semver.org/",
}


def english_links(page: Path) -> set[str]:
    """The targets of the links of a page in either language, with the English page instead of its Korean one."""
    found = set()
    for link in links(page):
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" not in link:
            anchor = english_anchor(target, anchor) if anchor else ""
            link = f"{in_english(target).relative_to(ROOT)}#{anchor}"
        found.add(IN_KOREAN.get(link, link))
    return found


each_pair = pytest.mark.parametrize(
    "korean",
    [page for page in PAGES if page.name.endswith(".ko.md")],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)


@each_pair
def test_a_korean_page_has_the_headings_and_the_code_of_the_english_page(korean: Path) -> None:
    assert outline(korean) == outline(in_english(korean))
    assert code(korean) == code(in_english(korean))
    assert TOLD.findall(text(korean)) == TOLD.findall(text(in_english(korean)))


@each_pair
def test_a_korean_page_has_the_links_of_the_english_page(korean: Path) -> None:
    assert english_links(korean) == english_links(in_english(korean))


@each_pair
def test_the_pages_of_a_pair_link_each_other_below_their_titles(korean: Path) -> None:
    english = in_english(korean)
    assert text(korean).splitlines()[1:4] == ["", f"[English]({english.name})", ""]
    assert text(english).splitlines()[1:4] == ["", f"[한국어]({korean.name})", ""]


@each_pair
def test_a_korean_page_links_korean_pages_where_there_are_any(korean: Path) -> None:
    switch, *others = [link.partition("#")[0] for link in links(korean) if "://" not in link]
    assert switch == in_english(korean).name
    pages = [korean.parent / link for link in others if link.endswith(".md") and not link.endswith(".ko.md")]
    assert [page.name for page in pages if page.with_suffix(".ko.md").exists()] == []


@each_pair
def test_a_korean_page_has_the_tables_of_the_english_page(korean: Path) -> None:
    """As many rows and columns; a cell that is nothing but code in both has the same code."""
    rows, english = cells(korean), cells(in_english(korean))
    assert [len(row) for row in rows] == [len(row) for row in english]
    for row, expected in zip(rows, english, strict=True):
        both = [(one, other) for one, other in zip(row, expected, strict=True) if only_code(one) and only_code(other)]
        assert [one for one, _ in both] == [other for _, other in both]


def cells(page: Path) -> list[list[str]]:
    rows = (line.strip() for line in text(page).splitlines() if line.strip().startswith("|"))
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def only_code(cell: str) -> bool:
    return re.fullmatch(r"`[^`]+`(, `[^`]+`)*", cell) is not None


GLOSSARY = ROOT / "docs" / "glossary.md"
REFUSED = [
    word for row in cells(GLOSSARY) if len(row) == 5 for word in row[3].split(", ") if re.search("[가-힣]", word)
]


@each_pair
def test_a_korean_page_uses_the_words_of_the_glossary(korean: Path) -> None:
    assert {"서버", "작업"} <= set(REFUSED)
    assert [word for word in REFUSED if word in text(korean)] == []
