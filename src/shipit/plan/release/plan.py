"""The plan of a release: a pure function of the observed facts and the configuration."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from msgspec.structs import replace

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.commits.text.proposal import base_of
from shipit.core.commits.text.release_message import SUBJECT, TRAILER, is_release_message, versions_of
from shipit.core.notes import Renderer
from shipit.core.versions import Version
from shipit.errors import ConflictError, PreflightError, ShipitError, UsageError
from shipit.finding import Finding, any_blocks, blocking_first
from shipit.plan.model import Inputs
from shipit.plan.release.go_module import go_module_finding
from shipit.plan.release.model import ReleasePlan
from shipit.plan.release.observe import Observed, ProposalState, package_branch
from shipit.plan.release.preflight import preflight_findings, version_finding
from shipit.plan.release.steps import (
    FileChanges,
    PackageRelease,
    Proposal,
    ReleaseSequence,
    clean_up_steps,
    file_changes,
    finished_packages,
    finishing_steps,
    missing_back_merge_steps,
    missing_promotion_findings,
    missing_promotion_steps,
    plan_snapshot,
    promotion_findings,
    proposal_findings,
    propose,
    release_body,
    released_packages,
    released_steps,
    titled,
    unfinished_release_body,
    version_file_errors,
    way_back,
    with_kept_section,
)
from shipit.plan.version import (
    Decision,
    Dependency,
    History,
    NextRelease,
    decide_each,
    decide_version,
    planned_release,
    unreadable_findings,
)
from shipit.steps.base import Step
from shipit.steps.repository import ReleaseCommit


def make_release_plan(
    config: Config, observed: Observed, notes: Renderer, wanted: str | None = None, only: Collection[str] = ()
) -> ReleasePlan:
    """Return the plan of the next release. When there are unfinished releases, the plan only finishes those.

    Args:
        config: the configuration.
        observed: the facts, from `observe_release`.
        notes: renders the release notes.
        wanted: the version that the user requested with `--version`, in place of the computed one.
        only: the names of the packages to release; empty for all.

    Raises the same errors as `decide_version` and `file_changes`. When findings of the preflight block the release as
    well, the error is a `PreflightError` with all of them.
    """
    try:
        return _plan(config, observed, notes, wanted, only)
    except ShipitError as error:
        findings = preflight_findings(observed, config.release)
        if isinstance(error, PreflightError):
            raise PreflightError(tuple(dict.fromkeys((*error.findings, *findings))), state=error.state) from error
        if not any_blocks(findings):
            raise
        raise PreflightError((version_finding(error), *findings), state=error.state) from error


def _plan(
    config: Config, observed: Observed, notes: Renderer, wanted: str | None, only: Collection[str]
) -> ReleasePlan:
    inputs = Inputs(observed.clone.base, observed.clone.branch, fingerprint(config))
    if observed.unfinished:
        return _finishing_plan(config, observed, inputs)
    if wanted:
        _require_single_package(observed, only)
    next_releases = decide_each(
        observed.histories, lambda history, found: _decide(config, observed, history, wanted, found), only
    )
    releases = tuple(_package_release(each, observed, config, notes) for each in next_releases if each.version)
    decisions = tuple(each.decision for each in next_releases)
    findings = preflight_findings(observed, config.release)
    if observed.about_history.block:  # the version would be a guess
        raise PreflightError(findings, state="nothing was changed")
    proposal = _proposal(config, observed, releases, wanted)
    steps = tuple(_steps(config, observed, releases, findings, proposal))
    return ReleasePlan(
        decisions=decisions,
        inputs=inputs,
        steps=steps,
        way_back=way_back(steps),
        findings=blocking_first(
            (
                *findings,
                *_version_file_findings(config, observed, decisions),
                *unreadable_findings(decisions),
                *_draft_findings(observed, releases),
                *_lost_tag_findings(config, observed, releases),
                *_go_module_findings(observed, releases),
                *_about_proposal(observed, releases, proposal, {each.package for each in decisions}),
                *_about_promotions(config, observed, releases, proposal),
            )
        ),
        pull_request=", ".join(_proposal_branches(config, observed, releases)) if proposal else "",
        notes="\n".join(_titled_notes(releases, proposal)),
        ignored=observed.no_package.ignored,
    )


def _require_single_package(observed: Observed, only: Collection[str]) -> None:
    names = [each.package.name for each in observed.histories if not only or each.package.name in only]
    if len(names) > 1:
        raise UsageError(
            "a version can be requested only for a single package, and this repository has several packages",
            hint=f"choose one, such as `{names[0]}`,",
            argument="package",
        )


def _about_proposal(
    observed: Observed, releases: Sequence[PackageRelease], proposal: Proposal | None, decided: Set[str]
) -> Iterable[Finding]:
    """Return the findings about the release pull requests; `decided` are the packages that the plan is about."""
    names = {_package_name(entry) for entry in releases}
    idle = [each for each in observed.proposals if names.isdisjoint(each.packages) and decided >= {*each.packages}]
    return (*(proposal.findings if proposal else ()), *proposal_findings(idle))


def _about_promotions(
    config: Config, observed: Observed, releases: Sequence[PackageRelease], proposal: Proposal | None
) -> Iterable[Finding]:
    """Return the warnings about branches of environments that are not moved to the release."""
    if releases and not proposal:
        return promotion_findings(config, observed, released_packages(releases))
    return missing_promotion_findings(config, observed)


def _package_name(entry: PackageRelease) -> str:
    return entry.next_release.history.package.name


def _titled_notes(releases: Sequence[PackageRelease], proposal: Proposal | None) -> Iterator[str]:
    """Yield the notes of each package below its name, as people edited them in the proposal."""
    texts = proposal.notes if proposal and proposal.notes else [entry.release_body for entry in releases]
    for entry, text in zip(releases, texts, strict=True):
        yield titled(entry.next_release.history.package.name, text)


def _proposal(
    config: Config, observed: Observed, releases: tuple[PackageRelease, ...], wanted: str | None
) -> Proposal | None:
    """Return the proposal of `releases`; None if there is nothing to release, or the plan releases without one."""
    if not (releases and config.release.write_back.proposes):
        return None
    made = [
        (group, _proposal_of(config, observed, branch, group, wanted))
        for branch, group in _proposal_branches(config, observed, releases).items()
    ]
    texts = {
        _package_name(entry): text
        for group, proposal in made
        for entry, text in zip(group, proposal.notes or [each.release_body for each in group], strict=True)
    }
    return Proposal(
        tuple(step for _, proposal in made for step in proposal.steps),
        tuple(dict.fromkeys(finding for _, proposal in made for finding in proposal.findings)),
        tuple(texts[_package_name(entry)] for entry in releases),
    )


def _proposal_branches(
    config: Config, observed: Observed, releases: Iterable[PackageRelease]
) -> dict[str, list[PackageRelease]]:
    """Return the packages that each pull request proposes, by its branch."""
    groups: dict[str, list[PackageRelease]] = {}
    for entry in releases:
        branch = package_branch(config, observed.clone.branch or "", _package_name(entry))
        groups.setdefault(branch, []).append(entry)
    return groups


def _proposal_of(
    config: Config, observed: Observed, branch: str, releases: Sequence[PackageRelease], wanted: str | None
) -> Proposal:
    """Return the proposal of `releases` in the pull request from `branch`."""
    names = [_package_name(entry) for entry in releases]
    # There is no state if the forge cannot be used: then a finding blocks these steps.
    state = observed.proposal_of(names[0]) or ProposalState(branch, tuple(names))
    changes = file_changes(config, observed, releases)
    commit = replace(_release_commit(config, observed, releases, changes), branch=state.branch)
    requested = dict(state.requested) | ({names[0]: wanted} if wanted else {})
    asked = [f"{name} {version}".lstrip() for name, version in requested.items()]
    return propose(config, observed, state, releases, changes, commit, asked)


def _version_file_findings(config: Config, observed: Observed, decisions: Iterable[Decision]) -> Iterator[Finding]:
    """Yield the problem of the version files of each package that is not released now.

    The next release would fail because of it. It is only a warning when another package is released now.
    """
    idle = [decision.package for decision in decisions if not decision.version]
    for error in version_file_errors(config, observed, idle):
        finding = version_finding(error)
        yield finding if all(decision.version is None for decision in decisions) else finding.as_warning()


def _draft_findings(observed: Observed, releases: Iterable[PackageRelease]) -> Iterator[Finding]:
    """Yield a warning for each draft of a lower version without a tag: no release will publish it any more."""
    for release in releases:
        package, version = release.next_release.history.package, release.next_release.version
        for tag in observed.drafts:
            drafted = package.format.parse(tag)
            if drafted and version and drafted < Version.parse(version) and tag not in observed.tags:
                what = f"there is a draft of `{tag}`, a version that was not released; this release is {version}"
                fix = "delete the draft on the page of the releases, unless another run is making that release now"
                yield Finding("abandoned-draft", what, fix, severity="warning")


def _lost_tag_findings(config: Config, observed: Observed, releases: Iterable[PackageRelease]) -> Iterator[Finding]:
    """Yield a warning for each release commit since the last release without its tag, if all commits are pushed.

    The push of the tag was lost, or somebody removed it: without a draft on the forge, both look the same.
    """
    if observed.clone.base != observed.clone.expected:
        return
    made_again = {entry.release.tag for entry in releases}
    for history in observed.histories:
        for commit in history.since.commits:
            if TRAILER not in commit.message or not is_release_message(commit.message):
                continue
            version = versions_of(commit.message).get(history.package.name)
            tag = history.package.format.render(version) if version else None
            if tag and tag not in observed.tags:
                again = f"; this release makes `{tag}` again, from a later commit" if tag in made_again else ""
                what = (
                    f"`{commit.id[:10]}` is the release commit of {history.package.release_name(version or '')}, but "
                    f"its tag `{tag}` is lost: its push was interrupted, or somebody removed it{again}"
                )
                name = shlex.quote(tag)
                fix = f"git tag -a {name} {commit.id[:10]} -m {name} && git push {config.release.remote} {name}"
                when = ", before another release" if again else ""
                yield Finding("lost-tag", what, f"if that release counts{when}: {fix}", severity="warning")


def _go_module_findings(observed: Observed, releases: Iterable[PackageRelease]) -> Iterator[Finding]:
    for release in releases:
        history, version = release.next_release.history, release.next_release.version
        path = observed.go_modules.get(history.package.name)
        if path and version:
            finding = go_module_finding(history.package, path, Version.parse(version), history.last)
            yield from (finding,) if finding else ()


def _steps(
    config: Config,
    observed: Observed,
    releases: tuple[PackageRelease, ...],
    findings: tuple[Finding, ...],
    proposal: Proposal | None,
) -> Iterator[Step]:
    if proposal:
        if proposal.steps:
            yield from _missing_steps(config, observed)
        yield from proposal.steps
    elif releases:
        yield from _sequence(config, observed, releases, file_changes(config, observed, releases)).steps()
        names, tags = [entry.name for entry in releases], [entry.release.tag for entry in releases]
        counted = (reason.subject for entry in releases for reason in entry.next_release.decision.reasons)
        yield from released_steps(config, observed, names, tags, [*dict.fromkeys(counted)])
    elif not any_blocks(findings):
        yield from clean_up_steps(config.release, observed)
        yield from _missing_steps(config, observed)


def _missing_steps(config: Config, observed: Observed) -> Iterator[Step]:
    """Yield the steps that bring the last release into the branches that lack it."""
    yield from missing_back_merge_steps(config.release, observed)
    yield from missing_promotion_steps(config, observed)


def _finishing_plan(config: Config, observed: Observed, inputs: Inputs) -> ReleasePlan:
    return ReleasePlan(
        decisions=(),
        inputs=inputs,
        steps=finishing_steps(config, observed),
        findings=(
            *preflight_findings(observed, config.release),
            *_unknown_end_findings(observed),
            *promotion_findings(config, observed, finished_packages(observed)),
        ),
        notes="\n".join(
            titled(unfinished.package.name, unfinished_release_body(config, observed, unfinished))
            for unfinished in observed.unfinished
        ),
        finishes=tuple(unfinished.tag for unfinished in observed.unfinished),
        versions=tuple(unfinished.version for unfinished in observed.unfinished),
        packages=tuple(unfinished.package.name for unfinished in observed.unfinished if unfinished.package.name),
        merged=tuple(unfinished.tag for unfinished in observed.unfinished if unfinished.merged),
    )


def _unknown_end_findings(observed: Observed) -> Iterator[Finding]:
    """Yield a warning for each merged release of which it is not known which commits its notes describe."""
    for unfinished in observed.unfinished:
        if unfinished.merged and not base_of(unfinished.message):
            what = (
                f"`{unfinished.commit[:10]}` announces {unfinished.package.release_name(unfinished.version)}, but "
                "neither its message nor a merged pull request says which commits its notes describe"
            )
            fix = f"compare the notes of `{unfinished.tag}` with its commits; the next release does not list them"
            yield Finding("release-pr-base", what, fix, "warning")


def _decide(
    config: Config, observed: Observed, history: History, wanted: str | None, dependencies: tuple[Dependency, ...]
) -> NextRelease:
    proposal = observed.proposal_of(history.package.name)
    requested = proposal.requested.get(history.package.name) if proposal and not wanted else None
    try:
        return decide_version(
            history,
            config,
            observed.clone.channel,
            taken=observed.tags.keys(),
            misplaced=lambda: observed.misplaced,
            declared=lambda: observed.declared[history.package.name],
            wanted=wanted or requested,
            dependencies=dependencies,
        )
    except (ConflictError, UsageError) as error:
        if requested and proposal:
            error.where = f"the version that a commit of a person on `{proposal.branch}` asks for"
            error.hint = (
                "ask for another version there: in the version file, or with a new commit with the footer `Release-As`"
            )
        raise


def _package_release(next_release: NextRelease, observed: Observed, config: Config, notes: Renderer) -> PackageRelease:
    package = next_release.history.package
    release = planned_release(next_release, observed.day_of(package.name))
    changelog = package.changelog
    file = observed.files.get(changelog)
    text = with_kept_section(
        notes.render(release), file.committed if file else None, next_release.history, release.version
    )
    return PackageRelease(
        next_release, release, text, release_body(text, release.tag, changelog, config, observed.links)
    )


def _release_commit(
    config: Config, observed: Observed, releases: Sequence[PackageRelease], changes: FileChanges
) -> ReleaseCommit:
    what = ", ".join(entry.name for entry in releases)
    skip = " [skip ci]" if config.release.skip_ci else ""
    written = config.release.write_back.commits and changes.files  # no commit when no file changes
    tags = ", ".join(entry.release.tag for entry in releases)
    template = config.release.commit_message
    own = template and template.replace("{version}", what).replace("{tag}", tags)
    subject = (own or SUBJECT.format(what=what)) + skip if written else None
    return ReleaseCommit(
        observed.clone.base, subject, releases[0].release.tag, observed.clone.branch, releases=what if own else ""
    )


def _sequence(
    config: Config, observed: Observed, releases: tuple[PackageRelease, ...], changes: FileChanges
) -> ReleaseSequence:
    commit = _release_commit(config, observed, releases, changes)
    versions = {entry.next_release.history.package.name: entry.version for entry in releases}
    snapshot = plan_snapshot(config, observed, versions, commit, changes)
    return ReleaseSequence(config, observed, releases, changes, commit, snapshot)
