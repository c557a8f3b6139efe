"""Test jobs that an old workflow waits for, and that the new workflow can have without a decision."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipit.importers.workflows.model import Setup, WaitedJob, WaitedStep, Workflow, WorkflowJob, WorkflowStep

_JOB_KEYS = {"name", "runs-on", "steps", "env", "timeout-minutes", "defaults"}
_STEP_KEYS = {"name", "id", "uses", "with", "run", "env", "working-directory"}
# The actions of which the new job has a counterpart, each with the inputs that it reads or does not need.
_ACTIONS = {
    "actions/checkout": {"fetch-depth", "persist-credentials", "clean"},
    "actions/setup-java": {"java-version", "distribution", "cache"},
    "actions/setup-node": {"node-version", "cache"},
    "actions/cache": {"path", "key", "restore-keys"},
    "gradle/actions/setup-gradle": {"cache-read-only", "gradle-version"},
    "gradle/actions/wrapper-validation": set[str](),
    "gradle/wrapper-validation-action": set[str](),
}


def waited_job(job: WorkflowJob, workflow: Workflow, name: str) -> WaitedJob | None:
    """Return a job of an old workflow as a job `name` of the new one; None if it needs more than commands.

    A job with services, a matrix, secrets or conditions needs more.
    """
    if not re.fullmatch(r"[A-Za-z_][\w-]{0,99}", name, re.ASCII):
        return None
    if not (job.keys <= _JOB_KEYS and job.steps and _is_text(job.runs_on) and all(map(_is_plain, job.steps))):
        return None
    env = {**workflow.env, **job.env}
    steps = tuple(
        WaitedStep(step.run, step.directory, step.name if _is_text(step.name) else "", step.env)
        for step in job.steps
        if step.run
    )
    return WaitedJob(name, _setup(job), steps, env) if steps and _are_texts(env) else None


def waited_workflow(workflow: Workflow, text: str) -> tuple[WaitedJob, ...]:
    """Return the jobs of a workflow as jobs of the new one; empty if it needs more than commands.

    A workflow that can be called, without secrets and permissions of its own, is called.
    """
    called = "workflow_call" in workflow.events and not workflow.events["workflow_call"]
    if called and "secrets." not in text and "permissions:" not in text:
        name = re.sub(r"\W+", "-", workflow.path.rpartition("/")[2].rpartition(".")[0], flags=re.ASCII)
        return (WaitedJob(name, Setup(), called=f"./{workflow.path}"),)
    jobs = [waited_job(job, workflow, job.name) for job in workflow.jobs]
    return tuple(job for job in jobs if job) if all(jobs) and len(jobs) <= _JOBS else ()


_JOBS = 3  # of a workflow that is waited for; more of them are better called


def _setup(job: WorkflowJob) -> Setup:
    setup = Setup(runs_on=job.runs_on)
    for step in job.steps:
        if step.uses == "actions/setup-java":
            setup.java = step.inputs.get("java-version", "") or "21"
            setup.distribution = step.inputs.get("distribution", "temurin")
        elif step.uses == "actions/setup-node":
            setup.node = step.inputs.get("node-version", "") or "lts/*"
    return setup


def _is_plain(step: WorkflowStep) -> bool:
    known = step.inputs.keys() <= _ACTIONS.get(step.uses, set()) and (step.uses in _ACTIONS or bool(step.run))
    texts = {name: value for name, value in step.inputs.items() if name.endswith("-version")}
    return step.keys <= _STEP_KEYS and known and _is_text(step.run) and _are_texts(step.env) and _are_texts(texts)


def _are_texts(values: Mapping[str, str]) -> bool:
    return all(map(_is_text, values.values()))


def _is_text(value: str) -> bool:
    """Return whether a text has no expression of GitHub, whose value would be another one in the new workflow."""
    return "${{" not in value
