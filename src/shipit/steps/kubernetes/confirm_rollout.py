"""The step that proves which image the pods run, watches them, and records the image as verified."""

from __future__ import annotations

from typing import ClassVar

from shipit.core import limits
from shipit.core.deploy import DeployedImage, DeployEvent, Workload, digest_in, machine
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import PublicCheck, Seen, add_event, read_record, verified_outputs, watch
from shipit.steps.kubernetes.patch_deployment import require_workload, superseded
from shipit.world import World


class ConfirmRollout(PublicCheck, frozen=True):
    """Prove that the ready pods run `image`, watch them for `bake` seconds, then record the image as verified.

    Args:
        host: the address of the namespace.
        app: the name of the app.
        deployment: the name of the Deployment.
        container: the name of the container.
        image: the image.
        record: the name of the record in the namespace.
        bake: the time to watch, in seconds.
        by: the run.
    """

    kind: ClassVar[str] = "confirm-rollout"
    public: ClassVar[bool] = True
    host: str
    app: str
    deployment: str
    container: str
    image: DeployedImage
    record: str
    bake: float = 0
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.app}"

    @property
    def summary(self) -> str:
        watch = f"watch {self.image} on {machine(self.host)} for {self.bake:g} s, then" if self.bake else ""
        return f"{watch} record it as verified" if watch else f"record {self.image} on {machine(self.host)} as verified"

    def check(self, world: World) -> Done | Todo:
        if read_record(world.place(self.host), self.record).current != self.image:
            return Todo()
        problem = self._problem(world, 1)
        return Todo(problem) if problem else Done(self._outputs)

    @property
    def _outputs(self) -> Outputs:
        return verified_outputs(self.image, self.host, self.app)

    def apply(self, world: World) -> Outputs:
        pods = len(self._found(world).ready)
        if problem := watch(lambda: Seen(self._problem(world, pods)), self.bake, world).problem:
            raise self._failure(world, problem)
        place = world.place(self.host)
        record = read_record(place, self.record)
        if record.current != self.image:
            add_event(place, self.record, record, DeployEvent("verified", self.image, by=self.by), world)
        return self._outputs

    def _problem(self, world: World, pods: int) -> str:
        """Return the reason why the image does not serve right now with at least `pods` pods; empty if it does."""
        found = self._found(world)
        if failure := next((pod.failure for pod in found.newest if pod.failure), ""):
            return failure
        if len(found.ready) < max(1, min(pods, found.replicas)):
            problem = next((pod.problem for pod in found.newest if not pod.ready), "there are fewer pods than before")
            return f"only {len(found.ready)} of {found.replicas} pods are ready: {problem}"
        wrong = [pod for pod in found.ready if not pod_runs(world, self.image, pod.images.get(self.container, ""))]
        if wrong:
            return f"pod `{wrong[0].name}` runs `{wrong[0].images.get(self.container, '')}`, and not {self.image}"
        return self.public_problem(world, change="rollout")

    def _found(self, world: World) -> Workload:
        found = require_workload(world, self.host, self.deployment, self.container)
        if found.images[self.container] != self.image.reference:
            raise superseded(self.host, self.deployment, found.images[self.container])
        return found

    def _failure(self, world: World, problem: str) -> DeployError:
        found = world.clusters.at(self.host).workload(self.deployment)
        pod = next((pod for pod in found.newest if not pod.ready), None) if found else None
        return DeployError(
            f"{self.image} failed on {machine(self.host)} after its rollout: {problem}",
            hint=self.hint(problem, "`url`, DNS and the ingress"),
            tail=world.clusters.at(self.host).logs(pod.name, self.container, limits.DEPLOY_LOG) if pod else "",
        )


def pod_runs(world: World, image: DeployedImage, found: str) -> bool:
    """Return whether a container runs `image`, by the id that the node reports.

    The node names the digest that was pulled, or that of its platform, depending on its container runtime.
    """
    digest = digest_in(found)
    return digest == image.digest or digest in world.registry.digests(image.reference)
