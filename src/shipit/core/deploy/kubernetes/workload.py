"""A Deployment of Kubernetes with its pods, and the state of its rollout.

>>> pods = (Pod("web-2-a", newest=True, reason="ImagePullBackOff", message="not found"),)
>>> rollout(Workload("web", "7", {"web": "acme/shop@sha256:2"}, replicas=1, total=2, updated=1, pods=pods)).failed
'pod `web-2-a` cannot start: ImagePullBackOff: not found'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from shipit.core import limits
from shipit.core.deploy.rollout_state import Rollout

# The reasons for which a container waits, and will not start without a change.
_NEVER_STARTS = frozenset(
    (
        *("ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"),
        *("CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError"),
    )
)
_DIGEST = re.compile(r"(?:^|@)(sha256:[0-9a-f]{64})$")


class Pod(Struct, frozen=True):
    """A pod of a Deployment.

    Args:
        name: its name.
        newest: True when it belongs to the newest ReplicaSet.
        images: the id of the image that each container runs, by the container's name, as the node reports it.
        ready: True when it gets traffic.
        restarts: the number of times that its containers were restarted.
        reason: the reason why a container does not run, such as `CrashLoopBackOff`; empty if all run.
        message: details of the reason.
        started: the time of its start, as ISO 8601.
        ending: True when it is being deleted.
    """

    name: str
    newest: bool = False
    images: Mapping[str, str] = field(default_factory=dict)
    ready: bool = False
    restarts: int = 0
    reason: str = ""
    message: str = ""
    started: str = ""
    ending: bool = False

    @property
    def failure(self) -> str:
        """The reason why the pod will not become ready; empty if it still can."""
        if self.reason in _NEVER_STARTS:
            return f"pod `{self.name}` cannot start: {self.problem}"
        if self.restarts >= limits.POD_RESTARTS:
            return f"pod `{self.name}` crashes again and again: {self.problem}"
        return ""

    @property
    def problem(self) -> str:
        """The reason why the pod is not ready, in a few words."""
        if not self.reason:
            return "it runs, but its readiness probe does not succeed"
        return f"{self.reason}: {self.message}" if self.message else self.reason


class Workload(Struct, frozen=True):
    """A Deployment with its pods.

    Args:
        name: its name.
        version: its `resourceVersion`, which every change replaces.
        images: the image of each container by its name, as the Deployment wants it.
        observed: True when the Deployment's last change was seen by its controller.
        replicas: the number of pods that it wants.
        total: the number of its pods.
        updated: the number of pods that have the wanted image.
        available: the number of pods that are ready.
        paused: True when its rollout is paused.
        progress: the reason in its condition `Progressing`.
        refused: the reason why pods cannot be created, such as a full quota; empty if they can.
        recreates: True when all old pods end before new ones start.
        labels: its labels and annotations, by which other programs mark what they manage.
        probed: the containers with a readiness probe.
        pre_stop: the containers with a `preStop` hook.
        pods: its pods.
    """

    name: str
    version: str
    images: Mapping[str, str]
    observed: bool = True
    replicas: int = 1
    total: int = 0
    updated: int = 0
    available: int = 0
    paused: bool = False
    progress: str = ""
    refused: str = ""
    recreates: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    probed: tuple[str, ...] = ()
    pre_stop: tuple[str, ...] = ()
    pods: tuple[Pod, ...] = ()

    @property
    def late(self) -> bool:
        """True when Kubernetes reports that the progress deadline is exceeded."""
        return self.progress == "ProgressDeadlineExceeded"

    @property
    def newest(self) -> tuple[Pod, ...]:
        """The pods of the newest ReplicaSet that are not being deleted."""
        return tuple(pod for pod in self.pods if pod.newest and not pod.ending)

    @property
    def ready(self) -> tuple[Pod, ...]:
        """The pods that get traffic."""
        return tuple(pod for pod in self.pods if pod.ready and not pod.ending)

    @property
    def manager(self) -> tuple[str, str]:
        """The program that manages the Deployment, and the label that says so; empty if none is known."""
        found = (
            (name, label)
            for name, label, value in _MANAGERS
            if label in self.labels and value in ("", self.labels[label])
        )
        return next(found, ("", ""))


_MANAGERS = (
    ("Argo CD", "argocd.argoproj.io/instance", ""),
    ("Argo CD", "argocd.argoproj.io/tracking-id", ""),
    ("Flux", "kustomize.toolkit.fluxcd.io/name", ""),
    ("Flux", "helm.toolkit.fluxcd.io/name", ""),
    ("Helm", "app.kubernetes.io/managed-by", "Helm"),
)


def rollout(workload: Workload, *, deadline: bool = True) -> Rollout:
    """Return the state of the rollout of the image that a Deployment wants.

    Args:
        workload: the Deployment.
        deadline: False to go on although the progress deadline is exceeded, because an earlier rollout exceeded it.
    """
    if not workload.observed:
        return Rollout(waiting="Kubernetes has not seen the change yet")
    if workload.updated == workload.replicas == workload.total == workload.available:
        return Rollout(done=True)
    failed = next((pod.failure for pod in workload.newest if pod.failure), "")
    if not failed and deadline and workload.late:
        failed = "; ".join(("its progress deadline is exceeded", *_problems(workload)))
    waiting = f"{workload.updated} of {workload.replicas} pods are updated, and {workload.available} are available"
    return Rollout(failed=failed, waiting="; ".join((waiting, *_problems(workload))))


def _problems(workload: Workload) -> Iterator[str]:
    """Yield the reasons why the new pods are not there, or not ready."""
    if workload.refused:
        yield f"pods are refused: {workload.refused}"
    for problem, pod in {pod.problem: pod for pod in workload.newest if not pod.ready}.items():
        yield f"pod `{pod.name}` is not ready: {problem}"


def digest_in(image: str) -> str:
    """Return the digest in an image reference, or in the id of an image; empty if there is none."""
    found = _DIGEST.search(image)
    return found[1] if found else ""
