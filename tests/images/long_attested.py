"""Images that are attested with the real cosign. `make test-attestation` builds it and starts this file."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from images.shop import Shop
from parts.cosign import TYPE, KeyPair, cosign, search_path
from parts.daemon import wait_until
from parts.engine import Engine
from parts.registry import Registry

from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries

CONFIG = """\
[environments.dev]
branch = "dev"
require-attestation = true
build = ["env >'{place}/environment'"]
image = { name = "{name}", tags = ["latest", "{branch}-{sha}"] }

[environments.prod]
branch = "prod"
version = "build"
promote = "dev"
require-attestation = true
image = { name = "{name}-prod", tags = ["prod-{sha}"] }
"""


@pytest.fixture
def keys(tmp_path: Path) -> KeyPair:
    return KeyPair.new(tmp_path / "keys")


@pytest.fixture
def shop(
    engine: Engine,
    base_image: str,
    locked_registry: Registry,
    keys: KeyPair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Shop:
    """A project whose images are attested, and a registry that needs a login, which only shipit has."""
    keys.log_in(locked_registry)
    monkeypatch.setenv("PATH", search_path())
    monkeypatch.setenv("SHIPIT_REGISTRY_USERNAME", locked_registry.username)
    monkeypatch.setenv("SHIPIT_REGISTRY_PASSWORD", locked_registry.password)
    files = {"cosign.pub": keys.public.read_text()}
    return Shop(tmp_path, engine, locked_registry.address, config=CONFIG, files=files)


def test_an_image_is_attested_with_its_commit_and_a_second_run_does_nothing(shop: Shop, keys: KeyPair) -> None:
    shop.switch("dev")
    plan = shop.shipit("image", "dev", "--push", "--dry-run", env=keys.environment)
    assert f"push {shop.name}:dev-{shop.git('rev-parse', 'HEAD')[:7]}, attested with the key of cosign.pub" in plan.out
    run = shop.json("image", "dev", "--push", env=keys.environment)
    statement = attested(shop, keys, f"{shop.name}@{run['digest']}")
    assert statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"] == {
        "gitCommit": shop.git("rev-parse", "HEAD")
    }
    environment = (shop.place / "environment").read_text()
    assert "COSIGN" not in environment and "SHIPIT_ENVIRONMENT=dev" in environment
    again = shop.shipit("image", "dev", "--push", "-v")  # without the private key: there is nothing to attest
    assert "✓ push" in again.err and "▸" not in again.err
    assert keys.check(f"{shop.name}@{run['digest']}").count("payloadType") == 1


def attested(shop: Shop, keys: KeyPair, image: str) -> dict[str, Any]:
    """Return the statement about an image that cosign accepts."""
    (found,) = keys.check(image).strip().splitlines()
    statement: dict[str, Any] = json.loads(base64.b64decode(json.loads(found)["payload"]))
    return statement


def test_a_promoted_image_is_attested_in_its_own_repository(shop: Shop, keys: KeyPair) -> None:
    shop.switch("dev")
    shop.shipit("image", "dev", "--push", env=keys.environment)
    shop.merge("dev", "prod")
    run = shop.json("image", "prod", "--push", env=keys.environment)
    assert attested(shop, keys, f"{shop.name}-prod@{run['digest']}")


def test_the_image_of_another_and_keys_that_do_not_fit_are_refused_before_anything_is_pushed(
    shop: Shop, keys: KeyPair, tmp_path: Path
) -> None:
    shop.switch("dev")
    other = KeyPair.new(tmp_path / "other")
    for env, reason in (
        ({}, "`COSIGN_PRIVATE_KEY` is not set"),
        (other.environment, "does not belong to the public key `cosign.pub`"),
        (keys.environment | {"COSIGN_PASSWORD": "wrong"}, "cannot be used"),
    ):
        run = shop.shipit("image", "dev", "--push", status=3, env=env)
        assert reason in run.err
        assert "PRIVATE KEY-----" not in run.err + run.out


def test_an_image_that_somebody_else_pushed_is_refused_until_a_person_attests_it(
    shop: Shop, keys: KeyPair, locked_registry: Registry, tmp_path: Path
) -> None:
    shop.switch("dev")
    config = tmp_path / "unattested.toml"
    settings = CONFIG.replace("require-attestation = true\n", "")
    config.write_text(settings.replace("{name}", shop.name).replace("{place}", str(tmp_path)))
    pushed = shop.json("--config", str(config), "image", "dev", "--push")
    image = f"{shop.name}@{pushed['digest']}"
    run = shop.shipit("image", "dev", "--push", status=3, env=keys.environment)
    assert f"`{image}` has no valid attestation by `cosign.pub`: " in run.err
    other = KeyPair.new(tmp_path / "other")
    other.log_in(locked_registry)
    other.attest_by_hand(image)
    shop.shipit("image", "dev", "--push", status=3, env=keys.environment)
    keys.attest_by_hand(image)
    shop.shipit("image", "dev", "--push", env=keys.environment)


def test_the_files_of_a_release_are_attested(shop: Shop, keys: KeyPair) -> None:
    shop.switch("main")
    release = "[release]\nprepare = ['mkdir -p build && echo jar >build/app.jar']\nassets = ['build/*']\nattest-assets = true\n"
    shop.commit("feat: a jar", {"shipit.toml": release})
    shop.git("push", "--quiet", "origin", "main")
    shop.shipit("release", status=3)
    run = shop.shipit("release", env=keys.environment)
    assert "attest build/* with the key of cosign.pub" in run.err
    jar = shop.root / "build/app.jar"
    bundle = f"--bundle={jar}.sigstore.json"
    keys.cosign("verify-blob-attestation", "--key=cosign.pub", TYPE, "--insecure-ignore-tlog", bundle, str(jar))


def test_a_run_that_is_killed_while_it_attests_has_pushed_no_tag_and_another_machine_finishes(
    shop: Shop, keys: KeyPair, locked_registry: Registry, tmp_path: Path
) -> None:
    shop.switch("dev")
    (tmp_path / "slow").mkdir()
    slow, began = tmp_path / "slow/cosign", tmp_path / "began"
    slow.write_text(f"""#!/bin/sh\n[ "$1" != attest ] || {{ touch '{began}'; sleep 60; }}\nexec '{cosign()}' "$@"\n""")
    slow.chmod(0o755)
    run = shop.start("image", "dev", "--push", env=keys.environment | {"PATH": f"{slow.parent}:{search_path()}"})
    wait_until(began.exists)
    run.kill()
    assert run.end().killed
    registry = Registries(Logins(Login(locked_registry.username, locked_registry.password)))
    assert registry.tag_names(shop.name) == ("unattested",)
    shop.forget()
    other = shop.clone()
    shop.shipit("image", "dev", "--push", env=keys.environment, root=other)
    tags = {tag.rpartition("-")[0] or tag for tag in registry.tag_names(shop.name)}
    assert tags == {"unattested", "latest", "main", "sha256"}  # cosign's own tag, for a registry without referrers
    found = registry.find(f"{shop.name}:latest")
    assert found and attested(shop, keys, f"{shop.name}@{found.digest}")
