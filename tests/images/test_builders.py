"""What builds: BuildKit or the engine's own builder, on the image store that there is; the image is the same."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from contracts.pushed import ask
from images.shop import Shop
from parts.engine import Engine
from parts.images import SERVED, push_base_image
from parts.registry import Registry

SECRET = "s3cret-of-npm"
DEV = """\
[environments.dev]
branch = "dev"
build = ["touch '{place}/begun'"]

[environments.dev.image]
name = "{name}"
args = { BASE = "{base}", VERSION = "{version}" }
"""
SECRETS = 'secrets = { npm = "NPM_TOKEN" }\n'
PLATFORMS = 'platforms = ["linux/amd64", "linux/arm64"]\n'
BY = {"engine": "BuildKit (docker buildx ", "classic_builder": "the classic builder of docker "}
INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
PLAIN = (SERVED / "Dockerfile").read_text()


@pytest.mark.parametrize("builder", BY)
def test_either_builder_gives_an_image_that_answers_with_its_version(
    builder: str, base_image: str, registry: Registry, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shop = Shop(tmp_path, request.getfixturevalue(builder), registry.address)
    shop.release()
    shop.merge("main", "prod")
    assert f"built by {BY[builder]}" in shop.shipit("image", "prod", "--dry-run").out
    told = shop.json("image", "prod", "--push")
    assert told["builder"].startswith(BY[builder])
    assert set(shop.tags(shop.name).values()) == {told["digest"]}
    shop.forget()
    assert shop.told_by(f"{shop.name}:latest") == "0.0.1"
    assert f"built by {BY[builder]}" in shop.shipit("image", "prod").err


@pytest.fixture
def modern(containerd_engine: Engine, registry: Registry, tmp_path: Path) -> Shop:
    """On an engine that keeps images in containerd: two platforms, a cache and provenance are asked for."""
    more = f'cache-to = ["type=local,dest={tmp_path}/cache"]\nprovenance = true\n{PLATFORMS}'
    config = on(push_base_image(containerd_engine, registry)) + more
    files = {"Dockerfile": (SERVED / "platforms.Dockerfile").read_text()}
    return Shop(tmp_path, containerd_engine, registry.address, config=config, files=files)


def test_several_platforms_are_one_index_with_one_digest(modern: Shop, registry: Registry) -> None:
    modern.switch("dev")
    told = modern.json("image", "--push")
    assert modern.tags(modern.name).keys() == {"latest", told["image"].rpartition(":")[2]}
    assert set(modern.tags(modern.name).values()) == {told["digest"]}
    index = manifest(registry, modern.name, told["digest"])
    assert index["mediaType"] in INDEXES
    assert {each["platform"]["architecture"] for each in index["manifests"]} == {"amd64", "arm64", "unknown"}
    assert "attestation-manifest" in json.dumps(index)
    assert (modern.place / "cache" / "index.json").exists()
    assert "(done already)" in modern.shipit("image", "--push", root=modern.root).err
    assert modern.json("image", "--push")["digest"] == told["digest"]


@pytest.mark.parametrize(("builder", "fix"), [("engine", "containerd-snapshotter"), ("classic_builder", "buildx")])
def test_platforms_that_cannot_be_built_are_told_before_anything_happens(
    builder: str, fix: str, base_image: str, registry: Registry, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    config = on(base_image) + PLATFORMS
    shop = Shop(tmp_path, request.getfixturevalue(builder), registry.address, config=config)
    failed = shop.shipit("image", "dev", "--push", status=3).err
    assert "platforms" in failed
    assert fix in failed
    assert not (tmp_path / "begun").exists()
    assert shop.tags(shop.name) == {}


def test_a_secret_of_the_build_is_in_no_layer_and_no_log(
    engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    mounted = "RUN --mount=type=secret,id=npm cat /run/secrets/npm; wc -c < /run/secrets/npm > /site/size\n"
    files = {
        "Dockerfile": PLAIN.replace("COPY --from=build /site /site\n", f"COPY --from=build /site /site\n{mounted}")
    }
    config = on(base_image) + SECRETS
    shop = Shop(tmp_path, engine, registry.address, config=config, files=files)
    shop.switch("dev")
    run = shop.shipit("image", "--push", "--json", "-v", env={"NPM_TOKEN": SECRET})
    told = json.loads(run.out)
    assert mounted.split("; ")[1].strip() in run.err
    assert SECRET not in run.err + run.out
    assert engine.docker("run", "--rm", told["image"], "cat", "/site/size") == str(len(SECRET))
    assert SECRET.encode() not in content(registry, shop.name, told["digest"])


def test_a_secret_that_is_not_set_is_told_before_anything_happens(
    engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    config = on(base_image) + SECRETS
    shop = Shop(tmp_path, engine, registry.address, config=config)
    assert "set `NPM_TOKEN`" in shop.shipit("image", "dev", "--push", status=3).err
    assert not (tmp_path / "begun").exists()


def test_the_time_of_an_image_is_that_of_its_commit(
    containerd_engine: Engine, registry: Registry, tmp_path: Path
) -> None:
    """Two builds of the same files from scratch are the same image, where no command of the build writes any."""
    files = {"Dockerfile": "FROM scratch\nCOPY notes.txt /\n", "notes.txt": "same"}
    shop = Shop(tmp_path, containerd_engine, registry.address, config=on("scratch"), files=files)
    shop.switch("dev")
    found = []
    for _ in "12":
        (image,) = shop.json("image")["images"]
        inspected = shop.engine.docker("image", "inspect", "--format", "{{.Id}} {{.Created}}", image["reference"])
        found.append(inspected.split())
        shop.forget()
    assert found[0] == found[1]
    seconds = shop.git("log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ")
    assert found[0][1] == seconds


def on(base: str) -> str:
    """The configuration for an image on `base`; more keys of the image may follow."""
    return DEV.replace("{base}", base)


def manifest(registry: Registry, name: str, digest: str) -> Any:
    kinds = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"
    path = f"{name.partition('/')[2]}/manifests/{digest}"
    return ask(registry, "GET", path, headers={"Accept": ", ".join((kinds, *INDEXES))}).json()


def content(registry: Registry, name: str, digest: str) -> bytes:
    """Everything that the registry has of an image: its configuration and its layers, unpacked."""
    found = manifest(registry, name, digest)
    repository = name.partition("/")[2]
    blobs = [ask(registry, "GET", f"{repository}/blobs/{each['digest']}").content for each in found["layers"]]
    config = ask(registry, "GET", f"{repository}/blobs/{found['config']['digest']}").content
    return config + b"".join(map(gzip.decompress, blobs))
