"""Versions, tags and bumps.

`floating_tags` and `tag_family` are imported by themselves, because few commands need them.
"""

from __future__ import annotations

from shipit.core.versions.bump import Bump as Bump
from shipit.core.versions.bump import effective_bump as effective_bump
from shipit.core.versions.suggestion import meant_version as meant_version
from shipit.core.versions.tag import Tag as Tag
from shipit.core.versions.tag import TagFormat as TagFormat
from shipit.core.versions.tag import mismatched_tags as mismatched_tags
from shipit.core.versions.tag import suggested_format as suggested_format
from shipit.core.versions.tag import version_tags as version_tags
from shipit.core.versions.version import Version as Version
from shipit.core.versions.version import VersionRange as VersionRange
from shipit.core.versions.version import build_version as build_version
from shipit.core.versions.version import bump_between as bump_between
from shipit.core.versions.version import bumped_version as bumped_version
from shipit.core.versions.version import channel_of as channel_of
from shipit.core.versions.version import first_version as first_version
from shipit.core.versions.version import is_version as is_version
from shipit.core.versions.version_line import has_version_line as has_version_line
