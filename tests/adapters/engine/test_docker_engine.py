"""Builds by a real engine: with BuildKit, with the classic builder, and with images stored in containerd."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import time
from pathlib import Path

import pytest
from adapters.engines import TOKEN, Bench, bench
from parts.engine import Engine as Part
from parts.images import SERVED, push_base_image
from parts.registry import Registry

from shipit.adapters.login import Login
from shipit.core.images import Build
from shipit.errors import CommandError

CREATED = 1_700_000_000
SECRET = "s3cret-of-npm"


@pytest.fixture
def buildkit(engine: Part, base_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return bench(engine, tmp_path / "app", monkeypatch)


@pytest.fixture
def classic(classic_builder: Part, base_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return bench(classic_builder, tmp_path / "app", monkeypatch)


@pytest.fixture(params=["buildkit", "classic"])
def either(request: pytest.FixtureRequest) -> Bench:
    bench: Bench = request.getfixturevalue(request.param)
    return bench


def test_an_image_runs_and_carries_its_version_and_labels(either: Bench) -> None:
    labels = {"org.opencontainers.image.version": "1.4.0"}
    either.root.rmdir()
    either.root.symlink_to(SERVED)
    either.build("served:1", Build(labels=labels, args={"VERSION": "1.4.0"}, created=CREATED))
    assert either.run("served:1", "cat", "/site/version") == "1.4.0"
    found = either.engine.find("served:1")
    assert found is not None
    assert found.labels == labels


def test_the_log_goes_to_standard_error_as_it_is_written(either: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    either.dockerfile("FROM base/busybox:1", f"RUN echo the tests are {'gr' + 'een'}; echo {TOKEN}; date +%N")
    either.build("log:1")
    said = capfd.readouterr()
    assert said.out == ""
    assert "the tests are green" in said.err
    assert TOKEN not in said.err


def test_the_directory_and_the_dockerfile_are_those_of_the_repository(either: Bench) -> None:
    either.dockerfile("FROM base/busybox:1", "COPY . /here", path="docker/front.Dockerfile")
    (either.root / "front").mkdir()
    (either.root / "front" / "index.html").write_text("front")
    (either.root / "front" / "left out").write_text("")
    (either.root / "front" / ".dockerignore").write_text("left*\n")
    either.build("front:1", Build(context="front", dockerfile="docker/front.Dockerfile"))
    assert "index.html" in (listed := either.run("front:1", "ls", "/here").splitlines())
    assert "left out" not in listed


def test_a_dockerfile_that_declares_source_date_epoch_gets_the_time_of_the_commit(either: Bench) -> None:
    either.dockerfile("FROM base/busybox:1", "ARG SOURCE_DATE_EPOCH", "RUN echo $SOURCE_DATE_EPOCH > /time")
    either.build("time:1", Build(created=CREATED))
    assert either.run("time:1", "cat", "/time") == str(CREATED)


def test_a_dockerfile_without_source_date_epoch_causes_no_warning(
    classic: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    classic.dockerfile("FROM base/busybox:1", "CMD echo")
    classic.build("time:2", Build(created=CREATED))
    assert "SOURCE_DATE_EPOCH" not in capfd.readouterr().err


def test_a_failed_build_is_reported_with_its_last_lines(either: Bench) -> None:
    either.dockerfile("FROM base/busybox:1", f"RUN echo the tests are red {TOKEN}; exit 7")
    with pytest.raises(CommandError, match="the build of `red:1` failed with status") as raised:
        either.build("red:1")
    assert "the tests are red" in raised.value.tail
    assert TOKEN not in raised.value.tail
    assert "Dockerfile" in (raised.value.hint or "")
    assert either.engine.find("red:1") is None


@pytest.mark.parametrize(
    ("line", "message"),
    [("FRUM base/busybox:1", "unknown instruction: FRUM"), ("FROM 127.0.0.1:1/no/such:1", "127.0.0.1:1")],
)
def test_a_wrong_dockerfile_is_reported_with_the_builders_message(either: Bench, line: str, message: str) -> None:
    either.dockerfile(line)
    with pytest.raises(CommandError) as raised:
        either.build("wrong:1")
    assert message in raised.value.tail


def test_a_build_is_stopped_at_its_time_limit(either: Bench) -> None:
    seconds = f"61.{time.time_ns()}"
    either.dockerfile("FROM base/busybox:1", f"RUN echo begun; sleep {seconds}")
    began = time.monotonic()
    with pytest.raises(CommandError, match="did not end within 5 seconds") as raised:
        either.build("slow:1", timeout=5)
    assert time.monotonic() - began < 14
    assert raised.value.status is None
    assert "begun" in raised.value.tail
    while is_running(f"sleep {seconds}"):
        assert time.monotonic() - began < 14
        time.sleep(0.1)


def is_running(command: str) -> bool:
    """Return whether the command runs on this machine, in a container or not."""
    return subprocess.run(["pgrep", "--full", f"^{command}$"], capture_output=True).returncode == 0


def test_a_secret_is_mounted_and_left_nowhere(
    buildkit: Bench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NPM_TOKEN", SECRET)
    mount = "RUN --mount=type=secret,id=npm"
    buildkit.dockerfile("FROM base/busybox:1", f"{mount} cat /run/secrets/npm; wc -c < /run/secrets/npm > /size")
    buildkit.build("secret:1", Build(secrets={"npm": "NPM_TOKEN"}))
    assert buildkit.run("secret:1", "cat", "/size").strip() == str(len(SECRET))
    assert SECRET not in capfd.readouterr().err
    buildkit.part.docker("save", "--output", str(buildkit.root / "image.tar"), "secret:1")
    assert SECRET.encode() not in contents((buildkit.root / "image.tar").read_bytes())


def contents(archive: bytes) -> bytes:
    """Return the content of all files in a tar archive, and in the archives inside it."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [(member.name, tar.extractfile(member)) for member in tar]
        files = [(name, file.read()) for name, file in members if file]
    return b"".join(contents(data) if name.endswith(".tar") else data for name, data in files)


def test_a_missing_feature_of_the_builder_is_found_before_the_build(
    classic: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_TOKEN", SECRET)
    classic.dockerfile("FROM base/busybox:1")
    (finding,) = classic.engine.findings([Build(secrets={"npm": "NPM_TOKEN"}), Build(secrets={"npm": "NPM_TOKEN"})])
    assert (finding.code, "secrets" in finding.what) == ("builder", True)
    assert classic.engine.builder().startswith("the classic builder of docker")


def test_buildkit_is_the_name_of_the_builder(buildkit: Bench) -> None:
    assert buildkit.engine.builder().startswith("BuildKit (docker buildx ")


def test_the_classic_builder_is_used_without_dockers_command_line(
    buildkit: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    buildkit.dockerfile("FROM base/busybox:1", "CMD echo")
    assert "classic" in buildkit.engine.builder()
    buildkit.build("sdk:1")
    assert buildkit.engine.find("sdk:1")


def test_a_missing_dockerfile_is_reported_by_its_name(either: Bench) -> None:
    with pytest.raises(CommandError, match="no Dockerfile `Dockerfile`"):
        either.build("none:1")


def test_a_build_takes_its_base_from_the_registry_that_it_is_logged_in_to(
    either: Bench, locked_registry: Registry, tmp_path: Path
) -> None:
    base = private_base(either.part, locked_registry, tmp_path / "who-pushed")
    either.dockerfile(f"FROM {base}", "RUN date +%N > /now")
    image = locked_registry.image("built", "1")
    with pytest.raises(CommandError):
        either.build(image)
    login = Login(locked_registry.username, locked_registry.password)
    either.for_login(login).build(image, Build(), timeout=60)


def private_base(part: Part, registry: Registry, config: Path) -> str:
    """Push a base image to `registry`, remove it from the engine, and return its reference."""
    base = registry.image("private/base", str(time.time_ns()))
    pusher = part.with_config(config, buildx=False)
    login = ["login", "--username", registry.username, "--password-stdin", registry.address]
    pusher.docker(*login, input=registry.password)
    pusher.docker("tag", "base/busybox:1", base)
    pusher.docker("push", base)
    pusher.docker("rmi", base)
    return base


def test_an_engine_on_containerd_builds_for_several_platforms_and_attests_it(
    containerd_engine: Part, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_containerd = bench(containerd_engine, tmp_path / "app", monkeypatch)
    on_containerd.dockerfile("FROM scratch", "COPY Dockerfile /")
    cache = tmp_path / "cache"
    build = Build(
        labels={"a": "b"},
        platforms=("linux/amd64", "linux/arm64"),
        provenance=True,
        cache_to=(f"type=local,dest={cache}",),
        created=CREATED,
    )
    image = registry.image("index", "1")
    assert on_containerd.engine.findings([build]) == ()
    on_containerd.build(image, build)
    digest = on_containerd.engine.push(image)
    index = containerd_engine.docker("buildx", "imagetools", "inspect", "--raw", f"{registry.address}/index@{digest}")
    platforms = {entry["platform"]["architecture"] for entry in json.loads(index)["manifests"]}
    assert platforms == {"amd64", "arm64", "unknown"}
    assert "attestation-manifest" in index
    assert (cache / "index.json").exists()


def test_the_same_commit_gives_the_same_image(
    containerd_engine: Part, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_containerd = bench(containerd_engine, tmp_path / "app", monkeypatch)
    on_containerd.dockerfile(f"FROM {push_base_image(containerd_engine, registry)}", "LABEL x=y")
    for name in ("one", "two"):
        on_containerd.build(f"{name}:1", Build(created=CREATED))
        containerd_engine.docker("builder", "prune", "--all", "--force")
    assert on_containerd.engine.find("one:1") == on_containerd.engine.find("two:1")
    assert "2023-11-14T22:13:20Z" in containerd_engine.docker("inspect", "one:1")
