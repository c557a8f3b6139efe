"""A node of the tests' own: it takes the pods of a cluster, and reports the state that their image shall have.

No container runs. The API server, real or stand-in, gets the same requests as from a kubelet.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from parts.kubernetes.client import Client

NODE = "node-1"
_EVERY = 0.1  # seconds


@dataclass(frozen=True)
class App:
    """The behaviour of the containers of an image. Times are in seconds after the start of a pod.

    Args:
        ready: the time from which a pod is ready; None for never.
        fails: the time from which it is no longer ready; None for never.
        crashes: the exit status of a container that crashes again and again; None if it runs.
        missing: True when the image cannot be pulled.
        job: the exit status of a command that a Job runs in it; None for one that never ends.
        runs: the digest that the node reports, when its runtime names another one than the image has.
        log: the output of the container.
    """

    ready: float | None = 0
    fails: float | None = None
    crashes: int | None = None
    missing: bool = False
    job: int | None = 0
    runs: str = ""
    log: str = ""


@dataclass
class Node:
    """The node of a cluster; `apps` has the behaviour of the images by digest, and the others are healthy at once."""

    api: Client
    apps: dict[str, App] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started: dict[str, float] = {}
        self._reported: dict[str, Any] = {}

    def log(self, image: str) -> str:
        """Return the log of the containers of an image."""
        return self._app(image).log

    def work(self) -> None:
        """Take new pods, report the state of all, and let those end that are being deleted."""
        for pod in self.api("GET", "/api/v1/pods")["items"]:
            meta = pod["metadata"]
            path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
            if meta.get("deletionTimestamp"):
                self.api("DELETE", path, {"gracePeriodSeconds": 0}, ok=(404,))
            elif not pod["spec"].get("nodeName"):
                target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
                binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": meta["name"]}, "target": target}
                self.api("POST", f"{path}/binding", binding, ok=(404, 409))
            else:
                self._report(pod, path)

    def _report(self, pod: dict[str, Any], path: str) -> None:
        uid = pod["metadata"]["uid"]
        age = time.monotonic() - self._started.setdefault(uid, time.monotonic())
        status = self._status(pod, age)
        if self._reported.get(uid) != status:
            self.api("PATCH", f"{path}/status", {"status": status}, ok=(404,))
            self._reported[uid] = status

    def _status(self, pod: dict[str, Any], age: float) -> dict[str, Any]:
        containers = pod["spec"]["containers"]
        app = self._app(containers[0]["image"])
        if pod["spec"].get("restartPolicy") == "Never":
            return self._ended(pod, app)
        ready = app.ready is not None and age >= app.ready and not (app.fails is not None and age >= app.fails)
        ready = ready and app.crashes is None and not app.missing
        started = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=age)
        conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
        return {
            "phase": "Pending" if app.missing else "Running",
            "startTime": started.strftime("%Y-%m-%dT%H:%M:00Z"),
            "conditions": conditions,
            "containerStatuses": [self._container(each, app, ready, age) for each in containers],
        }

    def _ended(self, pod: dict[str, Any], app: App) -> dict[str, Any]:
        """Return the status of the pod of a Job."""
        (container,) = pod["spec"]["containers"]
        status = self._container(container, app, ready=False, age=0)
        if app.missing or app.job is None:
            return {"phase": "Pending" if app.missing else "Running", "containerStatuses": [status]}
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:00Z")
        ended = {
            "exitCode": app.job,
            "reason": "Error" if app.job else "Completed",
            "startedAt": now,
            "finishedAt": now,
        }
        phase = "Failed" if app.job else "Succeeded"
        return {"phase": phase, "containerStatuses": [{**status, "state": {"terminated": ended}}]}

    def _container(self, container: dict[str, Any], app: App, ready: bool, age: float) -> dict[str, Any]:
        name, _, digest = container["image"].partition("@")
        found = {"name": container["name"], "image": container["image"], "ready": ready, "restartCount": 0}
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:00Z")
        if app.missing:
            waiting = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{container["image"]}"'}
            return {**found, "imageID": "", "state": {"waiting": waiting}}
        image = {"imageID": f"{name}@{app.runs or digest}"}
        if app.crashes is not None:
            ended = {"exitCode": app.crashes, "reason": "Error", "startedAt": now, "finishedAt": now}
            state = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": ended}}
            return {**found, **image, "restartCount": 1 + min(4, int(age // 0.3)), **state}
        return {**found, **image, "state": {"running": {"startedAt": now}}}

    def _app(self, image: str) -> App:
        return self.apps.get(image.partition("@")[2], App())


@contextmanager
def working(node: Node) -> Iterator[Node]:
    """Let a node work in a thread."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(_EVERY):
            with suppress(Exception):  # the server is stopping, or busy; the next turn does it again
                node.work()

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield node
    finally:
        ended.set()
        worker.join()
