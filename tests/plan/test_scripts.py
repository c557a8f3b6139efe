"""Scripts in the configured commands that are not executable in the commit."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan.clones import clone_of, configure, doctor
from repositories import Repository, run


@pytest.fixture
def clone(repo: Repository) -> Path:
    repo.commit("feat: begin", files={"gradlew": "#!/bin/sh\n", "web/build.sh": "#!/bin/sh\n"})
    return clone_of(repo)


def found(clone: Path, toml: str) -> list[str]:
    configure(clone, toml)
    return [each.what for code, each in doctor(clone).items() if code == "not-executable"]


@pytest.mark.parametrize(
    ("toml", "path"),
    [
        ("release.prepare = ['./gradlew build']", "gradlew"),
        ("release.prepare = ['CI=1 ./gradlew build && echo']", "gradlew"),
        ("environments.dev.build = ['cd . && web/build.sh']", "web/build.sh"),
        ("environments.dev.build = ['chmod +x gradlew', './gradlew a', 'web/build.sh']", "web/build.sh"),
        ("environments.dev.build = ['./gradlew a', 'chmod +x gradlew']", "gradlew"),
        ("environments.dev.build = ['chmod +x gradlew']\nrelease.prepare = ['./gradlew a']", "gradlew"),
    ],
)
def test_a_script_that_git_does_not_hold_as_executable_is_a_warning(clone: Path, toml: str, path: str) -> None:
    [what] = found(clone, toml)
    assert f"`{path}`" in what
    finding = doctor(clone)["not-executable"]
    assert finding.severity == "warning"
    run(clone, *finding.fix.partition(" && ")[0].split()[1:])
    assert found(clone, toml) == []


@pytest.mark.parametrize(
    "command",
    [
        "chmod +x gradlew && ./gradlew build",
        "chmod +x ./gradlew', './gradlew buildsh ./gradlew build",
        "./missing",
        "gradle build",
        "echo ./gradlew",
    ],
)
def test_other_commands_are_none(clone: Path, command: str) -> None:
    assert found(clone, f"release.prepare = ['{command}']") == []
