"""A scheduler of ECS whose tasks are real containers: it pulls their images, and asks them whether they are healthy.

ecs.scheduler = ContainerScheduler.over(engine, ecs.scheduler, HurriedClock(1))
"""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import field
from parts.engine import Engine

from shipit.core.deploy import digest_in
from shipit.testing import FakeScheduler
from shipit.testing.clock import FakeClock
from shipit.testing.ecs.scheduler import FakeTask

PORT = 8080  # of each image
_PATIENCE = 15  # seconds after which the load balancer counts a task that does not answer as unhealthy


class ContainerScheduler(FakeScheduler, kw_only=True):
    """A scheduler that runs each task as a container of `engine`; its decisions are those of `FakeScheduler`.

    `containers` has the id of the container of each task, and `errors` the reason why the engine could not start one.
    """

    engine: Engine
    containers: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def over(cls, engine: Engine, scheduler: FakeScheduler, clock: FakeClock) -> ContainerScheduler:
        """Return a scheduler in the place of another one, which has no service yet; `clock` has the time."""
        return cls(scheduler.registry, clock, scheduler.apps, engine=engine, balanced=True)

    def advance(self) -> None:
        """Look once at all containers, however long ago that was done last."""
        self.now = max(self.now, int(self.clock.elapsed()))
        super().advance()

    def urls(self) -> list[str]:
        """Return the addresses of the tasks that get requests: those that are healthy, in stages those that serve."""
        return [self._url(task) for task in self._alive(self.newest.serves) if self._answers(task)]

    def remove_all(self) -> None:
        """Remove all containers."""
        for container in self.containers.values():
            self.engine.run("rm", "--force", "--volumes", container)

    def _start(self, definition: str, images: Mapping[str, str]) -> None:
        super()._start(definition, images)
        for task in self._alive(definition):
            if task.id not in self.containers and task.id not in self.errors:
                self._run(task)

    def _run(self, task: FakeTask) -> None:
        (image,) = task.images.values()
        done = self.engine.run("run", "--detach", "--publish", f"127.0.0.1::{PORT}", image)
        if done.returncode:
            self.errors[task.id] = f"CannotPullContainerError: {done.stderr.strip()}"
        else:
            self.containers[task.id] = done.stdout.strip()
        task.pulled = done.returncode == 0

    def _stop(self, which: Callable[[FakeTask], bool]) -> None:
        before = self._alive()
        super()._stop(which)
        for task in before:
            if task.reason and task.id in self.containers:
                self.engine.docker("stop", "--time", "1", self.containers[task.id])

    def _failure(self, task: FakeTask) -> str:
        if task.id in self.errors:
            return self.errors[task.id]
        state = self._inspected(task)["State"]
        if not state["Running"]:
            return f"Essential container in task exited: exit status {state['ExitCode']}"
        return "Task failed ELB health checks" if self._is_late(task) and not self._answers(task) else ""

    def _is_late(self, task: FakeTask) -> bool:
        return self.now >= task.since + _PATIENCE

    def _target(self, task: FakeTask) -> str:
        return "" if self._answers(task) else "it is `unhealthy` in target group `web`"

    def _answers(self, task: FakeTask) -> bool:
        if task.id not in self.containers:
            return False
        try:
            with urllib.request.urlopen(f"{self._url(task)}/health", timeout=5) as answer:
                return int(answer.status) == 200
        except (OSError, StopIteration):
            return False

    def _url(self, task: FakeTask) -> str:
        ports = self._inspected(task)["NetworkSettings"]["Ports"][f"{PORT}/tcp"]
        return f"http://127.0.0.1:{ports[0]['HostPort']}"

    def _inspected(self, task: FakeTask) -> Any:
        return _client(self.engine.host).inspect_container(self.containers[task.id])

    def _digests(self, images: Mapping[str, str]) -> dict[str, str]:
        """Return the digest of the image of each container, as the engine pulled it."""
        found = dict[str, str]()
        for name, image in images.items():
            known = [digest_in(each) for each in _repo_digests(self.engine, image)]
            found[name] = digest_in(image) if digest_in(image) in known else next(iter(known), "")
        return found


@cache
def _client(host: str) -> Any:
    """Return a connection to the engine, which costs less than a process of `docker` for each question."""
    from docker import APIClient

    return APIClient(host)


def _repo_digests(engine: Engine, image: str) -> Sequence[str]:
    """Return the names by digest that an engine knows an image by; none for an image that it does not have."""
    from docker.errors import ImageNotFound

    try:
        found: Sequence[str] = _client(engine.host).inspect_image(image)["RepoDigests"]
    except ImageNotFound:
        return ()
    return found


@contextmanager
def balancer(scheduler: ContainerScheduler) -> Iterator[str]:
    """Start a load balancer in front of the tasks, and yield its address. Without a healthy task it answers 503."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = 503, b""
            for url in scheduler.urls()[:1]:
                with suppress(OSError), urllib.request.urlopen(f"{url}{self.path}", timeout=5) as answer:
                    status, body = answer.status, answer.read()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
