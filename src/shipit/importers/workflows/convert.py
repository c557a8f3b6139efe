"""The workflows of a repository, read as environments with images, and as the set-up of the jobs of shipit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from shipit.importers.model import FoundKeys, RepositoryFacts, lines_of
from shipit.importers.workflows.document import read_workflow
from shipit.importers.workflows.expressions import expanded, github_scope
from shipit.importers.workflows.model import Converted, WaitedJob, Workflow, WorkflowJob
from shipit.importers.workflows.old_steps.actions import read_action
from shipit.importers.workflows.old_steps.installation import installs_release_tool
from shipit.importers.workflows.old_steps.job import JobState
from shipit.importers.workflows.old_steps.shell import read_run
from shipit.importers.workflows.reading import ConvertedJobs, OldDeployment, add_job, proposals_of, settings_of
from shipit.importers.workflows.triggers import (
    RELEASE,
    JobPlace,
    branches_of,
    environment_names,
    is_branch_name,
    is_release,
    is_shipits,
)
from shipit.importers.workflows.waited_for import waited_job, waited_workflow

_NODE = re.compile(r"\b(?:node|npm|npx|yarn|pnpm|corepack)\b")


def convert_workflows(repository: RepositoryFacts, runs_tool: re.Pattern[str]) -> Converted:
    """Return the workflows as environments and set-ups; a workflow without any of it is left as it is.

    Args:
        repository: the repository with its workflows.
        runs_tool: matches a line that runs a release tool.
    """
    concerning = {path: text for path, text in repository.workflows.items() if _concerns_shipit(text, runs_tool)}
    workflows = {path: read_workflow(path, text) for path, text in concerning.items()}
    branches = _environment_branches(filter(None, workflows.values()), repository, runs_tool)
    reading = ConvertedJobs({}, {}, {}, [], {}, environment_names(branches))
    reports, replaced = list[FoundKeys](), list[str]()
    for path, workflow in workflows.items():
        found = FoundKeys(path)
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
    proposals = tuple(proposals_of(reading, repository))
    imported = (found.imported("workflow") for found in reports)
    return Converted(
        (*imported, *settings_of(reading)), reading.setups, tuple(replaced), proposals, tuple(reading.tests.values())
    )


def _environment_branches(
    workflows: Iterable[Workflow], repository: RepositoryFacts, runs_tool: re.Pattern[str]
) -> Iterator[str]:
    """Yield the branches that become environments."""
    for workflow in workflows:
        for job in workflow.jobs:
            if is_shipits(job, runs_tool) and not is_release(job, workflow):
                yield from filter(is_branch_name, branches_of(job, workflow, repository))


def _concerns_shipit(text: str, runs_tool: re.Pattern[str]) -> bool:
    return "docker" in text or any(runs_tool.search(line) for line in lines_of(text))


def _read_job(
    job: WorkflowJob,
    workflow: Workflow,
    reading: ConvertedJobs,
    found: FoundKeys,
    repository: RepositoryFacts,
    runs_tool: re.Pattern[str],
) -> bool:
    """Read a job, and report its steps; return False for one that has nothing to do with releases and images."""
    texts = [f"uses: {step.uses}@\n{step.run}" for step in job.steps]
    releases = any(runs_tool.search(line) for text in texts for line in lines_of(text))
    if not is_shipits(job, runs_tool):
        return False
    places = [JobPlace(RELEASE)] if releases else _places(job, workflow, reading, found, repository)
    for name in job.needs:
        _read_need(name, job, workflow, found, reading, runs_tool)
    if not places:
        found.undecided(
            f"line {job.line}: job `{job.name}`", "no branch starts it: add an environment with its `branch`"
        )
        return True
    for number, place in enumerate(places):
        state = _state(FoundKeys() if number else found, job, workflow, place, repository)
        state.needs_node = not releases or _needs_node(job, repository, runs_tool)
        for step in job.steps:
            if any(map(runs_tool.search, lines_of(f"uses: {step.uses}@\n{step.run}"))):
                state.found.noted(
                    state.name(step, step.uses or "the release tool"), "", "the new job releases with shipit"
                )
            else:
                read_action(state, step) if step.uses else read_run(state, step)
        add_job(state, place, reading)
        for index, target in state.targets:
            line = re.match(r"line (\d+)", state.found.keys[index].key)
            where = f"{workflow.path}:{line[1]}" if line else workflow.path
            reading.deployments.append(
                OldDeployment(where, place.name, target, state.found, index, state.setup.ssh_key)
            )
    return True


def _read_events(workflow: Workflow, found: FoundKeys, reading: ConvertedJobs, repository: RepositoryFacts) -> None:
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


def _waited_jobs(names: Sequence[str], repository: RepositoryFacts) -> list[WaitedJob | None]:
    """Return the jobs of the workflows with these names; None stands for a workflow that needs more than commands."""
    jobs: dict[str, tuple[WaitedJob, ...]] = {}
    for path, text in repository.workflows.items():
        workflow = read_workflow(path, text)
        if workflow and (workflow.name or path) in names:
            jobs[workflow.name or path] = waited_workflow(workflow, text)
    return [job for name in names for job in jobs.get(name) or (None,)]


def _read_need(
    name: str,
    job: WorkflowJob,
    workflow: Workflow,
    found: FoundKeys,
    reading: ConvertedJobs,
    runs_tool: re.Pattern[str],
) -> None:
    """Report a job that must end before, and add it to the new workflow if it needs only commands."""
    needed = next((each for each in workflow.jobs if each.name == name), None)
    if needed is None or is_shipits(needed, runs_tool):
        return
    key = f"line {job.line}: needs `{name}`"
    if reading.add_tests([waited_job(needed, workflow, name)]):
        found.noted(key, "", "a job of the new workflow runs its commands first")
    else:
        why = f"the new workflow does not wait for `{name}`: move that job there, and add `needs: {name}` to the others"
        found.undecided(key, why)


def _needs_node(job: WorkflowJob, repository: RepositoryFacts, runs_tool: re.Pattern[str]) -> bool:
    """Return whether the commands of a job, or the repository, can need Node.js for more than the release tool."""
    lines = (line for step in job.steps for line in lines_of(step.run.replace("\\\n", " ")))
    others = (line for line in lines if not runs_tool.search(line) and not installs_release_tool(line))
    return repository.read("package.json") is not None or any(map(_NODE.search, others))


def _state(
    found: FoundKeys, job: WorkflowJob, workflow: Workflow, place: JobPlace, repository: RepositoryFacts
) -> JobState:
    scope = github_scope(repository.address)
    if place.branch:
        scope |= {"github.ref_name": "{branch}"}
    for level in (workflow.env, job.env):
        scope |= {f"env.{name}": expanded(value, scope) for name, value in level.items()}
    state = JobState(found, scope, place.name, repository.read)
    state.setup.runs_on, state.setup.environment = job.runs_on, job.environment
    return state


def _places(
    job: WorkflowJob, workflow: Workflow, reading: ConvertedJobs, found: FoundKeys, repository: RepositoryFacts
) -> list[JobPlace]:
    """Return the environments that a job becomes, by the branches that start it; report each other branch."""
    if is_release(job, workflow):
        return [JobPlace(RELEASE)]
    branches = branches_of(job, workflow, repository)
    for other in (each for each in branches if not is_branch_name(each)):
        why = "an environment has one branch: write it into shipit.toml by hand, if it needs one"
        found.undecided(f"line {job.line}: branch `{other[:100]}`", why)
    return [JobPlace(reading.names[branch], branch) for branch in branches if is_branch_name(branch)]
