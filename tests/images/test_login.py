"""A registry that wants a login gets that of the environment, and nobody else gets to see it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from contracts.pushed import ask
from images.shop import Shop
from parts.engine import Engine
from parts.registry import Registry

CONFIG = """\
[environments.dev]
branch = "dev"
build = ["env > '{place}/seen'; touch '{place}/begun'"]
image = { name = "{name}", tags = ["latest", "{branch}-{sha}"] }
"""


@pytest.fixture
def shop(engine: Engine, locked_registry: Registry, tmp_path: Path) -> Shop:
    """A shop whose client of the engine has never logged in."""
    stranger = engine.with_config(tmp_path / "client")
    shop = Shop(
        tmp_path, stranger, locked_registry.address, config=CONFIG, files={"Dockerfile": "FROM scratch\nADD . /"}
    )
    shop.switch("dev")
    return shop


def login(registry: Registry, password: str | None = None) -> dict[str, str]:
    password = password or registry.password
    return {"SHIPIT_REGISTRY_USERNAME": registry.username, "SHIPIT_REGISTRY_PASSWORD": password}


def test_a_login_of_the_environment_pushes_and_is_left_nowhere(
    shop: Shop, locked_registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    env = {**login(locked_registry), "TMPDIR": str(tmp_path / "temporary")}
    run = shop.shipit("image", "--push", "--json", "-v", env=env)
    told = json.loads(run.out)
    repository = shop.name.partition("/")[2]
    assert set(ask(locked_registry, "GET", f"{repository}/tags/list").json()["tags"]) == {"latest", tag_of(told)}
    assert list((tmp_path / "temporary").iterdir()) == []
    assert json.loads((shop.engine.config / "config.json").read_text()) == {}
    encoded = base64.b64encode(f"{locked_registry.username}:{locked_registry.password}".encode()).decode()
    for secret in (locked_registry.password, encoded):
        assert secret not in run.out + run.err + (tmp_path / "seen").read_text()


def tag_of(told: dict[str, str]) -> str:
    return told["image"].rpartition(":")[2]


def test_without_a_login_the_way_out_is_told_before_anything_is_built(shop: Shop) -> None:
    failed = shop.shipit("image", "--push", status=4).err
    assert "or set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`" in failed
    assert not (shop.place / "begun").exists()


def test_a_login_that_is_wrong_is_told_with_its_name_before_anything_is_built(
    shop: Shop, locked_registry: Registry
) -> None:
    failed = shop.shipit("image", "--push", status=4, env=login(locked_registry, "wrong horse")).err
    assert f"rejected the login of `{locked_registry.username}`" in failed
    assert "`SHIPIT_REGISTRY_PASSWORD`" in failed
    assert "wrong horse" not in failed
    assert not (shop.place / "begun").exists()
