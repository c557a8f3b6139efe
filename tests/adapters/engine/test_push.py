"""Pushes by a real engine to real registries, some of which fail."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from adapters.engines import Bench, bench
from parts.engine import Engine as Part
from parts.faulty import Fault, FaultyRegistry
from parts.images import push_base_image
from parts.registry import Registry

import shipit.adapters.engine.push as engine_push
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries
from shipit.errors import AuthError, RemoteError


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_push, "PAUSES", (0.01, 0.01))


@pytest.fixture
def real(engine: Part, base_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return bench(engine, tmp_path / "app", monkeypatch)


def built(real: Bench, registry: Registry) -> str:
    """Build an image with a new layer, for a new repository, and return its reference."""
    (real.root / "layer").write_bytes(secrets.token_bytes(1 << 20))
    real.dockerfile("FROM base/busybox:1", "COPY layer /")
    image = registry.image(f"acme/{secrets.token_hex(6)}", "1.4.0")
    real.build(image)
    return image


def test_a_push_reports_the_progress_of_each_layer(real: Bench, registry: Registry) -> None:
    real.engine.push(built(real, registry))
    assert real.transfers
    assert all(0 <= done <= total for _, done, total in real.transfers)
    assert any(done == total >= 1 << 20 for _, done, total in real.transfers)  # the engine can leave out the end


def test_the_registry_has_the_image_with_the_reported_digest(
    containerd_engine: Part, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_containerd = bench(containerd_engine, tmp_path / "app", monkeypatch)
    on_containerd.dockerfile(f"FROM {push_base_image(containerd_engine, registry)}", "RUN date +%N > /now")
    image = registry.image("on-containerd", "1")
    on_containerd.build(image)
    digest = on_containerd.engine.push(image)
    found = Registries(Logins()).find(image)
    assert found is not None
    assert found.digest == digest


def test_a_registry_with_a_password_accepts_a_push_with_it(real: Bench, locked_registry: Registry) -> None:
    image = built(real, locked_registry)
    assert real.for_login(login(locked_registry)).push(image).startswith("sha256:")


def test_a_registry_with_tokens_accepts_a_push_with_the_password(real: Bench, token_registry: Registry) -> None:
    image = built(real, token_registry)
    assert real.for_login(login(token_registry)).push(image).startswith("sha256:")


def test_events_without_current_bytes_and_without_a_separate_digest_are_understood() -> None:
    digest, progress = f"sha256:{'0a' * 32}", []
    events = [
        {"status": "Pushing", "progressDetail": {"total": 5}, "id": "layer"},
        {"status": "Pushing", "progressDetail": {"current": 7, "total": 5}, "id": "layer"},
        {"status": f"1: digest: {digest} size: 696"},
    ]
    client = SimpleNamespace(push=lambda *_, **__: iter(events))
    pushed = engine_push.push_image(client, "app:1", {}, transfer=lambda *event: progress.append(event), redact=str)  # type: ignore[arg-type]
    assert (pushed, progress) == (digest, [("layer", 0, 5), ("layer", 5, 5)])


def login(registry: Registry) -> Login:
    return Login(registry.username, registry.password)


@pytest.mark.parametrize("given", [None, Login("pusher", "wrong-password-1")])
@pytest.mark.parametrize("kind", ["locked_registry", "token_registry"])
def test_a_refused_push_names_the_variables_to_set(
    real: Bench, request: pytest.FixtureRequest, kind: str, given: Login | None
) -> None:
    registry: Registry = request.getfixturevalue(kind)
    image = built(real, registry)
    with pytest.raises(AuthError, match=f"`{registry.address}` refused the push") as raised:
        real.for_login(given).push(image)
    hint = raised.value.hint or ""
    assert "`SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`" in hint
    assert f"`docker login {registry.address}`" in hint
    assert "wrong-password-1" not in raised.value.what


def test_a_login_by_docker_login_is_used(real: Bench, locked_registry: Registry, tmp_path: Path) -> None:
    image = built(real, locked_registry)
    options = ["--username", locked_registry.username, "--password-stdin", locked_registry.address]
    real.part.docker("login", *options, input=locked_registry.password)
    try:
        assert real.engine.push(image).startswith("sha256:")
    finally:
        real.part.docker("logout", locked_registry.address)


def test_a_registry_that_does_not_answer_is_reported_by_its_name(real: Bench) -> None:
    image = built(real, Registry("127.0.0.1:1"))
    with pytest.raises(RemoteError, match=r"the push of `.*` to `127\.0\.0\.1:1` failed: ") as raised:
        real.engine.push(image)
    assert "connection refused" in raised.value.what


INVISIBLE = '{"errors": [{"code": "DIGEST_INVALID"}, {"code": "MANIFEST_BLOB_UNKNOWN", "detail": {}}]}'
"""The answer of a registry to the manifest of an image whose layer another push is just storing."""


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "/manifests/", times=2, status=400, body=INVISIBLE),
        Fault("PUT", "/manifests/", times=2, status=404, body='{"errors": [{"code": "BLOB_UNKNOWN"}]}'),
        Fault("PUT", "/manifests/", times=2, status=429),
        Fault("PUT", "/manifests/", times=2, status=503),
        Fault("PUT", "/manifests/", times=2, cut=True),
        Fault("POST", "/blobs/uploads/", times=2, status=429),
    ],
    ids=["layer not visible", "layer unknown", "slow down", "unavailable", "cut off", "slow down with layers"],
)
def test_a_push_is_repeated_after_a_transient_failure(real: Bench, registry: Registry, fault: Fault) -> None:
    with FaultyRegistry(registry, replace(fault)) as faulty:
        assert real.engine.push(built(real, faulty)).startswith("sha256:")
        assert [one.status for one in faulty.seen("PUT", "/manifests/")][-1] == 201


def test_a_lasting_failure_is_reported_with_its_status(real: Bench, registry: Registry) -> None:
    with FaultyRegistry(registry, Fault("PUT", "/manifests/", times=1000, status=503)) as faulty:
        image = built(real, faulty)
        with pytest.raises(RemoteError, match="503") as raised:
            real.engine.push(image)
        assert (raised.value.status, raised.value.retryable) == (503, True)
        assert all(one.status == 503 for one in faulty.seen("PUT", "/manifests/"))


def test_a_registry_that_never_sees_a_layer_is_reported_after_three_attempts(real: Bench, registry: Registry) -> None:
    with FaultyRegistry(registry, Fault("PUT", "/manifests/", times=1000, status=400, body=INVISIBLE)) as faulty:
        image = built(real, faulty)
        with pytest.raises(RemoteError, match="blob unknown"):
            real.engine.push(image)
        assert len(faulty.seen("PUT", "/manifests/")) in (3, 6)  # some engines try a second format


def test_a_push_that_the_engine_has_repeated_itself_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that hangs up on every upload costs one round of the engine, and not three."""
    clock, attempts = [0.0], list[str]()

    def push(reference: str, **_: object) -> list[dict[str, str]]:
        attempts.append(reference)
        clock[0] += 50
        return [{"error": "EOF"}]

    monkeypatch.setattr(engine_push, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=clock.append))
    with pytest.raises(RemoteError, match="EOF"):
        engine_push.push_image(SimpleNamespace(push=push), "app:1", {}, transfer=lambda *_: None, redact=str)  # type: ignore[arg-type]
    assert attempts == ["app:1"]


def test_a_refused_push_is_not_repeated(real: Bench, registry: Registry) -> None:
    with FaultyRegistry(registry, Fault("PUT", "/manifests/", times=1000, status=403)) as faulty:
        image = built(real, faulty)
        with pytest.raises(AuthError):
            real.engine.push(image)
        assert len(faulty.seen("PUT", "/manifests/")) <= 2
