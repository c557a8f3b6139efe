"""The images that shall serve after an approval or a rejection."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipit.core.deploy import DeployedImage
from shipit.deploy import HostState, Pause
from shipit.errors import UsageError
from shipit.plan.deploy import rejected_goals


def test_a_rejection_without_a_known_earlier_image_names_a_way_that_the_pause_does_not_block() -> None:
    pause = Pause(DeployedImage("acme/shop", "sha256:0a", "1.1.0"))
    host = HostState("ecs://shop/web#shop-state", paused=pause)
    target = SimpleNamespace(app="shop", environment="prod")
    seen = SimpleNamespace(hosts=(host,))
    observed = SimpleNamespace(environment="prod", hosts=(host,), targets=(target,), observed=(seen,))
    with pytest.raises(UsageError) as caught:
        rejected_goals(cast(Any, observed), "run 1")
    assert str(caught.value.hint).startswith("roll the deployment back in the console of ECS, then run: shipit deploy")
