"""Everything that the jobs of old workflows become: environments, images, set-ups and deployments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from shipit.config.environment import ImageConfig
from shipit.config.reading.decode import is_valid_table
from shipit.config.targets import TargetConfig
from shipit.importers.model import FoundKeys, Imported, ImportedKey, RepositoryFacts, Status
from shipit.importers.workflows.model import ProposedTarget, Setup, WaitedJob
from shipit.importers.workflows.old_steps.docker import Docker, DockerBuild, Settings
from shipit.importers.workflows.old_steps.job import JobState
from shipit.importers.workflows.targets import ConvertedTarget, completed
from shipit.importers.workflows.triggers import RELEASE, JobPlace


class OldDeployment(Struct):
    """A target that a job deploys to, with the number of its key in the report `found`, and the key of SSH."""

    place: str
    environment: str
    target: ConvertedTarget
    found: FoundKeys
    number: int
    ssh_key: str


class ConvertedJobs(Struct):
    """The environments, images, deployments and tests of the jobs converted so far, and the set-up of these jobs.

    `names` has the name of the environment of each branch.
    """

    environments: dict[str, dict[str, Any]]
    images: dict[str, Settings]
    setups: dict[str, Setup]
    deployments: list[OldDeployment]
    tests: dict[str, WaitedJob]
    names: dict[str, str]

    def add_tests(self, jobs: Sequence[WaitedJob | None]) -> bool:
        """Add the jobs to wait for; return False if there are none, or if another job has the name of one."""
        found = {job.name: job for job in jobs if job}
        if (
            not found
            or len(found) < len(jobs)
            or any(self.tests.get(name, found[name]) != found[name] for name in found)
        ):
            return False
        self.tests |= found
        return True


def add_job(state: JobState, place: JobPlace, reading: ConvertedJobs) -> None:
    """Add the images and the set-up of a job to those of its environment."""
    images: dict[str, Settings] = {}
    for build in state.docker.builds:
        made = {name: image for name, image in build.images().items() if _is_valid(build.key, image, state.found)}
        images |= made
        if made:
            setting = f"environments.{place.name}" if place.name else "release.images"
            state.found.noted(build.key, setting, "; ".join(_remarks(build, state.docker)))
        elif not build.pushed:
            state.found.no_counterpart(build.key, "the image is not pushed")
    if images:
        state.setup.variables = state.docker.variables
    commands = [command for _, command in state.commands]
    if place.name == RELEASE:
        reading.images |= images
        commands = []
    elif images:
        environment = reading.environments.setdefault(place.name, {"branch": place.branch, "build": [], "images": {}})
        environment["images"] |= images
        environment["build"] += [command for command in commands if command not in environment["build"]]
    if images or place.name == RELEASE:
        known = reading.setups.get(place.name)
        reading.setups[place.name] = known.merged(state.setup) if known else state.setup
    for key, command in state.commands:
        if images and place.name != RELEASE:
            state.found.noted(key, f"environments.{place.name}", "it runs before the images are built")
        elif command.startswith("chmod"):
            state.found.default(key)
        else:
            state.found.undecided(key, "add it to `prepare`, if the release needs it")


def _remarks(build: DockerBuild, docker: Docker) -> Iterator[str]:
    """Yield what a person should know about the names and tags of an image."""
    pushed = "".join(build.pushed)
    if "{sha}" in pushed:
        yield "`{sha}` has the first 7 characters of the commit"
    for name, value in docker.variables.items():
        if f"{{env:{name}}}" in pushed and "secrets." in value:
            yield f"make `{name}` a variable of the repository (`vars.{name}`): GitHub hides a secret in every output"


def _is_valid(key: str, image: Settings, found: FoundKeys) -> bool:
    """Return whether shipit accepts an image, and report one that it does not accept."""
    if is_valid_table(image, ImageConfig):
        return True
    why = f"`{image['name'][:100]}` or one of its tags is not valid for shipit: write the image into shipit.toml"
    found.undecided(key, why)
    return False


def proposals_of(reading: ConvertedJobs, repository: RepositoryFacts) -> Iterator[ProposedTarget]:
    """Yield the target of each environment that has exactly one and images, and report it instead of its key."""
    for name, environment in reading.environments.items():
        fitting = [each for each in reading.deployments if each.environment == name]
        images = {image: "" if len(environment["images"]) == 1 else _short(image) for image in environment["images"]}
        target = completed(fitting[0].target, images, repository.read) if len(fitting) == 1 else None
        if target is None or not is_valid_table(dict(target.settings), TargetConfig):
            continue
        (deployment,) = fitting
        known = reading.setups[name]
        reading.setups[name] = known.merged(Setup(known.runs_on, ssh_key=deployment.ssh_key))
        why = "; ".join(target.undecided)
        why = f"remove the `#` from its lines in shipit.toml, after this: {why}" if why else ""
        status: Status = "needs your decision" if why else "taken"
        key = deployment.found.keys[deployment.number]
        setting = f"environments.{name}.deploy"
        deployment.found.keys[deployment.number] = ImportedKey(key.key, status, setting, why)
        yield ProposedTarget(name, deployment.place, target.settings, target.undecided)


def settings_of(reading: ConvertedJobs) -> Iterable[Imported]:
    """Yield the settings of the environments and of the images of releases."""
    found = FoundKeys()
    for name, environment in reading.environments.items():
        table = {"branch": environment["branch"], "build": environment["build"], **_images(environment["images"])}
        found.taken(f"branch `{table['branch']}`", f"environments.{name}", {k: v for k, v in table.items() if v})
    if reading.images:
        found.taken(
            "images of a release", "release.images", {_short(name): image for name, image in reading.images.items()}
        )
    if found.keys:
        yield found.imported("workflows")


def _images(images: dict[str, Settings]) -> dict[str, Any]:
    if len(images) == 1:
        return {"image": next(iter(images.values()))}
    return {"images": {_short(name): image for name, image in images.items()}}


def _short(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.rpartition("/")[2].lower()).strip("-") or "image"
