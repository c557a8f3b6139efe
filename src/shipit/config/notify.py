"""The tables `[[notify]]` of the configuration; see `shipit.config.model`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from shipit.config.table import ConfigTable
from shipit.config.vocabulary import EventName, SecretVariable, VariableName


class NotifyConfig(ConfigTable, frozen=True, kw_only=True):
    """A channel that is notified of releases and deployments."""

    kind: Annotated[
        Literal["slack", "discord", "teams", "webhook"],
        Meta(
            description="The service: Slack, Discord, Microsoft Teams, or with `webhook` any program that accepts a "
            "JSON document, such as Grafana."
        ),
    ]
    url: Annotated[
        SecretVariable,
        Meta(
            description="The environment variable with the address that the service gave you. The address is a "
            "secret: whoever knows it can write to your channel.",
        ),
    ]
    on: Annotated[
        tuple[EventName, ...],
        Meta(
            min_length=1,
            description="The events to send. `released`: a release is published. `deployed`: a version serves in an "
            "environment. `rolled-back`: a version was rejected, and the earlier one was verified to serve. "
            "`failed`: a release, the images of an environment or a deployment failed in another way. `waiting`: a "
            "deployment of ECS is paused, and waits for `shipit approve`.",
            examples=[["deployed", "failed", "rolled-back"]],
            extra={"expected": "a list with at least one event"},
        ),
    ] = ("released", "deployed", "failed", "rolled-back", "waiting")
    token: Annotated[
        VariableName | None,
        Meta(
            description="For `webhook`: the name of the environment variable with a token, which is sent in the header "
            "`Authorization` as `Bearer`.",
            examples=["GRAFANA_TOKEN"],
        ),
    ] = None

    @property
    def variable(self) -> str:
        """The name of the environment variable with the address."""
        return self.url.removeprefix("env:")
