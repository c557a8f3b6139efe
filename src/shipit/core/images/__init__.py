"""Image references, tags and labels."""

from __future__ import annotations

from shipit.core.images.build import Build as Build
from shipit.core.images.labels import REVISION as REVISION
from shipit.core.images.labels import SOURCE as SOURCE
from shipit.core.images.labels import VERSION as VERSION
from shipit.core.images.labels import created_at as created_at
from shipit.core.images.labels import holds_newer_release as holds_newer_release
from shipit.core.images.labels import image_labels as image_labels
from shipit.core.images.labels import source_commit as source_commit
from shipit.core.images.reference import DOCKER_HUB as DOCKER_HUB
from shipit.core.images.reference import Reference as Reference
from shipit.core.images.series import later_tags as later_tags
from shipit.core.images.series import series_of as series_of
from shipit.core.images.series import shares_moving_tag as shares_moving_tag
from shipit.core.images.statement import UNATTESTED as UNATTESTED
from shipit.core.images.statement import asset_provenance as asset_provenance
from shipit.core.images.statement import provenance as provenance
from shipit.core.images.tags import Source as Source
from shipit.core.images.tags import build_tags as build_tags
from shipit.core.images.tags import fill as fill
from shipit.core.images.tags import image_tag as image_tag
from shipit.core.images.tags import is_build_tag as is_build_tag
from shipit.core.images.tags import is_permanent as is_permanent
