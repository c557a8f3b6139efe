"""Registries that fail: transient failures are retried, others are reported."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from contracts.pushed import push_image, push_index, repositories
from parts.faulty import Fault, FaultyRegistry
from parts.registry import Registry as Part

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.registry import Logins, Registries
from shipit.errors import AuthError, RemoteError
from shipit.world import RemoteImage

LABELS = {"version": "1.4.0"}


class Scene:
    """An image behind a proxy with configurable failures, and the waits of shipit in seconds."""

    def __init__(self, part: Part, faulty: FaultyRegistry) -> None:
        self.part, self.faulty, self.waits = part, faulty, list[float]()
        self.path, self.other = repositories(2)
        self.digest = push_image(part, self.path, "1.4.0", LABELS)
        self.name, self.copied = (f"{faulty.address}/{path}" for path in (self.path, self.other))
        self.registries = Registries(
            Logins(), RetryPolicy(timeout=5, pause=1, longest_wait=30, sleep=self.waits.append)
        )

    def find(self) -> RemoteImage | None:
        return self.registries.find(f"{self.name}:1.4.0")

    def tag(self) -> None:
        self.registries.tag(f"{self.name}:latest", self.digest)

    def copy(self) -> str:
        return self.registries.copy(f"{self.name}@{self.digest}", f"{self.copied}:latest")

    def held(self, path: str, tag: str) -> RemoteImage | None:
        """Return the image as the registry has it, without the proxy."""
        return Registries(Logins()).find(self.part.image(path, tag))


@pytest.fixture
def scene(registry: Part) -> Iterator[Scene]:
    with FaultyRegistry(registry) as faulty:
        yield Scene(registry, faulty)


PASSING = {
    "too many requests": Fault("", "", status=429),
    "server error": Fault("", "", status=500),
    "bad gateway": Fault("", "", status=502, body="<html>nginx</html>"),
    "connection cut": Fault("", "", cut=True),
    "connection cut when all was done": Fault("", "", cut=True, after=True),
}


@pytest.mark.parametrize("act", [Scene.find, Scene.tag, Scene.copy], ids=["find", "tag", "copy"])
@pytest.mark.parametrize("kind", PASSING)
def test_a_transient_failure_of_any_request_is_retried(
    kind: str, act: Callable[[Scene], object], registry: Part
) -> None:
    with FaultyRegistry(registry) as faulty:
        scene = Scene(registry, faulty)
        act(scene)
        for skipped in range(len(faulty.requests)):
            scene = Scene(registry, faulty)
            faulty.faults[:] = [replace(PASSING[kind], skip=skipped, times=2)]
            act(scene)
            assert scene.waits and set(scene.waits) <= {1, 2}
    assert scene.held(scene.path, "1.4.0") == RemoteImage(scene.digest, LABELS)


def test_a_lasting_failure_is_reported_after_five_attempts(scene: Scene) -> None:
    scene.faulty.faults.append(
        Fault("GET", "/manifests/", times=99, status=500, body='{"errors":[{"message":"disk"}]}')
    )
    with pytest.raises(
        RemoteError, match=rf"`{scene.faulty.address}` failed to find `.*:1.4.0`: disk \(HTTP 500\)"
    ) as raised:
        scene.find()
    assert (raised.value.status, raised.value.retryable, scene.waits) == (500, True, [1, 2, 4, 8])


def test_the_wait_is_as_long_as_the_registry_says(scene: Scene) -> None:
    scene.faulty.faults.append(Fault("PUT", "", status=429, headers={"Retry-After": "17"}))
    scene.tag()
    assert scene.waits == [17]


def test_a_wait_that_is_too_long_is_an_error(scene: Scene) -> None:
    scene.faulty.faults.append(Fault("PUT", "", times=99, status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(RemoteError, match="HTTP 429") as raised:
        scene.tag()
    assert scene.waits == [] and "3600 seconds" in str(raised.value.hint)
    assert scene.held(scene.path, "latest") is None


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RemoteError), (401, AuthError), (403, AuthError), (413, RemoteError)]
)
def test_a_refusal_is_not_repeated(scene: Scene, status: int, kind: type[Exception]) -> None:
    scene.faulty.faults.append(Fault("PUT", "", times=99, status=status, body='{"errors":[{"message":"not you"}]}'))
    with pytest.raises(kind, match="not you"):
        scene.tag()
    assert len(scene.faulty.seen("PUT", "")) <= 2 and not scene.waits


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_digest_that_is_not_that_of_the_manifest_is_an_error(scene: Scene, method: str) -> None:
    wrong = f"sha256:{'f' * 64}"
    scene.faulty.faults.append(Fault(method, "/manifests/", digest=wrong))
    with pytest.raises(RemoteError, match=f"is damaged: its digest should be `{wrong}`, but is `{scene.digest}`"):
        scene.tag()


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("digest", ["junk", "md9:0a", "shake_128:0a"])
def test_an_invalid_digest_is_an_error(scene: Scene, method: str, digest: str) -> None:
    scene.faulty.faults.append(Fault(method, "/manifests/", digest=digest))
    with pytest.raises(RemoteError, match=f"should be `{digest}`"):
        scene.tag()


def test_an_empty_digest_is_ignored(scene: Scene) -> None:
    scene.faulty.faults += [Fault("GET", "/manifests/", digest=""), Fault("PUT", "/manifests/", digest="")]
    scene.tag()
    assert scene.held(scene.path, "latest") == RemoteImage(scene.digest, LABELS)


@pytest.mark.parametrize(
    "answer",
    [
        Fault("GET", "/manifests/", times=99, status=302, headers={"Location": "http://[bad"}),
        Fault("GET", "", times=99, status=401, headers={"WWW-Authenticate": 'Bearer realm="http://[bad"'}),
    ],
    ids=["redirect", "realm"],
)
def test_an_invalid_url_in_a_response_is_an_error_of_the_registry(scene: Scene, answer: Fault) -> None:
    scene.faulty.faults.append(replace(answer))
    with pytest.raises(RemoteError, match="its response contains an invalid URL"):
        scene.find()
    assert not scene.waits


def test_a_manifest_with_other_content_than_asked_for_is_an_error(scene: Scene) -> None:
    scene.faulty.faults.append(Fault("GET", "/manifests/", status=200, body="{}"))
    with pytest.raises(RemoteError, match=f"should be `{scene.digest}`"):
        scene.registries.find(f"{scene.name}@{scene.digest}")


def test_a_configuration_with_other_content_than_its_digest_is_an_error(scene: Scene) -> None:
    scene.faulty.faults.append(Fault("GET", "/blobs/", status=200, body='{"config": {"Labels": {"version": "9"}}}'))
    with pytest.raises(RemoteError, match="should be `sha256:"):
        scene.find()


@pytest.mark.parametrize("body", ["<html>", "[]", '{"manifests": [{"digest": "../../x"}]}', '{"layers": 1}'])
def test_an_invalid_manifest_is_an_error_of_the_registry(scene: Scene, body: str) -> None:
    scene.faulty.faults.append(Fault("GET", "/manifests/", status=200, body=body))
    with pytest.raises(RemoteError, match="is not an image"):
        scene.find()


def test_a_tag_is_moved_only_after_its_content_was_copied(scene: Scene) -> None:
    index = push_index(scene.part, scene.path, "2.0.0", LABELS)
    scene.faulty.faults.append(Fault("POST", "/blobs/uploads/", skip=5, times=99, status=500))
    with pytest.raises(RemoteError):
        scene.registries.copy(f"{scene.name}@{index}", f"{scene.copied}:latest")
    assert scene.held(scene.other, "latest") is None and not scene.faulty.seen("PUT", "/manifests/latest")
    scene.faulty.faults.clear()
    assert scene.registries.copy(f"{scene.name}@{index}", f"{scene.copied}:latest") == index
    assert scene.held(scene.other, "latest") == RemoteImage(index, LABELS)


@pytest.mark.parametrize(("code", "status"), [("MANIFEST_BLOB_UNKNOWN", 400), ("BLOB_UNKNOWN", 404)])
def test_a_manifest_whose_blobs_the_registry_does_not_see_yet_is_written_after_another_copy(
    scene: Scene, code: str, status: int
) -> None:
    body = json.dumps({"errors": [{"code": code, "message": "blob unknown to registry"}]})
    scene.faulty.faults.append(Fault("PUT", "/manifests/", times=2, status=status, body=body))
    assert scene.copy() == scene.digest
    assert scene.waits == [1, 2]
    assert len(scene.faulty.seen("HEAD", "/blobs/")) == 3 * 2
    assert scene.held(scene.other, "latest") == RemoteImage(scene.digest, LABELS)


def no_mounts(scene: Scene) -> Fault:
    """Return the fault of a registry that answers a request to mount a blob with the start of an upload."""
    place = f"/v2/{scene.other}/blobs/uploads/"
    return Fault("POST", "mount=", times=99, status=307, headers={"Location": place})


def test_a_blob_that_the_registry_cannot_mount_is_uploaded(scene: Scene) -> None:
    scene.faulty.faults.append(no_mounts(scene))
    assert scene.copy() == scene.digest
    assert scene.held(scene.other, "latest") == RemoteImage(scene.digest, LABELS)
    assert len(scene.faulty.seen("PUT", "digest=")) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "digest=", skip=1, cut_after=50_000),
        Fault("PUT", "digest=", cut=True, after=True),
        Fault("GET", "/blobs/", cut=True),
    ],
    ids=["upload cut", "answer lost", "download cut"],
)
def test_an_upload_that_breaks_off_starts_again(scene: Scene, fault: Fault) -> None:
    scene.faulty.faults += [no_mounts(scene), replace(fault)]
    scene.copy()
    assert scene.waits == [1]
    assert scene.held(scene.other, "latest") == RemoteImage(scene.digest, LABELS)


def test_a_damaged_blob_is_not_uploaded(scene: Scene) -> None:
    scene.faulty.faults += [no_mounts(scene), Fault("GET", "/blobs/", status=200, body="broken")]
    with pytest.raises(RemoteError, match="is damaged"):
        scene.copy()
    assert not scene.faulty.seen("PUT", "")


def nothing_listens() -> str:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("host", "said"),
    [(nothing_listens, "not reachable, or it refused"), (lambda: "registry.invalid", "no host has this name")],
)
def test_a_registry_that_cannot_be_reached_is_reported_with_the_reason(host: Callable[[], str], said: str) -> None:
    waits, sentences, name = list[float](), list[str](), f"{host()}/acme/app"
    policy = RetryPolicy(timeout=5, pause=1, sleep=waits.append, announce=sentences.append)
    registries = Registries(Logins(), policy)
    with pytest.raises(RemoteError, match=f"`{name.partition('/')[0]}` to find .* failed: .*{said}") as raised:
        registries.find(f"{name}:1")
    assert raised.value.retryable and len(waits) == 4
    assert all(name.partition("/")[0] in sentence and said in sentence for sentence in sentences)
    assert [sentence.rpartition("; ")[2] for sentence in sentences] == [
        "try 2 of 5 in 1 s",
        "try 3 of 5 in 2 s",
        "try 4 of 5 in 4 s",
        "try 5 of 5 in 8 s",
    ]
    (finding,) = registries.findings([name, f"{name}-dev"])
    assert finding.code == "registry-unreachable" and said in finding.what and "\n" not in finding.fix


def test_a_host_without_a_registry_is_found_before_anything_is_written(scene: Scene) -> None:
    scene.faulty.faults.append(Fault("GET", "/v2/$", times=99, status=404, body="<html>no such page</html>"))
    (finding,) = scene.registries.findings([scene.name])
    assert finding.code == "registry-unreachable" and "HTTP 404" in finding.what
