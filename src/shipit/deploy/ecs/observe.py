"""The reads that make up the state of a service of ECS."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from shipit.core.deploy import DeployedImage, DeployRecord, TaskDefinition, definition_in, digest_in
from shipit.core.images import REVISION, VERSION, Reference
from shipit.deploy.base import Pause
from shipit.deploy.ecs.findings import alarm_findings, container_findings, service_findings
from shipit.deploy.ecs.observed import EcsTarget, ObservedEcs
from shipit.errors import ConfigError
from shipit.finding import Finding
from shipit.steps.deploy import read_record
from shipit.steps.ecs import task_runs
from shipit.world import World
from shipit.world.ecs import EcsService

_SHOWN = 19  # characters of a digest


def observe_service(world: World, target: EcsTarget) -> ObservedEcs:
    """Return the state of the service of a target. Only reads."""
    (address,), config = target.config.hosts, target.config
    port = world.ecs_services.at(address)
    if problems := port.findings(config.account):
        return ObservedEcs(target, findings=problems, readable=False)
    service = port.state()
    definition = port.definition(service.definition) if service else None
    written, problems = _written(world, config.task_definition or "")
    used = written or definition
    seen = ObservedEcs(
        target,
        service,
        definition,
        written,
        container=_container(target, used),
        record=read_record(port, target.record_path),
        locked_by=port.locked_by(target.state_path) or "",
        login=port.login(),
        findings=(*problems, *(container_findings(target, used, service.definition) if service else ())),
    )
    if service is None or not seen.container:
        return seen
    alarms = port.alarms(config.alarms)
    secrets = port.secret_findings(used.content) if used else ()
    findings = (*seen.findings, *service_findings(target, service), *alarm_findings(target, alarms), *secrets)
    found = replace(seen, serving=_serving(world, seen), started=_started(port, seen), findings=findings)
    return replace(found, alarms=alarms, paused=_pause(world, seen))


def _written(world: World, path: str) -> tuple[TaskDefinition | None, tuple[Finding, ...]]:
    """Return the task definition in a file of the repository, or the reason why it cannot be read."""
    if not path:
        return None, ()
    text = world.files.read(path)
    if text is None:
        return None, (
            Finding("task-definition", f"there is no file `{path}`", "correct `task-definition` of the target"),
        )
    try:
        return definition_in(text, path), ()
    except ConfigError as error:
        return None, (Finding("task-definition", error.what, error.hint or ""),)


def _container(target: EcsTarget, definition: TaskDefinition | None) -> str:
    """Return the container that gets the image; empty if it does not exist, or if it is not clear which one it is."""
    names = tuple(definition.images) if definition else ()
    if target.config.container:
        return target.config.container if target.config.container in names else ""
    return names[0] if len(names) == 1 else ""


def _pause(world: World, seen: ObservedEcs) -> Pause | None:
    """Return the deployment that waits for a person; None if none does."""
    newest = seen.service.deployment if seen.service else None
    if newest is None or not newest.paused:
        return None
    image, earlier = (_image_in(world, seen, arn) for arn in (newest.definition, newest.earlier))
    return Pause(image, earlier, newest.paused) if image else None


def _image_in(world: World, seen: ObservedEcs, arn: str) -> DeployedImage | None:
    """Return the image that a task definition has; None if it is not known, or has no digest."""
    definition = world.ecs_services.at(seen.target.config.hosts[0]).definition(arn) if arn else None
    reference = definition.images.get(seen.container, "") if definition else ""
    verified = (event.image for event in seen.record.verified if event.definition == arn)
    digest = digest_in(reference)
    return _image(world, Reference.parse(reference).name, digest, seen.record) if digest else next(verified, None)


def _started(port: EcsService, seen: ObservedEcs) -> tuple[str, ...]:
    """Return the digests of the images of all tasks that were started, so that they can have got requests.

    The digest that ECS reports can be that of a platform, but it reports none if an image could not be pulled.
    """
    tasks = seen.service.tasks if seen.service else ()
    arns = {task.definition for task in tasks if task.started and task.images.get(seen.container)}
    definitions = filter(None, map(port.definition, sorted(arns)))
    return tuple(digest_in(definition.images.get(seen.container, "")) for definition in definitions)


def _serving(world: World, seen: ObservedEcs) -> DeployedImage | None:
    """Return the image of the tasks that get most requests, or else that most tasks run; None if it is not known."""
    tasks = seen.service.serving if seen.service else ()
    most = Counter((task.images.get(seen.container, ""), task.definition) for task in tasks).most_common(1)
    if not most:
        return None
    (found, arn), _ = most[0]
    task = next(task for task in tasks if task.definition == arn)
    definition = world.ecs_services.at(seen.target.config.hosts[0]).definition(arn)
    wanted = definition.images.get(seen.container, "") if definition else ""
    digest = digest_in(found) or digest_in(wanted)
    if not digest:
        return None
    known = [event.image for event in seen.record.verified]
    if digest_in(wanted):
        known.append(_image(world, Reference.parse(wanted).name, digest_in(wanted), seen.record))
    same = [image for image in known if image.digest == digest]
    other = (image for image in known if not same and task_runs(world, image, task, seen.container))
    name = Reference.parse(wanted or seen.wanted).name
    return next(iter(same), None) or next(other, None) or _image(world, name, digest, seen.record)


def _image(world: World, name: str, digest: str, record: DeployRecord) -> DeployedImage:
    """Return an image with the version and the commit that the record or the registry has for its digest."""
    recorded = next((event.image for event in record.events if event.image.digest == digest), None)
    if recorded:
        return recorded
    found = world.registry.find(f"{name}@{digest}")
    labels = found.labels if found else {}
    return DeployedImage(name, digest, labels.get(VERSION) or digest[:_SHOWN], labels.get(REVISION, ""))
