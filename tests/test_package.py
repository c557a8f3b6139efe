"""The package as users get it: one wheel that holds all it needs and nothing else."""

from __future__ import annotations

import email
import importlib.metadata
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

import shipit

ROOT = Path(__file__).parent.parent
FILES = "shipit_release"  # how the names of the packages begin
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def built(kind: str, directory: Path) -> Path:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", directory], cwd=ROOT, check=True)
    (archive,) = directory.iterdir()
    return archive


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(built("wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def test_these_tests_run_against_the_installed_wheel() -> None:
    assert "site-packages" in Path(shipit.__file__).parts


def test_the_wheel_holds_every_module_and_the_typing_marker(wheel: zipfile.ZipFile) -> None:
    sources = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.py")}
    assert sources | {"shipit/py.typed"} <= set(wheel.namelist())


def test_the_wheel_holds_the_page_that_explains_errors(wheel: zipfile.ZipFile) -> None:
    assert wheel.read("shipit/docs/errors.md") == (ROOT / "docs/errors.md").read_bytes()


def test_the_wheel_holds_the_changelog_templates_byte_for_byte(wheel: zipfile.ZipFile) -> None:
    templates = list((ROOT / "templates").rglob("*.j2"))
    assert templates
    for path in templates:
        assert wheel.read(f"shipit/{path.relative_to(ROOT).as_posix()}") == path.read_bytes()


def test_the_wheel_holds_the_manual_for_man(wheel: zipfile.ZipFile) -> None:
    place = f"{FILES}-{PROJECT['version']}.data/data/share/man/man1/shipit.1"
    assert wheel.read(place) == (ROOT / "man/shipit.1").read_bytes()


def test_the_wheel_holds_nothing_but_the_package(wheel: zipfile.ZipFile) -> None:
    beside = {f"{FILES}-{PROJECT['version']}.{kind}" for kind in ("data", "dist-info")}
    assert {name.partition("/")[0] for name in wheel.namelist()} == {"shipit", *beside}
    assert not [name for name in wheel.namelist() if "/test_" in name or name.endswith(".pyc")]


def test_the_metadata_says_what_the_project_file_says(metadata: Message) -> None:
    told = [metadata[field] for field in ("Name", "Version", "License-Expression", "Requires-Python")]
    assert told == ["shipit-release", PROJECT["version"], "MIT", ">=3.11"]
    extras = {
        f"{need}; extra == '{extra}'" for extra, needs in PROJECT["optional-dependencies"].items() for need in needs
    }
    assert set(metadata.get_all("Requires-Dist", [])) == {*PROJECT["dependencies"], *extras}
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_the_wheel_carries_its_licence(wheel: zipfile.ZipFile) -> None:
    (licence,) = (name for name in wheel.namelist() if name.endswith("/LICENSE"))
    assert b"The shipit authors" in wheel.read(licence)


def test_a_wheel_can_be_built_from_the_source_distribution(tmp_path: Path) -> None:
    archive = built("sdist", tmp_path / "sdist")
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True)
    unpacked = tmp_path / f"{FILES}-{PROJECT['version']}"
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=unpacked, check=True)
    assert list(unpacked.glob(f"dist/{FILES}-*.whl"))


@pytest.mark.parametrize("command", [[sys.executable, "-m", "shipit"], [Path(sys.executable).parent / "shipit"]])
def test_the_program_tells_the_version_that_is_installed(command: list[str | Path]) -> None:
    told = subprocess.run([*command, "--version"], check=True, capture_output=True, text=True).stdout
    assert told.split()[-1] == importlib.metadata.version(PROJECT["name"]) == PROJECT["version"]


def test_the_lock_files_name_no_place_to_download_from_and_hash_every_package() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        packages = [block for block in path.read_text().split("\n") if "==" in block and not block.startswith(" ")]
        assert packages
        assert all(line.endswith("\\") for line in packages)
        assert "://" not in path.read_text()
