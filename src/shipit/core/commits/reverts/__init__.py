"""Detection of reverts and duplicates: commits that cancel or repeat each other."""

from __future__ import annotations

from shipit.core.commits.reverts.cancellation import cancelled as cancelled
from shipit.core.commits.reverts.duplicates import duplicates as duplicates
from shipit.core.commits.reverts.match_text import MatchTexts as MatchTexts
from shipit.core.commits.reverts.match_text import match_text as match_text
from shipit.core.commits.reverts.revert import might_be_revert as might_be_revert
from shipit.core.commits.reverts.revert import parse_revert as parse_revert
