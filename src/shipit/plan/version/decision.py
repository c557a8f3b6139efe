"""The next version of a package and the reasons for it, as data that survives JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from shipit.finding import Finding


class CommitReason(Struct, frozen=True):
    """A commit with the rule that counted it, or the reason why it was not counted.

    `commit` is its full id, `subject` its first line.
    """

    commit: str
    subject: str
    reason: str


class Dependency(Struct, frozen=True):
    """A package that another one depends on, with a release that the last release of the other does not contain.

    `tag` is the tag of that release, and `commit` a commit that led to it; empty if it is not known.
    """

    package: str
    version: str
    tag: str
    commit: str = ""

    @property
    def reason(self) -> CommitReason:
        """The reason for a release of the package that depends on it."""
        return CommitReason(self.commit, f"{self.package} {self.version}", "dependency → patch")


def of_no_package(commits: Sequence[CommitReason]) -> str:
    """Return the number of `commits` in words; they change no file of any package."""
    return "1 commit of no package" if len(commits) == 1 else f"{len(commits)} commits of no package"


class NextVersion(Struct, frozen=True):
    """The next version of one package; `version` is None when there is nothing to release.

    `package` is empty when the repository is a single package. `unreadable` is the number of commits that cannot be
    read, if there is nothing to release.
    """

    package: str
    version: str | None
    unreadable: int = 0


class Decision(Struct, frozen=True):
    """The next version of one package, with the commits that decided it.

    `package` is empty when the repository is a single package, and `version` is None when there is nothing to release.
    `previous` is the version of the last release (None for the first one), `bump` a name such as "minor", and `tag`
    the tag to create (None when there is nothing to release). `reasons` are the counted commits.
    """

    package: str
    version: str | None
    previous: str | None
    bump: str
    tag: str | None
    reasons: tuple[CommitReason, ...] = ()
    ignored: tuple[CommitReason, ...] = ()
    unreadable: tuple[CommitReason, ...] = ()
    warnings: tuple[CommitReason, ...] = ()


def unreadable_note(next_versions: Iterable[NextVersion]) -> str | None:
    """Return a line about the commits that cannot be read, for a run with nothing to release; None without any."""
    count = sum(each.unreadable for each in next_versions)
    commits = "commit" if count == 1 else "commits"
    return f"{count} {commits} {_do_not_count(count)}; list them: shipit plan" if count else None


def unreadable_findings(decisions: Iterable[Decision]) -> Iterator[Finding]:
    """Yield a warning for each package whose unreadable commits may hide a release.

    That is when there is nothing to release, or when most of the commits since the last release cannot be read.
    """
    for decision in decisions:
        count, readable = len(decision.unreadable), len(decision.reasons) + len(decision.ignored)
        if count and (decision.version is None or count > readable):
            package = f"{decision.package}: " if decision.package else ""
            since = f" since {decision.previous}" if decision.previous else ""
            which = f"{count} of {count + readable} commits" if count + readable > 1 else "the only commit"
            what = f"{package}{which}{since} {_do_not_count(count)}"
            fix = "list them with `shipit plan`; check messages with `shipit lint` before they are merged"
            yield Finding("unreadable", what, fix, "warning")


def _do_not_count(count: int) -> str:
    return f"cannot be read and {'does' if count == 1 else 'do'} not count"
