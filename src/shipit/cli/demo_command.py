"""`shipit demo`"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import click

from shipit.cli.session import Session, pass_session
from shipit.errors import UsageError


@click.command(epilog="Example: shipit demo --directory /tmp/demo")
@click.option("--directory", metavar="DIR", help="Where to make it; a new temporary directory by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def command(session: Session, directory: str | None, as_json: bool) -> None:
    """A sample Gradle project with a local remote, released before your eyes.

    Needs no account and no network, and touches nothing outside its directory.
    """
    from shipit import api
    from shipit.cli.progress import Progress
    from shipit.cli.sample import make_sample
    from shipit.plan.show import render_plan

    output = session.output
    place = Path(directory or tempfile.mkdtemp(prefix="shipit-demo-"))
    try:
        sample = make_sample(place)
    except FileExistsError as error:
        raise UsageError(f"`{error.filename}` is there already", hint="name another --directory") from error
    _chapter(session, f"A Gradle project after 0.3.1: {sample.path}")
    output.say(_git(sample.path, "log", "--oneline", "--graph", "v0.3.1.."))

    project = api.open_project(str(sample.path))
    _chapter(session, "shipit plan: what a release would do, and why")
    plan = api.plan_release(project)
    output.say(render_plan(plan, output.paint, everything=True).rstrip())

    _chapter(session, "shipit release")
    outcome = api.release(project, observer=Progress(output))

    _chapter(session, f"Released {outcome.names}: what changed")
    output.say(_git(sample.path, "show", "--stat", "--format=%h %s%d", "HEAD"))
    output.say(_git(sample.path, "diff", "HEAD~1", "--unified=0", "--", "build.gradle"))
    _chapter(session, "The same command again: nothing to do, nothing written")
    again = api.release(project, observer=Progress(output))
    output.say("nothing to release" if not again.released else "released again, which is a bug")
    _chapter(session, "Look around")
    output.say(f"  cd {sample.path}\n  git log\n  cat CHANGELOG.md\n  cat {outcome.outputs.get('release-url', '')}")
    if as_json:
        output.json({"directory": str(sample.path), **outcome.report(applied=True)})


def _chapter(session: Session, title: str) -> None:
    session.output.say("\n" + session.output.paint(f"== {title}", "title"))


def _git(path: Path, *words: str) -> str:
    run = subprocess.run(["git", "-C", str(path), "--no-pager", *words], capture_output=True, text=True, check=True)
    return run.stdout.strip()
