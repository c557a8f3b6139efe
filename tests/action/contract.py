"""What must hold between workflows and actions, and no linter looks at.

A `Tree` is the repository's YAML as text, so that a test can break a line and see that it is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
ACTION, TWIN = "action.yml", ".github/actions/shipit/action.yml"
EXAMPLE, ROLLBACK = "examples/pipeline.yml", "examples/rollback.yml"
WATCHTOWER, COMPOSE = "examples/watchtower/pipeline.yml", "examples/compose/pipeline.yml"
KUBERNETES, STATIC_SITE = "examples/kubernetes/pipeline.yml", "examples/static-site/pipeline.yml"
ECS = "examples/ecs/pipeline.yml"
WORKFLOWS = ".github/workflows/"
LEVELS = ("none", "read", "write")
FOREIGN_OUTPUTS = {
    "actions/cache/restore": {"cache-hit", "cache-primary-key", "cache-matched-key"},
    "actions/setup-python": {"cache-hit", "python-path", "python-version"},
    "aws-actions/configure-aws-credentials": {
        *("aws-account-id", "aws-access-key-id", "aws-secret-access-key", "aws-session-token", "aws-expiration")
    },
}
# What this repository is called in a caller, in its own workflows, and from one of them to another.
OWN = re.compile(r"(?:OWNER/shipit|\$|\.)(?:/(?P<path>[^@]+))?(?:@COMMIT)?")
PINNED = re.compile(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)

Node = Mapping[str, Any]


@cache
def parsed(text: str) -> Any:
    """Return a file's content, which nobody changes: many trees have the same files."""
    return YAML(typ="safe").load(text)


class Tree:
    """Workflows and actions by path; `texts` stands in for the repository's own."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self.texts = dict(texts or repository())
        self.files: dict[str, Node] = {path: parsed(text) for path, text in self.texts.items()}

    def changed(self, path: str, old: str, new: str) -> Tree:
        """The same with one thing different in one file."""
        assert old in self.texts[path]
        return Tree({**self.texts, path: self.texts[path].replace(old, new, 1)})

    @cached_property
    def workflows(self) -> dict[str, Node]:
        return {path: file for path, file in self.files.items() if "jobs" in file}

    @property
    def action(self) -> Node:
        return self.files[ACTION]

    def jobs(self) -> Iterator[tuple[str, Node, str, Node]]:
        """(path, workflow, name, job)"""
        for path, workflow in self.workflows.items():
            yield from ((path, workflow, name, job) for name, job in workflow["jobs"].items())

    def step_lists(self) -> Iterator[tuple[str, list[Node], Node]]:
        """(where, steps, what may read their outputs)"""
        yield from ((path, self.files[path]["runs"]["steps"], self.files[path]["outputs"]) for path in (ACTION, TWIN))
        yield from (
            (f"{path}: {name}", job["steps"], job.get("outputs", {}))
            for path, _, name, job in self.jobs()
            if "steps" in job
        )

    def called(self, job: Node) -> Node | None:
        """The workflow of this repository that a job calls."""
        own = OWN.fullmatch(job.get("uses", ""))
        return self.files.get(own["path"]) if own else None


def repository() -> dict[str, str]:
    examples = sorted((ROOT / "examples").glob("**/*.yml"))
    paths = [ROOT / ACTION, ROOT / TWIN, *examples, *sorted((ROOT / WORKFLOWS).glob("*.yml"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def findings(tree: Tree) -> list[str]:
    """Everything that is wrong, as sentences."""
    return [finding for rule in RULES for finding in rule(tree)]


def outputs_of_steps_exist(tree: Tree) -> Iterator[str]:
    for where, steps, readers in tree.step_lists():
        known: dict[str, set[str]] = {}
        for step in [*steps, readers]:
            for id, name in _read(step, "steps", "outputs"):
                if name not in known.get(id, ()):
                    yield f"{where}: no step before has the output `steps.{id}.outputs.{name}`"
            if "id" in step and step is not readers:
                known[step["id"]] = _step_outputs(tree, step)


def _step_outputs(tree: Tree, step: Node) -> set[str]:
    own = OWN.fullmatch(step.get("uses", ""))
    if own or "scripts/action.py" in step.get("run", ""):
        return set(tree.action["outputs"])
    return FOREIGN_OUTPUTS.get(step["uses"].partition("@")[0], set())


def outputs_of_jobs_exist(tree: Tree) -> Iterator[str]:
    for path, workflow in tree.workflows.items():
        jobs = workflow["jobs"]
        outputs = {
            name: set((_interface(tree.called(job)) if tree.called(job) else job).get("outputs", {}))
            for name, job in jobs.items()
        }
        for id, name in _read(_interface(workflow).get("outputs", {}), "jobs", "outputs"):
            if name not in outputs.get(id, ()):
                yield f"{path}: there is no `jobs.{id}.outputs.{name}`"
        for each, job in jobs.items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            for id, name in _read(job, "needs", "outputs"):
                if id not in needs or name not in outputs.get(id, ()):
                    yield f"{path}: {each}: there is no `needs.{id}.outputs.{name}`"


def inputs_and_secrets_exist_and_are_used(tree: Tree) -> Iterator[str]:
    for path, file in tree.files.items():
        triggers = file.get("on", {})
        inputs = set(file.get("inputs", {})) | set(_interface(file).get("inputs", {}))
        inputs |= set((triggers.get("workflow_dispatch") or {}).get("inputs", {}))
        used = {name for (name,) in _read(file.get("jobs", file.get("runs")), "inputs")}
        yield from (f"{path}: there is no input `{name}`" for name in used - inputs)
        yield from (f"{path}: the input `{name}` is not used" for name in inputs - used)
        if "workflow_call" in triggers:
            secrets, read = (
                set(_interface(file).get("secrets", {})),
                {name for (name,) in _read(file["jobs"], "secrets")},
            )
            yield from (f"{path}: the secret `{name}` is declared or read, not both" for name in secrets ^ read)


def calls_fit(tree: Tree) -> Iterator[str]:
    """What is handed to an action or workflow of this repository is known there."""
    for path, _, name, job in tree.jobs():
        if "uses" in job:
            called = tree.called(job)
            if called is None:
                yield f"{path}: {name}: `{job['uses']}` is not a workflow of this repository"
                continue
            for kind, given in (("inputs", job.get("with", {})), ("secrets", job.get("secrets", {}))):
                yield from (
                    f"{path}: {name}: `{each}` is not among the {kind}"
                    for each in set(given) - set(_interface(called).get(kind, {}))
                )
        for step in job.get("steps", ()):
            own = OWN.fullmatch(step.get("uses", ""))
            if own and own["path"] and f"{own['path']}/action.yml" != TWIN:
                yield f"{path}: {name}: `{step['uses']}` is not an action of this repository"
            elif own:
                yield from (
                    f"{path}: {name}: the action has no input `{each}`"
                    for each in set(step.get("with", {})) - set(tree.action["inputs"])
                )


def permissions_are_least_and_enough(tree: Tree) -> Iterator[str]:
    for path, workflow, name, job in tree.jobs():
        if workflow.get("permissions") != {}:
            yield f"{path}: grants permissions to every job"
        if "permissions" not in job:
            yield f"{path}: {name}: does not say its permissions"
        for scope, level in _needed(tree.called(job)).items():
            if LEVELS.index(job.get("permissions", {}).get(scope, "none")) < LEVELS.index(level):
                yield f"{path}: {name}: the called workflow needs `{scope}: {level}`"


def _needed(called: Node | None) -> dict[str, str]:
    """The most that any job of a called workflow is granted: less, and GitHub does not start it."""
    needed: dict[str, str] = {}
    for job in (called or {"jobs": {}})["jobs"].values():
        for scope, level in job.get("permissions", {}).items():
            needed[scope] = max(level, needed.get(scope, "none"), key=LEVELS.index)
    return needed


def lines_are_pinned_and_reasoned(tree: Tree) -> Iterator[str]:
    """What only the text shows: a version beside each commit, a reason beside each permission."""
    pins: dict[str, set[str]] = {}
    for path, text in tree.texts.items():
        for line in (line.strip() for line in text.splitlines() if not line.startswith("#")):
            used = re.match(r"(?:- )?uses: (.+)", line)
            if used and not OWN.fullmatch(used[1]):
                if not PINNED.fullmatch(used[1]):
                    yield f"{path}: `{used[1]}` is not a commit with its version"
                pins.setdefault(used[1].partition("@")[0], set()).add(used[1])
            if re.match(r"[\w-]+: (read|write)\b", line) and " # to " not in line:
                yield f"{path}: `{line}` without a reason"
    yield from (
        f"{action}: different versions {sorted(versions)}" for action, versions in pins.items() if len(versions) > 1
    )


def jobs_end(tree: Tree) -> Iterator[str]:
    yield from (
        f"{path}: {name}: no time limit"
        for path, _, name, job in tree.jobs()
        if "steps" in job and "timeout-minutes" not in job
    )


def nothing_is_pasted_into_a_script(tree: Tree) -> Iterator[str]:
    for where, steps, _ in tree.step_lists():
        yield from (
            f"{where}: an expression in `{step['run']}`" for step in steps if EXPRESSION.search(step.get("run", ""))
        )


def checkouts_keep_no_token(tree: Tree) -> Iterator[str]:
    for where, steps, _ in tree.step_lists():
        for step in steps:
            if step.get("uses", "").startswith("actions/checkout@"):
                if step["with"].get("persist-credentials") is not False:
                    yield f"{where}: the token stays in .git/config"
                if step["with"].get("fetch-depth") != 0:
                    yield f"{where}: the history is cut off"


def releases_wait_and_are_never_dropped(tree: Tree) -> Iterator[str]:
    patient = {"cancel-in-progress": False, "queue": "max"}
    for path, name, wanted in (
        ("release.yml", "release", patient),
        ("prod-deploy.yml", "deploy", patient),
        ("dev-deploy.yml", "deploy", {"cancel-in-progress": True}),
    ):
        concurrency = dict(tree.files[WORKFLOWS + path]["jobs"][name]["concurrency"])
        concurrency.pop("group")
        if concurrency != wanted:
            yield f"{path}: {name}: concurrency is {concurrency}"


def only_older_runs_about_the_same_are_cancelled(tree: Tree) -> Iterator[str]:
    """Two services of one repository, or two pull requests, keep out of each other's way."""
    service = ("inputs.working-directory", "inputs.config")
    wanted = {"release.yml": ("github.event.pull_request.number", *service), "dev-deploy.yml": service}
    for path, parts in wanted.items():
        for name, job in tree.files[WORKFLOWS + path]["jobs"].items():
            concurrency = job["concurrency"]
            missing = [part for part in parts if part not in concurrency["group"]]
            if concurrency["cancel-in-progress"] and missing:
                yield f"{path}: {name}: a run cancels others that differ in {missing}"


RULES = (
    outputs_of_steps_exist,
    outputs_of_jobs_exist,
    inputs_and_secrets_exist_and_are_used,
    calls_fit,
    permissions_are_least_and_enough,
    lines_are_pinned_and_reasoned,
    jobs_end,
    nothing_is_pasted_into_a_script,
    checkouts_keep_no_token,
    releases_wait_and_are_never_dropped,
    only_older_runs_about_the_same_are_cancelled,
)


def _interface(workflow: Node | None) -> Node:
    """What a called workflow takes and gives."""
    return ((workflow or {}).get("on", {}) or {}).get("workflow_call") or {}


def _read(node: Any, *context: str) -> Iterator[tuple[str, ...]]:
    """What the expressions below `node` read of a context: `steps.<id>.outputs.<name>` as (id, name)."""
    first, *rest = context
    pattern = rf"(?<![\w.-]){first}\." + "".join(rf"([\w-]+)\.{word}\." for word in rest) + r"([\w-]+)"
    for text in _strings(node):
        yield from (match.groups() for match in re.finditer(pattern, text))


def _strings(node: Any, key: str = "") -> Iterator[str]:
    """Every expression; an `if` is one without braces."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _strings(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)
    elif isinstance(node, str):
        yield from [node] if key == "if" else EXPRESSION.findall(node)
