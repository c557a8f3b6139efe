"""A plan as a person likes to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from shipit.core.printable import printable
from shipit.finding import any_blocks
from shipit.plan.images import ImagePlan
from shipit.plan.model import Plan
from shipit.plan.release import ReleasePlan
from shipit.plan.version import CommitReason, Decision
from shipit.steps import WriteFile
from shipit.steps.base import Step

# Gives a text the look of "title", "version", "good", "faint", "bad", "warn" or "added".
Paint = Callable[[str, str], str]


def render_plan(plan: Plan, paint: Paint = lambda text, look: text, *, everything: bool = False) -> str:
    """The plan as text.

    Args:
        everything: also each ignored commit, not only how many there are.
    """
    if isinstance(plan, ImagePlan):
        blocks = [_images(plan, paint), _steps(plan, paint)]
    elif isinstance(plan, ReleasePlan):
        decisions = (_decision(decision, paint, everything) for decision in plan.decisions)
        blocks = [_finishing(plan, paint), *decisions, _steps(plan, paint), _notes(plan, paint)]
    blocks.append(_findings(plan, paint))
    return "\n".join("".join(f"{line}\n" for line in block) for block in map(list, blocks) if block)


def render_decisions(decisions: Iterable[Decision], paint: Paint = lambda text, look: text) -> str:
    """The next versions and why, as text."""
    return "\n".join("".join(f"{line}\n" for line in _decision(each, paint, everything=True)) for each in decisions)


def _images(plan: ImagePlan, paint: Paint) -> Iterator[str]:
    for image in plan.images:
        yield f"{paint(image.reference, 'version')} ({printable(image.reason)})"
        yield from (paint(f"  {kept}", "warn") for kept in image.kept)
    if plan.builder:
        yield paint(f"built by {plan.builder}", "faint")


def _finishing(plan: ReleasePlan, paint: Paint) -> Iterator[str]:
    for tag in plan.finishes:
        yield paint(f"finishes {tag}, whose release was cut off; newer commits are planned after that", "title")


def _decision(decision: Decision, paint: Paint, everything: bool) -> Iterator[str]:
    yield _headline(decision, paint)
    yield from _group("why", decision.reasons, paint, "good")
    yield from _group("unreadable, not counted", decision.unreadable, paint, "bad")
    yield from _group("warnings", decision.warnings, paint, "warn")
    if everything or len(decision.ignored) <= 5:
        yield from _group("ignored", decision.ignored, paint, "faint")
    elif decision.ignored:
        yield f"  ignored: {len(decision.ignored)} commits " + paint("(-v lists them)", "faint")


def _headline(decision: Decision, paint: Paint) -> str:
    who = f"{decision.package}: " if decision.package else ""
    since = f"since {decision.previous}" if decision.previous else "and there is no release yet"
    if decision.version is None:
        return paint(f"{who}nothing to release", "title") + f" {since}"
    after = f"after {decision.previous}, {decision.bump}" if decision.previous else "the first release"
    return f"{who}{paint('next version', 'title')} {paint(decision.version, 'version')} ({after})"


def _group(title: str, remarks: Sequence[CommitReason], paint: Paint, look: str) -> Iterator[str]:
    if remarks:
        yield f"  {title}"
    for remark in remarks:
        id = paint(remark.commit[:7], "faint")
        yield f"    {id} {printable(remark.subject)}  {paint(printable(remark.reason), look)}"


def _steps(plan: Plan, paint: Paint) -> Iterator[str]:
    if not plan.steps:
        return
    yield paint("steps", "title")
    told = False
    for number, step in enumerate(plan.steps, 1):
        if step.public and not told:
            told = True
            yield paint("      --- above this line nothing is public; below it, steps are not undone ---", "faint")
        yield f"  {number:2}. {printable(step.summary)}"
        yield from _diff(step, paint)


def _diff(step: Step, paint: Paint) -> Iterator[str]:
    for line in step.diff if isinstance(step, WriteFile) else ():
        yield paint(f"        {printable(line)}", "added" if line.startswith("+") else "faint")


def _notes(plan: ReleasePlan, paint: Paint) -> Iterator[str]:
    if plan.notes:
        yield paint("notes", "title")
        yield from (f"  {printable(line)}".rstrip() for line in plan.notes.splitlines())


def _findings(plan: Plan, paint: Paint) -> Iterator[str]:
    if any_blocks(plan.findings):
        yield paint("before this can be " + ("done" if isinstance(plan, ImagePlan) else "released"), "title")
    elif plan.findings:
        yield paint("warnings", "title")
    for finding in plan.findings:
        look = "bad" if finding.blocks else "warn"
        yield f"  {paint(finding.severity, look)} {printable(finding.what)} [{finding.code}]"
        yield f"    fix: {printable(finding.fix)}"
