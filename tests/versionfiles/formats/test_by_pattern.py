from __future__ import annotations

import pytest
from hypothesis import given
from versionfiles.test_laws import TEXTS, VERSIONS

from shipit.versionfiles import FORMATS, VersionFileError, format_of
from shipit.versionfiles.base import VersionFile


def format(pattern: str) -> VersionFile:
    found = format_of("README.md", pattern=pattern)
    assert found
    return found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("ktx:{version}", 'implementation("acme:ktx:@")\nplugin 9.9.9'),
        ("{version}", "the version is @."),
        ("(v{version})", "app 9.9.9 (v@) (9.9.9)"),
        ("app-{version}.jar", "java -jar app-@.jar"),
        ("<b>{version}</b>", "<a>9.9.9</a><b>@</b>\r\n"),
        ("버전: {version}", "버전: @ 🚀"),
        ("a.c*[{version}]", "abc[9.9.9] a.c*[@]"),
    ],
)
@pytest.mark.parametrize("old", ["1.2.3", "1.2.3-SNAPSHOT", "1.2.3-rc.1"])
def test_only_the_version_at_the_place_changes(pattern: str, text: str, old: str) -> None:
    assert format(pattern).read(text.replace("@", old)) == old
    assert format(pattern).write(text.replace("@", old), "2.0.0-beta.1") == text.replace("@", "2.0.0-beta.1")


def test_a_pattern_that_matches_no_place_is_refused_with_what_would_match() -> None:
    with pytest.raises(VersionFileError) as caught:
        format("ktx:{version}").read("ktx:latest")
    assert caught.value.what == "`ktx:{version}` matches no place in this file"
    assert "`ktx:0.1.0`" in (caught.value.hint or "")


def test_a_pattern_that_matches_several_places_is_refused_with_their_lines() -> None:
    with pytest.raises(VersionFileError) as caught:
        format("ktx:{version}").write("ktx:1.0.0\n\nktx:1.0.0", "1.1.0")
    assert caught.value.what == "`ktx:{version}` is set 2 times (lines 1, 3)"
    assert caught.value.where == "line 1"
    assert "into `pattern`" in (caught.value.hint or "")


def test_the_name_of_the_file_does_not_count() -> None:
    assert format_of("build.gradle", pattern="x-{version}") is not FORMATS["gradle"]


@given(old=VERSIONS, new=VERSIONS)
def test_writing_changes_the_version_and_nothing_else(old: str, new: str) -> None:
    assert format("ktx:{version}'").write(f"9.9.9 'a:ktx:{old}'\n", new) == f"9.9.9 'a:ktx:{new}'\n"


@given(text=TEXTS, version=VERSIONS)
def test_any_text_is_either_written_correctly_or_refused(text: str, version: str) -> None:
    file = format("{version}")
    try:
        written = file.write(text, version)
    except VersionFileError:
        return
    assert file.read(written) == version
    assert file.write(written, version) == written
