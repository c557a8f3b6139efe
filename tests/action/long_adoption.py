"""More shapes of old workflows in real runs, each beside the one that `shipit init` makes of it. Started by name."""

from __future__ import annotations

import pytest
from action.test_adoption import OLD_WORKFLOWS, pushes_the_same_images
from action.test_images import Shop
from action.test_images import shop as shop


@pytest.mark.parametrize("shape", OLD_WORKFLOWS)
def test_the_new_workflow_pushes_the_images_of_the_old_one(shop: Shop, shape: str) -> None:
    pushes_the_same_images(shop, OLD_WORKFLOWS[shape])
