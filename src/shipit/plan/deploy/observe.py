"""The facts that the plan of a deployment is made from: the state of all hosts of an environment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.environment import ImageConfig
from shipit.config.model import Config
from shipit.config.targets import HostConfig, HostTable
from shipit.core import limits
from shipit.core.deploy import FIRST_SERVER_ERROR, LOCAL, HealthAnswer
from shipit.core.history import records
from shipit.core.images import Reference
from shipit.deploy import TARGETS, AnyTarget, DeployTarget, HostState, ObservedTarget
from shipit.finding import Finding
from shipit.plan.notifications import notification_findings, project_name
from shipit.world import World


class ObservedDeployment(Struct, frozen=True):
    """The targets of an environment with their state. `commit` and `branch` are those that are checked out.

    `waiting` are the commits of the checked out branch that are not deployed yet, as id and subject, the newest first;
    None if the branch is not that of the environment, or if it is not known what serves. `reported` is True if
    deployments are reported to the forge. `project` is the name of the repository for notifications, and `channels` are
    the problems of the channels that get them. `public_answer` is that of the public address; None if it was not asked.
    """

    environment: str
    commit: str
    branch: str | None
    targets: tuple[AnyTarget, ...]
    observed: tuple[ObservedTarget, ...]
    waiting: tuple[str, ...] | None = None
    reported: bool = False
    public_answer: HealthAnswer | None = None
    project: str = ""
    channels: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The problems of all targets, each once, and of the public address."""
        of_targets = dict.fromkeys(finding for observed in self.observed for finding in observed.findings)
        return (*of_targets, *self._public_address_findings(), *self.channels)

    def _public_address_findings(self) -> Iterator[Finding]:
        """Yield a warning if the public address does not answer, or if it fails although a version serves."""
        if self.public_answer is None or 0 < self.public_answer.status < FIRST_SERVER_ERROR:
            return
        url = next(target.url for target in self.targets)
        what = f"`{url}` does not answer: {self.public_answer.body}"
        if self.public_answer.status:
            serving = next((host.serving for host in self.hosts if host.serving), None)
            if serving is None or not all(host.healthy for host in self.hosts):
                return
            what = f"`{url}` answers {self.public_answer.status}, although {serving} serves and is healthy"
        fix = f"check `environments.{self.environment}.url`, DNS, the certificate and the firewall"
        yield Finding("url", what, fix, "warning")

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of the hosts of all targets."""
        return tuple(host for observed in self.observed for host in observed.hosts)


def deploy_targets(config: Config, environment: str, secrets_versions: Mapping[int, str] = {}) -> tuple[AnyTarget, ...]:
    """Return the targets of an environment.

    Args:
        config: the configuration.
        environment: the name of the environment.
        secrets_versions: the fingerprint of the secrets of each target, by its number.
    """
    settings = config.environments[environment]
    return tuple(
        DeployTarget(
            environment=environment,
            app=settings.app_name(environment, target),
            image_name=_image_name(settings.image_of(target)),
            config=target,
            url=settings.url or "",
            secrets_version=secrets_versions.get(number, ""),
        )
        for number, target in enumerate(settings.targets)
    )


def _image_name(image: ImageConfig | None) -> str:
    return Reference.parse(image.name).name if image else ""


def observe_deployment(
    world: World, config: Config, environment: str, *, branch: str | None, for_plan: bool = True
) -> ObservedDeployment:
    """Return the state of all targets of an environment. Only reads.

    Args:
        world: the ports.
        config: the configuration.
        environment: the name of an environment with targets.
        branch: the branch to use when HEAD is detached, as the CI names it.
        for_plan: True to read the versions of the secrets, which only a plan needs; False to read the commits that are
            not deployed yet.
    """
    versions = {
        number: _secrets_version(world, target)
        for number, target in enumerate(config.environments[environment].targets)
        if isinstance(target, HostTable) and target.secrets and for_plan
    }
    targets = deploy_targets(config, environment, versions)
    observed = tuple(TARGETS[target.kind].observe(world, target) for target in targets)
    head, branch = world.git.head() or "", world.git.branch() or branch
    waiting = None if for_plan or branch != config.environments[environment].branch else _waiting(world, observed)
    reported = world.forge.shows_deployments
    return ObservedDeployment(
        environment,
        head,
        branch,
        targets,
        observed,
        waiting,
        reported,
        project=project_name(world.forge.links()) if config.notify else "",
        channels=notification_findings(config, world) if for_plan else (),
    )


def ask_public_address(world: World, observed: ObservedDeployment) -> ObservedDeployment:
    """Return the state with the answer that the public address gives now, from this machine; `url` may be unset."""
    url = next((target.url for target in observed.targets if target.url), "")
    if not url:
        return observed
    answer = world.hosts.at(LOCAL).get(url, timeout=limits.PUBLIC_REQUEST)
    targets = tuple(replace(target, url_status=answer.status) for target in observed.targets)
    return replace(observed, targets=targets, public_answer=answer)


def _waiting(world: World, observed: tuple[ObservedTarget, ...]) -> tuple[str, ...] | None:
    """Return the commits of HEAD that are not in every image that serves; None if it is not known what serves."""
    serving = [host.serving for target in observed for host in target.hosts]
    deployed = [image.revision for image in serving if image and image.revision and world.git.commit(image.revision)]
    if not deployed or len(deployed) < len(serving):
        return None
    oldest = next((one for one in deployed if all(world.git.is_ancestor(one, each) for each in deployed)), deployed[0])
    with closing(world.git.log(["HEAD"], [oldest])) as log:
        return tuple(f"{commit.id[:7]} {commit.message.partition(chr(10))[0]}" for commit in records(log))


def _secrets_version(world: World, target: HostConfig) -> str:
    """Return a fingerprint of the versions of the secrets, from which no value can be found out."""
    key = world.hosts.at(target.hosts[0]).read(target.key_path) or ""
    sources = target.secrets.sources if target.secrets else ()
    versions = "\n".join(f"{source} {world.secrets.version(source, key)}" for source in sources)
    return hashlib.sha256(versions.encode()).hexdigest()[:16]
