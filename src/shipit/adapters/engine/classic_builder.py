"""The engine's own builder, through docker's SDK: what is left where there is no `docker buildx`."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shipit.adapters.program_output import ProgramOutput
from shipit.core.images import Build

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

_FAILED = 1


def run(
    client: APIClient, reference: str, build: Build, output: ProgramOutput, *, root: str, timeout: float
) -> int | None:
    """Build and keep under `reference`.

    The exit status, 0 when it worked; None when `timeout` seconds were not enough.

    Args:
        client: a connection for this build alone.
        root: what the paths of `build` are relative to.
    """
    from docker.errors import APIError, DockerException
    from urllib3.exceptions import HTTPError

    with _TimeLimit(client, timeout) as limit:
        try:
            return _follow(client.build(**_parameters(reference, build, root, timeout)), output)
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
    """The file in docker's configuration directory `configuration`, rewritten for the SDK.

    A credential helper that is not installed, or that a registry is said to have none, stops the SDK; docker's command
    line goes on without.
    """
    path = os.path.join(configuration, "config.json")
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    helpers = told.get("credHelpers", {}).items()
    told["credHelpers"] = {name: helper for name, helper in helpers if shutil.which(f"docker-credential-{helper}")}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(told, file)
    return path


def _parameters(reference: str, build: Build, root: str, timeout: float) -> dict[str, Any]:
    dockerfile = os.path.join(root, build.dockerfile)
    return {
        "path": os.path.normpath(os.path.join(root, build.context)),
        "dockerfile": os.path.normpath(dockerfile),
        "tag": reference,
        "labels": build.labels,
        "buildargs": {**build.args, **_epoch(dockerfile, build.created)},
        "rm": True,
        "forcerm": True,
        "decode": True,
        "timeout": round(timeout) + 10,  # for what comes before the answer
    }


def _epoch(dockerfile: str, created: int) -> Mapping[str, str]:
    """SOURCE_DATE_EPOCH where `dockerfile` asks for it: this builder warns of arguments that nobody does."""
    with open(dockerfile, encoding="utf-8", errors="replace") as file:
        asks = re.search(r"^\s*ARG\s.*\bSOURCE_DATE_EPOCH\b", file.read(), re.MULTILINE | re.IGNORECASE)
    return {"SOURCE_DATE_EPOCH": str(created)} if asks else {}


def _follow(events: Iterable[Mapping[str, Any]], output: ProgramOutput) -> int:
    """Pass on what the engine tells of a build, to its end; the exit status of the command that failed."""
    status = 0
    for event in events:
        if "error" in event:
            status = event.get("errorDetail", {}).get("code") or _FAILED
        output.write(_words(event))
    return status


def _words(event: Mapping[str, Any]) -> str:
    """What an event says to people: a piece of the log, or a line about the image that is built upon."""
    if event.get("progressDetail"):
        return ""  # the hundredth part of a layer
    told = " ".join(filter(None, (event.get("id"), event.get("status"), event.get("error"))))
    return event.get("stream") or (f"{told}\n" if told else "")


class _TimeLimit:
    """Hangs up on the engine when the time is up, which makes it stop a build."""

    def __init__(self, client: APIClient, seconds: float) -> None:
        self.passed = False
        self._answers: list[Response] = []
        self._timer = threading.Timer(seconds, self._pass)
        client.hooks["response"] = [self._listen]

    def __enter__(self) -> _TimeLimit:
        self._timer.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._timer.cancel()
        for answer in self._answers:
            answer.close()

    def _listen(self, answer: Response, **_: object) -> None:
        self._answers.append(answer)
        if self.passed:
            self._hang_up(answer)

    def _pass(self) -> None:
        self.passed = True
        for answer in self._answers:
            self._hang_up(answer)

    def _hang_up(self, answer: Response) -> None:
        with suppress(RuntimeError, ValueError):  # it has ended just now
            answer.raw.shutdown()
