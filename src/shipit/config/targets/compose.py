"""The table of the kind `compose`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated

from msgspec import Meta, field

from shipit.config.table import ConfigTable
from shipit.config.targets.base import HostTable, in_environment
from shipit.config.targets.checks import CommandLimit, Health, MigrateCommand, OptionalIdentity, VerifyCommands
from shipit.config.targets.container import SecretsConfig
from shipit.config.vocabulary import DockerName, Duration, HostAddress, HostPath, Name, Path, Port
from shipit.core import limits


class ServiceConfig(ConfigTable, frozen=True, kw_only=True):
    """A service of the compose project that shipit deploys."""

    image: Annotated[
        Name | None,
        Meta(
            description="The image of the service, by its name in `images`. When unset, it is the image with the name "
            "of the service, or the only image."
        ),
    ] = None
    port: Annotated[Port, Meta(description="The port that the app listens on in the container.")] = 8080
    health: Health
    identity: OptionalIdentity = None
    verify: VerifyCommands = ()
    migrate: MigrateCommand = ()
    timeout: CommandLimit = limits.MIGRATION.written


class ComposeConfig(HostTable, frozen=True, kw_only=True, tag="compose"):
    """Services of a compose project: each gets a new container, which is checked before the old one is removed."""

    hosts: Annotated[
        tuple[HostAddress, ...],
        Meta(
            min_length=1,
            description="The hosts with the compose project. `local` is the machine that shipit runs on.",
            examples=[["ssh://deploy@shop.example"]],
            extra={"expected": "a list with at least one host"},
        ),
    ] = ("local",)
    project: Annotated[
        HostPath,
        Meta(
            description="The directory of the compose project on each host. shipit writes `compose.shipit.yaml` there, "
            "with the digests of the images.",
            examples=["/srv/shop"],
        ),
    ]
    files: Annotated[
        tuple[Path, ...],
        Meta(
            min_length=1,
            description="The compose files, as paths from `project`. shipit only reads them.",
            examples=[["compose.yaml", "compose.prod.yaml"]],
            extra={"expected": "a list with at least one path"},
        ),
    ] = ("compose.yaml",)
    copy: Annotated[
        dict[Path, Path],
        Meta(
            description="Files of the repository that shipit copies to each host before the services start: the path "
            "of each in the repository, and its path from `project`. They are those of the commit that the image was "
            "built from, also in a rollback.",
            examples=[{"deploy/compose.yaml": "compose.yaml"}],
        ),
    ] = field(default_factory=dict)
    services: Annotated[
        dict[DockerName, ServiceConfig],
        Meta(
            min_length=1,
            description="The services to deploy, by their names in the compose files, one after the other in this "
            "order. If one fails, the earlier versions of all of them serve again. Other services are not changed.",
            extra={"expected": "a table with at least one service"},
        ),
    ]
    bake: Annotated[
        Duration,
        Meta(
            description="The time for which the old and the new container serve beside each other, and the new one is "
            "watched. It must be longer than the proxy needs to find the new container."
        ),
    ] = "15s"
    downtime: Annotated[
        bool,
        Meta(
            description="`true`: a service that publishes a port or has a `container_name` is replaced in place, and "
            "does not answer meanwhile. Without it, such a service is refused."
        ),
    ] = False
    secrets: Annotated[
        SecretsConfig | None,
        Meta(
            description="The secrets that shipit writes to `secrets.file` before the services are started: a file that "
            "`env_file` names in the compose file."
        ),
    ] = None
    drain: Annotated[
        Duration,
        Meta(description="The longest time that the old container gets to finish its requests after SIGTERM."),
    ] = limits.DRAIN.written

    def parts(self, images: Collection[str]) -> tuple[ComposeServiceConfig, ...]:
        """Return one target for each service, in order."""
        shared = {field: getattr(self, field) for field in self.__struct_fields__ if field not in ("image", "name")}
        return tuple(
            ComposeServiceConfig(
                **shared,
                name=self.name and f"{self.name}-{name}",
                image=service.image or (name if name in images else None),
                service=name,
            )
            for name, service in self.services.items()
        )

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        if self.image:
            yield "image", "each service has its own image", f'write `services.<name>.image = "{self.image}"`'
        if self.secrets and not self.secrets.file:
            yield "secrets", "compose reads secrets from a file", f'add `file = "{self.project}/secrets.env"`'
        if not self.copy:
            return
        from shipit.core.deploy import PIN_FILE  # a command that deploys nothing does not load it

        secrets = self.secrets.file if self.secrets else ""
        for path in self.copy.values():
            if path == PIN_FILE or f"{self.project}/{path}" == secrets:
                yield "copy", f"shipit writes another text to `{path}`", "copy the file to another path"


class ComposeServiceConfig(ComposeConfig, frozen=True, kw_only=True, tag="compose"):
    """One service of a table of the kind `compose`; a target of its own."""

    service: str

    @property
    def own(self) -> ServiceConfig:
        """The settings of the service."""
        return self.services[self.service]

    @property
    def place(self) -> tuple[str, ...]:
        return ("services", self.service)

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        for host in self.hosts:
            yield host, "name", f"the app `{app}` in `{self.directory}`"
            yield host, "services", f"the service `{self.service}` of `{self.project}`"

    def app(self, image: str, environment: str) -> str:
        return self.name or f"{in_environment(self.project.rpartition('/')[2].lower(), environment)}-{self.service}"
