"""The kind `static-site`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from msgspec.structs import replace

from shipit.core.deploy import DeployedImage, DeployEvent, EventKind, adopted
from shipit.core.duration import seconds
from shipit.deploy.base import Goal, ObservedTarget
from shipit.deploy.static_site.observe import observe_bucket
from shipit.deploy.static_site.observed import ObservedSite, StaticSiteTarget
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.steps.deploy import RecordEvent, VerifyRollout
from shipit.steps.repository import Run
from shipit.steps.static_site import AdoptSite, ConfirmSite, InvalidateCache, PruneFiles, PublishFiles, UploadFiles
from shipit.world import World


class StaticSite:
    """The kind `static-site`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: StaticSiteTarget) -> ObservedSite:
        return observe_bucket(world, target)

    def plan(self, target: StaticSiteTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        seen, image = cast(ObservedSite, observed), goal.image
        if image.digest not in seen.stored:
            if image.revision == seen.head:  # else the next step says which commit to check out
                yield from _build(target, image)
            yield _upload(target, seen, image)
        yield from _adopt(target, seen, goal)
        if goal.rejected:
            yield _event(target, "held", goal.rejected, goal)
        if image.digest in seen.record.held:
            yield _event(target, "freed", image, goal)
        if seen.serving != image or seen.problem:
            # Also shows that the record can be written, before anything is published.
            yield _event(target, "started", image, goal)
        new = not goal.rejected and seen.record.current != image
        yield from _publish(target, seen, image, goal.by, target.config.verify if new else ())
        yield PruneFiles(target.config.hosts[0], target.state_path, target.config.keep_releases, image)

    def way_back(
        self, target: StaticSiteTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        was, seen = cast(ObservedSite, before), cast(ObservedSite, now)
        image = _earlier(was, seen, rejected)
        if image is None or rejected.image not in seen.cached:  # it was not published
            return
        if seen.serving == rejected.image:
            yield RecordEvent(target.config.hosts[0], target.record_path, rejected.rejection)
        yield from _publish(target, seen, image, rejected.by)
        if image.digest in seen.record.held:  # by the rollback that failed
            yield _event(target, "freed", image, rejected)

    def test(self, world: World, target: StaticSiteTarget) -> Iterator[Finding]:
        yield from ()  # a plan checks everything already

    def logs(self, world: World, target: StaticSiteTarget, lines: int) -> list[tuple[str, str]]:
        return []  # static files write none


def _build(target: StaticSiteTarget, image: DeployedImage) -> Iterator[Step]:
    variables = {"SHIPIT_VERSION": image.version, "SHIPIT_ENVIRONMENT": target.environment}
    limit = seconds(target.config.timeout)
    yield from (Run(command, limit, env=variables) for command in target.config.build)


def _upload(target: StaticSiteTarget, seen: ObservedSite, image: DeployedImage) -> UploadFiles:
    config, earlier = target.config, (seen.serving, seen.record.current)
    digests = tuple(dict.fromkeys(each.digest for each in earlier if each and each.digest in seen.stored))
    return UploadFiles(config.hosts[0], target.state_path, image, config.directory, config.immutable, digests)


def _adopt(target: StaticSiteTarget, seen: ObservedSite, goal: Goal) -> Iterator[Step]:
    """Yield the steps that keep and record the site of another program, so that there is a way back to it."""
    if seen.index and not seen.index.release and seen.record.current is None:
        (host,), before = target.config.hosts, adopted(target.config.bucket, seen.index.etag)
        yield AdoptSite(host, target.state_path, before, goal.image)
        yield replace(_event(target, "verified", before, goal), first=True)


def _event(target: StaticSiteTarget, kind: EventKind, image: DeployedImage, goal: Goal) -> RecordEvent:
    why, together = (goal.why if kind == "held" else ""), (goal.together if kind == "started" else ())
    event = DeployEvent(kind, image, by=goal.by, why=why, together=together)
    return RecordEvent(target.config.hosts[0], target.record_path, event)


def _publish(
    target: StaticSiteTarget, seen: ObservedSite, image: DeployedImage, by: str, verify: Sequence[str] = ()
) -> Iterator[Step]:
    """Yield the steps after which users get `image`, the commands `verify` succeed, and it is recorded as verified."""
    (host,), config, state = target.config.hosts, target.config, target.state_path
    within = seconds(config.within)
    yield PublishFiles(host, state, image, seen.index.etag if seen.index else "")
    if config.distribution:
        earlier = tuple(each.digest for each in seen.cached if each.digest != image.digest)
        if seen.index and seen.serving is None:  # of another program
            earlier = (*earlier, "")
        yield InvalidateCache(host, state, config.distribution, image, earlier, within)
    yield from (VerifyRollout(host, image, command, seconds(config.timeout), target.url) for command in verify)
    yield ConfirmSite(host, target.app, state, image, within, target.url, by, target.environment)


def _earlier(before: ObservedSite, now: ObservedSite, rejected: Goal) -> DeployedImage | None:
    """Return the release to go back to: the one that was published, or else one that was verified.

    None if none is known, or if the release was published and verified before the run.
    """
    record = now.record
    if before.serving == rejected.image == before.record.current and not rejected.unfinished:
        return None
    verified = [event.image for event in record.verified if event.image.digest not in record.held]
    candidates = (before.serving, record.current, *verified)
    return next((image for image in candidates if image and _is_another(image, rejected, now)), None)


def _is_another(image: DeployedImage, rejected: Goal, now: ObservedSite) -> bool:
    return image.digest != rejected.image.digest and image.digest in now.stored
