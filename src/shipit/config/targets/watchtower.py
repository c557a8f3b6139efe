"""The table of the kind `watchtower`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from shipit.config.table import ConfigTable
from shipit.config.targets.base import HostTable
from shipit.config.vocabulary import DockerName, DockerTag, Duration, HostAddress, Text, VariableName, WebUrl


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


class WatchtowerConfig(HostTable, frozen=True, kw_only=True, tag="watchtower"):
    """Watchtower on the hosts: it replaces a container when the tag that it follows is moved."""

    tag: Annotated[
        DockerTag,
        Meta(description="The tag that Watchtower follows. The deployment moves it, and `shipit image` does not."),
    ] = "latest"
    url: Annotated[
        WebUrl | None,
        Meta(
            description="The address of Watchtower's HTTP API, as each of `hosts` reaches it, or this machine "
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
    container: Annotated[
        DockerName | None,
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

    @property
    def secrets(self) -> None:
        """None, because Watchtower keeps the environment variables of the container."""
        return None

    @property
    def followed_tag(self) -> str:
        return self.tag

    @property
    def verifies(self) -> bool:
        return self.proof != "none"

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        for host in self.hosts:
            yield host, "name", f"the app `{app}` in `{self.directory}`"
            if self.container:
                yield host, "container", f"container `{self.container}`"

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
