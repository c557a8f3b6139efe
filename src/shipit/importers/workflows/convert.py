"""The workflows of a repository, read as environments with images, and as the set-up of the jobs of shipit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from msgspec import Struct

from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.reading.decode import is_valid_table
from shipit.config.targets import TargetConfig
from shipit.importers.model import Found, Imported, ImportedKey, Repository, Status, lines_of
from shipit.importers.workflows.actions import read_action
from shipit.importers.workflows.docker import Build, Docker, Settings
from shipit.importers.workflows.document import read_workflow
from shipit.importers.workflows.expressions import expanded, github_scope
from shipit.importers.workflows.installation import installs_release_tool
from shipit.importers.workflows.job import JobState
from shipit.importers.workflows.model import Converted, Job, Proposal, Setup, WaitedJob, Workflow
from shipit.importers.workflows.shell import read_run
from shipit.importers.workflows.targets import Target, completed
from shipit.importers.workflows.waited_for import waited_job, waited_workflow

RELEASE = ""
"""The name of the release job among the set-ups, and of the place where a job for tags belongs."""
_REFERENCE = re.compile(r"github\.ref(?:_name)? *== *'(?:refs/heads/)?([\w./-]+)'")
_AFTER_RELEASE = re.compile(
    r"releases?[_-]created|paths_released|new_release_published|^(?>.*?release-please).*created|outputs\.released"
)
_NODE = re.compile(r"\b(?:node|npm|npx|yarn|pnpm|corepack)\b")
_NAMES = {"develop": "dev", "development": "dev", "production": "prod", "main": "prod", "master": "prod"}


class _Place(Struct, frozen=True):
    """The environment that a job becomes. The name of the place for the images of a release is `RELEASE`."""

    name: str
    branch: str = ""


class _Reading(Struct):
    """Everything that is read so far: the environments, and the set-up of their jobs.

    `names` has the name of the environment of each branch.
    """

    environments: dict[str, dict[str, Any]]
    images: dict[str, Settings]
    setups: dict[str, Setup]
    deployments: list[_Deployment]
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


class _Deployment(Struct):
    """A target that a job deploys to, with the number of its key in the report `found`, and the key of SSH."""

    place: str
    environment: str
    target: Target
    found: Found
    number: int
    ssh_key: str


def convert_workflows(repository: Repository, runs_tool: re.Pattern[str]) -> Converted:
    """Return the workflows as environments and set-ups; a workflow without any of it is left as it is.

    Args:
        repository: the repository with its workflows.
        runs_tool: matches a line that runs a release tool.
    """
    concerning = {path: text for path, text in repository.workflows.items() if _concerns_shipit(text, runs_tool)}
    workflows = {path: read_workflow(path, text) for path, text in concerning.items()}
    branches = _environment_branches(filter(None, workflows.values()), repository, runs_tool)
    reading = _Reading({}, {}, {}, [], {}, environment_names(branches))
    reports, replaced = list[Found](), list[str]()
    for path, workflow in workflows.items():
        found = Found(path)
        if workflow is None:
            found.undecided("jobs", "shipit cannot read this workflow: write its images into `[environments]` by hand")
            reports.append(found)
            continue
        _read_events(workflow, found, reading, repository)
        kept = [job for job in workflow.jobs if not _read_job(job, workflow, reading, found, repository, runs_tool)]
        if workflow.events.keys() <= {"push", "workflow_dispatch"}:
            kept = [job for job in kept if waited_job(job, workflow, job.name) not in reading.tests.values()]
        for job in kept:
            found.no_counterpart(f"line {job.line}: job `{job.name}`", "it has nothing to do with releases: it stays")
        if not kept and all(key.status != "needs your decision" for key in found.keys):
            replaced.append(path)
        elif any(key.status == "taken" for key in found.keys):
            doubled = [f"`{job.name}`" for job in workflow.jobs if job not in kept]
            why = "the new workflow has what was taken from them: delete them here before it runs"
            found.undecided(f"jobs {', '.join(doubled)}", why)
        reports.append(found)
    proposals = tuple(_proposals(reading, repository))
    imported = (found.imported("workflow") for found in reports)
    return Converted(
        (*imported, *_settings(reading)), reading.setups, tuple(replaced), proposals, tuple(reading.tests.values())
    )


def _proposals(reading: _Reading, repository: Repository) -> Iterator[Proposal]:
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
        yield Proposal(name, deployment.place, target.settings, target.undecided)


def _environment_branches(
    workflows: Iterable[Workflow], repository: Repository, runs_tool: re.Pattern[str]
) -> Iterator[str]:
    """Yield the branches that become environments."""
    for workflow in workflows:
        for job in workflow.jobs:
            if _is_shipits(job, runs_tool) and not _is_release(job, workflow):
                yield from filter(_is_name, _branches(job, workflow, repository))


def _concerns_shipit(text: str, runs_tool: re.Pattern[str]) -> bool:
    return "docker" in text or any(runs_tool.search(line) for line in lines_of(text))


def _read_job(
    job: Job, workflow: Workflow, reading: _Reading, found: Found, repository: Repository, runs_tool: re.Pattern[str]
) -> bool:
    """Read a job, and report its steps; return False for one that has nothing to do with releases and images."""
    texts = [f"uses: {step.uses}@\n{step.run}" for step in job.steps]
    releases = any(runs_tool.search(line) for text in texts for line in lines_of(text))
    if not _is_shipits(job, runs_tool):
        return False
    places = [_Place(RELEASE)] if releases else _places(job, workflow, reading, found, repository)
    for name in job.needs:
        _read_need(name, job, workflow, found, reading, runs_tool)
    if not places:
        found.undecided(
            f"line {job.line}: job `{job.name}`", "no branch starts it: add an environment with its `branch`"
        )
        return True
    for number, place in enumerate(places):
        state = _state(Found() if number else found, job, workflow, place, repository)
        state.needs_node = not releases or _needs_node(job, repository, runs_tool)
        for step in job.steps:
            if any(map(runs_tool.search, lines_of(f"uses: {step.uses}@\n{step.run}"))):
                state.found.noted(
                    state.name(step, step.uses or "the release tool"), "", "the new job releases with shipit"
                )
            else:
                read_action(state, step) if step.uses else read_run(state, step)
        _keep(state, place, reading)
        for index, target in state.targets:
            line = re.match(r"line (\d+)", state.found.keys[index].key)
            where = f"{workflow.path}:{line[1]}" if line else workflow.path
            reading.deployments.append(_Deployment(where, place.name, target, state.found, index, state.setup.ssh_key))
    return True


def _read_events(workflow: Workflow, found: Found, reading: _Reading, repository: Repository) -> None:
    """Report an event of which the new workflow has no counterpart, and find the jobs of a workflow to wait for."""
    after = workflow.events.get("workflow_run")
    if isinstance(after, dict):
        names = after.get("workflows")
        listed = list(map(str, names)) if isinstance(names, list) else [str(names)]
        if reading.add_tests(_waited_jobs(listed, repository)):
            found.noted("on: workflow_run", "", f"the new workflow runs the jobs of `{', '.join(listed)}` first")
        else:
            why = "call it in a job `test`, and let the others need it"
            why = f"the new workflow does not wait for `{', '.join(listed)}`: {why}"
            found.undecided("on: workflow_run", why)
    if "schedule" in workflow.events:
        found.no_counterpart("on: schedule", "shipit does nothing on a schedule")


def _waited_jobs(names: Sequence[str], repository: Repository) -> list[WaitedJob | None]:
    """Return the jobs of the workflows with these names; None stands for a workflow that needs more than commands."""
    jobs: dict[str, tuple[WaitedJob, ...]] = {}
    for path, text in repository.workflows.items():
        workflow = read_workflow(path, text)
        if workflow and (workflow.name or path) in names:
            jobs[workflow.name or path] = waited_workflow(workflow, text)
    return [job for name in names for job in jobs.get(name) or (None,)]


def _read_need(
    name: str, job: Job, workflow: Workflow, found: Found, reading: _Reading, runs_tool: re.Pattern[str]
) -> None:
    """Report a job that must end before, and add it to the new workflow if it needs only commands."""
    needed = next((each for each in workflow.jobs if each.name == name), None)
    if needed is None or _is_shipits(needed, runs_tool):
        return
    key = f"line {job.line}: needs `{name}`"
    if reading.add_tests([waited_job(needed, workflow, name)]):
        found.noted(key, "", "a job of the new workflow runs its commands first")
    else:
        why = f"the new workflow does not wait for `{name}`: move that job there, and add `needs: {name}` to the others"
        found.undecided(key, why)


def _needs_node(job: Job, repository: Repository, runs_tool: re.Pattern[str]) -> bool:
    """Return whether the commands of a job, or the repository, can need Node.js for more than the release tool."""
    lines = (line for step in job.steps for line in lines_of(step.run.replace("\\\n", " ")))
    others = (line for line in lines if not runs_tool.search(line) and not installs_release_tool(line))
    return repository.read("package.json") is not None or any(map(_NODE.search, others))


def _is_shipits(job: Job, runs_tool: re.Pattern[str]) -> bool:
    """Return whether a job releases, or builds or deploys images."""
    texts = [f"uses: {step.uses}@\n{step.run}" for step in job.steps]
    return any(re.search(r"docker|ssh-action", text) or any(map(runs_tool.search, lines_of(text))) for text in texts)


def _state(found: Found, job: Job, workflow: Workflow, place: _Place, repository: Repository) -> JobState:
    scope = github_scope(repository.address)
    if place.branch:
        scope |= {"github.ref_name": "{branch}"}
    for level in (workflow.env, job.env):
        scope |= {f"env.{name}": expanded(value, scope) for name, value in level.items()}
    state = JobState(found, scope, place.name, repository.read)
    state.setup.runs_on, state.setup.environment = job.runs_on, job.environment
    return state


def _keep(state: JobState, place: _Place, reading: _Reading) -> None:
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


def _remarks(build: Build, docker: Docker) -> Iterator[str]:
    """Yield what a person should know about the names and tags of an image."""
    pushed = "".join(build.pushed)
    if "{sha}" in pushed:
        yield "`{sha}` has the first 7 characters of the commit"
    for name, value in docker.variables.items():
        if f"{{env:{name}}}" in pushed and "secrets." in value:
            yield f"make `{name}` a variable of the repository (`vars.{name}`): GitHub hides a secret in every output"


def _is_valid(key: str, image: Settings, found: Found) -> bool:
    """Return whether shipit accepts an image, and report one that it does not."""
    if is_valid_table(image, ImageConfig):
        return True
    why = f"`{image['name'][:100]}` or one of its tags is not valid for shipit: write the image into shipit.toml"
    found.undecided(key, why)
    return False


def _settings(reading: _Reading) -> Iterable[Imported]:
    """Yield the settings of the environments and of the images of releases."""
    found = Found()
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


def _places(job: Job, workflow: Workflow, reading: _Reading, found: Found, repository: Repository) -> list[_Place]:
    """Return the environments that a job becomes, by the branches that start it; report each other branch."""
    if _is_release(job, workflow):
        return [_Place(RELEASE)]
    branches = _branches(job, workflow, repository)
    for other in (each for each in branches if not _is_name(each)):
        why = "an environment has one branch: write it into shipit.toml by hand, if it needs one"
        found.undecided(f"line {job.line}: branch `{other[:100]}`", why)
    return [_Place(reading.names[branch], branch) for branch in branches if _is_name(branch)]


def _is_release(job: Job, workflow: Workflow) -> bool:
    return _is_for_releases(workflow.events) or bool(_AFTER_RELEASE.search(job.condition))


def _is_name(branch: str) -> bool:
    """Return whether a text is the name of a branch that needs no quotes, and not a pattern."""
    return bool(re.fullmatch(r"[\w./-]+", branch)) and is_valid_table({"branch": branch}, EnvironmentConfig)


def _is_for_releases(events: Any) -> bool:
    push = events.get("push")
    tags = isinstance(push, dict) and "tags" in push and "branches" not in push
    return tags or ("release" in events and "push" not in events)


def _branches(job: Job, workflow: Workflow, repository: Repository) -> list[str]:
    """Return the branches that start a job, with patterns."""
    if referenced := _REFERENCE.findall(job.condition):
        return list(map(str, referenced))
    for event in ("push", "workflow_run", "pull_request"):
        if event in workflow.events:
            settings = workflow.events[event]
            named = settings.get("branches") if isinstance(settings, dict) else None
            if isinstance(named, list | str):
                return [named] if isinstance(named, str) else list(map(str, named))
            if event != "pull_request" and repository.default_branch:
                return [repository.default_branch]
    return []


def environment_names(branches: Iterable[str]) -> dict[str, str]:
    """Return the name of the environment of each branch, by the branch; no two branches have the same name.

    >>> environment_names(["develop", "main"]), environment_names(["main", "prod"]), environment_names(["a/b", "a-b"])
    ({'develop': 'dev', 'main': 'prod'}, {'main': 'main', 'prod': 'prod'}, {'a/b': 'a-b', 'a-b': 'a-b-2'})
    """
    names: dict[str, str] = {}
    wanted = {branch: _NAMES.get(branch, branch) for branch in branches}
    for branch, name in wanted.items():
        shared = sum(name in (other, of) for other, of in wanted.items()) > 1
        plain = re.sub(r"[^a-z0-9-]+", "-", (branch if shared else name).lower()).strip("-") or "prod"
        names[branch] = next(each for each in _numbered(plain) if each not in names.values())
    return names


def _numbered(name: str) -> Iterator[str]:
    """Yield `name`, then the same name with the numbers from 2."""
    yield name
    yield from (f"{name}-{number}" for number in count(2))
