"""The steps of a deployment to a service on one host, and those of the way back."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from shipit.core.deploy import DeployedImage, DeployEvent, EventKind
from shipit.core.duration import seconds
from shipit.deploy.base import Goal
from shipit.deploy.compose.observed import ComposeTarget, ObservedComposeHost, replicas_of
from shipit.steps.base import Step
from shipit.steps.compose import (
    AwaitReplicas,
    ConfirmReplicas,
    MigrateService,
    PinImage,
    RecreateReplicas,
    RemoveReplicas,
    Replicas,
    StartReplicas,
    VerifyReplicas,
    WatchReplicas,
)
from shipit.steps.deploy import CopyFile, PullImage, RecordEvent, WriteSecrets


class ServicePlan:
    """The steps for one service on one host."""

    def __init__(self, target: ComposeTarget, observed: ObservedComposeHost, goal: Goal) -> None:
        self.target = target
        self.observed = observed
        self.goal = goal
        self.host = observed.host
        self.replicas = self._replicas(goal.image)

    def _replicas(self, image: DeployedImage) -> Replicas:
        return replicas_of(self.target, self.host, self.observed.service, image)

    def deploy(self) -> Iterator[Step]:
        """Yield the steps after which only healthy containers of the wanted image serve."""
        if self.goal.rejected:
            yield self.event("held", self.goal.rejected, self.goal.why)
        if self.observed.serves(self.goal.image):
            restarts = max(each.container.restarts for each in self.observed.replicas)
            self.replicas = replace(self.replicas, restarts=restarts)
        else:
            yield from self._adopt()
            # Also shows that the record can be written, before anything is started.
            yield self.event("started", self.goal.image)
            yield PullImage(self.host, self.goal.image)
        config = self.target.config
        yield from self.copy_files(required=True)
        if secrets := config.secrets:
            yield WriteSecrets(self.host, secrets.sources, secrets.file or "", secrets.format)
        # Other files and other secrets can be other settings.
        if config.copy or secrets or not self.observed.serves(self.goal.image):
            yield from self.replace_containers(watched=True)
        yield self._confirm()
        if self.goal.image.digest in self.observed.record.held:
            yield self.event("freed", self.goal.image)

    def copy_files(self, *, required: bool) -> Iterator[Step]:
        """Yield the steps that copy the files of the commit of the wanted image."""
        revision, config = self.goal.image.revision, self.target.config
        for source, path in config.copy.items():
            yield CopyFile(self.host, revision or "HEAD", source, f"{config.project}/{path}", required)

    def _adopt(self) -> Iterator[Step]:
        """Yield the step that records the image that another program started, so that a rollback can go back to it."""
        serving = self.observed.serving
        if serving and serving.image and not serving.problem and self.observed.record.current is None:
            verified = self.event("verified", serving.image)
            yield replace(verified, first=True)

    def replace_containers(self, *, watched: bool) -> Iterator[Step]:
        """Yield the steps that start the new containers, check them, and remove the old ones.

        With `watched`, they are the containers of a new version: the commands of the user run for it.
        """
        yield PinImage(self.replicas)
        if watched:
            yield from self._migrate()
        single = self.observed.single
        yield self._recreate() if single else StartReplicas(self.replicas, self._lock)
        yield AwaitReplicas(self.replicas)
        if watched:
            yield from self._verify()
        bake = seconds(self.target.config.bake)
        if watched and bake and not single:
            yield WatchReplicas(self.replicas, bake)
        if not single:
            yield RemoveReplicas(self.replicas, self._drain)

    def _migrate(self) -> Iterator[Step]:
        """Yield the step that runs the migration: once, on the first host."""
        own, config = self.target.config.own, self.target.config
        if own.migrate and self.host == config.hosts[0]:
            yield MigrateService(self.replicas, own.migrate, seconds(own.timeout))

    def _verify(self) -> Iterator[Step]:
        own = self.target.config.own
        for command in own.verify:
            yield VerifyReplicas(self.replicas, command, seconds(own.timeout), self.target.record_path)

    @property
    def _lock(self) -> str:
        return f"{self.target.state_path}.compose"

    @property
    def _drain(self) -> int:
        return int(seconds(self.target.config.drain))

    def _recreate(self) -> RecreateReplicas:
        record, gap = self.target.record_path, self.observed.record.gap
        return RecreateReplicas(self.replicas, self._lock, self._drain, record, self.goal.by, gap)

    def _confirm(self) -> ConfirmReplicas:
        target, already = self.target, self.observed.serves(self.goal.image)
        return ConfirmReplicas(
            replicas=self.replicas,
            app=target.app,
            record=target.record_path,
            bake=seconds(target.config.bake) if self.observed.single and not already else 0,
            url=target.url,
            by=self.goal.by,
            url_before=target.url_status,
            environment=target.environment,
        )

    def keep_containers(self, ids: tuple[str, ...]) -> Iterator[Step]:
        """Yield the steps that remove all containers but those with these ids, which have the wanted image."""
        yield PinImage(self.replicas)
        yield RemoveReplicas(self.replicas, self._drain, ids)

    def event(self, kind: EventKind, image: DeployedImage, why: str = "") -> RecordEvent:
        """Return the step that records an event."""
        together = self.goal.together if kind == "started" else ()
        event = DeployEvent(kind, image, by=self.goal.by, why=why, together=together)
        return RecordEvent(self.host, self.target.record_path, event)


def way_back_steps(
    target: ComposeTarget, before: ObservedComposeHost, now: ObservedComposeHost, rejected: Goal
) -> Iterator[Step]:
    """Yield the steps after which the version serves that served on one host before a deployment that failed."""
    earlier, running = earlier_image(before, rejected), {each.container.id for each in now.running}
    survivors = tuple(each.container.id for each in before.old(rejected) if each.container.id in running)
    back = ServicePlan(target, now, Goal(earlier or _UNKNOWN, rejected.by))
    if earlier in [event.image for event in before.record.verified]:  # its files were copied, too
        yield from back.copy_files(required=False)
    if len(survivors) >= now.service.replicas:  # the old containers were not removed
        yield from back.keep_containers(survivors)
    elif earlier:
        yield from back.replace_containers(watched=False)
    if now.running and not survivors and earlier != rejected.image:
        yield RecordEvent(now.host, target.record_path, rejected.rejection)
    if earlier and (now.host in rejected.unfinished or before.record.current == earlier):
        yield back.event("verified", earlier)
    if earlier and earlier.digest in now.record.held:  # by the rollback that failed
        yield back.event("freed", earlier)


_UNKNOWN = DeployedImage("", "", "the earlier image")


def earlier_image(before: ObservedComposeHost, rejected: Goal) -> DeployedImage | None:
    """Return the image to go back to; None if none is known.

    It is the one that served when the run began. If an interrupted run had already removed it, it is the one that was
    verified last.
    """
    old = before.old(rejected)
    if old:
        return old[0].image
    digest = rejected.image.digest
    known = (before.record.current, before.record.before(digest))
    return next((image for image in known if image and image.digest != digest), None)
