"""The state of the reading of one job: what its steps have been found to do."""

from __future__ import annotations

from shipit.importers.model import FoundKeys
from shipit.importers.workflows.expressions import expanded, is_known, with_spaces
from shipit.importers.workflows.model import Setup, WorkflowStep
from shipit.importers.workflows.old_steps.docker import Docker, DockerBuild
from shipit.importers.workflows.targets import ConvertedTarget, Read


class JobState:
    """The findings of the steps so far.

    Attributes:
        found: the steps, with what became of each.
        scope: the values of expressions and variables that are known.
        lasting: those that the current step gives to the steps after it.
        docker: the images that the job builds.
        setup: the set-up that the new job needs.
        commands: the commands before the images are built, each with the name of its step.
        environment: the name of the environment that the job becomes.
        directory: the directory that the commands of a step run in; empty for the root.
        read: reads a file of the repository.
        needs_node: False if only the release tool of the job runs with Node.js.
        targets: the targets that deployments become, each with the number of its key in `found`.
    """

    def __init__(
        self, found: FoundKeys, scope: dict[str, str], environment: str = "", read: Read = lambda path: None
    ) -> None:
        self.found = found
        self.scope = scope
        self.lasting: dict[str, str] = {}
        self.docker = Docker()
        self.setup = Setup()
        self.commands: list[tuple[str, str]] = []
        self.environment = environment
        self.directory = ""
        self.read = read
        self.needs_node = True
        self.targets: list[tuple[int, ConvertedTarget]] = []

    def known(self, text: str) -> str:
        """Return a text with the values of expressions and variables that are known."""
        return expanded(text, self.scope)

    def name(self, step: WorkflowStep, what: str) -> str:
        """Return the name of a step in the report."""
        return f"line {step.line}: {what}"


def is_secret(text: str) -> bool:
    """Return whether a text is one expression for a secret or a variable of the repository."""
    return text.startswith("${{") and text.endswith("}}") and ("secrets." in text or "vars." in text)


def report_build(job: JobState, step: WorkflowStep, build: DockerBuild) -> None:
    """Report the names and the options of a build that cannot be written into shipit.toml."""
    for reference in build.references:
        if not is_known(reference):
            why = "it is not known before the run: write the name of the image, or another tag, into shipit.toml"
            job.found.undecided(job.name(step, f"`{with_spaces(reference)}`"), why)
    for option in build.lost:
        job.found.undecided(job.name(step, f"`{option}` of the build"), "an image of shipit has no such key")
