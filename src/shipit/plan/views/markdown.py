"""What a run came to and why, as a page of Markdown: the summary of a CI run, a comment on a pull request.

Commit messages are other people's text: they stand in it as they are read, and nothing of theirs comes to life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from shipit.core.notes import inline, link_destination
from shipit.core.notes.links import Links
from shipit.core.printable import printable
from shipit.core.redact import shortened
from shipit.errors import CommandError, ConfigError, PreflightError, ShipitError
from shipit.finding import Finding
from shipit.plan.images import ImagePlan
from shipit.plan.preview import Preview
from shipit.plan.release import ReleasePlan
from shipit.plan.version import CommitReason, Decision
from shipit.steps.base import Outputs, Step
from shipit.steps.origin import digest_key

# GitHub drops a summary of more than 1 MiB, in UTF-8.
LONGEST_SUMMARY = 1024 * 1024
_MOST_ROWS = 100
_LONGEST_CELL = 160


class Result(Struct, frozen=True):
    """What became of a step: "done", "done already" or "failed"."""

    step: Step
    said: str
    outputs: Outputs = field(default_factory=dict)


def release_summary(
    headline: str, plan: ReleasePlan, results: Mapping[str, Result], links: Links | None, limit: int = LONGEST_SUMMARY
) -> str:
    """The page about a release that was made or planned.

    Args:
        results: what became of the steps, by id; one that is missing was not reached.
        limit: bytes of UTF-8.
    """
    blocks = [f"## {headline}", *_decisions(plan.decisions, links), _findings(plan.findings)]
    reached = (results.get(step.id, Result(step, "")) for step in plan.steps)
    blocks += [_steps(reached, links), _folded("Release notes", plan.notes)]
    blocks += [_ignored(decision, links) for decision in plan.decisions]
    return _fitting(blocks, limit)


def preview_summary(preview: Preview, links: Links | None, limit: int = LONGEST_SUMMARY) -> str:
    """The page about what merging a pull request releases."""
    blocks = [f"## {preview.headline}", *_decisions(preview.decisions, links)]
    blocks += [_folded("Release notes", preview.notes)]
    blocks += [_ignored(decision, links) for decision in preview.decisions]
    return _fitting(blocks, limit)


def image_summary(
    plan: ImagePlan, digests: Outputs, results: Mapping[str, Result], links: Links | None, *, applied: bool
) -> str:
    """The page about an environment's images.

    Args:
        digests: what each tag leads to, as the steps put it out.
        results: what became of the steps, by id.
        applied: whether they were carried out.
    """
    held = [digests.get(digest_key(image.reference), "") for image in plan.images]
    rows = [
        f"| {_cell(image.reference)} | {_cell(image.version)} | {_commit(image.revision, links)} "
        f"| {_cell(digest)} | {_cell('; '.join((image.reason, *image.kept)))} |"
        for image, digest in zip(plan.images, held, strict=True)
    ]
    headline = f"## {'Images' if applied else 'Would build the images'} of {inline(plan.environment)}"
    by = f"Built by {inline(plan.builder)}" if plan.builder else ""
    reached = (results.get(step.id, Result(step, "")) for step in plan.steps)
    table = _table("| image | version | commit | digest | from |", rows)
    return _fitting([headline, table, by, _findings(plan.findings), _steps(reached, links)], LONGEST_SUMMARY)


def failure_summary(error: ShipitError, results: Iterable[Result], links: Links | None) -> str:
    """The page about a run that failed: what is wrong, what to do, what state things are in.

    Args:
        results: what became of the steps up to there.
    """
    blocks = [f"## Failed: {_cell(error.what)}", *_particulars(error)]
    blocks += [f"**{name}:** {inline(text)}" for name, text in _told(error) if text]
    blocks += [_steps(results, links)]
    return _fitting(blocks, LONGEST_SUMMARY)


def _told(error: ShipitError) -> Iterator[tuple[str, str | None]]:
    yield from (("Where", error.where), ("What to do", error.hint), ("State", error.state))


def _particulars(error: ShipitError) -> Iterator[str]:
    if isinstance(error, PreflightError):
        yield _findings(error.findings)
    elif isinstance(error, ConfigError) and error.problems:
        rows = (
            f"| {each.line or ''} | {_cell(each.where)} | {_cell(each.what)} | {_cell(each.hint or '')} |"
            for each in error.problems
        )
        yield _table("| line | key | problem | what to do |", rows)
    elif isinstance(error, CommandError) and error.tail:
        # Indented: nothing that stands in it can end the block.
        lines = (f"    {printable(line.expandtabs(4))}" for line in error.tail.splitlines())
        yield "\n".join(["Its last lines:\n", *lines])


def _decisions(decisions: Iterable[Decision], links: Links | None) -> Iterator[str]:
    for decision in decisions:
        yield _verdict(decision)
        yield _remarks("", "why", decision.reasons, links)
        yield _remarks("Could not be read, and does not count", "why not", decision.unreadable, links)
        yield _remarks("Warnings", "warning", decision.warnings, links)


def _verdict(decision: Decision) -> str:
    name = f"{inline(decision.package)}: " if decision.package else ""
    if decision.version is None:
        since = f" since {decision.previous}" if decision.previous else ""
        return f"{name}nothing to release{since}"
    after = f"after {decision.previous}, {decision.bump}" if decision.previous else "the first release"
    why = ", because of" if decision.previous else ", with"  # no commit decides which version is the first
    return f"{name}**{decision.version}** ({after})" + (why if decision.reasons else "")


def _ignored(decision: Decision, links: Links | None) -> str:
    count = len(decision.ignored)
    title = "1 commit that does not count" if count == 1 else f"{count} commits that do not count"
    return _folded(title, _remarks("", "why not", decision.ignored, links))


def _remarks(title: str, column: str, remarks: Sequence[CommitReason], links: Links | None) -> str:
    if not remarks:
        return ""
    rows = (f"| {_commit(each.commit, links)} | {_cell(each.subject)} | {_cell(each.reason)} |" for each in remarks)
    table = _table(f"| commit | subject | {column} |", rows)
    return f"### {title}\n\n{table}" if title else table


def _steps(results: Iterable[Result], links: Links | None) -> str:
    rows = [f"| {_cell(result.step.summary)} | {_linked(result, links)} |" for result in results]
    return _table("| step | |", rows) if rows else ""


def _linked(result: Result, links: Links | None) -> str:
    url = _place(result.outputs, links)
    return f"[{result.said}]({link_destination(url)})" if url else result.said


def _place(outputs: Outputs, links: Links | None) -> str | None:
    """Where the effect of a step is to be seen."""
    places: dict[str, Callable[[Links, str], str]] = {"commit": Links.commit, "tag": Links.release}
    found = (place(links, outputs[name]) for name, place in places.items() if links and outputs.get(name))
    return outputs.get("release-url") or next(found, None)


def _findings(findings: Iterable[Finding]) -> str:
    return "\n".join(f"* **{each.severity}:** {inline(each.what)}; fix: {inline(each.fix)}" for each in findings)


def _table(head: str, rows: Iterable[str]) -> str:
    rows = list(rows)
    more = f"\n\nand {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else ""
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *rows[:_MOST_ROWS]]) + more


def _commit(id: str, links: Links | None) -> str:
    return f"[{id[:7]}]({links.commit(id)})" if links else id[:7]


def _cell(text: str) -> str:
    return inline(shortened(text, _LONGEST_CELL))


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text.strip()}\n\n</details>" if text.strip() else ""


def _fitting(blocks: Iterable[str], limit: int) -> str:
    """As many blocks as fit, the first ones first; one that is too long is left out whole, and that is said."""
    gone = "\n(what is too long for this page is left out)\n"
    page, room = "", limit - len(gone)
    for block in filter(None, blocks):
        size = len(f"{block}\n\n".encode("utf-8", "replace"))
        if size > room:
            return page + gone
        page, room = f"{page}{block}\n\n", room - size
    return page
