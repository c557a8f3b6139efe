"""The result of a run as a Markdown page: for the summary of a CI run, or a comment on a pull request.

Commit messages may come from strangers, so their text is escaped: it is shown literally, never as Markdown or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shipit.core import limits
from shipit.core.notes import inline, link_destination
from shipit.core.notes.links import Links
from shipit.core.printable import printable
from shipit.core.redact import shortened
from shipit.errors import CommandError, ConfigError, PreflightError, ShipitError
from shipit.finding import Finding
from shipit.plan.version import CommitReason, Decision, of_no_package
from shipit.plan.views.result import Result
from shipit.steps.base import Outputs
from shipit.steps.forge import VERIFIED
from shipit.steps.images import digest_key

if TYPE_CHECKING:
    from shipit.plan.deploy import DeployPlan
    from shipit.plan.images import ImagePlan
    from shipit.plan.preview import Preview
    from shipit.plan.release import ReleasePlan


def release_summary(
    headline: str, plan: ReleasePlan, results: Mapping[str, Result], links: Links | None, limit: int = limits.SUMMARY
) -> str:
    """Return the page about a release that was made or planned.

    Args:
        headline: the title, as Markdown.
        plan: the plan of the release.
        results: the results of its steps by id; a step without a result was not reached.
        links: makes links to commits and releases; None for no links.
        limit: the largest size of the page, in bytes of UTF-8.
    """
    blocks = [f"## {headline}", *_decisions(plan.decisions, links), _findings(plan.findings)]
    reached = (results.get(step.id, Result(step, "")) for step in plan.steps)
    blocks += [_steps(reached, links), _folded("Release notes", plan.notes)]
    blocks += [_ignored(decision, links) for decision in plan.decisions]
    blocks += [_outside(plan.ignored, links)]
    return _fitting(blocks, limit)


def preview_summary(preview: Preview, links: Links | None, limit: int = limits.SUMMARY) -> str:
    """Return the page about the release that merging a pull request makes.

    Args:
        preview: the preview of the pull request.
        links: makes links to commits; None for no links.
        limit: the largest size of the page, in bytes of UTF-8.
    """
    blocks = [f"## {preview.headline}", *_decisions(preview.decisions, links)]
    blocks += [_folded("Release notes", preview.notes)]
    blocks += [_ignored(decision, links) for decision in preview.decisions]
    blocks += [_outside(preview.ignored, links)]
    return _fitting(blocks, limit)


def image_summary(
    plan: ImagePlan, digests: Outputs, results: Mapping[str, Result], links: Links | None, *, applied: bool
) -> str:
    """Return the page about an environment's images.

    Args:
        plan: the plan of the images.
        digests: the outputs of its steps, with the digest of each tag.
        results: the results of its steps by id; a step without a result was not reached.
        links: makes links to commits; None for no links.
        applied: False when the plan was only shown.
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
    return _fitting([headline, table, by, _findings(plan.findings), _steps(reached, links)], limits.SUMMARY)


# The words of the headline: after a run, for a plan, and before the environment.
_DEPLOY = ("Deployed", "Would deploy", "to")
_ROLLBACK = ("Rolled back to", "Would roll back to", "in")


def deploy_summary(
    plan: DeployPlan,
    results: Mapping[str, Result],
    *,
    applied: bool,
    url: str = "",
    unverified: Iterable[str] = (),
    paused: str = "",
) -> str:
    """Return the page about a deployment.

    Args:
        plan: the plan of the deployment.
        results: the results of its steps by id; a step without a result was not reached.
        applied: False when the plan was only shown.
        url: the public address of the environment; empty for none.
        unverified: the reasons why it is not known that the image serves; empty if it was verified.
        paused: the sentence that says where the deployment waits for an approval; empty if it does not.
    """
    rows = [
        "| " + " | ".join(map(_cell, (host.host, target.app, str(host.serving or "nothing"), str(target.image)))) + " |"
        for target in plan.targets
        for host in target.hosts
    ]
    reasons = tuple(dict.fromkeys(unverified))
    done, planned, preposition = _ROLLBACK if plan.rollback else _DEPLOY
    verb = planned if not applied else "Paused:" if paused else "Not verified:" if reasons else done
    versions = ", ".join(dict.fromkeys(target.image.version for target in plan.targets))
    headline = f"## {verb} {inline(versions)} {preposition} {inline(plan.environment)}"
    reached = (results.get(step.id, Result(step, "")) for step in plan.steps)
    table = _table("| host | app | before | after |", rows)
    notes = [inline(reason) for reason in reasons]
    if paused:
        command = f"shipit approve {plan.environment}"
        notes.append(f"To go on: `{command}`. To go back: `{command} --reject`.")
    return _fitting([headline, *notes, url, table, _findings(plan.findings), _steps(reached, None)], limits.SUMMARY)


def failure_summary(error: ShipitError, results: Iterable[Result], links: Links | None) -> str:
    """Return the page about a run that failed: the problem, the next action, and the state that it left.

    Args:
        error: the error that ended the run.
        results: the results of the steps that were reached, in order.
        links: makes links to commits and releases; None for no links.
    """
    blocks = [f"## Failed: {_cell(error.what)}", *_details(error)]
    texts = (("Where", error.where), ("What to do", error.hint), ("State", error.state))
    blocks += [f"**{name}:** {inline(text)}" for name, text in texts if text]
    blocks += [_steps(results, links)]
    return _fitting(blocks, limits.SUMMARY)


def _details(error: ShipitError) -> Iterator[str]:
    """Yield the findings, the problems of the configuration file, or the last lines of the program that failed."""
    if isinstance(error, PreflightError):
        yield _findings(error.findings)
    elif isinstance(error, ConfigError) and error.problems:
        rows = (
            f"| {each.line or ''} | {_cell(each.where)} | {_cell(each.what)} | {_cell(each.hint or '')} |"
            for each in error.problems
        )
        yield _table("| line | key | problem | what to do |", rows)
    elif isinstance(error, CommandError) and error.tail:
        # Indented and not fenced: no text in the lines can end the code block.
        lines = (f"    {printable(line.expandtabs(4))}" for line in error.tail.splitlines())
        yield "\n".join(["Its last lines:\n", *lines])


def _decisions(decisions: Iterable[Decision], links: Links | None) -> Iterator[str]:
    for decision in decisions:
        yield _next_version(decision)
        yield _commits("", "why", decision.reasons, links)
        yield _commits("Unreadable, not counted", "why not", decision.unreadable, links)
        yield _commits("Warnings", "warning", decision.warnings, links)


def _next_version(decision: Decision) -> str:
    name = f"{inline(decision.package)}: " if decision.package else ""
    if decision.version is None:
        since = f" since {decision.previous}" if decision.previous else ""
        return f"{name}nothing to release{since}"
    after = f"after {decision.previous}, {decision.bump}" if decision.previous else "the first release"
    why = ", because of" if decision.previous else ", with"  # the first version does not depend on the commits
    return f"{name}**{decision.version}** ({after})" + (why if decision.reasons else "")


def _ignored(decision: Decision, links: Links | None) -> str:
    count = len(decision.ignored)
    title = "1 ignored commit" if count == 1 else f"{count} ignored commits"
    return _folded(title, _commits("", "why not", decision.ignored, links))


def _outside(ignored: Sequence[CommitReason], links: Links | None) -> str:
    return _folded(f"Ignored: {of_no_package(ignored)}", _commits("", "why not", ignored, links))


def _commits(title: str, column: str, reasons: Sequence[CommitReason], links: Links | None) -> str:
    """Return a table of commits and their reasons; empty without any.

    Args:
        title: the heading above it; empty for none.
        column: the heading of the column with the reasons.
        reasons: the commits with their reasons.
        links: makes links to the commits; None for no links.
    """
    if not reasons:
        return ""
    rows = (f"| {_commit(each.commit, links)} | {_cell(each.subject)} | {_cell(each.reason)} |" for each in reasons)
    table = _table(f"| commit | subject | {column} |", rows)
    return f"### {title}\n\n{table}" if title else table


def _steps(results: Iterable[Result], links: Links | None) -> str:
    rows = [f"| {_cell(result.step.summary)} | {_linked(result, links)} |" for result in results]
    return _table("| step | |", rows) if rows else ""


def _linked(result: Result, links: Links | None) -> str:
    url = _result_url(result.outputs, links)
    status = f"[{result.status}]({link_destination(url)})" if url else result.status
    signed = {"true": ", Verified", "false": ", **not signed**"}
    return status + signed.get(result.outputs.get(VERIFIED, ""), "")


def _result_url(outputs: Outputs, links: Links | None) -> str | None:
    """Return the address of the release, commit or tag that a step made; None when it made none of them."""
    link_of: dict[str, Callable[[Links, str], str]] = {"commit": Links.commit, "tag": Links.release}
    urls = (link(links, outputs[name]) for name, link in link_of.items() if links and outputs.get(name))
    return outputs.get("release-url") or next(urls, None)


def _findings(findings: Iterable[Finding]) -> str:
    return "\n".join(map(_finding, findings))


def _finding(finding: Finding) -> str:
    first, _, more = finding.fix.partition("\n")
    # Indented and not fenced: no text in the lines can end the code block.
    block = "\n\n" + "\n".join(f"      {printable(line)}" for line in more.splitlines()) + "\n" if more else ""
    return f"* **{finding.severity}:** {inline(finding.what)}; fix: {inline(first)}{block}"


def _table(head: str, rows: Iterable[str]) -> str:
    rows = list(rows)
    more = f"\n\nand {len(rows) - limits.SUMMARY_ROWS} more" if len(rows) > limits.SUMMARY_ROWS else ""
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *rows[: limits.SUMMARY_ROWS]]) + more


def _commit(id: str, links: Links | None) -> str:
    return f"[{id[:7]}]({links.commit(id)})" if links else id[:7]


def _cell(text: str) -> str:
    return inline(shortened(text, limits.SUMMARY_CELL))


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text.strip()}\n\n</details>" if text.strip() else ""


def _fitting(blocks: Iterable[str], limit: int) -> str:
    """Return the blocks as one page, without those from the first one on that would exceed `limit` bytes of UTF-8.

    When blocks are left out, the last line of the page says so.
    """
    note = "\n(the rest is too long for this page and is left out)\n"
    page, room = "", limit - len(note)
    for block in filter(None, blocks):
        size = len(f"{block}\n\n".encode("utf-8", "replace"))
        if size > room:
            return page + note
        page, room = f"{page}{block}\n\n", room - size
    return page
