"""The steps that build, push and tag images, one module for each kind."""

from __future__ import annotations

from shipit.steps.images.attestation import NOT_ATTESTED as NOT_ATTESTED
from shipit.steps.images.attestation import image_of as image_of
from shipit.steps.images.attestation import invalid as invalid
from shipit.steps.images.build_image import BuildImage as BuildImage
from shipit.steps.images.origin import Origin as Origin
from shipit.steps.images.origin import digest_key as digest_key
from shipit.steps.images.origin import digest_output as digest_output
from shipit.steps.images.promote_image import PromoteImage as PromoteImage
from shipit.steps.images.push_image import PushImage as PushImage
from shipit.steps.images.remove_images import RemoveImages as RemoveImages
from shipit.steps.images.tag_image import TagImage as TagImage
from shipit.steps.images.tag_image import fetch_commit_of as fetch_commit_of
from shipit.steps.images.tag_image import is_newer as is_newer

STEPS = (BuildImage, PushImage, PromoteImage, TagImage, RemoveImages)
