"""The table of the kind `kubernetes`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from shipit.config.targets.base import ImageTable
from shipit.config.vocabulary import CommandWords, Duration, KubernetesName, Name, Text, TimeLimit
from shipit.core import limits


class KubernetesConfig(ImageTable, frozen=True, kw_only=True, tag="kubernetes"):
    """A Deployment of Kubernetes, reached with `kubectl`: its image is replaced by digest, and its rollout watched."""

    context: Annotated[
        Text | None,
        Meta(
            description="The context of the kubeconfig. When unset, it is the current context, or the cluster that "
            "shipit runs in.",
            examples=["prod"],
        ),
    ] = None
    namespace: Annotated[
        KubernetesName,
        Meta(
            description="The namespace of the Deployment. The record of deployments and the lock are there, too.",
            examples=["shop"],
        ),
    ]
    deployment: Annotated[KubernetesName, Meta(description="The name of the Deployment.", examples=["web"])]
    container: Annotated[
        Name | None,
        Meta(description="The container of the pods that gets the image. It can be unset if there is only one."),
    ] = None
    health: Annotated[
        Literal["probe", "none"],
        Meta(
            description="`probe`: the readiness probe of the container decides whether the new version is healthy. "
            "`none`: a pod counts as healthy as soon as it runs, so that a container without a probe is accepted."
        ),
    ] = "probe"
    within: Annotated[
        Duration,
        Meta(
            description="The longest time of a rollout. It ends earlier if Kubernetes reports that its progress "
            "deadline is exceeded, or if the new pods cannot start."
        ),
    ] = limits.ROLLOUT.written
    bake: Annotated[
        Duration,
        Meta(
            description="The time for which the new version is watched after the rollout. If it fails, the earlier "
            "version is rolled out again."
        ),
    ] = "15s"

    migrate: Annotated[
        CommandWords,
        Meta(
            description="A command that runs in a Job with the new image before the rollout, as a list of words. The "
            "Job has the variables, the volumes and the service account of the Deployment. A rollback runs no command.",
            examples=[["java", "-jar", "app.jar", "--migrate"]],
        ),
    ] = ()
    verify: Annotated[
        tuple[Text, ...],
        Meta(
            description="Commands that run in the repository after the rollout. Their variables `SHIPIT_URL` and "
            "`SHIPIT_VERSION` are `url` of the environment and the new version. If one fails, the earlier version is "
            "rolled out again.",
            examples=[["./smoke.sh"]],
        ),
    ] = ()
    timeout: Annotated[TimeLimit, Meta(description="The time limit of `migrate` and of each `verify` command.")] = (
        limits.MIGRATION.written
    )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The address of the namespace: the one place that the target deploys to."""
        from shipit.core.deploy import cluster_address  # a command that deploys nothing does not load it

        return (cluster_address(self.namespace, self.context),)

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """Empty, because `kubectl` connects to the cluster."""
        return ()

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        (address,) = self.hosts
        yield address, "name", f"the app `{app}`"
        what = f"container `{self.container}`" if self.container else "the image"
        yield address, "deployment", f"{what} of deployment `{self.deployment}`"

    @property
    def secrets(self) -> None:
        """None, because the pods get the Secrets that the Deployment names."""
        return None

    def state_path(self, app: str) -> str:
        """Return the name of the lock and of the record of `app` in the namespace."""
        return f"shipit-{app.replace('_', '-').rstrip('.-')}"
