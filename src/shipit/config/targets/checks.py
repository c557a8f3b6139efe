"""The checks of a new version, and the commands that run for it: tables and keys that several kinds of targets have."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from shipit.config.table import ConfigTable
from shipit.config.vocabulary import CommandWords, Duration, HttpStatus, Text, TimeLimit, UrlPath
from shipit.core import limits


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
    within: Annotated[Duration, Meta(description="The longest time until the app is healthy.")] = limits.HEALTHY.written
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


Health = Annotated[
    HealthConfig | Literal["none"],
    Meta(
        description='The health check of the app. `"none"`: only that the container runs, and its Docker health check '
        "if it has one.",
        examples=[{"path": "/actuator/health", "json": {"status": "UP"}}],
        extra={"expected": 'a table with a `path`, or `"none"`'},
    ),
]
OptionalIdentity = Annotated[
    IdentityConfig | None,
    Meta(description="A request whose answer shows that it comes from the new version."),
]
VerifyCommands = Annotated[
    tuple[Text, ...],
    Meta(
        description="Commands that run in the repository against the new container when it is healthy. Until they "
        "succeed, the old one is not stopped, and `blue-green` gives the new one no traffic. Their variables "
        "`SHIPIT_URL` and `SHIPIT_VERSION` are its address and its version.",
        examples=[["./smoke.sh"]],
    ),
]
MigrateCommand = Annotated[
    CommandWords,
    Meta(
        description="A command that runs in a container of the new image before the new version starts, as a list "
        "of words. An interrupted deployment can run it twice.",
        examples=[["java", "-jar", "app.jar", "--migrate"]],
    ),
]
CommandLimit = Annotated[TimeLimit, Meta(description="The time limit of `migrate` and of each `verify` command.")]
