"""The text of a plan, as the terminal shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from shipit.core.deploy import machine
from shipit.core.printable import printable
from shipit.finding import any_blocks
from shipit.plan.deploy import DeployPlan
from shipit.plan.images import ImagePlan
from shipit.plan.model import Plan
from shipit.plan.promotion import PromotionPlan
from shipit.plan.release import ReleasePlan
from shipit.plan.version import CommitReason, Decision
from shipit.steps.base import Step
from shipit.steps.branches import ProposeRelease
from shipit.steps.repository import WriteFile

# Returns a text (first argument) in a style: "title", "version", "good", "faint", "bad", "warn" or "added".
Paint = Callable[[str, str], str]


def render_plan(plan: Plan, paint: Paint = lambda text, style: text, *, everything: bool = False) -> str:
    """Return the plan as text.

    Args:
        plan: the plan.
        paint: adds colours; without it the text is plain.
        everything: list every ignored commit, and not only their number when there are more than 5.
    """
    if isinstance(plan, ImagePlan):
        blocks = [_images(plan, paint), _steps(plan, paint)]
    elif isinstance(plan, DeployPlan):
        blocks = [_targets(plan, paint), _steps(plan, paint)]
    elif isinstance(plan, PromotionPlan):
        blocks = [_promotion(plan, paint), _steps(plan, paint)]
    elif isinstance(plan, ReleasePlan):
        decisions = (_decision(decision, paint, everything) for decision in plan.decisions)
        outside = _outside(plan, paint, everything)
        blocks = [
            _finishing(plan, paint),
            _proposing(plan, paint),
            *decisions,
            outside,
            _steps(plan, paint),
            _notes(plan, paint),
        ]
    blocks.append(_findings(plan, paint))
    return "\n".join("".join(f"{line}\n" for line in block) for block in map(list, blocks) if block)


def render_decisions(decisions: Iterable[Decision], paint: Paint = lambda text, style: text) -> str:
    """Return the next versions with their reasons as text; `paint` adds colours."""
    return "\n".join("".join(f"{line}\n" for line in _decision(each, paint, everything=True)) for each in decisions)


def _images(plan: ImagePlan, paint: Paint) -> Iterator[str]:
    for image in plan.images:
        yield f"{paint(image.reference, 'version')} ({printable(image.reason)})"
        yield from (paint(f"  {kept}", "warn") for kept in image.kept)
    if plan.builder:
        yield paint(f"built by {plan.builder}", "faint")


def _targets(plan: DeployPlan, paint: Paint) -> Iterator[str]:
    """Yield a line for each target, and the state of each of its hosts."""
    for target in plan.targets:
        image = paint(f"{target.image.name} {target.image}".strip(), "version")
        where = paint(plan.environment, "title")
        task = f"go back to {image} in {where}" if plan.rollback else f"deploy {image} to {where}"
        yield f"{task}: {target.app}, {target.kind}"
        for host in target.hosts:
            now = f"{host.serving} serves now" if host.serving else "no version that shipit deployed serves now"
            yield f"  {machine(host.host)}: {now}" + (f"; {host.problem}" if host.problem and host.serving else "")
            if host.login:
                yield paint(f"    {printable(host.login)}", "faint")
            yield from (paint(f"    {printable(drift)}", "warn") for drift in host.drift)
        if target.serves_everywhere and plan.steps:
            yield "  it serves already; steps that are done are skipped"


def _promotion(plan: PromotionPlan, paint: Paint) -> Iterator[str]:
    tag, branch = paint(plan.tag, "version"), paint(plan.target, "title")
    yield f"{tag} of {plan.source} to {branch}" if plan.steps else f"{branch} has the files of {tag} already"


def _finishing(plan: ReleasePlan, paint: Paint) -> Iterator[str]:
    for tag in plan.merged:
        yield paint(f"releases {tag}, whose pull request was merged; newer commits are released after it", "title")
    for tag in plan.finishes:
        if tag in plan.merged:
            continue
        yield paint(f"finishes the interrupted release {tag}; newer commits are released after it", "title")


def _proposing(plan: ReleasePlan, paint: Paint) -> Iterator[str]:
    if not (plan.pull_request and plan.steps):
        return
    if len(plan.proposal_branches) > 1:
        what = "proposes each package in a pull request of its own; merging it releases the package"
    else:
        what = "proposes the release in a pull request; merging it releases"
    yield paint(what, "title")


def _decision(decision: Decision, paint: Paint, everything: bool) -> Iterator[str]:
    yield _headline(decision, paint)
    yield from _group("why", decision.reasons, paint, "good")
    yield from _group("unreadable, not counted", decision.unreadable, paint, "bad")
    yield from _group("warnings", decision.warnings, paint, "warn")
    yield from _ignored(decision.ignored, paint, everything)


def _outside(plan: ReleasePlan, paint: Paint, everything: bool) -> Iterator[str]:
    if plan.ignored:
        yield paint("commits of no package", "title")
        yield from _ignored(plan.ignored, paint, everything)


def _ignored(commits: Sequence[CommitReason], paint: Paint, everything: bool) -> Iterator[str]:
    if everything or len(commits) <= 5:
        yield from _group("ignored", commits, paint, "faint")
    else:
        yield f"  ignored: {len(commits)} commits " + paint("(-v lists them)", "faint")


def _headline(decision: Decision, paint: Paint) -> str:
    package = f"{decision.package}: " if decision.package else ""
    since = f"since {decision.previous}" if decision.previous else "and there is no release yet"
    if decision.version is None:
        return paint(f"{package}nothing to release", "title") + f" {since}"
    after = f"after {decision.previous}, {decision.bump}" if decision.previous else "the first release"
    return f"{package}{paint('next version', 'title')} {paint(decision.version, 'version')} ({after})"


def _group(title: str, reasons: Sequence[CommitReason], paint: Paint, style: str) -> Iterator[str]:
    if reasons:
        yield f"  {title}"
    for each in reasons:
        id = paint(each.commit[:7], "faint")
        yield f"    {id} {printable(each.subject)}  {paint(printable(each.reason), style)}"


def _steps(plan: Plan, paint: Paint) -> Iterator[str]:
    if not plan.steps:
        return
    yield paint("steps", "title")
    is_public = False
    for number, step in enumerate(plan.steps, 1):
        if step.public and not is_public:
            is_public = True
            yield paint(f"      --- {_boundary(plan)} ---", "faint")
        yield f"  {number:2}. {printable(step.summary)}"
        yield from _diff(step, paint)


def _diff(step: Step, paint: Paint) -> Iterator[str]:
    files = step.files if isinstance(step, ProposeRelease) else [step] if isinstance(step, WriteFile) else []
    for line in (line for file in files for line in file.diff):
        yield paint(f"        {printable(line)}", "added" if line.startswith("+") else "faint")


def _notes(plan: ReleasePlan, paint: Paint) -> Iterator[str]:
    if plan.notes:
        yield paint("notes", "title")
        yield from (f"  {printable(line)}".rstrip() for line in plan.notes.splitlines())


def _findings(plan: Plan, paint: Paint) -> Iterator[str]:
    if any_blocks(plan.findings):
        yield paint(f"fix before {_purpose(plan)}", "title")
    elif plan.findings:
        yield paint("warnings", "title")
    for finding in plan.findings:
        style = "bad" if finding.blocks else "warn"
        yield f"  {paint(finding.severity, style)} {printable(finding.what)} [{finding.code}]"
        first, _, more = finding.fix.partition("\n")
        yield f"    fix: {printable(first)}"
        yield from (f"    {printable(line)}" for line in more.splitlines())


def _purpose(plan: Plan) -> str:
    if isinstance(plan, ImagePlan):
        return "the images can be built"
    if isinstance(plan, PromotionPlan):
        return "the branch can be moved"
    return "this can be deployed" if isinstance(plan, DeployPlan) else "this can be released"


def _boundary(plan: Plan) -> str:
    """Return the sentence that divides the steps at the first one that others can see."""
    if isinstance(plan, DeployPlan):
        return "above this line users see no change; if a later step fails, the earlier version serves again"
    if isinstance(plan, ReleasePlan) and plan.pull_request:
        which = "a" if len(plan.proposal_branches) > 1 else "the"
        return f"the steps below are public, but nothing is released before {which} pull request is merged"
    return "above this line nothing is public; below it, steps are not undone"
