from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "cargo": ('[package]\r\nname = "a"\r\nversion = "@"\r\n[dependencies]\r\nb = { version = "9.9.9" }\r\n', ()),
    "cargo-lock": (
        'version = 3\n[[package]]\nname = "a"\nversion = "9.9.9"\nsource = "registry"\n'
        '[[package]]\nname = "ours"\nversion = "@"\ndependencies = [\n "a",\n]\n',
        (),
    ),
}  # fmt: skip

MANIFEST, LOCK = FORMATS["cargo"], FORMATS["cargo-lock"]

REGISTRY = '[[package]]\nname = "serde"\nversion = "1.2.3"\nsource = "registry+https://example.com"\n\n'
OURS = '[[package]]\nname = "ours"\nversion = "@"\ndependencies = [\n "serde",\n]\n\n'
UNUSED = '[[patch.unused]]\nname = "patch"\nversion = "1.2.3"\n'
THEIRS = '[[package]]\nname = "theirs"\nversion = "1.2.3"\n'


@pytest.mark.parametrize(
    "text",
    [
        '[package]\nname = "a"\nversion = "@"\n[dependencies]\nb = "9.9.9"\n[dependencies.c]\nversion = "9.9.9"\n',
        '[workspace.package]\nversion = "@"\n[package]\nname = "a"\nversion.workspace = true\n',
    ],
)
def test_the_version_of_the_package_or_its_workspace_changes(text: str) -> None:
    assert MANIFEST.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ('[package]\nname = "a"\nversion.workspace = true', "no version of its own", "workspace"),
        ('[package]\nversion = "1.0.0"\n[workspace.package]\nversion = "1.0.0"', "both", "choose with"),
    ],
)
def test_a_manifest_without_one_version_is_refused(text: str, what: str, hint: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        MANIFEST.read(text)
    assert what in caught.value.what
    assert hint in (caught.value.hint or "")


def test_in_a_lock_file_the_version_of_the_only_local_crate_is_used() -> None:
    text = "version = 3\n\n" + REGISTRY + OURS + UNUSED
    assert LOCK.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_a_crate_of_a_workspace_can_be_named() -> None:
    text = REGISTRY + OURS + THEIRS
    assert LOCK.write(text.replace("@", "1.2.3"), "2.0.0", ["ours"]) == text.replace("@", "2.0.0")


@pytest.mark.parametrize(
    ("text", "paths", "what"),
    [
        (
            REGISTRY + OURS.replace("@", "1.0.0") + THEIRS,
            [],
            '2 packages of this Cargo.lock are local: "ours", "theirs"',
        ),
        (
            "".join(OURS.replace("ours", f"c{n}") for n in range(6)),
            [],
            '6 packages of this Cargo.lock are local: "c0", "c1", "c2", "c3", "c4", …',
        ),
        (REGISTRY, [], "0 packages of this Cargo.lock are local"),
        (REGISTRY, ["serde"], "`serde` is not set"),
        (REGISTRY, ["ours"], "`ours` is not set"),
        (THEIRS + THEIRS, ["theirs"], "set 2 times"),
    ],
)
def test_a_lock_file_without_exactly_that_crate_is_refused(text: str, paths: list[str], what: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        LOCK.read(text, paths)
    assert what in caught.value.what
