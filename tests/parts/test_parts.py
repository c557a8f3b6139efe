"""The parts are what they say they are."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from parts.daemon import wait_until
from parts.engine import Engine
from parts.images import SERVED, push_base_image
from parts.registry import READER, Registry

ROOT = Path(__file__).parents[1]
KILLED = """\
import time
from parts.dockerd import system_engine
from parts.images import make_base_image
with system_engine() as engine:
    container = engine.docker("run", "--detach", make_base_image(engine), "sleep", "999")
    print(engine.config.parent)
    print(engine.docker("network", "create", "own"))
    print(engine.docker("inspect", "--format", "{{.State.Pid}}", container), flush=True)
    time.sleep(999)
"""


def asked(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode().strip())


def login(
    client: Engine, registry: Registry, *, username: str | None = None, password: str | None = None
) -> subprocess.CompletedProcess[str]:
    name = username or registry.username
    return client.run(
        "login", "--username", name, "--password-stdin", registry.address, input=password or registry.password
    )


def test_the_classic_builder_makes_a_container_that_tells_its_version(classic_builder: Engine, base_image: str) -> None:
    assert classic_builder.run("buildx", "version").returncode != 0
    classic_builder.docker("build", "--tag", "classic:1", "--build-arg", "VERSION=1.2.3", str(SERVED))
    with classic_builder.serving("classic:1") as url:
        assert asked(f"{url}/version") == "1.2.3"


def test_buildx_makes_a_container_that_tells_its_version(engine: Engine, base_image: str) -> None:
    engine.docker("buildx", "build", "--load", "--tag", "buildx:1", "--build-arg", "VERSION=2.0.0", str(SERVED))
    with engine.serving("buildx:1") as url:
        assert asked(f"{url}/version") == "2.0.0"


def test_the_bridge_of_an_engine_keeps_its_address_when_containers_come_and_go(engine: Engine, base_image: str) -> None:
    option = '{{index .Options "com.docker.network.bridge.name"}}'
    bridge = Path("/sys/class/net", engine.docker("network", "inspect", "bridge", "--format", option))
    before = (bridge / "address").read_text()
    names = [engine.docker("run", "--detach", base_image, "sleep", "99") for _ in range(2)]
    assert (bridge / "address").read_text() == before
    engine.docker("rm", "--force", *names)
    assert (bridge / "address").read_text() == before


def test_what_is_pushed_can_be_pulled(engine: Engine, base_image: str, registry: Registry) -> None:
    image = registry.image("pushed", "1")
    engine.docker("tag", base_image, image)
    engine.docker("push", image)
    engine.docker("rmi", image)
    engine.docker("pull", image)
    assert engine.docker("run", "--rm", image, "echo", "here") == "here"


def test_a_locked_registry_refuses_who_did_not_log_in(
    engine: Engine, base_image: str, locked_registry: Registry, tmp_path: Path
) -> None:
    image = locked_registry.image("locked")
    engine.docker("tag", base_image, image)
    stranger = engine.with_config(tmp_path / "stranger")
    assert "no basic auth credentials" in stranger.run("push", image).stderr
    assert login(stranger, locked_registry, password="wrong").returncode != 0
    assert login(stranger, locked_registry).returncode == 0
    stranger.docker("push", image)


def test_a_registry_with_tokens_lets_all_pull_and_one_push(
    engine: Engine, base_image: str, token_registry: Registry, tmp_path: Path
) -> None:
    image = token_registry.image("tokens")
    engine.docker("tag", base_image, image)
    client = engine.with_config(tmp_path / "client")
    assert "denied" in client.run("push", image).stderr
    assert login(client, token_registry, password="wrong").returncode != 0
    assert login(client, token_registry, username=READER).returncode == 0
    assert "denied" in client.run("push", image).stderr
    assert login(client, token_registry).returncode == 0
    client.docker("push", image)
    client.docker("logout", token_registry.address)
    client.docker("pull", image)


def test_an_engine_on_containerd_pushes_an_index_of_two_platforms(
    containerd_engine: Engine, registry: Registry
) -> None:
    base, image = push_base_image(containerd_engine, registry), registry.image("platforms", "1")
    options = ["--platform=linux/amd64,linux/arm64", "--file", str(SERVED / "platforms.Dockerfile"), "--tag", image]
    containerd_engine.docker("buildx", "build", *options, f"--build-arg=BASE={base}", "--push", str(SERVED))
    raw = json.loads(containerd_engine.docker("buildx", "imagetools", "inspect", "--raw", image))
    platforms = {entry["platform"]["architecture"] for entry in raw["manifests"]}
    assert {"amd64", "arm64"} <= platforms


@pytest.mark.parametrize("attested", [False, True])
def test_an_engine_on_containerd_attests_where_an_image_comes_from(
    containerd_engine: Engine, registry: Registry, attested: bool
) -> None:
    base, image = push_base_image(containerd_engine, registry), registry.image("provenance", str(attested).lower())
    options = [f"--provenance={str(attested).lower()}", "--tag", image, f"--build-arg=BASE={base}", "--push"]
    containerd_engine.docker("buildx", "build", *options, str(SERVED))
    raw = containerd_engine.docker("buildx", "imagetools", "inspect", "--raw", image)
    assert ("attestation-manifest" in raw) == attested


def test_nothing_stays_of_an_engine_whose_tests_are_killed(base_image: str) -> None:
    tests = subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
    with tests:
        assert tests.stdout
        room, network, pid = Path(tests.stdout.readline().strip()), *(tests.stdout.readline().strip() for _ in "12")
        assert Path(f"/sys/class/net/br-{network[:12]}").exists()
        assert (room / "data").exists()
        tests.kill()
    wait_until(lambda: not room.exists())
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(f"/sys/class/net/br-{network[:12]}").exists()
    assert str(room) not in Path("/proc/self/mountinfo").read_text()
