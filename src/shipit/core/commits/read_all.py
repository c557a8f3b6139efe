"""Reading the unreleased commits: each ends as counted, ignored or unreadable, with the reason.

>>> log = [RawCommit("c" * 40, (), "Ada", 0, "feat: search"), RawCommit("b" * 40, (), "Ada", 0, "docs: typo")]
>>> [(reading.subject, reading.outcome, reading.reason) for reading in read_commits(log, Rules.of()).all]
[('feat: search', 'counted', 'feat → minor'), ('docs: typo', 'ignored', 'docs does not release')]
>>> requested_version(log, Rules.of())
RequestedVersion(bump=<Bump.MINOR: 2>, release_as=None)
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from shipit.core.commits.footers import may_ask_for_version
from shipit.core.commits.message import plain_text
from shipit.core.commits.prefix_cache import PrefixCache
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.read_one import read_commit
from shipit.core.commits.readings import Reading as Reading
from shipit.core.commits.readings import Readings as Readings
from shipit.core.commits.readings import RequestedVersion as RequestedVersion
from shipit.core.commits.readings import lasting, settled
from shipit.core.commits.rules import Rules
from shipit.core.versions import Bump


def read_commits(commits: Iterable[RawCommit], rules: Rules) -> Readings:
    """Read the commits since the last release. Takes linear time, and never raises for a message.

    Args:
        commits: as `git log` gives them, newest first.
        rules: what raises the version how far.
    """
    cache = PrefixCache(rules)
    plain = [plain_commit(commit) for commit in commits]
    return Readings(settled(plain, [read_commit(commit, cache) for commit in plain]))


def requested_version(commits: Iterable[RawCommit], rules: Rules) -> RequestedVersion:
    """What the commits since the last release call for, the same as `read_commits` tells.

    After a breaking change nothing raises the version any further, so from then on only those are read that may ask
    for a version themselves. Arguments are those of `read_commits`.
    """
    cache = PrefixCache(rules)
    bump, release_as = Bump.NONE, None
    for commit in lasting([plain_commit(commit) for commit in commits]):
        if bump < Bump.MAJOR or may_ask_for_version(commit.message):
            reading = read_commit(commit, cache)
            bump, release_as = max(bump, reading.bump), release_as or reading.release_as
    return RequestedVersion(bump, release_as)


def plain_commit(commit: RawCommit) -> RawCommit:
    """The commit with lines that end in LF."""
    return replace(commit, message=plain_text(commit.message)) if "\r" in commit.message else commit
