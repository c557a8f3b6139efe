"""The deployments of a service, as ECS records them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from shipit.adapters.ecs.answers import deployment_from, primary_of
from shipit.adapters.sites import Aws, code_of, requesting
from shipit.core.deploy import STAGED, EcsDeployment

# A rollback begins a deployment of its own, some time after the one that failed; in stages, after pauses of 14 days.
_EARLIER, _EARLIER_IN_STAGES = dt.timedelta(days=1), dt.timedelta(days=15)


class Deployments:
    """The deployments of a service.

    Args:
        aws: the clients of AWS.
        cluster: the name of the cluster.
        service: the name of the service.
        machine: the name of the service for messages.
    """

    def __init__(self, aws: Aws, cluster: str, service: str, machine: str) -> None:
        self._aws, self._cluster, self._service, self._machine = aws, cluster, service, machine
        self._definitions: dict[str, str] = {}  # the task definition of a service revision, which never changes

    def newest(self, service: Any) -> tuple[EcsDeployment | None, dt.datetime | None]:
        """Return the newest deployment and the time of its begin; None if ECS has none on record.

        Args:
            service: the answer to `DescribeServices`.
        """
        begun = primary_of(service).get("createdAt")
        staged = service.get("deploymentConfiguration", {}).get("strategy") in STAGED
        arn = self._newest_arn(begun and begun - (_EARLIER_IN_STAGES if staged else _EARLIER))
        if not arn:
            return None, begun
        with requesting(f"read a deployment of {self._machine}", "ecs:DescribeServiceDeployments"):
            answer = self._ecs.describe_service_deployments(serviceDeploymentArns=[arn])
        found = next(iter(answer["serviceDeployments"]), None)
        return (self._deployment(found), found["createdAt"]) if found else (None, begun)

    def _newest_arn(self, since: dt.datetime | None) -> str:
        """Return the ARN of the newest deployment that began after `since`; empty if there is none."""
        found: list[Any] = []
        after = {"createdAt": {"after": since}} if since else {}
        arguments: dict[str, Any] = {"service": self._service, "cluster": self._cluster, **after}
        with requesting(f"list the deployments of {self._machine}", "ecs:ListServiceDeployments"):
            while True:
                answer = self._ecs.list_service_deployments(**arguments)
                found += answer["serviceDeployments"]
                if not answer.get("nextToken"):
                    break
                arguments["nextToken"] = answer["nextToken"]
        newest = max(found, key=lambda each: each["createdAt"], default=None)
        return str(newest["serviceDeploymentArn"]) if newest else ""

    def _deployment(self, found: Any) -> EcsDeployment:
        rollback, earlier = found.get("rollback", {}), found.get("sourceServiceRevisions", ())
        source = rollback.get("serviceRevisionArn") or next((each["arn"] for each in earlier), "")
        definition = self._definition(found["targetServiceRevision"]["arn"])
        return deployment_from(found, definition, self._definition(source) if source else "")

    def _definition(self, revision: str) -> str:
        """Return the ARN of the task definition of a service revision; empty if ECS does not know it any more."""
        if revision not in self._definitions:
            with requesting(f"read a revision of {self._machine}", "ecs:DescribeServiceRevisions"):
                answer = self._ecs.describe_service_revisions(serviceRevisionArns=[revision])
            found: Mapping[str, Any] = next(iter(answer["serviceRevisions"]), {})
            self._definitions[revision] = str(found.get("taskDefinition", ""))
        return self._definitions[revision]

    def proceed(self, deployment: str, pause: str) -> None:
        """End a pause of a deployment."""
        with requesting(f"go on with the deployment of {self._machine}", "ecs:ContinueServiceDeployment"):
            self._ecs.continue_service_deployment(serviceDeploymentArn=deployment, hookId=pause, action="CONTINUE")

    def take_back(self, deployment: str) -> None:
        """Let ECS roll a deployment back."""
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        with requesting(f"take back the deployment of {self._machine}", "ecs:StopServiceDeployment"):
            try:
                self._ecs.stop_service_deployment(serviceDeploymentArn=deployment, stopType="ROLLBACK")
            except ClientError as error:
                if code_of(error) != "ConflictException":  # it has ended meanwhile, which the next look shows
                    raise

    @property
    def _ecs(self) -> Any:
        return self._aws.client("ecs")
