"""The commit log of a repository, and the assignment of commits to releases. `scan` and `windows` are
imported directly, because few commands need them."""

from __future__ import annotations

from shipit.core.history.attribution import ReleaseSpan as ReleaseSpan
from shipit.core.history.attribution import Unreleased as Unreleased
from shipit.core.history.attribution import ancestors_within as ancestors_within
from shipit.core.history.attribution import attribute as attribute
from shipit.core.history.attribution import unreleased as unreleased
from shipit.core.history.log import LOG_FORMAT as LOG_FORMAT
from shipit.core.history.log import Columns as Columns
from shipit.core.history.log import Log as Log
from shipit.core.history.log import columns as columns
from shipit.core.history.log import records as records
from shipit.core.history.release import Release as Release
