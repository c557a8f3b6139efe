"""The values that a conversion of workflows works with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from shipit.importers.model import Imported


class WorkflowStep(Struct, frozen=True):
    """A step of a job. `uses` is the name of an action without its version; empty for a step with commands.

    `keys` are the names of all its keys, also of those that are not read.
    """

    line: int
    uses: str = ""
    inputs: Mapping[str, str] = {}
    run: str = ""
    env: Mapping[str, str] = {}
    id: str = ""
    directory: str = ""
    name: str = ""
    keys: frozenset[str] = frozenset()


class WorkflowJob(Struct, frozen=True):
    """A job with its steps. `calls` is the workflow that it calls instead; `condition` is its `if`.

    `keys` are the names of all its keys, also of those that are not read.
    """

    name: str
    line: int
    steps: tuple[WorkflowStep, ...] = ()
    env: Mapping[str, str] = {}
    runs_on: str = "ubuntu-latest"
    environment: str = ""
    condition: str = ""
    calls: str = ""
    needs: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()


class Workflow(Struct, frozen=True):
    """A workflow. `events` has the settings of each event that starts it; `name` is empty without one."""

    path: str
    events: Mapping[str, Any]
    jobs: tuple[WorkflowJob, ...]
    env: Mapping[str, str] = {}
    name: str = ""


class Setup(Struct):
    """The set-up that a job needs before shipit runs in it. A text with `${{ }}` is an expression of GitHub."""

    runs_on: str = "ubuntu-latest"
    environment: str = ""
    java: str = ""
    distribution: str = ""
    node: str = ""
    username: str = ""
    password: str = ""
    aws_region: str = ""
    aws_role: str = ""
    ssh_key: str = ""
    submodules: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    def merged(self, other: Setup) -> Setup:
        """Return the set-up of two jobs that become one; that of the first takes precedence."""
        usual = Setup()
        names = self.__struct_fields__
        chosen = {each: getattr(self, each) or getattr(other, each) for each in names}
        if self.runs_on == usual.runs_on:
            chosen["runs_on"] = other.runs_on
        chosen["variables"] = {**other.variables, **self.variables}
        return Setup(**chosen)


class WaitedStep(Struct, frozen=True):
    """The commands of one step of a test job, with the directory that they run in; empty for the root."""

    commands: str
    directory: str = ""
    name: str = ""
    env: Mapping[str, str] = {}


class WaitedJob(Struct, frozen=True):
    """A job that must succeed before shipit runs: the workflow that it calls, or else its commands after a set-up.

    `called` is the path of that workflow, such as `./.github/workflows/ci.yml`; empty without one.
    """

    name: str
    setup: Setup
    steps: tuple[WaitedStep, ...] = ()
    env: Mapping[str, str] = {}
    called: str = ""


class ProposedTarget(Struct, frozen=True):
    """A target that a deployment of a workflow becomes.

    Attributes:
        environment: the name of its environment.
        place: the line of the deployment, as `path:line`.
        settings: the keys of its table.
        undecided: what a person has to decide or to do before it is used, each as an instruction.
    """

    environment: str
    place: str
    settings: Mapping[str, Any]
    undecided: tuple[str, ...]


class Converted(Struct, frozen=True):
    """The result of a conversion.

    Attributes:
        imported: the steps of each workflow, with what became of them.
        setups: the set-up of the job of each environment, by its name; that of the release job is ``.
        replaced: the paths of the workflows that have nothing left to do.
        proposals: the targets of environments.
        tests: the jobs that must succeed before shipit runs.
    """

    imported: tuple[Imported, ...] = ()
    setups: Mapping[str, Setup] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()
    proposals: tuple[ProposedTarget, ...] = ()
    tests: tuple[WaitedJob, ...] = ()
