"""The address of the container engine, and the connection to it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TypedDict

from msgspec import Struct

from shipit.adapters.http.bounded_http import HttpFailure
from shipit.adapters.registry import DOCKER_CONFIG_FILE, docker_config_directory
from shipit.core import limits
from shipit.core.redact import shortened
from shipit.errors import PreflightError, RemoteError
from shipit.finding import Finding

if TYPE_CHECKING:
    from docker import APIClient
    from docker.tls import TLSConfig


# The exceptions of reading an answer that has other keys or types, or objects inside each other without end.
_OTHER_FORM = (LookupError, TypeError, AttributeError, ValueError, RuntimeError)


class _Endpoint(TypedDict, total=False):
    base_url: str
    tls: TLSConfig


class Address(Struct, frozen=True):
    """The address of an engine.

    Args:
        url: such as `unix:///var/run/docker.sock`.
        origin: the setting that the address comes from, for messages.
        tls: the TLS settings; None for none.
    """

    url: str
    origin: str
    tls: TLSConfig | None = None


def engine_address() -> Address:
    """Return the address that docker's command line uses: `DOCKER_HOST`, the current context, or the default socket.

    Raises `PreflightError` if the settings are invalid.
    """
    from docker.context import ContextAPI
    from docker.context.config import get_current_context_name
    from docker.utils import kwargs_from_env
    from docker.utils.config import find_config_file

    file: str | None = find_config_file()  # type: ignore[assignment]  # its stubs say `AnyStr`
    if file and not os.path.isfile(file):  # the SDK would wait for ever at a named pipe
        raise _preflight_error(_finding(f"docker's configuration `{file}` is not a regular file", f"ls -l {file}"))
    try:
        endpoint: _Endpoint = {**kwargs_from_env()}
        if "base_url" in endpoint:
            return Address(endpoint["base_url"], "`DOCKER_HOST`", endpoint.get("tls"))
        name = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
        context = ContextAPI.get_context(name)
    except Exception as error:  # the SDK has no exception of its own for a damaged file of a context
        what = f"docker's settings for the engine cannot be read: {str(error) or type(error).__name__}"
        raise _preflight_error(_finding(what, "fix them, or set `DOCKER_HOST`: docker context ls")) from error
    if context is None or not context.Host:  # type: ignore[redundant-expr]  # its stubs do not know of None
        raise _preflight_error(_finding(f"docker has no context `{name}`", "choose one that `docker context ls` lists"))
    origin = "docker's default" if context.name == "default" else f"docker's context `{context.name}`"
    return Address(context.Host, origin, endpoint.get("tls") or context.TLSConfig)


def connect(address: Address) -> APIClient:
    """Return a connection to the engine at `address`; raises `PreflightError` if no engine answers."""
    from docker.errors import DockerException

    from shipit.adapters.engine.bounded_client import BoundedClient

    if address.url.startswith("ssh://"):
        raise _preflight_error(_ssh_finding(address))
    try:
        _check_socket(address.url)
        tls = address.tls or False
        client = BoundedClient(base_url=address.url, version="auto", timeout=limits.ENGINE_CONNECTION, tls=tls)
    except (DockerException, OSError) as error:  # a RequestException is an OSError
        raise _preflight_error(_no_engine_finding(address, _reason(error))) from error
    except (ValueError, AttributeError, TypeError) as error:  # the SDK's exceptions for invalid settings
        raise _preflight_error(_invalid_settings_finding(address, error)) from error
    client.timeout = limits.ENGINE_SILENCE
    return client


class SharedConnection:
    """A connection to an engine that several threads use; one of them makes it, at first use.

    A thread that waits for it gets the same error if it cannot be made. The next use then tries again.

    Args:
        address: returns the address of the engine.
    """

    def __init__(self, address: Callable[[], Address]) -> None:
        self._address = address
        self._made: Future[APIClient] | None = None
        self._mutex = Lock()

    def client(self) -> APIClient:
        """Return the connection; raises `PreflightError` if no engine answers."""
        with self._mutex:
            is_first = self._made is None
            made = self._made = self._made or Future()
        if is_first:
            try:
                made.set_result(connect(self._address()))
            except BaseException as error:
                self._made = None
                made.set_exception(error)
        return made.result()


def _check_socket(url: str) -> None:
    """Raise `OSError` if nothing listens on a Unix socket; the SDK would fail too, but leave its socket open."""
    if url.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("/" + url.removeprefix("unix://").lstrip("/"))


def _finding(what: str, fix: str = "start docker (`systemctl start docker`), or set `DOCKER_HOST`") -> Finding:
    return Finding("engine", what, fix)


def _preflight_error(finding: Finding) -> PreflightError:
    return PreflightError([finding], to="use docker")


def _no_engine_finding(address: Address, reason: str) -> Finding:
    what = f"there is no container engine at `{address.url}` ({address.origin}): {reason}"
    if "permission denied" in reason:
        return _finding(what, "run `sudo usermod -aG docker $USER`, and log in again")
    return _finding(what)


def _invalid_settings_finding(address: Address, error: Exception) -> Finding:
    """Return the finding for an invalid URL, or for a broken configuration, which the SDK reads while it connects."""
    what = f"`{address.url}` ({address.origin}) is an invalid URL, or docker's configuration cannot be read: {error}"
    path = os.path.join(docker_config_directory(), DOCKER_CONFIG_FILE)
    return _finding(what, f"fix `DOCKER_HOST`, or fix or remove `{path}`")


def _ssh_finding(address: Address) -> Finding:
    """Return the finding for an engine over SSH: docker's SDK cannot connect to it, but a tunnel of `ssh` can."""
    host = address.url.removeprefix("ssh://").strip("/")
    return _finding(
        f"shipit cannot connect to a container engine over SSH: `{address.url}` ({address.origin})",
        f"run `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock ssh://{host} &` "
        "and `export DOCKER_HOST=unix:///tmp/docker.sock`",
    )


def _reason(error: BaseException) -> str:
    """Return the message of the operating system, which three libraries have wrapped in their own exceptions."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror.lower()
        inner = inner.__cause__ or inner.__context__
    return str(error)


@contextmanager
def translating_engine_errors() -> Iterator[None]:
    """Convert the exceptions of docker's SDK, and those of reading an answer of another form, into `RemoteError`."""
    from docker.errors import APIError, DockerException
    from requests.exceptions import JSONDecodeError, RequestException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except APIError as error:
        reason = shortened(str(error.explanation or error), limits.ENGINE_REASON)
        raise RemoteError(f"the container engine reported an error: {reason}", status=error.status_code) from error
    except JSONDecodeError as error:
        raise _other_form(error) from error
    except (DockerException, RequestException, HTTPError, HttpFailure) as error:
        raise RemoteError(
            f"the connection to the container engine failed: {error}",
            hint="check the engine with `docker info`, then run the same command again",
        ) from error
    except _OTHER_FORM as error:
        raise _other_form(error) from error


def _other_form(error: Exception) -> RemoteError:
    what = f"the container engine sent an answer that docker's API does not have: {type(error).__name__}"
    return RemoteError(what, hint="check that `docker info` works, and which program listens there")
