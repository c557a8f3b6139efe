"""`shipit demo`"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipit.cli.output import Output
from shipit.cli.progress import Progress
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.api import Outcome, Project
    from shipit.steps.base import Step


@click.command(cls=Command, epilog="Example: shipit demo --directory /tmp/demo")
@click.option("--directory", metavar="DIR", help="Where to make it; a new temporary directory by default.")
@json_option
@pass_session
def command(session: Session, directory: str | None, as_json: bool) -> None:
    """A sample Gradle project with a local remote, released before your eyes.

    Needs no account and no network, and touches nothing outside its directory.
    """
    from shipit import api

    output = session.output
    clone = _sample(directory)
    _chapter(output, f"A Gradle project after 0.3.1: {clone}")
    output.say(_git(clone, "log", "--oneline", "--graph", "v0.3.1.."))
    project = api.open_project(str(clone))
    _show_plan(project, output)
    outcome = _show_release(project, clone, output)
    _show_resume(project, clone, output)
    _chapter(output, "The same command again: nothing to do, nothing written")
    api.release(project, observer=Progress(output))
    output.say("nothing to release")
    _chapter(output, "Look around")
    notes = outcome.outputs["release-url"].removeprefix("file://")
    output.say(f"  cd {clone}\n  git log\n  cat CHANGELOG.md\n  cat {notes}")
    if as_json:
        output.json({"directory": str(clone), **outcome.report(applied=True)})


def _sample(directory: str | None) -> Path:
    from shipit.cli.demo.sample import make_sample

    try:
        return make_sample(Path(directory or tempfile.mkdtemp(prefix="shipit-demo-"))).path
    except FileExistsError as error:
        raise UsageError(f"`{error.filename}` is there already", hint="name another --directory") from error


def _show_plan(project: Project, output: Output) -> None:
    from shipit import api
    from shipit.plan.views import render_plan

    _chapter(output, "shipit plan: what a release would do, and why")
    output.say(render_plan(api.plan_release(project), output.paint, everything=True).rstrip())


def _show_release(project: Project, clone: Path, output: Output) -> Outcome:
    from shipit import api

    _chapter(output, "shipit release")
    outcome = api.release(project, observer=Progress(output))
    _chapter(output, f"Released {outcome.names}: what changed")
    output.say(_git(clone, "show", "--stat", "--format=%h %s%d", "HEAD"))
    output.say(_git(clone, "diff", "HEAD~1", "--unified=0", "--", "build.gradle"))
    return outcome


def _show_resume(project: Project, clone: Path, output: Output) -> None:
    """A release that is cut off where it hurts most, and finished by the same command."""
    from shipit import api

    _chapter(output, "The next one is cut off after the push: the tag is public, the release is not")
    _git(clone, "commit", "--quiet", "--allow-empty", "--message", "fix: keep the order of messages")
    try:
        api.release(project, observer=_CutOff(output))
    except _PowerCut:
        output.say("  (power cut)")
    _chapter(output, "shipit release, once more: it finishes what is public and does nothing twice")
    api.release(api.open_project(str(clone)), observer=Progress(output))


class _PowerCut(BaseException):
    """Ends a release between two steps."""


class _CutOff(Progress):
    def applying(self, step: Step) -> None:
        if step.kind == "publish-release":
            raise _PowerCut
        super().applying(step)


def _chapter(output: Output, title: str) -> None:
    output.say("\n" + output.paint(f"== {title}", "title"))


def _git(path: Path, *words: str) -> str:
    run = subprocess.run(["git", "-C", str(path), "--no-pager", *words], capture_output=True, text=True, check=True)
    return run.stdout.strip()
