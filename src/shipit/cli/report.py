"""The report of a command to GitHub Actions: outputs for later steps of the job, and a summary. Elsewhere nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from shipit.cli.progress.steps import Progress
from shipit.cli.session import Session
from shipit.core import limits
from shipit.core.printable import printable
from shipit.core.redact import shortened
from shipit.errors import CommandError, ShipitError

if TYPE_CHECKING:
    from shipit.api import Deployment, Images, Outcome
    from shipit.core.notes.links import Links
    from shipit.plan.preview import Preview
    from shipit.plan.version import Decision


# The outputs that the images and the deployment of an environment add to those of a release in the same run.
IMAGE_OUTPUTS = ("environment", "image", "digest")
DEPLOY_OUTPUTS = ("environment", "deployed", "verified", "serving", "url")


class CommandReport:
    """The outputs and the summary of one command.

    `progress` is the observer for the steps of the command, `outputs` are the outputs of the Action by name, and
    `summary` is Markdown.
    """

    def __init__(self, session: Session) -> None:
        from shipit.core.outputs import NO_OUTPUTS

        self._session = session
        self.progress = Progress(session.output, session.transfers)
        self.outputs = dict(NO_OUTPUTS)
        self.summary = ""

    def released(self, outcome: Outcome, *, applied: bool, version: str | None = None) -> None:
        """Add a release.

        Args:
            applied: True if the release was made, False if it was only planned.
            version: the version that the user asked for, if any.
        """
        from shipit.plan.views import release_summary

        self.outputs |= outcome.report(applied=applied)
        self._annotate_unreadable(outcome.plan.decisions)
        requested = ", the requested version" if version and outcome.plan.to_release else ""
        headline = _headline(outcome, applied=applied) + requested
        self.summary = release_summary(headline, outcome.plan, self.progress.results, self._links)

    def previewed(self, preview: Preview) -> None:
        """Add the preview of a pull request: the release that merging it would make. Nothing is released."""
        from shipit.plan.views import preview_summary

        packages = (f"{each.package} {each.version}" for each in preview.to_release if each.package)
        self.outputs["packages"] = "\n".join(packages)
        for decision in preview.to_release[:1]:
            names = {"version": decision.version, "tag": decision.tag, "previous-version": decision.previous}
            self.outputs |= {"bump": decision.bump, "notes": preview.notes, **{k: v or "" for k, v in names.items()}}
        self._annotate_unreadable(preview.decisions)
        self.summary = preview_summary(preview, self._links)

    def built(self, images: Images, *, applied: bool) -> None:
        """Add the images of an environment; the values of several environments are put on lines of their own.

        Args:
            applied: True if the images were built, False if they were only planned.
        """
        from shipit.plan.views import image_summary

        for name, value in images.report().items():
            if name in IMAGE_OUTPUTS:
                self.outputs[name] = "\n".join(filter(None, (self.outputs[name], value)))
        self.outputs["version"] = self.outputs["version"] or images.report()["version"]
        self.summary += image_summary(images.plan, images.outputs, self.progress.results, self._links, applied=applied)

    def deployed(self, deployment: Deployment, *, applied: bool) -> None:
        """Add a deployment.

        Args:
            applied: True if it was deployed, False if it was only planned.
        """
        from shipit.plan.views import deploy_summary

        self.outputs |= {name: value for name, value in deployment.report().items() if name in DEPLOY_OUTPUTS and value}
        self.outputs["version"] = self.outputs["version"] or deployment.report()["version"]
        unverified = deployment.unverified.values()
        self.summary += deploy_summary(
            deployment.plan,
            self.progress.results,
            applied=applied,
            url=deployment.url,
            unverified=unverified,
            paused=deployment.paused,
        )

    def failed(self, error: ShipitError) -> None:
        """Make the summary one about `error`, with the steps that were applied before it."""
        from shipit.plan.views import failure_summary

        results = self.progress.results.values()
        self.summary = failure_summary(error, results, self._links if results else None)

    @property
    def _links(self) -> Links | None:
        return self._session.project.links

    def _annotate_unreadable(self, decisions: tuple[Decision, ...]) -> None:
        unreadable = [commit for decision in decisions for commit in decision.unreadable]
        for commit in unreadable[: limits.ANNOTATIONS]:
            title = f"{commit.commit[:7]} {printable(shortened(commit.subject, limits.ANNOTATION_TITLE))}"
            self._session.output.annotation("warning", title, f"not counted: {printable(commit.reason)}")


def _headline(outcome: Outcome, *, applied: bool) -> str:
    if outcome.plan.pull_request and outcome.plan.steps:
        how = ", each in a pull request of its own" if len(outcome.plan.proposal_branches) > 1 else " in a pull request"
        return f"{'Proposed' if applied else 'Would propose'} {outcome.names}{how}"
    if not outcome.released:
        return "Nothing to release"
    return f"Released {outcome.names}" if applied else f"Would release {outcome.names}"


@contextmanager
def reporting(session: Session) -> Iterator[CommandReport]:
    """Give the block a `Report`, and pass it to GitHub Actions after the block, also when the block raises."""
    report = CommandReport(session)
    try:
        yield report
    except BaseException as error:
        session.transfers.end()  # removes the progress bars before the error is printed
        if isinstance(error, ShipitError):
            report.failed(error)
        with suppress(CommandError):  # the first error is the one to show
            _pass_to_github(report, session)
        raise
    _pass_to_github(report, session)


def _pass_to_github(report: CommandReport, session: Session) -> None:
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from shipit.adapters.ci.github_actions import write_outputs, write_summary
    from shipit.cli.action_outputs import action_outputs
    from shipit.core.notes import inline

    write_outputs(action_outputs(report.outputs, lambda: session.project.ci.run_name))
    try:
        write_summary(session.output.redact.escaped(inline)(report.summary))
    except CommandError as error:
        session.output.warning(error)
