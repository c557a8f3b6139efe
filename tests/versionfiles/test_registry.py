from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError, declared, detect, format_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("build.gradle", "gradle"),
        ("api/versions.gradle", "gradle"),
        ("build.gradle.kts", "gradle-kotlin"),
        ("gradle.properties", "properties"),
        ("pom.xml", "maven"),
        ("web/package.json", "package-json"),
        ("package-lock.json", "package-lock"),
        ("npm-shrinkwrap.json", "package-lock"),
        ("pyproject.toml", "pyproject"),
        ("uv.lock", "uv-lock"),
        ("src/app/__init__.py", "python"),
        ("Cargo.toml", "cargo"),
        ("Cargo.lock", "cargo-lock"),
        ("charts/app/Chart.yaml", "helm"),
        ("openapi.yml", "yaml"),
        ("openapi.json", "json"),
        ("app.csproj", "xml"),
        ("gradle/libs.versions.toml", "toml"),
        ("README.md", "marker"),
    ],
)
def test_the_format_is_detected_by_the_name_of_the_file(path: str, name: str) -> None:
    assert format_of(path) is FORMATS[name]


def test_a_named_format_wins_over_the_file_name() -> None:
    assert format_of("build.gradle", "marker") is FORMATS["marker"]


def test_an_unknown_format_is_none() -> None:
    assert format_of("build.gradle", "gradel") is None


def test_version_files_at_the_root_are_detected_in_the_order_of_the_registry() -> None:
    paths = ["Chart.yaml", "package.json", "package-lock.json", "gradle.properties", "build.gradle", "src/A.java"]
    assert detect(paths) == ("build.gradle", "gradle.properties", "package.json", "package-lock.json", "Chart.yaml")


def test_files_below_the_root_and_general_formats_are_not_detected() -> None:
    assert detect(["api/build.gradle", "setup.py", "openapi.yaml", "README.md", "settings.gradle"]) == ()


@pytest.mark.parametrize(
    ("found", "release"),
    [
        ("1.2.3", "1.2.3"),
        ("0.0.1-SNAPSHOT", "0.0.1"),
        ("1.0-SNAPSHOT", "1.0.0"),
        ("2", "2.0.0"),
        ("1.2.3-rc.1", "1.2.3-rc.1"),
        ("1.2.3-rc.1-SNAPSHOT", "1.2.3-rc.1"),
        ("1.2.3+5", "1.2.3+5"),
    ],
)
def test_the_declared_version_is_without_snapshot_and_with_three_numbers(found: str, release: str) -> None:
    assert declared(found) == release


@pytest.mark.parametrize(
    "found", ["unspecified", "", "-SNAPSHOT", "1.2.3.RELEASE", "01.2.3", "1..2", "v1.2.3", "1１.2.3"]
)
def test_a_text_that_is_not_a_version_is_refused(found: str) -> None:
    with pytest.raises(VersionFileError, match="is not a version"):
        declared(found)


@pytest.mark.parametrize("found", ["9" * 5000, f"1.{'9' * 5000}.0-SNAPSHOT", f"1.0.0-beta.{'9' * 5000}"])
def test_a_version_with_thousands_of_digits_is_refused(found: str) -> None:
    with pytest.raises(VersionFileError):
        declared(found)
