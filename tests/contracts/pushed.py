"""Images that another program pushes, by requests to the registry."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from parts.registry import Registry
from requests.utils import parse_dict_header

OCI = "application/vnd.oci.image"
IMAGE, INDEX = f"{OCI}.manifest.v1+json", f"{OCI}.index.v1+json"


def push_image(
    registry: Registry, repository: str, tag: str | None = None, labels: Mapping[str, str] = {}, *, indent: int = 3
) -> str:
    """Push an image with one random layer and return its digest."""
    layer = _push_blob(registry, repository, secrets.token_bytes(100_000), f"{OCI}.layer.v1.tar")
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Labels": labels or None}}).encode()
    manifest = {"config": _push_blob(registry, repository, config, f"{OCI}.config.v1+json"), "layers": [layer]}
    return str(push_manifest(registry, repository, tag, manifest, IMAGE, indent=indent)["digest"])


def push_index(registry: Registry, repository: str, tag: str, labels: Mapping[str, str] = {}) -> str:
    """Push an index as BuildKit does, with an attestation and images for two platforms, and return its digest."""
    digests = [push_image(registry, repository, labels=each) for each in ({"of": "attestation"}, labels, {})]
    platforms = [("unknown", "unknown"), ("linux", "amd64"), ("linux", "arm64")]
    children = [
        {"mediaType": IMAGE, "digest": digest, "size": 1, "platform": {"os": os, "architecture": architecture}}
        for digest, (os, architecture) in zip(digests, platforms, strict=True)
    ]
    return str(push_manifest(registry, repository, tag, {"manifests": children}, INDEX)["digest"])


def push_manifest(
    registry: Registry, repository: str, tag: str | None, content: dict[str, Any], media_type: str, *, indent: int = 3
) -> dict[str, Any]:
    """Push a manifest with an unusual form of JSON, under its tag or its digest, and return its descriptor."""
    data = json.dumps({"schemaVersion": 2, "mediaType": media_type, **content}, indent=indent).encode()
    described = _described(data, media_type)
    path = f"{repository}/manifests/{tag or described['digest']}"
    ask(registry, "PUT", path, data=data, headers={"Content-Type": media_type})
    return described


def ask(registry: Registry, method: str, path: str, **options: Any) -> requests.Response:
    """Send a request to `registry`, with its login, and return the successful response."""
    url = path if "://" in path else f"{registry.url}/v2/{path}"
    answer = requests.request(method, url, timeout=30, **options)
    if answer.status_code == 401:
        header = {"Authorization": _authorization(registry, answer.headers["WWW-Authenticate"])}
        answer = requests.request(
            method, url, timeout=30, **{**options, "headers": options.get("headers", {}) | header}
        )
    answer.raise_for_status()
    return answer


def _authorization(registry: Registry, challenge: str) -> str:
    login = requests.auth._basic_auth_str(registry.username, registry.password)
    scheme, _, rest = challenge.partition(" ")
    if scheme == "Basic":
        return login
    wanted = parse_dict_header(rest)  # type: ignore[no-untyped-call] # the stubs leave it out
    body = requests.get(wanted.pop("realm"), wanted, headers={"Authorization": login}, timeout=30).json()
    return f"Bearer {body['token']}"


def _push_blob(registry: Registry, repository: str, data: bytes, media_type: str) -> dict[str, Any]:
    described = _described(data, media_type)
    place = ask(registry, "POST", f"{repository}/blobs/uploads/").headers["Location"]
    ask(registry, "PUT", place, params={"digest": described["digest"]}, data=data)
    return described


def _described(data: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}


def repositories(count: int = 1) -> Sequence[str]:
    """Return names that no other test uses."""
    return [f"acme/{secrets.token_hex(6)}" for _ in range(count)]
