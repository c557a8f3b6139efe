"""The findings about features that a builder lacks, and about missing inputs of a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipit.adapters.engine.builder import Builder, builder_findings, missing_inputs
from shipit.core.images import Build

CLASSIC = Builder("20.10.24", "linux/amd64")
BUILDX = Builder("20.10.24", "linux/amd64", buildx="0.13.1")
ELSEWHERE = Builder("20.10.24", "linux/amd64", buildx="0.13.1", driver="docker-container")
CONTAINERD = Builder("26.1.5", "linux/amd64", containerd=True, buildx="0.13.1")

PLAIN = Build()
NATIVE = Build(platforms=("linux/amd64",))
FOREIGN = Build(platforms=("linux/arm64",))
BOTH = Build(platforms=("linux/amd64", "linux/arm64"))
SECRET = Build(secrets={"npm": "NPM_TOKEN"})
CACHED = Build(cache_from=("acme/app:cache",))
INLINE = Build(cache_to=("type=inline",))
EXPORTED = Build(cache_to=("type=registry,ref=acme/app:cache",))
PROVENANCE = Build(provenance=True)
SBOM = Build(sbom=True)
ALL = {
    "plain": PLAIN, "native": NATIVE, "foreign": FOREIGN, "both": BOTH, "secret": SECRET, "cached": CACHED,
    "inline": INLINE, "exported": EXPORTED, "provenance": PROVENANCE, "sbom": SBOM,
}  # fmt: skip


@pytest.mark.parametrize(
    ("builder", "refused"),
    [
        (CLASSIC, {"foreign", "both", "secret", "cached", "inline", "exported", "provenance", "sbom"}),
        (BUILDX, {"both", "exported", "provenance", "sbom"}),
        (ELSEWHERE, {"both", "provenance", "sbom"}),
        (CONTAINERD, set()),
    ],
    ids=["classic", "buildx", "buildx elsewhere", "buildx on containerd"],
)
def test_each_builder_refuses_what_it_cannot_do(builder: Builder, refused: set[str]) -> None:
    assert {name for name, build in ALL.items() if list(builder_findings(build, builder))} == refused


def test_a_finding_about_the_classic_builder_says_to_install_buildx() -> None:
    (finding,) = builder_findings(Build(secrets={"npm": "NPM_TOKEN"}, provenance=True), CLASSIC)
    assert (finding.code, finding.severity) == ("builder", "error")
    assert finding.what == "the classic builder of docker 20.10.24 cannot build with secrets, provenance"
    assert finding.fix.startswith("install docker buildx: ")


def test_a_finding_about_several_platforms_says_to_use_the_containerd_store() -> None:
    (finding,) = builder_findings(BOTH, BUILDX)
    assert "several platforms" in finding.what
    assert '{"features": {"containerd-snapshotter": true}}' in finding.fix


def test_a_builder_is_shown_by_its_name_and_version() -> None:
    assert str(BUILDX) == "BuildKit (docker buildx 0.13.1)"
    assert str(CLASSIC).startswith("the classic builder of docker 20.10.24 (docker buildx is not installed")


def test_all_missing_inputs_of_a_build_are_reported_at_once(tmp_path: Path) -> None:
    build = Build(context="front", dockerfile="front/Dockerfile", secrets={"npm": "NPM_TOKEN"})
    findings = list(missing_inputs(build, str(tmp_path), {"NPM_TOKEN": ""}))
    assert [finding.code for finding in findings] == ["build-context", "dockerfile", "build-secret"]
    assert ["front`" in findings[0].what, "front/Dockerfile" in findings[1].what, "NPM_TOKEN" in findings[2].what]
    (tmp_path / "front").mkdir()
    (tmp_path / "front" / "Dockerfile").touch()
    assert list(missing_inputs(build, str(tmp_path), {"NPM_TOKEN": "n"})) == []
