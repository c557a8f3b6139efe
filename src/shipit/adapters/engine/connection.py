"""Where the container engine listens, and the connection to it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from shipit.adapters.registry import CONFIG, directory
from shipit.errors import PreflightError, RemoteError
from shipit.finding import Finding

if TYPE_CHECKING:
    from docker import APIClient
    from docker.tls import TLSConfig

_TO_CONNECT = 15  # seconds
_TO_ANSWER = 600  # seconds without a word: a registry may take its time over a large layer


class _Endpoint(TypedDict, total=False):
    base_url: str
    tls: TLSConfig


@dataclass(frozen=True, slots=True)
class Address:
    """An engine's `url`, and `origin`, for people: what says that it is there."""

    url: str
    origin: str
    tls: TLSConfig | None = None


def engine_address() -> Address:
    """Where docker's command line would look: `DOCKER_HOST`, else the current context, else the usual socket.

    Raises `PreflightError` where that leads nowhere.
    """
    from docker.context import ContextAPI
    from docker.context.config import get_current_context_name
    from docker.errors import DockerException
    from docker.utils import kwargs_from_env

    try:
        given: _Endpoint = {**kwargs_from_env()}
        if "base_url" in given:
            return Address(given["base_url"], "`DOCKER_HOST`", given.get("tls"))
        name = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
        context = ContextAPI.get_context(name)
    except DockerException as error:
        raise _unready(_finding(f"where the container engine is cannot be read: {error}")) from error
    if context is None or not context.Host:  # type: ignore[redundant-expr]  # its stubs do not know of None
        raise _unready(_finding(f"docker has no context `{name}`", "docker context ls"))
    origin = "docker's default" if context.name == "default" else f"docker's context `{context.name}`"
    return Address(context.Host, origin, given.get("tls") or context.TLSConfig)


def connect(place: Address) -> APIClient:
    """A connection to the engine at `place`; raises `PreflightError` where none answers."""
    import docker
    from docker.errors import DockerException

    if place.url.startswith("ssh://"):
        raise _unready(_over_ssh(place))
    try:
        _knock(place.url)
        tls = place.tls or False
        client = docker.APIClient(base_url=place.url, version="auto", timeout=_TO_CONNECT, tls=tls)
    except (DockerException, OSError) as error:  # a RequestException is an OSError
        raise _unready(_absent(place, _reason(error))) from error
    except (ValueError, AttributeError, TypeError) as error:  # whatever the SDK makes of a strange value
        raise _unready(_strange(place, error)) from error
    client.timeout = _TO_ANSWER
    return client


def _knock(url: str) -> None:
    """Raises `OSError` where nobody listens on a socket: the SDK would tell it too, and leave its own end open."""
    if url.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as end:
            end.connect("/" + url.removeprefix("unix://").lstrip("/"))


def _finding(what: str, fix: str = "start docker (`systemctl start docker`), or set `DOCKER_HOST`") -> Finding:
    return Finding("engine", what, fix)


def _unready(finding: Finding) -> PreflightError:
    return PreflightError([finding], to="build or push images")


def _absent(place: Address, reason: str) -> Finding:
    what = f"there is no container engine at `{place.url}` ({place.origin}): {reason}"
    if "permission denied" in reason:
        return _finding(what, "`sudo usermod -aG docker $USER`, and log in again")
    return _finding(what)


def _strange(place: Address, error: Exception) -> Finding:
    """The SDK reads docker's configuration while it connects."""
    what = f"`{place.url}` ({place.origin}) is no address, or docker's configuration cannot be read: {error}"
    return _finding(what, f"mend `DOCKER_HOST`, or mend or remove `{os.path.join(directory(), CONFIG)}`")


def _over_ssh(place: Address) -> Finding:
    """Docker's SDK does not get through to engines over SSH; the SSH client itself does."""
    host = place.url.removeprefix("ssh://").strip("/")
    return _finding(
        f"the container engine cannot be reached over SSH: `{place.url}` ({place.origin})",
        f"`ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock ssh://{host} &` and `export DOCKER_HOST=unix:///tmp/docker.sock`",
    )


def _reason(error: BaseException) -> str:
    """What the system said at the bottom of `error`, which repeats it wrapped in the words of three libraries."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror.lower()
        inner = inner.__cause__ or inner.__context__
    return str(error)


@contextmanager
def translating_engine_errors() -> Iterator[None]:
    """Turns what the SDK raises where the engine does not answer as it should into `RemoteError`."""
    from docker.errors import APIError, DockerException
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except APIError as error:
        said = error.explanation or error
        raise RemoteError(f"the container engine answers: {said}", status=error.status_code) from error
    except (DockerException, RequestException, HTTPError) as error:
        raise RemoteError(
            f"the container engine does not answer any more: {error}",
            hint="look at `docker info`, and run shipit again",
        ) from error
