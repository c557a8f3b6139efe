from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "package-json": ('{"name": "é", "version": "@", "x": {"version": "9.9.9"}, "n": [1, "version"]}', ()),
    "package-lock": (
        '{"version": "@", "packages": {"": {"version": "@"}, "node_modules/a": {"version": "9.9.9"}}}\n',
        (),
    ),
}  # fmt: skip

PACKAGE, LOCK = FORMATS["package-json"], FORMATS["package-lock"]


def test_only_the_version_at_the_top_changes() -> None:
    text = '{\n\t"engines": {"version": "9.9.9"},\n\t"version" : "@",\n\t"scripts": {"v": "\\"version\\": \\"9\\""}\n}'
    assert PACKAGE.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


@pytest.mark.parametrize(
    "text",
    [
        '{"version": "@", "dependencies": {"a": {"version": "9.9.9"}}}',
        '{"version": "@", "packages": {"": {"name": "a", "version": "@"}, "web": {"version": "9.9.9"}}}',
    ],
)
def test_lock_files_of_all_npm_versions_are_updated(text: str) -> None:
    assert LOCK.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_an_outdated_lock_file_is_corrected() -> None:
    text = '{"version": "1.2.3", "packages": {"": {"version": "1.0.0"}}}'
    assert LOCK.write(text, "2.0.0") == '{"version": "2.0.0", "packages": {"": {"version": "2.0.0"}}}'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"private": true}', "`version` is not set"),
        ('{"version": 1}', "`version` is not set"),
        ('{"version": "1.0.0", "version": "1.0.0"}', "set 2 times"),
        ('{"version": "1.0.\\u0030"}', "not a plain version"),
        ('{"version": "1.0.0",}', "this is not valid JSON"),
        ('["version"]', "`version` is not set"),
        ('"version"', "`version` is not set"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_a_package_without_one_plain_version_is_refused(text: str, what: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        PACKAGE.read(text)
    assert what in caught.value.what


def test_a_syntax_error_is_reported_with_its_line() -> None:
    with pytest.raises(VersionFileError) as caught:
        PACKAGE.read('{\n"version": oops}')
    assert caught.value.where == "line 2"


def test_only_places_that_can_be_a_version_are_proposed() -> None:
    scripts = '{"scripts": {"new-version": "lerna version"}, "engines": {"version": "5.6.1"}}'
    with pytest.raises(VersionFileError) as caught:
        FORMATS["package-json"].read(scripts)
    assert caught.value.hint == "set `version` in the file, or use another place in `paths`: `engines.version`"
