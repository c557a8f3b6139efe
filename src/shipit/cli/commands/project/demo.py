"""The command `shipit demo`."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipit.cli.output import Output
from shipit.cli.progress.steps import Progress
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.api import Outcome, Project
    from shipit.steps.base import Step


@click.command(cls=Command, epilog="Example: shipit demo --directory /tmp/demo")
@click.option("--directory", metavar="DIR", help="Make the project in DIR; by default in a new temporary directory.")
@click.option("--deploy", is_flag=True, help="Show deployments of a small page instead; needs a Docker engine.")
@json_option
@pass_session
def command(session: Session, directory: str | None, deploy: bool, as_json: bool) -> None:
    """Make a sample Gradle project with a local remote, and release it.

    Shows the plan, a release, and how the same command finishes a release that was interrupted. Needs no account and
    no network, and changes nothing outside its directory.

    With --deploy: deploys versions of a small page behind nginx while it gets requests, also one that is broken and one
    whose deployment is killed, and counts the lost requests. Removes everything at the end.
    """
    from shipit import api

    if deploy:
        from shipit.cli.demo.show import show_deployments

        show_deployments(session.output, directory, as_json=as_json)
        return

    output = session.output
    _remove_git_variables()
    clone = _sample(directory)
    _heading(output, f"A Gradle project with new commits after its release 0.3.1: {clone}")
    output.say(_git(clone, "log", "--oneline", "--graph", "v0.3.1.."))
    project = api.open_project(str(clone))
    _show_plan(project, output)
    outcome = _show_release(project, clone, output)
    _show_resume(project, clone, output)
    _heading(output, "shipit release again: nothing to release, nothing is changed")
    api.release(project, observer=Progress(output))
    output.say("nothing to release")
    _heading(output, "To see the result")
    notes = outcome.outputs["release-url"].removeprefix("file://")
    output.say(f"  cd {clone}\n  git log\n  cat CHANGELOG.md\n  cat {notes}")
    if as_json:
        output.json({"directory": str(clone), **outcome.report(applied=True)})


def _remove_git_variables() -> None:
    """Remove the variables of git from this process: in a hook of git, `GIT_DIR` names the repository of the user."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]


def _sample(directory: str | None) -> Path:
    from shipit.cli.demo.sample import make_sample

    try:
        return make_sample(Path(directory or tempfile.mkdtemp(prefix="shipit-demo-"))).path
    except FileExistsError as error:
        raise UsageError(f"`{error.filename}` exists already", hint="choose another --directory") from error


def _show_plan(project: Project, output: Output) -> None:
    from shipit import api
    from shipit.plan.views import render_plan

    _heading(output, "shipit plan: all steps of the next release, and the reasons for its version")
    output.say(render_plan(api.plan_release(project), output.paint, everything=True).rstrip())


def _show_release(project: Project, clone: Path, output: Output) -> Outcome:
    from shipit import api

    _heading(output, "shipit release")
    outcome = api.release(project, observer=Progress(output))
    _heading(output, f"Released {outcome.names}: what changed")
    output.say(_git(clone, "show", "--stat", "--format=%h %s%d", "HEAD"))
    output.say(_git(clone, "diff", "HEAD~1", "--unified=0", "--", "build.gradle"))
    return outcome


def _show_resume(project: Project, clone: Path, output: Output) -> None:
    """Interrupt a release between its push and its publication, and finish it with the same command."""
    from shipit import api

    _heading(output, "The next release is interrupted after the push: its tag is public, its release is not")
    _git(clone, "commit", "--quiet", "--allow-empty", "--message", "fix: keep the order of messages")
    try:
        api.release(project, observer=_Interrupting(output))
    except _Interrupted:
        output.say("  (the process is killed)")
    _heading(output, "shipit release again: it finishes the release and repeats no step")
    api.release(api.open_project(str(clone)), observer=Progress(output))


class _Interrupted(BaseException):
    """The simulated end of the process; not an `Exception`, so that no code handles it as an error."""


class _Interrupting(Progress):
    """An observer that ends the release before it is published."""

    def applying(self, step: Step) -> None:
        if step.kind == "publish-release":
            raise _Interrupted
        super().applying(step)


def _heading(output: Output, title: str) -> None:
    output.say("\n" + output.paint(f"== {title}", "title"))


def _git(path: Path, *words: str) -> str:
    run = subprocess.run(["git", "-C", str(path), "--no-pager", *words], capture_output=True, text=True, check=True)
    return run.stdout.strip()
