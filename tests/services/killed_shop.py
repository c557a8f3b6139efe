"""A project that processes deploy to a service of ECS, on moto with a scheduler that goes on with the time."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from contracts.pushed import push_image
from parts.aws import ACCOUNT, REGION
from parts.ecs import BUCKET, CLUSTER, SERVICE, Ecs
from parts.registry import Registry
from release.runs import Driver, Run, StartedRun
from services.hurried import HurriedClock

from shipit.adapters.places import AwsEcsServices
from shipit.config.load import parse_config
from shipit.core.images import VERSION
from shipit.core.redact import Redactor
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeScheduler
from shipit.world import RemoteImage

REPOSITORY = "acme/killed"
_REMEMBERED = 60  # seconds: after a longer time without requests, nothing goes on in the service
CONFIG = """\
[environments.prod]
branch = "prod"
image.name = "{image}"

[environments.prod.deploy]
kind = "ecs"
name = "shop"
cluster = "{cluster}"
service = "{service}"
{bucket}
region = "{region}"
account = "{account}"
bake = "2s"
{keys}
"""


class PatientScheduler(FakeScheduler):
    """A scheduler that is not asked for a long time between two runs, and then does only what is left to do."""

    def advance(self) -> None:
        self.now = max(self.now, int(self.clock.elapsed()) - _REMEMBERED)
        super().advance()


class Project:
    """A repository whose image is deployed by processes. The service was created with the image 0.9.0.

    `kills` counts the processes that were killed, and `seconds` are those of the last run that ended by itself. Without
    a `bucket`, the record and the lock are in Parameter Store as soon as the project is configured again.
    """

    def __init__(self, root: Path, ecs: Ecs, registry: Registry, driver: Driver) -> None:
        self.root, self.ecs, self._registry, self._driver = root, ecs, registry, driver
        self._image = registry.image(REPOSITORY).rpartition(":")[0]
        self._versions: dict[str, str] = {}  # by digest
        self.kills = self._number = 0
        self.bucket: str | None = BUCKET
        self.seconds = 1.0
        ecs.scheduler = PatientScheduler(ecs.world.registry, HurriedClock(), ecs.world.hosts.apps)
        self.push("0.9.0")
        ecs.create(f"{self._image}:0.9.0")
        root.mkdir()
        self._git("init", "--quiet", "--initial-branch", "prod")
        self.configure()

    def configure(self, keys: str = "") -> None:
        """Commit a configuration with further keys of the target."""
        bucket = f'bucket = "{self.bucket}"' if self.bucket else ""
        names = {"cluster": CLUSTER, "service": SERVICE, "bucket": bucket, "region": REGION, "account": ACCOUNT}
        (self.root / "shipit.toml").write_text(CONFIG.format(image=self._image, keys=keys, **names))
        self._git("add", ".")
        self._git("commit", "--quiet", "--allow-empty", "--message", "feat: change the settings")

    def push(self, version: str = "", app: FakeApp | None = None) -> str:
        """Push the image of a version, by default of the next one, and return the version; `app` is its behaviour."""
        self._number += not version
        version = version or f"1.{self._number}.0"
        digest = push_image(self._registry, REPOSITORY, version, {VERSION: version})
        self.ecs.world.registry.accept(f"{self._image}:{version}", RemoteImage(digest))
        self._versions[digest] = version
        if app:
            self.ecs.world.hosts.apps[digest] = app
        return version

    def run(self, *arguments: str, **env: str) -> Run:
        """Run shipit to its end."""
        begun = time.monotonic()
        run = self._driver.run(self.root, arguments, {**os.environ, **env})
        self.seconds = time.monotonic() - begun
        return run

    def start(self, *arguments: str) -> StartedRun:
        """Start shipit."""
        return self._driver.start(self.root, arguments, os.environ)

    def writes(self, *arguments: str) -> int:
        """Run shipit to its end, and return the number of its writes."""
        file = self.root.with_name("writes")
        file.unlink(missing_ok=True)
        self.run(*arguments, WRITES=str(file))
        return len(file.read_text().splitlines())

    def killed(self, at: int, when: str, *arguments: str) -> None:
        """Run shipit, and kill it before or after a write."""
        run = self.run(*arguments, STOP_AT=str(at), STOP_WHEN=when)
        assert run.killed, run.err
        self.kills += 1

    @property
    def served(self) -> list[str]:
        """The versions that the running tasks report by digest, one for each task."""
        self.ecs.scheduler.advance()
        tasks = self.ecs.scheduler.observed
        return [self._versions[task.images["web"]] for task in tasks if task.running]

    @property
    def record(self) -> list[str]:
        """The events of the record, as kind and version."""
        (target,) = parse_config((self.root / "shipit.toml").read_text()).environments["prod"].targets
        service = AwsEcsServices(Redactor()).at(target.hosts[0])
        events = read_record(service, f"{target.state_path('shop')}.json").events
        return [f"{event.kind} {event.image.version}" for event in events]

    @property
    def revisions(self) -> Mapping[str, int]:
        """The number of active task definitions of each version."""
        found = dict[str, int]()
        for arn in self.ecs.definitions():
            answer = self.ecs.client.describe_task_definition(taskDefinition=arn)
            image = answer["taskDefinition"]["containerDefinitions"][0]["image"]
            version = self._versions.get(image.partition("@")[2], "0.9.0")
            found[version] = found.get(version, 0) + 1
        return found

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True)
