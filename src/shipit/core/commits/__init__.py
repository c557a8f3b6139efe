"""Parsing and reading of commit messages: one message, or all commits since the last release.

The modules of this package import each other directly. All other packages import from here, except `lint`,
`message_rules` and `release_message`: they are imported directly, because few commands need them.
"""

from __future__ import annotations

from shipit.core.commits.entry import Entry as Entry
from shipit.core.commits.prefix_cache import HeaderPrefix as HeaderPrefix
from shipit.core.commits.prefix_cache import PrefixCache as PrefixCache
from shipit.core.commits.raw_commit import RawCommit as RawCommit
from shipit.core.commits.read_all import Reading as Reading
from shipit.core.commits.read_all import Readings as Readings
from shipit.core.commits.read_all import RequestedVersion as RequestedVersion
from shipit.core.commits.read_all import normalize_commit as normalize_commit
from shipit.core.commits.read_all import read_commits as read_commits
from shipit.core.commits.read_all import requested_version as requested_version
from shipit.core.commits.read_one import read_commit as read_commit
from shipit.core.commits.readings import drop_reasons as drop_reasons
from shipit.core.commits.release_as import PackageToRead as PackageToRead
from shipit.core.commits.release_as import version_request as version_request
from shipit.core.commits.release_as import version_requests as version_requests
from shipit.core.commits.reverts import MatchTexts as MatchTexts
from shipit.core.commits.reverts import cancelled as cancelled
from shipit.core.commits.reverts import match_text as match_text
from shipit.core.commits.reverts import might_be_revert as might_be_revert
from shipit.core.commits.rules import DEFAULT_BUMPS as DEFAULT_BUMPS
from shipit.core.commits.rules import OTHERS as OTHERS
from shipit.core.commits.rules import Rules as Rules
from shipit.core.commits.text.footers import split_footers as split_footers
from shipit.core.commits.text.message import KNOWN_TYPES as KNOWN_TYPES
from shipit.core.commits.text.message import Commit as Commit
from shipit.core.commits.text.message import Footer as Footer
from shipit.core.commits.text.message import Unreadable as Unreadable
from shipit.core.commits.text.message import parse_commit as parse_commit
from shipit.core.commits.text.message import subject as subject
