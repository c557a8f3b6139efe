"""Large and hostile version files: linear time, and an error that names the limit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from growth import time_growth

from shipit.core import limits
from shipit.versionfiles import FORMATS, VersionFileError, declared
from shipit.versionfiles.projects.maven_modules import module_versions
from shipit.versionfiles.projects.maven_uses import MavenProject, maven_project

pytestmark = pytest.mark.slow

Shape = Callable[[int], str]
"""Returns a text with about as many characters as the argument."""


def times(part: str, before: str = "", after: str = "", closing: str = "") -> Shape:
    """Return the shape that repeats `part`, with `{i}` as a number, and then `closing` as often."""

    def shape(size: int) -> str:
        count = size // (len(part) + len(closing))
        many = "".join(part.replace("{i}", str(number)) for number in range(count)) if "{i}" in part else part * count
        return before + many + closing * count + after

    return shape


GRADLE = "version = '1.2.3'\n"
TOML = 'version = "1.2.3"\n'
YAML = "version: 1.2.3\n"
XML = "<project><version>1.2.3</version>"
PYTHON = '__version__ = "1.2.3"\n'
MARKER = "1.2.3 # x-shipit-version\n"

GRADLE_SHAPES = {
    "assignments": times("k{i} = 'v'\n", GRADLE),
    "blocks": times("a {", GRADLE, closing="}"),
    "open blocks": times("{", GRADLE),
    "values": times("x = {", GRADLE, closing="}"),
    "lambdas": times("x = a -> ", GRADLE),
    "parentheses": times("(", GRADLE + "x = ", closing=")"),
    "blocks in parentheses": times("(", GRADLE + "x = ", closing="{}"),
    "open parentheses": times("x = (", GRADLE),
    "empty lines": times("\n", GRADLE + "x = 1"),
    "comments at line ends": times("x = // c\n\n", GRADLE),
    "dots": times("a.", GRADLE, "b = 1"),
    "words": times("a ", GRADLE),
    "templates": times('"${', GRADLE + "x = ", closing='}"'),
    "open template": times("${", GRADLE + 'x = "'),
    "comment": times("/*", GRADLE),
    "slashes": times("/", GRADLE + "x = "),
    "dollars": times("$/", GRADLE + "x = "),
    "quotes": times("a = '", GRADLE),
    "versions": times(GRADLE),
    "versions of blocks": times("a{i}.version = '1'\n"),
    "computed version": times("a.", "version = "),
    "computed property": times("property (", "version = "),
}
TOML_SHAPES = {
    "keys": times('k{i} = "v"\n', TOML),
    "missing": times('k{i} = "v"\n'),
    "tables": times('[t{i}]\na = "v"\n', TOML),
    "arrays of tables": times('[[p]]\na = "v"\n', TOML),
    "parts": times("a.", TOML, 'a = "x"'),
    "parts with spaces": times("a . ", TOML, 'a = "x"'),
    "quoted parts": times('"a".', TOML, 'a = "x"'),
    "parts of a header": times("a.", TOML + "[", "a]"),
    "array": times('"x",', TOML + "a = [", "]"),
    "inline tables": times("{a=", TOML + "a = ", "1", closing="}"),
    "inline table": times("a{i}=1,", TOML + "a = {", "a=1}"),
    "quotes": times('"" ', TOML + 'a = """', '"""'),
    "lines": times("\n", TOML + 'a = """', '"""'),
    "escapes": times(r"\\", TOML + 'a = "', '"'),
    "escaped quotes": times('"\\', TOML + "a = "),
    "escaped quotes in an open text": times('\\"', TOML + 'a = """'),
}
YAML_SHAPES = {
    "keys": times("k{i}: v\n", YAML),
    "list": times("- x\n", YAML + "a:\n"),
    "brackets": times("[", YAML + "a: ", closing="]"),
    "brackets on many lines": times(f"- {'[' * 60}{']' * 60}\n", YAML + "a:\n"),
    "nested lines": times("[\n", YAML + "a: "),
    "words": times("x ", YAML + 'a: "', '"'),
    "aliases": times("b{i}: *a\n", YAML + "a: &a [x]\n"),
    "spaces": times(" ", YAML + "a: ", "x"),
    "lines": times("  x\n", YAML + "a: |\n"),
}
JSON_SHAPES = {
    "keys": times('"k{i}": "v",', "{", '"version": "1.2.3"}'),
    "missing": times('"k{i}": "v",', "{", '"x": "1.2.3"}'),
    "objects": times('{"a":', "", "1", closing="}"),
    "long keys": lambda size: '{"version": "1.2.3", "a": ' + f'{{"{"k" * (size // 100)}":' * 100 + '"v"' + "}" * 101,
    "list": times('"x",', '{"version": "1.2.3", "a": [', '"x"]}'),
    "escapes": times(r"\\", '{"version": "1.2.3", "a": "', '"}'),
    "text": times("x", '{"version": "1.2.3", "a": "', '"}'),
}
XML_SHAPES = {
    "elements": times("<k{i}>v</k{i}>", XML, "</project>"),
    "nested": times("<a>", XML, "</project>", closing="</a>"),
    "nested with texts": times("<a><v>1</v>", XML, "</project>", closing="</a>"),
    "attribute": times("x", XML + '<a b="', '"/></project>'),
    "attributes": times(' b{i}="x"', XML + "<a", "/></project>"),
    "spaces": times(" ", XML + "<a>", "x</a></project>"),
    "CDATA": times("]", XML + "<a><![CDATA[", "]]></a></project>"),
    "versions": times("<version>1.2.3</version>", "<project>", "</project>"),
}
SHAPES: dict[str, dict[str, Shape]] = {
    "gradle": GRADLE_SHAPES,
    "gradle-kotlin": {"assignments": GRADLE_SHAPES["assignments"]},
    "properties": {
        "keys": times("k{i}=v\n", "", "version=1.2.3"),
        "missing": times("versio{i}=v\n"),
        "key": times("a", "", "\nversion=1.2.3"),
        "key before a backslash": times("a", "version=1.2.3\n", "\\"),
        "value before a backslash": times("a", "version=1.2.3\na=", "\\"),
        "backslashes": times("\\\n", "version=1.2.3\na="),
        "spaces": times(" ", "version=1.2.3\na=", "x"),
        "versions": times("version=1.2.3\n"),
    },
    "maven": XML_SHAPES,
    "package-json": JSON_SHAPES,
    "package-lock": {"keys": JSON_SHAPES["keys"]},
    "pyproject": {"keys": times('k{i} = "v"\n', f"[project]\n{TOML}")},
    "uv-lock": {"packages": times('[[package]]\nname = "p{i}"\nversion = "1"\nsource = { editable = "." }\n')},
    "cargo": {"keys": times('k{i} = "v"\n', f"[package]\n{TOML}")},
    "cargo-lock": {"packages": times('[[package]]\nname = "p{i}"\nversion = "1"\n')},
    "helm": {"keys": YAML_SHAPES["keys"]},
    "python": {
        "assignments": times('k{i} = "v"\n', PYTHON),
        "parentheses": times("(", PYTHON + "x = ", "1", closing=")"),
        "targets": times("a = ", PYTHON, "1"),
        "targets of a long text": lambda size: PYTHON + "a = " * (size // 8) + '"' + "x" * (size // 2) + '"',
        "versions": times(PYTHON),
        "line ends": times("\r", PYTHON),
    },
    "json": JSON_SHAPES,
    "yaml": YAML_SHAPES,
    "toml": TOML_SHAPES,
    "xml": {"elements": XML_SHAPES["elements"]},
    "plain": {"digits": times("1"), "lines": times("\n", "1.2.3", "x"), "words": times(" 1.2.3")},
    "marker": {
        "lines": times("x 1.2\n", MARKER),
        "numbers": times("1.2.", "", MARKER),
        "marks": times(MARKER),
        "marks on a line": times("x-shipit-version ", "1.2.3 "),
        "block": times("1.2.3 x\n", "x-shipit-version-start\n", "x-shipit-version-end"),
        "pre-release": times("-a", "1.2.3", f"! {MARKER}"),
        "parts": times(".1", "1.2.3-a", f"a {MARKER}"),
    },
}
PATHS = {"json": ["version"], "yaml": ["version"], "toml": ["version"], "xml": ["project.version"]}
SMALL = {"yaml": 1_000, "helm": 1_000}


def attempt(name: str, text: str) -> Callable[[], object]:
    """Return the work that reads and writes the version in `text`, if there is one."""

    def work() -> None:
        with suppress(VersionFileError):
            FORMATS[name].write(text, "2.0.0", PATHS.get(name, ()))

    return work


def test_each_format_has_hostile_texts() -> None:
    assert SHAPES.keys() == FORMATS.keys()


@pytest.mark.parametrize(("name", "shape"), [(name, shape) for name, shapes in SHAPES.items() for shape in shapes])
def test_twice_the_text_takes_twice_the_time(name: str, shape: str) -> None:
    text = SHAPES[name][shape]
    assert time_growth(lambda size: attempt(name, text(size)), SMALL.get(name, 4_000)) < 2.3


USE = "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency>"


@pytest.mark.parametrize(
    "shape",
    [
        times(USE, "<project><dependencies>", "</dependencies></project>"),
        times("<dependencies><dependency><version>1</version>", f"<project>{USE}", "", "</dependency></dependencies>"),
    ],
)
def test_twice_the_dependencies_take_twice_the_time(shape: Shape) -> None:
    def attempt_on(size: int) -> Callable[[], object]:
        text = shape(size)
        project = MavenProject((), {"g:a": "1"})

        def work() -> None:
            project.uses_in(text)
            with suppress(VersionFileError):
                FORMATS["maven"].write(text, "2.0.0", ["g:a"])

        return work

    assert time_growth(attempt_on, 4_000) < 2.3


@pytest.mark.parametrize("name", FORMATS)
def test_a_number_of_5000_digits_is_no_version(name: str) -> None:
    digits = "1" * 5_000
    samples = {
        **dict.fromkeys(["gradle", "gradle-kotlin"], f"version = '{digits}.0.0'\nx = {digits}"),
        "properties": f"version={digits}.0.0",
        **dict.fromkeys(["maven", "xml"], f"<project><version>{digits}.0.0</version></project>"),
        **dict.fromkeys(["package-json", "package-lock", "json"], f'{{"version": "{digits}.0.0", "x": {digits}}}'),
        "pyproject": f'[project]\nversion = "{digits}.0.0"\nx = {digits}',
        "cargo": f'[package]\nversion = "{digits}.0.0"\nx = {digits}',
        "toml": f'version = "{digits}.0.0"\nx = {digits}',
        **dict.fromkeys(["uv-lock"], f'[[package]]\nname = "a"\nversion = "{digits}.0.0"\nsource.editable = "."'),
        "cargo-lock": f'[[package]]\nname = "a"\nversion = "{digits}.0.0"',
        **dict.fromkeys(["helm", "yaml"], f"version: {digits}.0.0\nx: {digits}"),
        "python": f'__version__ = "{digits}.0.0"\nx = {digits}',
        "plain": f"{digits}.0.0",
        "marker": f"{digits}.0.0 # x-shipit-version",
    }
    with pytest.raises(VersionFileError) as error:
        declared(FORMATS[name].read(samples[name], PATHS.get(name, ())))
    assert len(error.value.what) < 300


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_above_the_limit_is_refused_at_once(name: str) -> None:
    with pytest.raises(VersionFileError, match="larger than 10 MiB") as error:
        FORMATS[name].read("\n" * (limits.VERSION_FILE + 1), PATHS.get(name, ()))
    assert error.value.hint


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_in_utf_16_is_refused(name: str) -> None:
    text = "version = '1.2.3'".encode("utf-16").decode("utf-8", "surrogateescape")
    with pytest.raises(VersionFileError, match="NUL bytes"):
        FORMATS[name].write(text, "2.0.0", PATHS.get(name, ()))


def test_a_yaml_file_above_its_limit_names_the_way_out() -> None:
    with pytest.raises(VersionFileError, match="larger than 2 MiB") as error:
        FORMATS["yaml"].read("# x\n" * (limits.YAML_FILE // 4 + 1), ["version"])
    assert 'format = "marker"' in (error.value.hint or "")


def test_a_path_that_is_too_long_is_not_found() -> None:
    name = "k" * (limits.VALUE_PATH + 1)
    for path in (name, name + "k"):
        with pytest.raises(VersionFileError, match="is not set"):
            FORMATS["json"].read(f'{{"{name}kk": "1.2.3", "{name}": "1.2.3"}}', [path])


def test_a_long_chain_of_maven_modules_is_followed_to_its_end() -> None:
    own = "<groupId>g</groupId><artifactId>a</artifactId><version>1.2.3</version>"
    child = f"<project><parent>{own}</parent><artifactId>m</artifactId><modules><module>m</module></modules></project>"
    depth = 2_000
    poms = {"m/" * level + "pom.xml": child for level in range(1, depth + 1)}
    poms["pom.xml"] = f"<project>{own}<modules><module>m</module></modules></project>"
    assert len(list(module_versions("pom.xml", poms.get))) == depth
    written = dict.fromkeys(reversed(poms), "1.2.3")
    assert len(maven_project(written, poms.get, with_heirs=True).poms) == depth + 1


def test_a_module_that_is_named_often_is_read_once() -> None:
    reads = []

    def read(path: str) -> str | None:
        reads.append(path)
        own = "<groupId>g</groupId><artifactId>a</artifactId><version>1.2.3</version>"
        modules = "<module>broken.xml</module>" * 50
        return f"<project>{own}<modules>{modules}</modules></project>" if path == "pom.xml" else "<"

    assert list(module_versions("pom.xml", read)) == []
    assert reads == ["pom.xml", "broken.xml"]
