from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError, detect

SAMPLES = {"plain": ("\n@\n", ())}

PLAIN = FORMATS["plain"]


@pytest.mark.parametrize("text", ["@", "@\n", "\ufeffv@\r\n", "  @\t\n\n"])
def test_only_the_version_changes(text: str) -> None:
    assert PLAIN.write(text.replace("@", "1.2.3-SNAPSHOT"), "2.0.0-rc.1") == text.replace("@", "2.0.0-rc.1")


@pytest.mark.parametrize("text", ["", "main", "1.2.3\n1.2.4", "version=1.2.3", "1.2.3 # comment"])
def test_a_file_with_anything_else_is_refused_with_another_way(text: str) -> None:
    with pytest.raises(VersionFileError, match="does not hold one version") as caught:
        PLAIN.read(text)
    assert "`pattern`" in (caught.value.hint or "")


def test_both_names_are_detected_at_the_root() -> None:
    assert detect(["VERSION", "version.txt", "lib/VERSION"]) == ("version.txt", "VERSION")
