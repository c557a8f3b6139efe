"""Real registries: indexes, shared content, and TLS."""

from __future__ import annotations

import json

import pytest
from contracts.pushed import IMAGE, push_image, push_index, repositories
from parts.faulty import Fault, FaultyRegistry
from parts.registry import Registry as Part

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.registry import Logins, Registries
from shipit.adapters.registry.calls import RegistryApi
from shipit.adapters.registry.manifest import Manifest, container_config
from shipit.errors import ConfigError
from shipit.world import RemoteImage


def test_an_index_has_the_labels_of_its_first_image(registry: Part) -> None:
    (path,) = repositories()
    digest = push_index(registry, path, "1", {"version": "1.4.0"})
    assert Registries(Logins()).find(registry.image(path, "1")) == RemoteImage(digest, {"version": "1.4.0"})


def test_content_is_mounted_and_not_transferred_if_the_registry_can(registry: Part) -> None:
    path, other = repositories(2)
    digest = push_image(registry, path, "1")
    with FaultyRegistry(registry) as faulty:
        Registries(Logins()).copy(f"{faulty.address}/{path}@{digest}", f"{faulty.address}/{other}:1")
        assert not faulty.seen("GET", "/blobs/")
        assert [one.status for one in faulty.seen("POST", "mount=")] == [201, 201]


def test_the_tags_are_listed_page_by_page(registry: Part) -> None:
    (path,) = repositories()
    link = {"Link": f'</v2/{path}/tags/list?n=1&last=1>; rel="next"'}
    with FaultyRegistry(registry) as faulty:
        faulty.faults.append(Fault("GET", "n=1000", status=200, headers=link, body='{"tags": ["0"]}'))
        faulty.faults.append(Fault("GET", "last=1$", status=200, body='{"tags": ["2"]}'))
        assert Registries(Logins()).tag_names(f"{faulty.address}/{path}") == ("0", "2")
        faulty.faults.append(Fault("GET", "tags/list", times=99, status=200, headers=link, body='{"tags": ["0"]}'))
        assert Registries(Logins()).tag_names(f"{faulty.address}/{path}") == ("0",) * 10


def test_existing_content_is_not_copied_again(registry: Part) -> None:
    path, other = repositories(2)
    digest = push_image(registry, path, "1")
    with FaultyRegistry(registry) as faulty:
        for _ in ("first", "second"):
            Registries(Logins()).copy(f"{faulty.address}/{path}@{digest}", f"{faulty.address}/{other}:1")
        assert len(faulty.seen("POST", "")) == 2


def test_layers_with_urls_are_not_content_of_the_registry() -> None:
    """Images of Windows have such layers (OCI image specification, "urls" of a descriptor)."""
    own, foreign = (f"sha256:{digit * 64}" for digit in "01")
    layers = [{"digest": own, "size": 1}, {"digest": foreign, "size": 1, "urls": ["https://mcr.example/layer"]}]
    (blob,) = Manifest.decode(json.dumps({"layers": layers}).encode(), IMAGE, "acme/app:1").blobs
    assert (blob.digest, blob.size) == (own, 1)


def test_nothing_is_copied_from_one_registry_to_another() -> None:
    with pytest.raises(
        ConfigError, match=r"`ghcr\.io/acme/app@sha256:0+` and `acme/app:1` are on different registries"
    ):
        Registries(Logins()).copy(f"ghcr.io/acme/app@sha256:{'0' * 64}", "acme/app:1")


def test_only_a_registry_on_this_machine_is_reached_without_tls() -> None:
    bases = [
        RegistryApi(host, Logins(), RetryPolicy()).base for host in ("ghcr.io", "docker.io", "[::1]:5000", "localhost")
    ]
    assert bases == ["https://ghcr.io", "https://registry-1.docker.io", "http://[::1]:5000", "http://localhost"]


@pytest.mark.parametrize(
    ("config", "has_one"),
    [
        ({"Healthcheck": {"Test": ["CMD", "true"]}}, True),
        ({"Healthcheck": {"Test": ["NONE"]}}, False),
        ({"Healthcheck": {}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_health_check_of_an_image_is_read_from_its_configuration(config: object, has_one: bool) -> None:
    text = json.dumps({} if config is None else {"config": config})
    assert container_config(text.encode(), "sha256:1").has_health_check is has_one
