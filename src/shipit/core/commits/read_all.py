"""Reading of the commits since the last release: each is counted, ignored or unreadable, with the reason.

>>> log = [RawCommit("c" * 40, (), "Ada", 0, "feat: search"), RawCommit("b" * 40, (), "Ada", 0, "docs: typo")]
>>> [(reading.subject, reading.outcome, reading.reason) for reading in read_commits(log, Rules.of()).all]
[('feat: search', 'counted', 'feat → minor'), ('docs: typo', 'ignored', 'docs → no release')]
>>> requested_version(log, Rules.of())
RequestedVersion(bump=<Bump.MINOR: 2>, release_as=None, unreadable=0)
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from shipit.core.commits.prefix_cache import PrefixCache
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.read_one import read_commit
from shipit.core.commits.readings import Reading as Reading
from shipit.core.commits.readings import Readings as Readings
from shipit.core.commits.readings import RequestedVersion as RequestedVersion
from shipit.core.commits.readings import mark_dropped, without_dropped
from shipit.core.commits.release_as import PackageToRead
from shipit.core.commits.rules import Rules
from shipit.core.commits.text.footers import might_request_version
from shipit.core.commits.text.message import normalize_message
from shipit.core.versions import Bump


def read_commits(commits: Iterable[RawCommit], rules: Rules, package: PackageToRead | None = None) -> Readings:
    """Read the commits since the last release. Takes linear time, and never raises, for any message.

    Args:
        commits: in the order of `git log`, newest first.
        rules: the bump of each commit type.
        package: the package that the commits are read for; None for the whole repository.
    """
    cache = PrefixCache(rules)
    normalized = [normalize_commit(commit) for commit in commits]
    return Readings(mark_dropped(normalized, [read_commit(commit, cache, package) for commit in normalized]))


def requested_version(
    commits: Iterable[RawCommit], rules: Rules, package: PackageToRead | None = None
) -> RequestedVersion:
    """Return the version that the commits request, the same as `read_commits(…).requested`, but faster.

    No commit can raise the version further than a breaking change. After the first one, only commits that might contain
    a `Release-As` footer are read. The arguments are those of `read_commits`.
    """
    cache = PrefixCache(rules)
    bump, release_as, unreadable = Bump.NONE, None, 0
    for commit in without_dropped([normalize_commit(commit) for commit in commits]):
        if bump < Bump.MAJOR or might_request_version(commit.message):
            reading = read_commit(commit, cache, package)
            bump, release_as = max(bump, reading.bump), release_as or reading.release_as
            unreadable += reading.outcome == "unreadable"
    return RequestedVersion(bump, release_as, 0 if bump or release_as else unreadable)


def normalize_commit(commit: RawCommit) -> RawCommit:
    """Return the commit with a message whose lines end with LF."""
    return replace(commit, message=normalize_message(commit.message)) if "\r" in commit.message else commit
