"""Reader of workflows of GitHub Actions, with the line of each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipit.importers.document import read_lines_of_yaml
from shipit.importers.workflows.model import Workflow, WorkflowJob, WorkflowStep


def read_workflow(path: str, text: str) -> Workflow | None:
    """Return a workflow; None for a file that is no workflow, or that cannot be read."""
    values = read_lines_of_yaml(text)
    if not isinstance(values, Mapping) or not isinstance(values.get("jobs"), Mapping):
        return None
    jobs = (_job(str(name), job) for name, job in values["jobs"].items() if isinstance(job, Mapping))
    name = values.get("name")
    return Workflow(path, _events(values.get("on")), tuple(jobs), _texts(values.get("env")), str(name or ""))


def _events(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {value: None}
    if isinstance(value, list):
        return dict.fromkeys(map(str, value))
    return {str(event): settings for event, settings in value.items()} if isinstance(value, Mapping) else {}


def _job(name: str, job: Mapping[str, Any]) -> WorkflowJob:
    steps, environment, needs = job.get("steps"), job.get("environment"), job.get("needs")
    directory = _texts(_table(_table(job, "defaults"), "run")).get("working-directory", "")
    runs_on = job.get("runs-on", "ubuntu-latest")
    return WorkflowJob(
        name,
        _line(job) - 1,
        tuple(_step(step, directory) for step in steps if isinstance(step, Mapping)) if isinstance(steps, list) else (),
        _texts(job.get("env")),
        f"[{', '.join(map(str, runs_on))}]" if isinstance(runs_on, list) else str(runs_on),
        str(environment.get("name", "")) if isinstance(environment, Mapping) else str(environment or ""),
        str(job.get("if", "")),
        str(job.get("uses", "")),
        tuple(map(str, needs)) if isinstance(needs, list) else (str(needs),) if needs else (),
        frozenset(map(str, job)),
    )


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = values.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _step(step: Mapping[str, Any], directory: str) -> WorkflowStep:
    return WorkflowStep(
        _line(step),
        str(step.get("uses", "")).partition("@")[0].lower(),
        _texts(step.get("with")),
        str(step.get("run", "")),
        _texts(step.get("env")),
        str(step.get("id", "")),
        str(step.get("working-directory", directory)).removeprefix("./").strip("/"),
        str(step.get("name", "")),
        frozenset(map(str, step)),
    )


def _line(node: Any) -> int:
    mark = getattr(node, "lc", None)
    return int(mark.line) + 1 if mark else 0


def _texts(value: Any) -> dict[str, str]:
    """Return a table with its values as texts, as GitHub gives them to steps."""
    if not isinstance(value, Mapping):
        return {}
    return {str(key): _text(each) for key, each in value.items() if not isinstance(each, Mapping | list)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
