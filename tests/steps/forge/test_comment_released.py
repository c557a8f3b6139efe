"""The sample of `comment-released`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import TAG, Sample, drafted

from shipit.steps.base import Step
from shipit.steps.forge import CommentReleased


def comment_released(clone: Clone) -> Step:
    drafted(clone)
    return CommentReleased(TAG, (12, 7))


SAMPLE = Sample(comment_released)
