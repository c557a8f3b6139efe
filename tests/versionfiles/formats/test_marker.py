from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "marker": ("app-@.jar # x-shipit-version\n9.9.9\n# x-shipit-version-start\n\n v@\n# x-shipit-version-end", ()),
}  # fmt: skip

MARKER = FORMATS["marker"]


@pytest.mark.parametrize(
    "text",
    [
        "VERSION=@ # x-shipit-version",
        "VERSION=@ # x-release-please-version",
        "9.9.9\n// x-release-please-start-version\n@\n// x-release-please-end\n9.9.9",
        "<version>@</version> <!-- x-shipit-version -->\n<version>9.9.9</version>",
        "java -jar app-@.jar  # x-shipit-version\r\n",
        "unpack app-@.7z # x-shipit-version",
        "image: registry:5000/app:v@ # x-shipit-version",
        "@ // x-shipit-version\n@ // x-shipit-version",
        "9.9.9\n<!-- x-shipit-version-start -->\n```\napp:@\nno version\n```\n<!-- x-shipit-version-end -->\n9.9.9",
        "10.0.0.1 is not @ # x-shipit-version",
    ],
)
@pytest.mark.parametrize("old", ["1.2.3", "1.2.3-SNAPSHOT", "1.2.3-rc.1"])
def test_only_the_version_on_marked_lines_changes(text: str, old: str) -> None:
    assert MARKER.read(text.replace("@", old)) == old
    assert MARKER.write(text.replace("@", old), "2.0.0-beta.1") == text.replace("@", "2.0.0-beta.1")


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("1.2.3", "no version in this file is marked", None),
        ("\nno version # x-shipit-version", "this line contains 0 versions", "line 2"),
        ("1.2.3 1.2.4 # x-shipit-version", "this line contains 2 versions", "line 1"),
        ("\n# x-shipit-version-start\n1.2.3\n", "has no end", "line 2"),
        ("# x-shipit-version-start\n# x-shipit-version-end\n", "no version in this file is marked", None),
        ("1.2.3 # x-shipit-versions", "no version in this file is marked", None),
    ],
)
def test_a_file_without_a_version_on_a_marked_line_is_refused(text: str, what: str, where: str | None) -> None:
    with pytest.raises(VersionFileError) as caught:
        MARKER.read(text)
    assert what in caught.value.what
    assert caught.value.where == where


def test_a_version_that_would_merge_with_the_text_after_it_is_refused() -> None:
    with pytest.raises(VersionFileError, match="cannot be written"):
        MARKER.write("app-1.2.3.jar # x-shipit-version", "2.0.0-alpha.beta")
