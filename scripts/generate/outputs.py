"""The outputs of the Action, as `src/shipit/core/outputs.py` declares them, in YAML and in the guide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from scripts.generate.tables import replaced
from shipit.core.outputs import DEPLOY, JSON, OUTPUTS, RELEASE, ActionOutput

ALL = (*OUTPUTS, JSON)
WORKFLOWS = {RELEASE: ("release.yml",), DEPLOY: ("dev-deploy.yml", "prod-deploy.yml")}
MARK = "outputs: # written by `make generate`: src/shipit/core/outputs.py"

_BLOCK = re.compile(r"^( *)outputs:[^\n]*\n(?:\1 +[^\n]*\n)+", re.MULTILINE)
_TABLE = re.compile(r"^  ([\w-]+):\n", re.MULTILINE)
_KOREAN = "| 출력 | 뜻 | 액션과 함께 이 출력이 있는 워크플로 |"
_MEANING = re.compile(r"^\| `([\w-]+)` \| (.*?) \|[^|]*\|$", re.MULTILINE)


def action(text: str) -> str:
    """Return the text of an action with its outputs."""
    return _with_blocks(text, lambda _: [line for output in ALL for line in _described(output, _of_step(output))])


def workflow(text: str) -> str:
    """Return the text of a reusable workflow with the outputs of the workflow itself and of its jobs."""
    jobs = _TABLE.findall(text[text.index("\njobs:\n") :])
    return _with_blocks(text, lambda table: list(_lines(table, jobs)))


def guide(text: str) -> str:
    """Return the text of the guide with its table of outputs."""
    return _guide(text, "| output | meaning | given by the action and |", {})


def korean_guide(text: str) -> str:
    """Return the text of the Korean guide: the meanings that its table has stay, because they are a translation."""
    table = text.partition(_KOREAN)[2].partition("\n\n")[0]
    return _guide(text, _KOREAN, dict(_MEANING.findall(table)))


def _guide(text: str, head: str, meanings: dict[str, str]) -> str:
    rows = (
        (f"`{output.name}`", meanings.get(output.name, output.description), ", ".join(_workflows(output)))
        for output in ALL
    )
    return replaced(text, head, rows)


def _with_blocks(text: str, lines: Callable[[str], list[str]]) -> str:
    """Replace each block `outputs:` by the lines for the table above it (`workflow_call`, or the name of a job)."""

    def block(found: re.Match[str]) -> str:
        table = next(iter(reversed(_TABLE.findall(text[: found.start()]))), "")
        return "".join(f"{found[1]}{line}\n" for line in (MARK, *(f"  {line}" for line in lines(table))))

    return _BLOCK.sub(block, text)


def _lines(table: str, jobs: list[str]) -> Iterable[str]:
    for output in ALL:
        if table in output.jobs:
            yield f"{output.name}: {_of_step(output)}"
        elif table == "workflow_call" and set(jobs) & set(output.jobs):
            yield from _described(output, _of_jobs(output, jobs))


def _described(output: ActionOutput, value: str) -> list[str]:
    return [f"{output.name}:", f"  description: {_scalar(output.description)}", f"  value: {value}"]


def _of_step(output: ActionOutput) -> str:
    return f"${{{{ steps.shipit.outputs.{output.name} }}}}"


def _of_jobs(output: ActionOutput, jobs: list[str]) -> str:
    """Return the expression for the one job that ran; a job that was skipped has no outputs, not even a default."""
    values = [f"jobs.{job}.outputs.{output.name}" for job in reversed(jobs) if job in output.jobs]
    if output.default and len(values) < len(jobs):
        values.append(f"'{output.default}'")
    return f"${{{{ {' || '.join(values)} }}}}"


def _workflows(output: ActionOutput) -> Iterable[str]:
    return (f"`{name}`" for job, names in WORKFLOWS.items() if job in output.jobs for name in names)


def _scalar(text: str) -> str:
    """Return `text` as a YAML scalar, quoted if it would mean something else without quotes."""
    plain = text[0].isalnum() and ": " not in text and " #" not in text
    return text if plain else f"'{text.replace(chr(39), chr(39) * 2)}'"
