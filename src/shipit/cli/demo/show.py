"""`shipit demo --deploy`: the stage, the acts, the figures, and the pause in which the user can try commands."""

from __future__ import annotations

import gc
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from shipit.cli.demo.deployment import VERSIONS, deployment_figures, lost, play, table
from shipit.cli.demo.stage import Stage, open_stage
from shipit.cli.output import Output
from shipit.errors import CommandError


def show_deployments(output: Output, directory: str | None, *, as_json: bool) -> None:
    """Deploy versions of a small page under load, print the figures, and remove everything.

    Args:
        output: the terminal.
        directory: a directory for the sample repository, which is then kept; None for a temporary one.
        as_json: True to print the figures as JSON, too.

    Raises `CommandError` if a program is missing, a command ended otherwise than expected, or a request was lost.
    """
    gc.enable()  # it is off in commands that end soon
    signal.signal(signal.SIGHUP, _interrupt)  # the terminal was closed
    _heading(output, "A container engine, a registry, nginx, and four versions of a small page")
    with open_stage(directory, VERSIONS, lambda text: output.say(f"  {output.paint('▸', 'faint')} {text}")) as stage:
        output.say(f"  The sample repository: {stage.repository}")
        played = play(stage, output, lambda title: _heading(output, title))
        _heading(output, "The figures")
        output.say(table(played))
        if as_json:
            output.json(deployment_figures(played))
        elif sys.stdin.isatty() and output.is_interactive:
            _wait(stage, output)
    output.say("\n  Everything that was started is stopped and removed.")
    if count := lost(played):
        raise CommandError(f"{count} requests were lost", hint="please report this with the output above")


def _wait(stage: Stage, output: Output) -> None:
    """Let the user try commands in the sample repository until Enter is pressed."""
    shipit = "shipit" if shutil.which("shipit") else str(Path(sys.argv[0]).absolute())
    engine = f"\n  export DOCKER_HOST={stage.engine}" if stage.own_engine else ""
    _heading(output, "To go on, in another terminal")
    output.say(f"  cd {stage.repository}{engine}")
    for words in ("status", "rollback prod", "deploy prod 1.1.0 --retry"):
        output.say(f"  {shipit} {words}")
    output.say(f"\n  The page is at {stage.url}. Press Enter to stop and remove everything.")
    sys.stdin.readline()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _heading(output: Output, title: str) -> None:
    output.say("\n" + output.paint(f"== {title}", "title"))
