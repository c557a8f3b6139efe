"""The protocol of a kind of target: it observes the hosts, and plans the steps from there to the wanted image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from shipit.config.targets import TargetConfig
from shipit.core.deploy import DeployedImage, DeployEvent, DeployRecord, Part, Replaced
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.world import World

# The table of the configuration of a kind.
Config_contra = TypeVar("Config_contra", bound=TargetConfig, contravariant=True)
Config_co = TypeVar("Config_co", bound=TargetConfig, covariant=True)


class DeployTarget(Struct, Generic[Config_co], frozen=True):
    """One target of an environment. `Config_co` is the table of its kind.

    Args:
        environment: the name of the environment.
        app: the name of the app on the hosts.
        image_name: the name of its image, without tag.
        config: the settings of the target.
        url: the public address of the environment; empty for none.
        secrets_version: a fingerprint of the versions of the secrets that the app gets; empty without secrets.
        url_status: the status that `url` answered before the deployment, 0 for no answer; None if it was not asked.
    """

    environment: str
    app: str
    image_name: str
    config: Config_co
    url: str = ""
    secrets_version: str = ""
    url_status: int | None = None

    @property
    def kind(self) -> str:
        """The kind of the target, such as `blue-green`."""
        return str(type(self.config).__struct_config__.tag)

    @property
    def state_path(self) -> str:
        """The path of the lock and of the record on a host, without their endings."""
        return self.config.state_path(self.app)

    @property
    def record_path(self) -> str:
        """The path of the record on a host."""
        return f"{self.state_path}.json"


# A target of any kind.
AnyTarget = DeployTarget[TargetConfig]


class Goal(Struct, frozen=True):
    """The image that shall serve, and the run that deploys it.

    `rejected` is the image that a rollback takes out of service and holds; None for a deployment. `why` is the reason
    why an image is held. `retry` allows an image that is held. `container` is the container of another program that
    should serve instead of an image; `image` then only has its name, for messages.

    `together` are all parts of a deployment to several targets or hosts; the event `started` records them. On the hosts
    in `unfinished` the image was verified in a deployment that did not reach all of its parts: the way back leads to
    the image before it. `innocent` is True when the way back has its reason in another target. `approved` is True when
    a person lets the paused deployment of the image go on.
    """

    image: DeployedImage
    by: str
    rejected: DeployedImage | None = None
    why: str = "rolled back"
    retry: bool = False
    container: Replaced | None = None
    together: tuple[Part, ...] = ()
    unfinished: tuple[str, ...] = ()
    innocent: bool = False
    approved: bool = False

    @property
    def rejection(self) -> DeployEvent:
        """The event for the image that a way back takes out of service: only the image that failed is held."""
        return DeployEvent("withdrawn" if self.innocent else "held", self.image, by=self.by, why=self.why)


class Pause(Struct, frozen=True):
    """A deployment that waits for a person.

    Args:
        image: the image that is deployed.
        earlier: the image to go back to; None if it is not known.
        what: the place where it waits, and until when.
    """

    image: DeployedImage
    earlier: DeployedImage | None = None
    what: str = ""


class HostState(Struct, frozen=True):
    """The state of an app on one host, in the form that all kinds of targets share.

    Args:
        host: the address of the host.
        serving: the image that serves, as read from the host; None if none does, or if it is not known.
        since: the time since when its container runs, as ISO 8601; empty if it is not known.
        problem: the reason why it is not healthy; empty if it is.
        drift: differences between the host and what shipit left there, as sentences.
        record: the record of deployments on the host.
        locked_by: the run that holds the lock of the app; empty if it is free.
        known: False when the target has no way to see which image serves.
        replaced: the container of another program from which shipit took the traffic, and that could have it again.
        login: the account that the deployment works with, for people; empty if the host has none.
        paused: the deployment there that waits for a person; None if there is none.
    """

    host: str
    serving: DeployedImage | None = None
    since: str = ""
    problem: str = ""
    drift: tuple[str, ...] = ()
    record: DeployRecord = DeployRecord()
    locked_by: str = ""
    known: bool = True
    replaced: Replaced | None = None
    login: str = ""
    paused: Pause | None = None

    @property
    def healthy(self) -> bool:
        """True when a healthy container serves; it can be a container that shipit did not start."""
        return not self.problem


class ObservedTarget(Protocol):
    """The facts that the plan of a target is made from."""

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of each host, in the order of the configuration."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The problems that were found while observing."""


class TargetKind(Protocol[Config_contra]):
    """A kind of target."""

    def observe(self, world: World, target: DeployTarget[Config_contra]) -> ObservedTarget:
        """Return the state of the target. Only reads."""

    def plan(self, target: DeployTarget[Config_contra], observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        """Yield the steps after which the image of `goal` serves. If it serves already, all of them are done."""

    def way_back(
        self, target: DeployTarget[Config_contra], before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        """Yield the steps that bring back what served before a deployment that failed.

        Args:
            target: the target.
            before: its state when the run began.
            now: its state after the failure.
            rejected: the goal that failed; its `rejection` is recorded if its image got traffic.
        """

    def test(self, world: World, target: DeployTarget[Config_contra]) -> Iterator[Finding]:
        """Yield the problems that only a test on the hosts shows, which takes too long for each plan. Only reads."""

    def logs(self, world: World, target: DeployTarget[Config_contra], lines: int) -> list[tuple[str, str]]:
        """Return the end of the log of each container, with the container's name and host before it."""
