"""The classic builder of the engine, through docker's SDK; used if `docker buildx` is not installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from shipit.adapters.processes.program_output import ProgramOutput
from shipit.core.images import Build

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

_FAILED = 1


def build_with_classic_builder(
    client: APIClient, reference: str, build: Build, output: ProgramOutput, *, root: str, timeout: float
) -> int | None:
    """Build an image, tag it locally as `reference`, and return an exit status: 0 for success.

    Args:
        client: a connection that only this build uses.
        output: gets the log of the build.
        root: the directory that the paths of `build` are relative to.
        timeout: in seconds; after that the build is stopped, and None is returned.
    """
    from docker.errors import APIError, DockerException
    from urllib3.exceptions import HTTPError

    with _TimeLimit(client, timeout) as limit:
        try:
            with _context(build, root) as (archive, dockerfile):
                parameters = _parameters(reference, build, root, timeout)
                return _copy_log(client.build(fileobj=archive, dockerfile=dockerfile, **parameters), output)
        except APIError as error:
            output.write(f"{error.explanation or error}\n")
        except (DockerException, HTTPError, OSError) as error:
            if limit.passed:
                return None
            output.write(f"{error}\n")
        finally:
            output.finish()
    return _FAILED


def readable_by_the_sdk(configuration: str) -> str:
    """Change the file in docker's configuration directory `configuration` for the SDK, and return its path.

    A credential helper that is not installed, or an empty one, makes the SDK fail, but not docker's command line. So
    these helpers are removed.
    """
    path = os.path.join(configuration, "config.json")
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    helpers = config.get("credHelpers", {}).items()
    config["credHelpers"] = {name: helper for name, helper in helpers if shutil.which(f"docker-credential-{helper}")}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    return path


@contextmanager
def _context(build: Build, root: str) -> Iterator[tuple[IO[bytes], str]]:
    """Write the build context into an archive, and yield the archive and the path of the Dockerfile in it.

    The archive has no name on the disk, so that nothing remains of it if the run is killed. The SDK would name it.
    """
    from docker.api.build import process_dockerfile
    from docker.utils import tar

    directory = os.path.normpath(os.path.join(root, build.context))
    dockerfile = process_dockerfile(os.path.normpath(os.path.join(root, build.dockerfile)), directory)
    with tempfile.TemporaryFile() as archive:
        tar(Path(directory), exclude=_ignored(directory), dockerfile=dockerfile, fileobj=archive)
        yield archive, str(dockerfile[0])


def _ignored(directory: str) -> list[str]:
    """Return the patterns in `.dockerignore`."""
    try:
        with open(os.path.join(directory, ".dockerignore"), encoding="utf-8-sig", errors="surrogateescape") as file:
            lines = [line.strip() for line in file]
    except FileNotFoundError:
        return []
    return [line for line in lines if line and not line.startswith("#")]


def _parameters(reference: str, build: Build, root: str, timeout: float) -> dict[str, Any]:
    return {
        "custom_context": True,
        "tag": reference,
        "labels": build.labels,
        "buildargs": {**build.args, **_epoch(os.path.join(root, build.dockerfile), build.created)},
        "rm": True,
        "forcerm": True,
        "decode": True,
        "timeout": round(timeout) + 10,  # seconds; the upload of the context comes before the first response
    }


def _epoch(dockerfile: str, created: int) -> Mapping[str, str]:
    """Return the argument SOURCE_DATE_EPOCH if `dockerfile` declares it; the builder warns of undeclared arguments."""
    with open(dockerfile, encoding="utf-8", errors="replace") as file:
        declared = re.search(r"^\s*ARG\s.*\bSOURCE_DATE_EPOCH\b", file.read(), re.MULTILINE | re.IGNORECASE)
    return {"SOURCE_DATE_EPOCH": str(created)} if declared else {}


def _copy_log(events: Iterable[Mapping[str, Any]], output: ProgramOutput) -> int:
    """Write the log of a build to `output` and return the exit status of the command that failed; 0 for success."""
    status = 0
    for event in events:
        if "error" in event:
            status = event.get("errorDetail", {}).get("code") or _FAILED
        output.write(_log_text(event))
    return status


def _log_text(event: Mapping[str, Any]) -> str:
    """Return the text of an event for the log: a piece of output, or a line about the pull of the base image."""
    if event.get("progressDetail"):
        return ""  # the progress of one layer, of which there are hundreds
    line = " ".join(filter(None, (event.get("id"), event.get("status"), event.get("error"))))
    return event.get("stream") or (f"{line}\n" if line else "")


class _TimeLimit:
    """A time limit for a build: when it is over, the connection is closed, which makes the engine stop the build.

    `passed` is whether the limit is over.
    """

    def __init__(self, client: APIClient, seconds: float) -> None:
        self.passed = False
        self._responses: list[Response] = []
        self._timer = threading.Timer(seconds, self._end)
        client.hooks["response"] = [self._add]

    def __enter__(self) -> _TimeLimit:
        self._timer.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._timer.cancel()
        for response in self._responses:
            response.close()

    def _add(self, response: Response, **_: object) -> None:
        self._responses.append(response)
        if self.passed:
            self._shut_down(response)

    def _end(self) -> None:
        self.passed = True
        for response in self._responses:
            self._shut_down(response)

    def _shut_down(self, response: Response) -> None:
        with suppress(RuntimeError, ValueError):  # the response has ended in the meantime
            response.raw.shutdown()
