"""The tables of the targets that an environment is deployed to, one for each kind; see `shipit.config.model`.

`TargetConfig` is the union of all kinds: a new kind is added there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from shipit.config.table import ConfigTable
from shipit.config.vocabulary import (
    AppName,
    DockerTag,
    Duration,
    HostAddress,
    HostEntry,
    HostPath,
    HttpStatus,
    Memory,
    Name,
    NginxName,
    Port,
    Processors,
    SecretReference,
    Text,
    UrlPath,
    VariableName,
    Volume,
    WebUrl,
)

# The key that says which other keys a target has.
KIND = "kind"


class TargetTable(ConfigTable, frozen=True, kw_only=True, tag_field=KIND):
    """A target; its `kind` says which other keys it has."""

    # The kinds that only a later version supports.
    later: ClassVar[tuple[str, ...]] = ("compose", "swarm", "kubernetes", "ecs", "static-site")

    @property
    def followed_tag(self) -> str:
        """The moving tag of the image that only a deployment moves; empty for none."""
        return ""

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        """Yield each contradiction between keys: a key, the problem in one sentence, and a hint."""
        yield from ()


class HealthConfig(ConfigTable, frozen=True, kw_only=True):
    """The health check over HTTP."""

    path: Annotated[UrlPath, Meta(description="The path to ask.", examples=["/actuator/health"])]
    json: Annotated[
        dict[Text, str],
        Meta(
            description="The values that the JSON of the answer must have. A key can have dots: `db.status`.",
            examples=[{"status": "UP"}],
        ),
    ] = field(default_factory=dict)
    status: Annotated[
        HttpStatus | None,
        Meta(description="The status that the answer must have. It is any from 200 to 299 when unset."),
    ] = None
    within: Annotated[Duration, Meta(description="The longest time until the app is healthy.")] = "90s"
    times: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="The number of good answers in a row that are needed.",
            extra={"expected": "a whole number from 1 to 100"},
        ),
    ] = 3


class IdentityConfig(ConfigTable, frozen=True, kw_only=True):
    """A request whose answer shows which version answers."""

    path: Annotated[UrlPath, Meta(description="The path to ask.", examples=["/actuator/info"])]
    json: Annotated[
        Text,
        Meta(
            description="The key in the JSON of the answer that has the version or the commit of the image.",
            examples=["git.commit.id"],
        ),
    ]


class ContainerConfig(ConfigTable, frozen=True, kw_only=True):
    """The settings of the container, as in `docker run`."""

    port: Annotated[Port, Meta(description="The port that the app listens on in the container.")] = 8080
    env: Annotated[
        dict[VariableName, str],
        Meta(description="Environment variables that are not secret.", examples=[{"SPRING_PROFILES_ACTIVE": "prod"}]),
    ] = field(default_factory=dict)
    volumes: Annotated[
        tuple[Volume, ...],
        Meta(
            description="The volumes, as `source:/target` or `source:/target:ro`.", examples=[["/srv/shop/data:/data"]]
        ),
    ] = ()
    network: Annotated[Name | None, Meta(description="The docker network to join. It must exist on the host.")] = None
    memory: Annotated[Memory | None, Meta(description="The memory limit.")] = None
    cpus: Annotated[
        Processors | None,
        Meta(description="The number of processors that the container can use, such as `1.5`."),
    ] = None
    command: Annotated[
        tuple[Text, ...], Meta(description="The command to run instead of that of the image, as a list of words.")
    ] = ()
    user: Annotated[Text | None, Meta(description="The user to run as. It is that of the image when unset.")] = None
    hosts: Annotated[
        tuple[HostEntry, ...],
        Meta(
            description="Additional host names that the container can use, as `name:address`.",
            examples=[["db:10.0.0.5"]],
        ),
    ] = ()
    restart: Annotated[
        Literal["unless-stopped", "always", "on-failure", "no"],
        Meta(description="The restart policy of the container."),
    ] = "unless-stopped"
    stop: Annotated[
        Duration, Meta(description="The time between the signal to stop (SIGTERM) and the kill (SIGKILL).")
    ] = "20s"
    keep: Annotated[
        Literal["stopped", "running"],
        Meta(
            description="The state in which the old container is kept for a rollback. `stopped` frees its memory. "
            "`running` makes a rollback faster."
        ),
    ] = "stopped"


class SecretsConfig(ConfigTable, frozen=True, kw_only=True):
    """The secrets of the app, which become environment variables of its container."""

    sources: Annotated[
        tuple[SecretReference, ...],
        Meta(
            min_length=1,
            description="The sources. `ssm:/shop/prod/` is all parameters below that path of AWS Parameter Store, and "
            "the last part of each path is the name of the variable. `env:NAME` is the environment variable NAME of "
            "the run.",
            examples=[["ssm:/shop/prod/"]],
            extra={"expected": "a list with at least one source"},
        ),
    ] = field(name="from")
    file: Annotated[
        HostPath | None,
        Meta(
            description="A file on the host that shipit also writes the secrets to, for people and other scripts. It "
            "is readable only by the user that shipit logs in as.",
            examples=["/srv/shop/.env"],
        ),
    ] = None
    format: Annotated[
        Literal["compose", "docker", "properties", "shell"],
        Meta(description="The format of `file`: the program that reads it."),
    ] = "compose"


class SlotsConfig(ConfigTable, frozen=True, kw_only=True):
    """The ports of the two slots on the host's loopback address."""

    blue: Annotated[Port, Meta(description="The port of the slot blue.")] = 8081
    green: Annotated[Port, Meta(description="The port of the slot green.")] = 8082


class NginxConfig(ConfigTable, frozen=True, kw_only=True):
    """The nginx that gives the traffic to one of the slots."""

    file: Annotated[
        HostPath,
        Meta(
            description="The switch file, which shipit writes and your site includes. For nginx in a container it is "
            "the path on the host, in a directory that is mounted into the container.",
            examples=["/etc/nginx/conf.d/service-url.inc"],
        ),
    ] = "/etc/nginx/conf.d/service-url.inc"
    style: Annotated[
        Literal["set", "upstream"],
        Meta(
            description="The form of the file. `set`: `set $service_url http://127.0.0.1:8081;`, to include in a "
            "`server`. `upstream`: an `upstream` block, to include in `http`."
        ),
    ] = "set"
    variable: Annotated[
        NginxName | None,
        Meta(
            description="The name of the variable without `$`, or of the upstream. When unset, it is `service_url` for "
            "`set`, and the name of the app for `upstream`."
        ),
    ] = None
    command: Annotated[
        tuple[Text, ...],
        Meta(
            min_length=1,
            description="The command that runs nginx, as a list of words.",
            examples=[["sudo", "nginx"]],
            extra={"expected": "a list with at least one word"},
        ),
    ] = ("nginx",)
    pid_file: Annotated[
        HostPath, Meta(description="The file with nginx's process id.", examples=["/run/nginx.pid"])
    ] = "/run/nginx.pid"
    container: Annotated[
        Name | None, Meta(description="The name of the container that nginx runs in. It runs on the host when unset.")
    ] = None
    front: Annotated[
        WebUrl, Meta(description="The address at which the host reaches nginx; shipit asks it which slot is active.")
    ] = "http://127.0.0.1:80"
    server_name: Annotated[
        Text | None,
        Meta(description="The `server_name` of your site. When unset, it is the host in `url` of the environment."),
    ] = None
    state_port: Annotated[
        Port | None,
        Meta(
            description="For `upstream`: a free port on the loopback address, at which nginx reports the active slot. "
            "When unset, it is the port before that of the slot blue."
        ),
    ] = None
    marker: Annotated[
        HostPath | None,
        Meta(
            description="A file that gets the name of the active slot, `blue` or `green`, for other scripts.",
            examples=["/srv/shop/active"],
        ),
    ] = None


class BlueGreenConfig(TargetTable, frozen=True, kw_only=True, tag="blue-green"):
    """Two containers behind nginx: the new one is started and checked before it gets the traffic."""

    name: Annotated[
        AppName | None,
        Meta(
            description="The name of the app on the host. Its containers are `<name>-blue` and `<name>-green`. When "
            "unset, it is the last part of the image's name and the name of the environment: `shop-prod`."
        ),
    ] = None
    image: Annotated[
        Name | None, Meta(description="The image to deploy, by its name in `images`, if there are several.")
    ] = None
    hosts: Annotated[
        tuple[HostAddress, ...],
        Meta(
            min_length=1,
            description="The hosts to deploy to. `local` is the machine that shipit runs on. With several hosts, no "
            "host gets the traffic before the new version is healthy on all of them.",
            examples=[["ssh://deploy@shop.example"]],
            extra={"expected": "a list with at least one host"},
        ),
    ] = ("local",)
    known_hosts: Annotated[
        tuple[Text, ...],
        Meta(
            description="The public keys of the hosts, as lines of a known_hosts file (see `ssh-keyscan`). When "
            "unset, they are in `SHIPIT_SSH_KNOWN_HOSTS` or in the known_hosts file of the user."
        ),
    ] = ()
    health: Annotated[
        HealthConfig | Literal["none"],
        Meta(
            description='The health check of the app. `"none"`: only that the container runs, and the health check of '
            "the image if it has one.",
            examples=[{"path": "/actuator/health", "json": {"status": "UP"}}],
            extra={"expected": 'a table with a `path`, or `"none"`'},
        ),
    ]
    identity: Annotated[
        IdentityConfig | None,
        Meta(description="A request whose answer shows that it comes from the new version."),
    ] = None
    bake: Annotated[
        Duration,
        Meta(
            description="The time for which the new version is watched while it serves. If it fails, the earlier "
            "version gets the traffic again."
        ),
    ] = "15s"
    drain: Annotated[
        Duration,
        Meta(description="The longest time that the old version gets to finish its requests before it is stopped."),
    ] = "30s"
    verify: Annotated[
        tuple[Text, ...],
        Meta(
            description="Commands that run in the repository against the new version before it gets the traffic. "
            "Their variables `SHIPIT_URL` and `SHIPIT_VERSION` are its address and its version.",
            examples=[["./smoke.sh"]],
        ),
    ] = ()
    migrate: Annotated[
        tuple[Text, ...],
        Meta(
            description="A command that runs in a container of the new image before the new version starts, as a list "
            "of words. An interrupted deployment can run it twice.",
            examples=[["java", "-jar", "app.jar", "--migrate"]],
        ),
    ] = ()
    timeout: Annotated[Duration, Meta(description="The time limit of `migrate` and of each `verify` command.")] = "10m"
    slots: Annotated[SlotsConfig, Meta(description="The ports of the two slots.")] = SlotsConfig()
    nginx: Annotated[NginxConfig, Meta(description="The nginx in front of the slots.")] = NginxConfig()
    container: Annotated[ContainerConfig, Meta(description="The settings of the container.")] = ContainerConfig()
    secrets: Annotated[SecretsConfig | None, Meta(description="The secrets of the app.")] = None
    directory: Annotated[
        HostPath,
        Meta(
            description="The directory on the host for the record of deployments and the lock.",
            examples=["/var/lib/shipit"],
        ),
    ] = "/var/lib/shipit"

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        if self.slots.blue == self.slots.green:
            yield "slots", "both slots have the same port", "give the slots two ports"
        if self.nginx.style == "upstream" and self.nginx.container and self.container.network:
            what = "nginx in a container would keep the address that a slot had when nginx was reloaded"
            yield "nginx", what, 'write `style = "set"`, with `resolver 127.0.0.11 valid=1s;` in your site'


class EndpointConfig(ConfigTable, frozen=True, kw_only=True):
    """An address of the app whose answer shows which version answers."""

    url: Annotated[WebUrl, Meta(description="The address to ask.", examples=["https://shop.example/actuator/info"])]
    json: Annotated[
        Text,
        Meta(
            description="The key in the JSON of the answer that has the version or the commit of the image.",
            examples=["git.commit.id"],
        ),
    ]


class WatchtowerConfig(TargetTable, frozen=True, kw_only=True, tag="watchtower"):
    """Watchtower on the hosts: it replaces a container when the tag that it follows is moved."""

    name: Annotated[
        AppName | None,
        Meta(
            description="The name of the app in the record of deployments. When unset, it is the last part of the "
            "image's name and the name of the environment: `shop-prod`."
        ),
    ] = None
    image: Annotated[
        Name | None, Meta(description="The image to deploy, by its name in `images`, if there are several.")
    ] = None
    tag: Annotated[
        DockerTag,
        Meta(description="The tag that Watchtower follows. The deployment moves it, and `shipit image` does not."),
    ] = "latest"
    url: Annotated[
        WebUrl | None,
        Meta(
            description="The address of Watchtower's HTTP API, as the first of `hosts` reaches it, or this machine "
            "without `hosts`. When unset, shipit waits for the next poll of Watchtower.",
            examples=["http://127.0.0.1:8080"],
        ),
    ] = None
    token: Annotated[
        VariableName,
        Meta(
            description="The name of the environment variable with the token of the HTTP API.",
            examples=["WATCHTOWER_TOKEN"],
        ),
    ] = "WATCHTOWER_TOKEN"
    proof: Annotated[
        Literal["container", "endpoint", "none"],
        Meta(
            description="The proof that the new version runs. `container`: the engine of each host says which digest "
            "`container` runs. `endpoint`: the app names its version or its commit, see `identity`. `none`: a "
            "deployment ends, and it is not known which version runs."
        ),
    ]
    hosts: Annotated[
        tuple[HostAddress, ...],
        Meta(
            description="The hosts with the container. `local` is the machine that shipit runs on. The record of "
            "deployments and the lock are on the hosts; without hosts there is no record and no lock.",
            examples=[["ssh://deploy@shop.example"]],
        ),
    ] = ()
    known_hosts: Annotated[
        tuple[Text, ...],
        Meta(
            description="The public keys of the hosts, as lines of a known_hosts file (see `ssh-keyscan`). When "
            "unset, they are in `SHIPIT_SSH_KNOWN_HOSTS` or in the known_hosts file of the user."
        ),
    ] = ()
    container: Annotated[
        Name | None,
        Meta(
            description="The name of the container that Watchtower replaces. The fork of Watchtower updates only this "
            "container."
        ),
    ] = None
    identity: Annotated[
        EndpointConfig | None, Meta(description="For `endpoint`: the request whose answer shows which version answers.")
    ] = None
    within: Annotated[
        Duration | None,
        Meta(
            description="The longest time until the new version runs. When unset, it is `3m` with `url` and `10m` "
            "without. If Watchtower polls, it must be longer than the poll interval."
        ),
    ] = None
    require_verified: Annotated[
        bool, Meta(description="`true`: a deployment fails if it is not proven that the new version runs.")
    ] = False
    directory: Annotated[
        HostPath,
        Meta(
            description="The directory on each host for the record of deployments and the lock.",
            examples=["/var/lib/shipit"],
        ),
    ] = "/var/lib/shipit"

    @property
    def secrets(self) -> SecretsConfig | None:
        """None, because Watchtower keeps the environment variables of the container."""
        return None

    @property
    def followed_tag(self) -> str:
        return self.tag

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        if self.proof == "container" and not self.container:
            yield "proof", 'the proof "container" needs the name of the container', 'add `container = "shop"`'
        if self.proof == "container" and not self.hosts:
            hint = 'add `hosts = ["ssh://deploy@shop.example"]`, or `hosts = ["local"]` for this machine'
            yield "proof", 'the proof "container" needs the hosts of the container', hint
        if self.proof == "endpoint" and not self.identity:
            hint = 'add `identity = { url = "https://shop.example/actuator/info", json = "git.commit.id" }`'
            yield "proof", 'the proof "endpoint" needs the request to send', hint
        if self.proof == "none" and self.require_verified:
            yield "require-verified", "nothing can be verified without a proof", "set `proof`, or leave this key out"


TargetConfig = BlueGreenConfig | WatchtowerConfig
