"""The table of the kind `swarm`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from shipit.config.targets.base import HostTable, in_environment
from shipit.config.targets.checks import CommandLimit
from shipit.config.vocabulary import CommandWords, DockerName, Duration, HostAddress, Text
from shipit.core import limits


class SwarmConfig(HostTable, frozen=True, kw_only=True, tag="swarm"):
    """A service of a Docker swarm: the swarm replaces its tasks, and shipit checks which image they run."""

    service: Annotated[
        DockerName,
        Meta(
            description="The name of the service, which must exist. In a stack it begins with the name of the stack.",
            examples=["shop_web"],
        ),
    ]
    hosts: Annotated[
        tuple[HostAddress, ...],
        Meta(
            min_length=1,
            description="A manager of the swarm. `local` is the machine that shipit runs on. The record of deployments "
            "and the lock are on this host, so name the same manager in all runs.",
            examples=[["ssh://deploy@manager.example"]],
            extra={"expected": "a list with at least one host"},
        ),
    ] = ("local",)
    order: Annotated[
        Literal["start-first", "stop-first"] | None,
        Meta(
            description="The order in which the swarm replaces a task. `start-first`: the new task must be healthy "
            "before the old one ends. When unset, it is that of the service."
        ),
    ] = None
    monitor: Annotated[
        Duration | None,
        Meta(
            description="The time for which the swarm watches each new task for a failure. When unset, it is that of "
            "the service."
        ),
    ] = None
    health: Annotated[
        Literal["none"] | None,
        Meta(
            description='`"none"`: deploy also if neither the service nor the image has a health check. A task then '
            "counts as good as soon as its program runs, and gets traffic before it can answer."
        ),
    ] = None
    within: Annotated[Duration, Meta(description="The longest time until all tasks run the new version.")] = (
        limits.SERVICE_UPDATE.written
    )
    bake: Annotated[
        Duration,
        Meta(
            description="The time for which the new version is watched after the update. If a task fails, the earlier "
            "version is set again."
        ),
    ] = "15s"

    migrate: Annotated[
        CommandWords,
        Meta(
            description="A command that runs in a job of the swarm with the new image before the update, as a list of "
            "words. The job has the variables, the secrets, the networks and the volumes of the service. A rollback "
            "runs no command.",
            examples=[["java", "-jar", "app.jar", "--migrate"]],
        ),
    ] = ()
    verify: Annotated[
        tuple[Text, ...],
        Meta(
            description="Commands that run in the repository after the update. Their variables `SHIPIT_URL` and "
            "`SHIPIT_VERSION` are `url` of the environment and the new version. If one fails, the earlier version is "
            "set again.",
            examples=[["./smoke.sh"]],
        ),
    ] = ()
    timeout: CommandLimit = limits.MIGRATION.written

    @property
    def secrets(self) -> None:
        """None, because the service keeps its environment variables and its secrets."""
        return None

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        for host in self.hosts:
            yield host, "name", f"the app `{app}` in `{self.directory}`"
            yield host, "service", f"the service `{self.service}` of the swarm"

    def app(self, image: str, environment: str) -> str:
        return self.name or in_environment(self.service.lower(), environment)

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        if len(self.hosts) > 1:
            hint = "keep one manager; it updates the tasks on all nodes"
            yield "hosts", "a swarm is changed through one of its managers", hint
        if self.migrate and len(self.service) > limits.SERVICE_NAME:
            what = f"the job of `migrate` would have the name `{self.service}-migrate`, which is too long for a swarm"
            yield "service", what, f"give the service a name of at most {limits.SERVICE_NAME} characters"
