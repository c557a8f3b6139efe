"""The table of the kind `ecs`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shipit.config.targets.base import ImageTable
from shipit.config.vocabulary import (
    AwsAccount,
    AwsRegion,
    BucketName,
    CommandWords,
    Duration,
    EcsName,
    Name,
    Path,
    Text,
    TimeLimit,
)
from shipit.core import limits


class EcsConfig(ImageTable, frozen=True, kw_only=True, tag="ecs"):
    """A service of Amazon ECS: it gets a task definition with the image by digest, and its deployment is watched."""

    cluster: Annotated[EcsName, Meta(description="The name of the cluster.", examples=["shop"])]
    service: Annotated[EcsName, Meta(description="The name of the service.", examples=["web"])]
    container: Annotated[
        Name | None,
        Meta(description="The container of the tasks that gets the image. It can be unset if there is only one."),
    ] = None
    task_definition: Annotated[
        Path | None,
        Meta(
            description="A file of the repository with the task definition, as JSON. shipit changes only the image and "
            "the tags. When unset, a copy of the task definition that runs is used, with the new image.",
            examples=["ecs/task.json"],
        ),
    ] = None
    bucket: Annotated[
        BucketName | None,
        Meta(
            description="A bucket of S3 in the same region, for the record of deployments and the lock, below "
            "`.shipit/ecs/`. Several services can share it. When unset, SSM Parameter Store has them, below "
            "`/shipit/ecs/`.",
            examples=["shop-deployments"],
        ),
    ] = None
    within: Annotated[
        Duration,
        Meta(
            description="The longest time of a deployment, in addition to the bake times of the service. It ends "
            "earlier if the circuit breaker of ECS ends it or, without a circuit breaker, if "
            f"{limits.ECS_FAILED_TASKS} of the new tasks fail."
        ),
    ] = limits.ECS_DEPLOYMENT.written
    bake: Annotated[
        Duration,
        Meta(
            description="The time for which the new version is watched after the deployment. If it fails, the earlier "
            "task definition is set again."
        ),
    ] = "15s"
    alarms: Annotated[
        tuple[Text, ...],
        Meta(
            description="Alarms of CloudWatch. If one fires during a deployment or while it is watched, the earlier "
            "task definition is set again. One that fires already before the deployment begins does not count, and "
            "gives a warning.",
            examples=[["shop-5xx"]],
        ),
    ] = ()
    migrate: Annotated[
        CommandWords,
        Meta(
            description="A command that runs with the new image before the deployment, as a list of words. It has a "
            "task of its own with the network and the capacity of the service. A rollback runs no command.",
            examples=[["java", "-jar", "app.jar", "--migrate"]],
        ),
    ] = ()
    verify: Annotated[
        tuple[Text, ...],
        Meta(
            description="Commands that run in the repository after the deployment. Their variables `SHIPIT_URL` and "
            "`SHIPIT_VERSION` are `url` of the environment and the new version. If one fails, the earlier task "
            "definition is set again.",
            examples=[["./smoke.sh"]],
        ),
    ] = ()
    timeout: Annotated[TimeLimit, Meta(description="The time limit of `migrate` and of each `verify` command.")] = (
        limits.MIGRATION.written
    )
    region: Annotated[
        AwsRegion | None,
        Meta(
            description="The region of the service. When unset, it is the region of the credentials.",
            examples=["ap-northeast-2"],
        ),
    ] = None
    account: Annotated[
        AwsAccount | None,
        Meta(
            description="The number of the AWS account. With credentials of another account nothing is deployed.",
            examples=["123456789012"],
        ),
    ] = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The address of the service: the one place that the target deploys to."""
        from shipit.core.deploy import service_address  # a command that deploys nothing does not load it

        return (service_address(self.cluster, self.service, self.bucket, self.region),)

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """Empty, because ECS is reached over HTTPS."""
        return ()

    @property
    def secrets(self) -> None:
        """None, because the tasks get the secrets that the task definition names."""
        return None

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        what = f"container `{self.container}`" if self.container else "the image"
        yield f"ecs://{self.cluster}/{self.service}#{self.bucket or ''}", "service", what
        if self.bucket:
            yield f"ecs://#{self.bucket}", "name", f"the app `{app}`"

    def state_path(self, app: str) -> str:
        """Return the path of the lock and of the record of `app`, without their endings.

        Without a bucket, it names the service, because environments of one account share Parameter Store.
        """
        return f".shipit/ecs/{app}" if self.bucket else f".shipit/ecs/{self.cluster}/{self.service}/{app}"
