"""The steps that propose a release in a pull request, and the reasons why they cannot be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shipit.config.model import Config, ReleaseConfig
from shipit.core import limits
from shipit.core.commits.text.proposal import commits_digest
from shipit.core.notes import section_of
from shipit.core.redact import shortened
from shipit.finding import Finding
from shipit.plan.release.observe import Observed, ProposalState, proposal_branch
from shipit.plan.release.steps.edits import Changelog, Conflict, keep_edits
from shipit.plan.release.steps.file_changes import FileChanges
from shipit.plan.release.steps.package_release import PackageRelease
from shipit.plan.release.steps.proposal_body import proposal_body
from shipit.plan.version import channel
from shipit.plan.version.files.reading import version_in
from shipit.steps.base import Step
from shipit.steps.branches import ProposedFile, ProposeRelease
from shipit.steps.forge import AutoMerge, OpenPullRequest
from shipit.steps.repository import ReleaseCommit


class Proposal(Struct, frozen=True):
    """The steps that keep the pull request current, the findings about it, and the notes as people edited them."""

    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def propose(
    config: Config,
    observed: Observed,
    state: ProposalState,
    releases: Sequence[PackageRelease],
    changes: FileChanges,
    commit: ReleaseCommit,
    wanted: Sequence[str] = (),
) -> Proposal:
    """Return the steps that propose `releases`; none if a person closed the same proposal.

    Args:
        config: the configuration.
        observed: the facts, from `observe_release`.
        state: the state of the pull request.
        releases: the packages to release.
        changes: the files that the release changes.
        commit: the release commit to propose.
        wanted: the versions that people asked for, as footers `Release-As` name them.
    """
    counted = _digest(releases)
    if state.closed and state.closed.counted == counted and state.pull_request:
        return Proposal(findings=(_snoozed(state.pull_request.number),))
    texts = dict(state.base_texts) | {change.path: change.text for change in changes.files}
    edits, conflicts, edited = keep_edits(state.edits, texts, _changelogs(state, releases))
    notes = tuple(_edited_notes(entry, edited) for entry in releases)
    base = observed.clone.branch or ""
    propose_release = ProposeRelease(
        commit,
        body="\n".join(entry.notes for entry in releases),
        files=tuple(ProposedFile(change.path, change.text, change.diff) for change in changes.files),
        counted=counted,
        expected=state.head,
        edits=edits,
        requested=tuple(wanted),
        author=config.release.author,
        through_forge=state.signs_through_forge,
    )
    opened = _pull_request_steps(config.release, state, base, commit, proposal_body(releases, notes, observed.links))
    findings = (
        *_conflicting(conflicts, state, config.release.remote),
        *_sharing(config, observed, state),
        *_wrong_versions(observed, state, releases, edited),
        *_lacking_checks(state, base),
        *_unsigned(state, base),
        *_merging_by_itself(config, state),
    )
    return Proposal((propose_release, *opened), findings, notes)


def _pull_request_steps(
    config: ReleaseConfig, state: ProposalState, base: str, commit: ReleaseCommit, body: str
) -> Iterator[Step]:
    """Yield the steps that open the pull request, or update it, and let the forge merge it if that is configured."""
    title = shortened(commit.subject or "", limits.PULL_REQUEST_TITLE)
    yield OpenPullRequest(state.branch, base, title, body, state.open_number, draft=config.draft_pull_request)
    if config.auto_merge:
        yield AutoMerge(state.branch, base, config.auto_merge)


def _sharing(config: Config, observed: Observed, state: ProposalState) -> Iterator[Finding]:
    """Yield an error for another release branch whose pull request would have the same branch."""
    branch, remote = observed.clone.branch, observed.clone.remote
    for other in remote.branches if remote else ():
        shares = other != branch and proposal_branch(other) == state.branch
        if shares and channel(config, other, ""):
            what = f"the releases of `{branch}` and of `{other}` would both be proposed on the branch `{state.branch}`"
            yield Finding("release-pr-branch", what, f"rename one of them, or remove `{other}` from `release.branches`")


def _wrong_versions(
    observed: Observed, state: ProposalState, releases: Sequence[PackageRelease], texts: Mapping[str, str | None]
) -> Iterator[Finding]:
    """Yield a warning for each file in which a person removed the version to release, or wrote something else."""
    for entry in releases:
        package, version = entry.next_release.history.package, entry.release.version
        end = f"on `{state.branch}`, so merging the pull request would not release {version}"
        for file in observed.version_files[package.name]:
            found = version_in(file, texts.get(file.path))
            if file.path in state.base_texts and found != version:
                shown = f"`{shortened(found, limits.QUOTED_TEXT)}`" if found else "no version"
                fix = f"write the version to release, such as `{version}`, into `{file.path}` on that branch"
                yield Finding("release-pr-version", f"a person wrote {shown} into `{file.path}` {end}", fix, "warning")
        path = package.changelog
        if path in state.base_texts and not section_of(texts.get(path) or "", version):
            what = f"a person removed the section of {version} from `{path}` {end}"
            fix = f"write the heading `## {version}` above its notes in `{path}` on that branch"
            yield Finding("release-pr-version", what, fix, "warning")


def _edited_notes(entry: PackageRelease, texts: Mapping[str, str | None]) -> str:
    """Return the section of the changelog of a package, which people can have edited."""
    changelog = texts.get(entry.next_release.history.package.changelog) or ""
    return section_of(changelog, entry.release.version) or entry.notes


def _digest(releases: Sequence[PackageRelease]) -> str:
    names = [entry.name for entry in releases]
    counted = (f"{entry.name} {each.commit}" for entry in releases for each in entry.next_release.decision.reasons)
    return commits_digest([*names, *counted])


def _changelogs(state: ProposalState, releases: Sequence[PackageRelease]) -> dict[str, Changelog]:
    packages = ((entry.next_release.history.package, entry.release.version) for entry in releases)
    return {
        package.changelog: Changelog(state.versions.get(package.name, version), version)
        for package, version in packages
    }


def _snoozed(number: int) -> Finding:
    what = f"pull request #{number}, which proposed this release, was closed without merging it"
    fix = f"to release it, reopen #{number}; shipit proposes again when the version or the commits that count change"
    return Finding("release-pr-closed", what, fix, "warning")


def _lacking_checks(state: ProposalState, base: str) -> Iterator[Finding]:
    if state.lacks_checks and state.pull_request:
        what = (
            f"`{base}` requires checks, and GitHub runs none for pull request #{state.pull_request.number}, because it "
            "was opened with the token of the workflow"
        )
        fix = (
            "give the release the token of a GitHub App, and close the pull request: shipit opens another one with the "
            "next commit that counts; or start its checks by hand: close and reopen it"
        )
        yield Finding("release-pr-no-checks", what, fix, "warning")


def _unsigned(state: ProposalState, base: str) -> Iterator[Finding]:
    """Yield a warning if the base accepts only signed commits, and one on the branch of the pull request is not."""
    if state.is_unsigned or (state.signs_through_forge and state.edits):
        whose = "the commit of shipit" if state.is_unsigned else "the commits of people, which git makes again,"
        verb = "is" if state.is_unsigned else "are"
        what = (
            f"`{base}` requires signed commits, and {whose} on `{state.branch}` {verb} not signed, so the pull request "
            "cannot be merged with a merge commit or a rebase"
        )
        fix = (
            "merge it with a squash, which GitHub signs; to sign the commits of the next update: "
            "git config commit.gpgSign true"
        )
        yield Finding("github-unsigned", what, fix, "warning")


def _merging_by_itself(config: Config, state: ProposalState) -> Iterator[Finding]:
    """Yield a warning if GitHub merges the pull request by itself, and the configuration does not ask for it.

    A person, or an earlier configuration, enabled it: shipit cannot see which, so it does not turn it off.
    """
    found = state.pull_request
    if found and found.state == "open" and found.auto_merge and not config.release.auto_merge:
        what = (
            f"GitHub merges pull request #{found.number}, and so releases, as soon as the branch accepts it "
            f"({found.auto_merge}), and `auto-merge` is not set"
        )
        fix = f"if you want to merge it yourself: gh pr merge {found.number} --disable-auto"
        yield Finding("release-pr-auto-merge", what, fix, "warning")


def proposal_findings(states: Iterable[ProposalState]) -> Iterator[Finding]:
    """Yield a warning for each pull request that is open, although there is nothing to release in it any more."""
    for found in (state.pull_request for state in states):
        if found is None or found.state != "open":
            continue
        what = f"pull request #{found.number} proposes a release, but there is nothing to release any more"
        yield Finding("release-pr-empty", what, f"close #{found.number}", "warning")


def _conflicting(conflicts: Sequence[Conflict], state: ProposalState, remote: str) -> Iterator[Finding]:
    for conflict in conflicts:
        what = (
            f"the commit `{conflict.commit[:10]}` ({conflict.subject}) on `{state.branch}` conflicts with newer "
            f"changes in `{conflict.path}`, so the pull request cannot be updated; the commit is kept as it is"
        )
        fix = f"merge the pull request as it is, or remove the commit from `{state.branch}`"
        fix += _to_begin_again(state, remote)
        yield Finding("release-pr-conflict", what, fix)


def _to_begin_again(state: ProposalState, remote: str) -> str:
    """Return the command that removes all commits of people from the branch; empty if shipit has none of its own there.

    Without the branch, the forge would close the pull request, and it would stay closed.
    """
    if not state.own:
        return ""
    push = f"git push {remote} +{state.own}:refs/heads/{state.branch}"
    return f"; to remove the commits of all people: git fetch {remote} && {push}"
