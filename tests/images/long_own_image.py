"""The image of shipit itself, built and run with a real engine. `make test-image` starts it; it takes some minutes.

Its base is a Debian that is made of packages, because no registry of base images is asked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.engine import Engine
from parts.images import import_image, make_base_image

from shipit import __version__
from shipit.cli.demo.sample import make_sample

ROOT = Path(__file__).parents[2]
IMAGE = "shipit:test"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
TOOLS = ("git --version", "ssh -V", "docker --version", "docker buildx version", "python3 --version")

pytestmark = pytest.mark.timeout(2400)


@pytest.fixture(scope="module")
def engine(containerd_engine: Engine) -> Engine:
    """An engine that can rewrite the times in an image."""
    return containerd_engine


@pytest.fixture(scope="module")
def build(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """A function that builds `Dockerfile` on the packages of Debian 13; it returns the digest of the image."""
    if not shutil.which("mmdebstrap"):
        pytest.skip("not installed: mmdebstrap (scripts/install-parts mmdebstrap)")
    debian = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", "trixie", "-"], capture_output=True, check=True
    )
    base = import_image(engine, "base/debian:trixie", debian.stdout, 'CMD ["bash"]')
    place = tmp_path_factory.mktemp("build")
    settings = place / "pip.conf"
    shutil.copy("/etc/pip.conf", settings) if Path("/etc/pip.conf").exists() else settings.touch()
    secrets = ("--secret", f"id=pip.conf,src={settings}", "--secret", f"id=ca,src={AUTHORITIES}")
    epoch = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True)

    def built(context: Path, name: str, *options: str) -> str:
        arguments = (
            "--network=host",
            f"--build-arg=BASE={base}",
            f"--build-arg=SOURCE_DATE_EPOCH={epoch.stdout.strip()}",
        )
        archive = place / "image.tar"
        output = f"--output=type=oci,dest={archive},name={name},rewrite-timestamp=true"
        engine.docker("buildx", "build", *arguments, *secrets, "--provenance=false", output, *options, str(context))
        engine.docker("load", "--quiet", "--input", str(archive))
        with tarfile.open(archive) as files:
            index = files.extractfile("index.json")
            assert index
            return str(json.load(index)["manifests"][0]["digest"])

    return built


@pytest.fixture(scope="module")
def digest(build: Callable[..., str]) -> str:
    return build(ROOT, IMAGE)


@pytest.fixture
def image(digest: str) -> str:
    return IMAGE


def test_a_second_build_of_the_same_files_gives_the_same_digest(
    build: Callable[..., str], digest: str, tmp_path: Path
) -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for file in files:  # another checkout, at another time
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file, follow_symlinks=False)
    assert build(tmp_path, f"{IMAGE}-again", "--no-cache") == digest


def test_it_runs_shipit_as_a_user_without_rights(engine: Engine, image: str) -> None:
    assert engine.docker("run", "--rm", image, "--version") == f"shipit {__version__}"
    assert engine.docker("run", "--rm", "--entrypoint=id", image, "-u") == "1000"


def test_it_has_the_programs_that_shipit_runs(engine: Engine, image: str) -> None:
    for tool in TOOLS:
        engine.docker("run", "--rm", "--entrypoint=sh", image, "-c", tool)


def test_it_holds_no_secret_of_the_build_and_no_list_of_packages(engine: Engine, image: str) -> None:
    found = "find / -xdev ( -path /run/secrets/ca -o -path /etc/pip.conf -o -path /var/lib/apt/lists/*_Packages* )"
    left = engine.docker("run", "--rm", "--user=0", "--entrypoint=find", image, *found.split()[1:])
    assert left == ""


def test_it_plans_a_release_of_a_mounted_repository_of_another_user(engine: Engine, image: str, tmp_path: Path) -> None:
    sample = make_sample(tmp_path)
    mounts = [f"--volume={path}:{path}:ro" for path in (sample.path, sample.remote)]
    said = engine.docker("run", "--rm", *mounts, f"--workdir={sample.path}", image, "next")
    assert said == "0.4.0"


def test_it_builds_an_image_with_the_engine_that_it_is_given(engine: Engine, image: str, tmp_path: Path) -> None:
    base = make_base_image(engine)
    sample = make_sample(tmp_path)
    (sample.path / "Dockerfile").write_text(f"FROM {base}\nCOPY build.gradle /\n")
    (sample.path / "shipit.toml").write_text('[environments.dev]\nbranch = "main"\nimage = { name = "acme/chat" }\n')
    subprocess.run(["git", "-C", sample.path, "add", "--all"], check=True)
    subprocess.run(["git", "-C", sample.path, "commit", "--quiet", "-m", "build: add an image"], check=True)
    for path in (sample.path, sample.remote):
        subprocess.run(["chown", "-R", "1000:1000", path], check=True)
    socket = engine.host.removeprefix("unix://")
    mounts = [f"--volume={path}:{path}" for path in (sample.path, sample.remote)]
    group = str(os.stat(socket).st_gid)
    words = [*mounts, f"--volume={socket}:/var/run/docker.sock", f"--group-add={group}", f"--workdir={sample.path}"]
    engine.docker("run", "--rm", *words, image, "image", "dev")
    (built, *_) = engine.docker("image", "ls", "--quiet", "acme/chat").splitlines()
    assert "version = " in engine.docker("run", "--rm", built, "cat", "/build.gradle")
