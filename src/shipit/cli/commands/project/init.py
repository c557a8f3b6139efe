"""The command `shipit init`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.plan.adoption import Adoption


@click.command(cls=Command, epilog="Example: shipit init --dry-run")
@click.option("--dry-run", is_flag=True, help="Print the changes, and write nothing.")
@click.option("--yes", is_flag=True, help="Write without a question.")
@json_option
@pass_session
def command(session: Session, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Write shipit.toml and a workflow from those of other release tools.

    Prints what becomes of each key and of each step of a workflow: taken, default already, no counterpart, or needs
    your decision. Then it compares the past releases with the versions that shipit decides by the new settings. A
    setting that equals a default is not written, code in settings is never executed, and no file is deleted.
    """
    from shipit import api
    from shipit.plan.views import adoption_diff, adoption_to_json, render_adoption

    with waiting(session.output, "reading settings and history"):
        adoption = api.plan_adoption(session.project)
        replayed = api.replay_adoption(session.project, adoption)
    present = api.present_files(session.project, adoption)
    if not as_json:
        session.output.styled(render_adoption(adoption, session.output.paint))
        session.output.data(adoption_diff(adoption, present))
        agree = f"{replayed.agreeing} of {len(replayed.releases)} past versions agree; list them: shipit replay"
        session.output.data(f"{agree}\n" if replayed.releases else "")
        session.output.findings(replayed.findings)
    written = not dry_run and _write(session, adoption, present, yes)
    if as_json:
        session.output.json(adoption_to_json(adoption, replayed, written=written))


def _write(session: Session, adoption: Adoption, present: dict[str, str], yes: bool) -> bool:
    """Write the files if there are any, after a question on a terminal; return whether they are written."""
    from shipit import api

    names = " and ".join(adoption.files)
    if present == adoption.files:
        why = (
            f"{names} {'have' if len(present) > 1 else 'has'} this text already"
            if names
            else "shipit needs no settings here"
        )
        session.output.say(f"nothing to write: {why}")
        return False
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", hint="add --yes to write, or --dry-run to only look")
    if not yes and not click.confirm(f"write {names}?", default=True, err=True):
        session.output.say("nothing was written")
        return False
    api.adopt(session.project, adoption)
    session.output.say(f"wrote {names}; check the rest with shipit doctor")
    return True
