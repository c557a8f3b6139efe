"""Workflows that still name shipit by a placeholder."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan.clones import clone_of, configure, doctor
from repositories import Repository

from shipit.finding import Finding


@pytest.fixture
def clone(repo: Repository) -> Path:
    repo.commit("feat: begin")
    return clone_of(repo)


def found(clone: Path, uses: str, name: str = "pipeline.yml") -> Finding | None:
    (clone / ".github/workflows").mkdir(parents=True, exist_ok=True)
    (clone / ".github/workflows" / name).write_text(f"# Replace OWNER/shipit\njobs:\n  a:\n    steps:\n{uses}\n")
    return doctor(clone).get("workflow-placeholder")


@pytest.mark.parametrize(
    ("uses", "name"),
    [
        ("      - uses: OWNER/shipit@COMMIT", "pipeline.yml"),
        ("        uses: OWNER/shipit/.github/workflows/release.yml@COMMIT", "release.yaml"),
        ("        uses: acme/shipit@COMMIT # v1", "a.yml"),
        ("        uses: 'OWNER/shipit@0a1b2c3d'", "a.yml"),
    ],
)
def test_a_placeholder_is_a_warning_with_the_line_and_the_fix(clone: Path, uses: str, name: str) -> None:
    finding = found(clone, uses, name)
    assert finding
    assert finding.severity == "warning"
    assert finding.what.startswith(f"`.github/workflows/{name}`, line 5, names shipit by a placeholder")
    assert finding.fix.endswith(f"grep -n 'OWNER/shipit' .github/workflows/{name}")


def test_it_is_found_also_if_the_release_is_not_ready(clone: Path) -> None:
    configure(clone, "release.branch = 'other'")
    assert found(clone, "      - uses: OWNER/shipit@COMMIT")


@pytest.mark.parametrize("uses", ["      - uses: acme/shipit@0a1b2c3d", "      - run: echo OWNER/shipit@COMMIT", ""])
def test_other_workflows_are_none(clone: Path, uses: str) -> None:
    assert found(clone, uses) is None


def test_a_workflow_that_cannot_be_read_is_none(clone: Path) -> None:
    (clone / ".github/workflows").mkdir(parents=True)
    (clone / ".github/workflows/a.yml").write_bytes(b"\xff\xfe uses: OWNER")
    (clone / ".github/workflows/b.yml").symlink_to("nowhere")
    assert "workflow-placeholder" not in doctor(clone)
