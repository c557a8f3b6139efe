"""What GitHub Actions is told of a command: outputs for the steps after it, and a page about it. Elsewhere nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from shipit.cli.progress import Progress
from shipit.cli.session import Session
from shipit.core.printable import printable
from shipit.errors import CommandError, ShipitError

if TYPE_CHECKING:
    from shipit.api import Images, Outcome
    from shipit.core.notes.links import Links
    from shipit.plan.preview import Preview
    from shipit.plan.version import Decision

# GitHub shows no more than ten marks of a step.
_MOST_MARKS = 10
# The title of an annotation is one of at most 255 characters.
_LONGEST_TITLE = 200

# What building for an environment adds to what a release told before it.
OF_ENVIRONMENTS = ("environment", "image", "digest")


class Report:
    """Collects what is told; `progress` is the observer that sees the steps."""

    def __init__(self, session: Session) -> None:
        from shipit.api import NO_OUTPUTS

        self._session = session
        self.progress = Progress(session.output, session.transfers)
        self.outputs = dict(NO_OUTPUTS)
        self.summary = ""

    def released(self, outcome: Outcome, *, applied: bool, version: str | None = None) -> None:
        """A release was made, or planned; `version` is the one that a person asked for."""
        from shipit.plan.views import release_summary

        self.outputs |= outcome.report(applied=applied)
        self._mark_unreadable(outcome.plan.decisions)
        asked = ", the version asked for" if version and outcome.plan.to_release else ""
        headline = _headline(outcome, applied=applied) + asked
        self.summary = release_summary(headline, outcome.plan, self.progress.results, self._links)

    def previewed(self, preview: Preview) -> None:
        """What merging a pull request releases was found out; the version is told, and nothing is released."""
        from shipit.plan.views import preview_summary

        for decision in preview.to_release[:1]:
            told = {"version": decision.version, "tag": decision.tag, "previous-version": decision.previous}
            self.outputs |= {"bump": decision.bump, "notes": preview.notes, **{k: v or "" for k, v in told.items()}}
        self._mark_unreadable(preview.decisions)
        self.summary = preview_summary(preview, self._links)

    def built(self, images: Images, *, applied: bool) -> None:
        """The images of an environment were built, or planned; those of several stand below one another."""
        from shipit.plan.views import image_summary

        for name, value in images.report().items():
            if name in OF_ENVIRONMENTS:
                self.outputs[name] = "\n".join(filter(None, (self.outputs[name], value)))
        self.outputs["version"] = self.outputs["version"] or images.report()["version"]
        self.summary += image_summary(images.plan, images.outputs, self.progress.results, self._links, applied=applied)

    def failed(self, error: ShipitError) -> None:
        from shipit.plan.views import failure_summary

        results = self.progress.results.values()
        self.summary = failure_summary(error, results, self._links if results else None)

    @property
    def _links(self) -> Links | None:
        return self._session.project.forge.links()

    def _mark_unreadable(self, decisions: tuple[Decision, ...]) -> None:
        unreadable = [remark for decision in decisions for remark in decision.unreadable]
        for remark in unreadable[:_MOST_MARKS]:
            title = f"{remark.commit[:7]} {printable(remark.subject[:_LONGEST_TITLE])}"
            self._session.output.annotation("warning", title, f"does not count: {printable(remark.reason)}")


def _headline(outcome: Outcome, *, applied: bool) -> str:
    if not outcome.released:
        return "Nothing to release"
    return f"Released {outcome.names}" if applied else f"Would release {outcome.names}"


@contextmanager
def reporting(session: Session) -> Iterator[Report]:
    """Tell GitHub Actions what the command inside comes to, also when it fails."""
    report = Report(session)
    try:
        yield report
    except BaseException as error:
        session.transfers.end()  # before anything is said below the bars
        if isinstance(error, ShipitError):
            report.failed(error)
        with suppress(CommandError):  # what went wrong first is what has to be known
            _tell(report, session)
        raise
    _tell(report, session)


def _tell(report: Report, session: Session) -> None:
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from shipit.adapters.ci.github_actions import write_outputs, write_summary

    write_outputs({**report.outputs, "json": json.dumps(report.outputs, ensure_ascii=False)})
    try:
        write_summary(session.output.redact(report.summary))
    except CommandError as error:
        session.output.warning(error)
