"""The steps of workflows that use an action, each with what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from shipit.importers.workflows.model import WorkflowStep
from shipit.importers.workflows.old_steps.docker import lines, metadata_references
from shipit.importers.workflows.old_steps.job import JobState, report_build
from shipit.importers.workflows.old_steps.login import read_login
from shipit.importers.workflows.old_steps.servers import read_ssh
from shipit.importers.workflows.old_steps.shell import read_commands

ReadStep = Callable[[JobState, WorkflowStep], None]


def _default(why: str = "") -> ReadStep:
    return lambda job, step: job.found.default(job.name(step, step.uses), why)


def _no_counterpart(why: str) -> ReadStep:
    return lambda job, step: job.found.no_counterpart(job.name(step, step.uses), why)


def _undecided(why: str) -> ReadStep:
    return lambda job, step: job.found.undecided(job.name(step, step.uses), why)


def _checkout(job: JobState, step: WorkflowStep) -> None:
    if "submodules" in step.inputs and step.inputs["submodules"] != "false":
        job.setup.submodules = True
        why = "" if "token" not in step.inputs else "give the step `token`, too: the submodules need it"
        report = job.found.undecided if why else job.found.default
        report(job.name(step, "submodules of the checkout"), why)
    else:
        job.found.default(job.name(step, step.uses))


def _java(job: JobState, step: WorkflowStep) -> None:
    job.setup.java = job.known(step.inputs.get("java-version", "")) or "21"
    job.setup.distribution = step.inputs.get("distribution", "temurin")
    job.found.default(job.name(step, step.uses), "the new job sets up Java, too")
    if "cache" in step.inputs:
        _cache(job, step)


def _node(job: JobState, step: WorkflowStep) -> None:
    if not job.needs_node:
        job.found.default(job.name(step, step.uses), "only the release tool needed Node.js")
        return
    job.setup.node = job.known(step.inputs.get("node-version", "")) or "lts/*"
    job.found.default(job.name(step, step.uses), "the new job sets up Node.js, too")
    if "cache" in step.inputs:
        _cache(job, step)


def _cache(job: JobState, step: WorkflowStep) -> None:
    why = "a job that can push takes no cache, because its content may come from another workflow"
    job.found.no_counterpart(job.name(step, f"cache of {step.uses}"), why)


def _gradle(job: JobState, step: WorkflowStep) -> None:
    arguments = step.inputs.get("arguments", "")
    if arguments:
        read_commands(job, step, f"./gradlew {arguments}")
    else:
        job.found.default(job.name(step, step.uses), "the wrapper of Gradle needs no set-up")


def _login(job: JobState, step: WorkflowStep) -> None:
    registry = job.known(step.inputs.get("registry", "docker.io"))
    username, password = step.inputs.get("username", ""), step.inputs.get("password", "")
    read_login(job, step, registry, username, password)


def _metadata(job: JobState, step: WorkflowStep) -> None:
    images = [job.known(each) for each in lines(step.inputs.get("images", ""))]
    rules = [job.known(each) for each in lines(step.inputs.get("tags", "type=ref,event=branch"))]
    references, lost = metadata_references(images, rules, step.inputs.get("flavor", ""))
    job.scope[f"steps.{step.id}.outputs.tags"] = "\n".join(references)
    job.scope[f"steps.{step.id}.outputs.labels"] = ""
    job.found.default(job.name(step, step.uses), "the tags are those of the image; shipit sets the labels")
    for rule in lost:
        job.found.undecided(
            job.name(step, f"the tag `{rule}`"), "a tag has no such placeholder: see `tags` of an image"
        )


def _build_push(job: JobState, step: WorkflowStep) -> None:
    key = job.name(step, step.uses)
    build = job.docker.build_push(key, {name: job.known(value) for name, value in step.inputs.items()})
    report_build(job, step, build)


def _ecr(job: JobState, step: WorkflowStep) -> None:
    account = re.match(r"arn:aws:iam::(\d{12}):", job.setup.aws_role)
    if account and job.setup.aws_region:
        registry = f"{account[1]}.dkr.ecr.{job.setup.aws_region}.amazonaws.com"
        job.scope[f"steps.{step.id}.outputs.registry"] = registry
    job.found.default(job.name(step, step.uses), "shipit logs in to ECR with the credentials of AWS")


def _aws(job: JobState, step: WorkflowStep) -> None:
    job.setup.aws_region = job.known(step.inputs.get("aws-region", ""))
    job.setup.aws_role = job.known(step.inputs.get("role-to-assume", ""))
    if job.setup.aws_role:
        job.found.default(job.name(step, step.uses), "the new job assumes the same role")
    else:
        why = "shipit assumes a role without a stored key: make one that trusts this repository, and set `aws-role`"
        job.found.undecided(job.name(step, step.uses), why)


def _qemu(job: JobState, step: WorkflowStep) -> None:
    job.found.undecided(job.name(step, step.uses), "for another platform, add this step to the new job before shipit")


_CLOUD = "the images are converted; shipit does not deploy to this: keep it in a job with `needs`"
_NOTICE = "send the notice in a job after it, with `needs` and the outputs of shipit"
ACTIONS: Mapping[str, ReadStep] = {
    "actions/checkout": _checkout,
    "actions/setup-java": _java,
    "actions/setup-node": _node,
    "actions/cache": _no_counterpart(
        "a job that can push takes no cache, because its content may come from another workflow"
    ),
    "actions/upload-artifact": _undecided("`assets` in `[release]` attaches files to a release"),
    "actions/download-artifact": _undecided("build in the same job: `build` of the environment"),
    "gradle/actions/setup-gradle": _gradle,
    "gradle/gradle-build-action": _gradle,
    "gradle/actions/wrapper-validation": _default("keep it in the tests of pull requests"),
    "gradle/wrapper-validation-action": _default("keep it in the tests of pull requests"),
    "docker/setup-buildx-action": _default("shipit uses buildx if it is there"),
    "docker/setup-qemu-action": _qemu,
    "docker/login-action": _login,
    "docker/metadata-action": _metadata,
    "docker/build-push-action": _build_push,
    "aws-actions/configure-aws-credentials": _aws,
    "aws-actions/amazon-ecr-login": _ecr,
    "aws-actions/amazon-ecs-render-task-definition": _undecided(_CLOUD),
    "aws-actions/amazon-ecs-deploy-task-definition": _undecided(_CLOUD),
    "einaregilsson/beanstalk-deploy": _undecided(_CLOUD),
    "google-github-actions/auth": _undecided(_CLOUD),
    "appleboy/ssh-action": read_ssh,
    "appleboy/scp-action": _undecided("copy the files once by hand: shipit does not copy compose files to hosts"),
    "sarisia/actions-status-discord": _undecided(_NOTICE),
    "ilshidur/action-discord": _undecided(_NOTICE),
    "8398a7/action-slack": _undecided(_NOTICE),
    "slackapi/slack-github-action": _undecided(_NOTICE),
}
"""The actions that are known, by name. One that is not in the table needs a decision."""


def read_action(job: JobState, step: WorkflowStep) -> None:
    """Report what becomes of a step that uses an action."""
    ACTIONS.get(step.uses, _undecided("an action that shipit does not know"))(job, step)
