"""The Jobs of a namespace: commands that run in the image of a Deployment."""

from __future__ import annotations

from typing import Any

from msgspec import json

from shipit.adapters.kubernetes.kubectl import Kubectl
from shipit.adapters.kubernetes.objects import DeploymentObject, JobObject, PodObject, Pods, read_as
from shipit.adapters.kubernetes.workloads import pod_of
from shipit.core.deploy import Job, NewJob

# The settings of a container that serves, and those that its Job does not need.
_SERVING = ("args", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe", "ports")


class Jobs:
    """The Jobs of a namespace.

    Args:
        kubectl: the way to the cluster.
        namespace: the namespace.
    """

    def __init__(self, kubectl: Kubectl, namespace: str) -> None:
        self._kubectl = kubectl
        self._namespace = namespace
        self._all = f"/apis/batch/v1/namespaces/{namespace}/jobs"

    def find(self, name: str) -> Job | None:
        """Return a Job with its pods; None if there is none."""
        text = self._kubectl.get(f"{self._all}/{name}")
        if text is None:
            return None
        found = read_as(JobObject, text)
        container = found.spec.template.spec.containers[0]
        true = {each.type: each for each in found.status.conditions or () if each.status == "True"}
        failure = true.get("Failed") or true.get("FailureTarget")
        return Job(
            container.image,
            container.command or (),
            done="Complete" in true,
            failed=(failure.message or failure.reason) if failure else "",
            pods=tuple(pod_of(pod) for pod in self._pods(name)),
        )

    def start(self, job: NewJob) -> bool:
        """Start a Job in place of an earlier one; return False if another program created it meanwhile."""
        body = self._body(job)
        self._kubectl.delete(self._namespace, "jobs.batch", job.name)
        return self._kubectl.create(self._all, json.encode(body))

    def _pods(self, name: str) -> list[PodObject]:
        text = self._kubectl.list(self._namespace, "pods", f"job-name={name}")
        return read_as(Pods, text).items

    def _body(self, job: NewJob) -> dict[str, Any]:
        """Return the Job. Its pod is like those of the Deployment, but without labels, so that no Service uses it."""
        path = f"/apis/apps/v1/namespaces/{self._namespace}/deployments/{job.deployment}"
        found = self._kubectl.get(path) or b""
        read_as(DeploymentObject, found)
        pod = read_as(dict[str, Any], found)["spec"]["template"]["spec"]
        own = next(each for each in pod["containers"] if each["name"] == job.container)
        kept = {key: value for key, value in own.items() if key not in _SERVING}
        container = {**kept, "image": job.image, "command": job.command}
        spec = {**pod, "containers": [container], "restartPolicy": "Never"}
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": job.name, "labels": {"app.kubernetes.io/managed-by": "shipit"}},
            "spec": {"backoffLimit": 0, "activeDeadlineSeconds": int(job.timeout), "template": {"spec": spec}},
        }
