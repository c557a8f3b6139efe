"""The steps that deploy a static site to a bucket, and the reads that they share."""

from __future__ import annotations

from shipit.steps.static_site.adopt_site import AdoptSite as AdoptSite
from shipit.steps.static_site.confirm_site import ConfirmSite as ConfirmSite
from shipit.steps.static_site.confirm_site import proof_problem as proof_problem
from shipit.steps.static_site.invalidate_cache import InvalidateCache as InvalidateCache
from shipit.steps.static_site.prune_files import PruneFiles as PruneFiles
from shipit.steps.static_site.publish_files import PublishFiles as PublishFiles
from shipit.steps.static_site.release import is_published as is_published
from shipit.steps.static_site.release import is_stored as is_stored
from shipit.steps.static_site.release import read_release as read_release
from shipit.steps.static_site.upload_files import UploadFiles as UploadFiles

STEPS = (UploadFiles, AdoptSite, PublishFiles, InvalidateCache, ConfirmSite, PruneFiles)
