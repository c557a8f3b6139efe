"""The tables of a container that shipit starts: its settings and its secrets."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from shipit.config.table import ConfigTable
from shipit.config.vocabulary import (
    CommandWords,
    DockerName,
    Duration,
    HostEntry,
    HostPath,
    Memory,
    Port,
    Processors,
    SecretReference,
    Text,
    VariableName,
    VariableValue,
    Volume,
)


class ContainerConfig(ConfigTable, frozen=True, kw_only=True):
    """The settings of the container, as in `docker run`."""

    port: Annotated[Port, Meta(description="The port that the app listens on in the container.")] = 8080
    env: Annotated[
        dict[VariableName, VariableValue],
        Meta(description="Environment variables that are not secret.", examples=[{"SPRING_PROFILES_ACTIVE": "prod"}]),
    ] = field(default_factory=dict)
    volumes: Annotated[
        tuple[Volume, ...],
        Meta(
            description="The volumes, as `source:/target` or `source:/target:ro`.", examples=[["/srv/shop/data:/data"]]
        ),
    ] = ()
    network: Annotated[
        DockerName | None, Meta(description="The docker network to join. It must exist on the host.")
    ] = None
    memory: Annotated[Memory | None, Meta(description="The memory limit.")] = None
    cpus: Annotated[
        Processors | None,
        Meta(description="The number of processors that the container can use, such as `1.5`."),
    ] = None
    command: Annotated[
        CommandWords, Meta(description="The command to run instead of that of the image, as a list of words.")
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
            "the last part of each path is the name of the variable. `secretsmanager:shop/prod` is a secret of AWS "
            "Secrets Manager: a JSON object, whose keys are the names of the variables. `env:NAME` is the environment "
            "variable NAME of the run.",
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
