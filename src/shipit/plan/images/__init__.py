"""The plan of an environment's images: the facts that it is made from, and the steps."""

from __future__ import annotations

from shipit.plan.images.attested import attestation_findings as attestation_findings
from shipit.plan.images.clean_up import OldBuilds as OldBuilds
from shipit.plan.images.clean_up import clean_up_findings as clean_up_findings
from shipit.plan.images.clean_up import old_builds as old_builds
from shipit.plan.images.model import ImagePlan as ImagePlan
from shipit.plan.images.model import PlannedImage as PlannedImage
from shipit.plan.images.observe import ObservedImage as ObservedImage
from shipit.plan.images.observe import ObservedImages as ObservedImages
from shipit.plan.images.observe import observe_images as observe_images
from shipit.plan.images.observe import observe_version as observe_version
from shipit.plan.images.observe import observe_wanted_images as observe_wanted_images
from shipit.plan.images.of_release import build_steps as build_steps
from shipit.plan.images.of_release import push_steps as push_steps
from shipit.plan.images.of_release import release_images as release_images
from shipit.plan.images.plan import make_image_plan as make_image_plan
from shipit.plan.images.staleness import require_same_commit as require_same_commit
from shipit.plan.images.wanted import WantedImage as WantedImage
from shipit.plan.images.wanted import build_findings as build_findings
from shipit.plan.images.wanted import build_options as build_options
