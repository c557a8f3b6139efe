"""The command `shipit replay`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session

if TYPE_CHECKING:
    from shipit.plan.replay import Replay


@click.command(cls=Command, epilog="Example: shipit replay --last 20")
@click.option("--last", type=int, metavar="N", help="Compare only the N highest versions of each package.")
@json_option
@pass_session
def command(session: Session, last: int | None, as_json: bool) -> None:
    """Compare the past releases of this repository with the versions that shipit decides.

    For each stable release, the next version is decided from the commits since the highest earlier release in its
    history. Each difference is shown with the commits that cause it and, if there is one, the setting with which shipit
    decides the released version. Reads the local history, and fetches the missing history first if the clone is
    shallow. Changes nothing else.
    """
    from shipit import api
    from shipit.plan.views import render_replay, replay_to_json

    with waiting(session.output, "reading history"):
        replayed = api.replay(session.project, last)
    if as_json:
        session.output.json(replay_to_json(replayed))
    elif replayed.releases:
        session.output.styled(render_replay(replayed, session.output.paint))
    _say_left_out(session, replayed)


def _say_left_out(session: Session, replayed: Replay) -> None:
    if not replayed.releases:
        session.output.say("nothing to replay: no release has an earlier one in its history")
    if replayed.prereleases:
        count = "1 pre-release is" if replayed.prereleases == 1 else f"{replayed.prereleases} pre-releases are"
        session.output.say(f"{count} not replayed")
