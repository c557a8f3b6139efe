"""A faulty registry fails as told, and is the registry behind it otherwise."""

from __future__ import annotations

import http.client
import io
import random
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from email.message import Message

import pytest
from parts.engine import Engine
from parts.faulty import Fault, FaultyRegistry
from parts.registry import Registry

DIGEST = "sha256:" + "0" * 64
Tagged = Callable[[Registry, str], str]

ACCEPT = {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}


@pytest.fixture
def image(engine: Engine, base_image: str) -> Tagged:
    """An image of its own for every repository, with a layer that no registry has yet."""

    def tagged(registry: Registry, repository: str) -> str:
        reference = registry.image(repository)
        layer = random.randbytes(200_000).hex()
        dockerfile = f"FROM {base_image}\nRUN echo {layer[:60_000]} > /layer\nENV X={layer[60_000:60_008]}\n"
        engine.docker("build", "--tag", reference, "-", input=dockerfile)
        return reference

    return tagged


def ask(registry: Registry, path: str, method: str = "GET", data: bytes | None = None) -> tuple[int, Message]:
    request = urllib.request.Request(f"{registry.url}{path}", method=method, data=data, headers=ACCEPT)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers


def test_without_faults_it_is_the_registry_behind_it(engine: Engine, image: Tagged, registry: Registry) -> None:
    with FaultyRegistry(registry) as faulty:
        reference = image(faulty, "proxied")
        engine.docker("push", reference)
        engine.docker("rmi", reference)
        engine.docker("pull", reference)
        assert [one.status for one in faulty.seen("PUT", "/manifests/latest")] == [201]
        assert all(one.status for one in faulty.requests)
    assert ask(registry, "/v2/proxied/manifests/latest")[0] == 200


def test_a_status_is_answered_as_often_as_told_and_nothing_is_done(registry: Registry) -> None:
    fault = Fault("POST", "/blobs/uploads/", times=2, skip=1, status=429, headers={"Retry-After": "7"}, body="slow")
    with FaultyRegistry(registry, fault) as faulty:
        answers = [ask(faulty, "/v2/slow/blobs/uploads/", "POST", b"") for _ in range(4)]
    assert [status for status, _ in answers] == [202, 429, 429, 202]
    assert answers[1][1]["Retry-After"] == "7"
    assert answers[3][1]["Location"].startswith(f"{faulty.url}/v2/")


def test_the_engine_tries_a_cut_upload_again(engine: Engine, image: Tagged, registry: Registry) -> None:
    with FaultyRegistry(registry, Fault("PATCH", "/blobs/uploads/", cut_after=1000)) as faulty:
        engine.docker("push", image(faulty, "cut"))
        assert None in [one.status for one in faulty.seen("PATCH", "/blobs/uploads/")]
    assert ask(registry, "/v2/cut/manifests/latest")[0] == 200


@pytest.mark.parametrize(("after", "there"), [(False, 404), (True, 200)])
def test_a_fault_comes_before_or_after_the_effect(
    engine: Engine, image: Tagged, registry: Registry, after: bool, there: int
) -> None:
    repository = f"effect-{after}".lower()
    with FaultyRegistry(registry, Fault("PUT", "/manifests/", times=99, status=500, after=after)) as faulty:
        assert engine.run("push", image(faulty, repository)).returncode != 0
    assert ask(registry, f"/v2/{repository}/manifests/latest")[0] == there


def test_a_cut_answer_comes_after_the_effect(registry: Registry) -> None:
    with FaultyRegistry(registry, Fault("POST", "/uploads/", cut=True, after=True)) as faulty:
        with pytest.raises(OSError):
            ask(faulty, "/v2/cut-answer/blobs/uploads/", "POST", b"")
        assert [one.status for one in faulty.requests] == [None]


def test_a_digest_is_answered_that_is_not_true(engine: Engine, image: Tagged, registry: Registry) -> None:
    with FaultyRegistry(registry, Fault("HEAD", "/manifests/latest", digest=DIGEST)) as faulty:
        engine.docker("push", image(faulty, "lied"))
        faulty.faults.append(Fault("GET", "/manifests/latest", digest=DIGEST))
        assert ask(faulty, "/v2/lied/manifests/latest")[1]["Docker-Content-Digest"] == DIGEST
        assert ask(faulty, "/v2/lied/manifests/latest")[1]["Docker-Content-Digest"] != DIGEST


def test_a_call_leaves_the_answer_as_it_is(registry: Registry) -> None:
    called: list[int] = []
    with FaultyRegistry(registry, Fault("GET", "^/v2/$", call=lambda: called.append(1), after=True)) as faulty:
        assert ask(faulty, "/v2/")[0] == 200
    assert called == [1]


def test_chunked_uploads_are_passed_on_whole(registry: Registry) -> None:
    body = random.randbytes(300_000)
    with FaultyRegistry(registry) as faulty, closing(http.client.HTTPConnection(faulty.address)) as connection:
        connection.request("POST", "/v2/chunked/blobs/uploads/")
        with connection.getresponse() as answer:
            where = answer.headers["Location"].removeprefix(faulty.url)
        connection.request(
            "PATCH", where, body=io.BytesIO(body), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
        )
        with connection.getresponse() as answer:
            assert (answer.status, answer.headers["Range"]) == (202, "0-299999")
