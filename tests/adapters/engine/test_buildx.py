"""The command line and the environment of `docker buildx`."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipit.adapters.engine import buildx
from shipit.core.images import Build

BASE = ["docker", "buildx", "build", "--load", "--progress=plain"]
PLAIN = ["--provenance=false", "--sbom=false"]


def test_an_image_is_built_and_loaded_into_the_engine() -> None:
    assert buildx.arguments("acme/app:1", Build()) == [
        *BASE, "--tag=acme/app:1", "--file=./Dockerfile", *PLAIN, ".",
    ]  # fmt: skip


def test_a_build_can_use_another_directory_and_another_dockerfile() -> None:
    build = Build(context="front end", dockerfile="docker/front.Dockerfile")
    assert buildx.arguments("acme/front:1", build) == [
        *BASE, "--tag=acme/front:1", "--file=./docker/front.Dockerfile", *PLAIN, "./front end",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["-", "--push", "git@example.org:app"])
def test_a_path_is_never_read_as_an_option_or_a_url(path: str) -> None:
    words = buildx.arguments("acme/app:1", Build(context=path, dockerfile=path))
    assert (words[-1], f"--file=./{path}" in words) == (f"./{path}", True)


def test_each_setting_of_a_build_is_one_argument() -> None:
    build = Build(
        labels={"org.opencontainers.image.title": "a b", "x": "1=2"},
        args={"VERSION": "1.4.0"},
        secrets={"npm": "NPM_TOKEN"},
        platforms=("linux/amd64", "linux/arm64"),
        cache_from=("type=gha", "acme/app:cache"),
        cache_to=("type=gha,mode=max",),
        provenance=True,
        sbom=True,
    )
    assert buildx.arguments("acme/app:1", build)[len(BASE) :] == [
        "--tag=acme/app:1",
        "--file=./Dockerfile",
        "--label=org.opencontainers.image.title=a b",
        "--label=x=1=2",
        "--build-arg=VERSION=1.4.0",
        "--secret=id=npm,env=NPM_TOKEN",
        "--platform=linux/amd64,linux/arm64",
        "--cache-from=type=gha",
        "--cache-from=acme/app:cache",
        "--cache-to=type=gha,mode=max",
        "--provenance=true",
        "--sbom=true",
        ".",
    ]


def test_a_build_gets_no_token_except_its_configured_secrets() -> None:
    environment = {
        "PATH": "/bin",
        "GITHUB_TOKEN": "w",
        "GH_TOKEN": "w",
        "SHIPIT_REGISTRY_PASSWORD": "w",
        "NPM_TOKEN": "n",
    }
    build = Build(secrets={"github": "GH_TOKEN"}, created=1_700_000_000)
    assert buildx.process_variables(build, environment, "/tmp/docker") == {
        "PATH": "/bin",
        "GH_TOKEN": "w",
        "NPM_TOKEN": "n",
        "DOCKER_CONFIG": "/tmp/docker",
        "SOURCE_DATE_EPOCH": "1700000000",
        "BUILDX_GIT_INFO": "false",
    }


def test_a_build_with_provenance_asks_git_about_the_commit() -> None:
    assert "BUILDX_GIT_INFO" not in buildx.process_variables(Build(provenance=True), {}, "/tmp/docker")
    given = buildx.process_variables(Build(), {"BUILDX_GIT_INFO": "true"}, "/tmp/docker")
    assert given["BUILDX_GIT_INFO"] == "true"


DOCKER = """\
#!/bin/sh
case $2 in
version) echo 'github.com/docker/buildx v0.13.1 abc';;
inspect) printf 'Name: x\\nDriver:        docker-container\\n'; exit {status};;
esac
"""


@pytest.mark.parametrize(("status", "driver"), [(0, "docker-container"), (1, "docker")])
def test_docker_is_asked_about_its_builder(
    status: int, driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program := tmp_path / "docker").write_text(DOCKER.format(status=status))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with buildx.asking() as answers:
        assert answers() == ("0.13.1", driver)


def test_without_docker_there_is_no_buildx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with buildx.asking() as answers:
        assert answers() == (None, "docker")


def test_nothing_is_left_running_if_the_engine_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (program := tmp_path / "docker").write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(ValueError, match="no engine"), buildx.asking():
        raise ValueError("no engine")
