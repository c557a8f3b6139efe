"""An environment with two real targets on this machine, each behind an nginx of its own."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from deployments.shop import REJECTED, Shop, toml
from parts.daemon import free_port
from parts.nginx import NOWHERE, Nginx, switch_text

pytestmark = pytest.mark.slow
OLD, NEW = "1.0.0", "1.1.0"


def test_if_the_second_target_fails_the_first_goes_back_without_a_lost_request(
    shop: Shop, proxies: Callable[[str], Nginx]
) -> None:
    front = proxies("upstream")
    second = {
        **shop.settings,
        "name": f"{shop.name}-front",
        "image": "front",
        "slots": {"blue": free_port(), "green": free_port()},
        "nginx": {
            "file": str(front.switch_file),
            "front": front.url,
            "style": "upstream",
            "command": front.command,
            "pid-file": str(front.pid_file),
            "variable": "app",
            "state-port": free_port(),
        },
    }
    first = {**shop.settings, "image": "back"}
    images = [f'images.{name}.name = "{image}"' for name, image in (("back", shop.image), ("front", f"{shop.image}-f"))]
    targets = f"deploy = [{toml(first)}, {toml(second)}]"
    (shop.root / "shipit.toml").write_text("\n".join(["[environments.prod]", 'branch = "prod"', *images, targets, ""]))
    shop.git("commit", "--quiet", "--all", "--message", "feat: two targets")
    try:
        for version, app in ((OLD, shop.apps(OLD)), (NEW, shop.apps("exits", exit_now=True))):
            reference = f"{shop.image}-f:{version}"
            shop.engine.docker("pull", "--quiet", app.reference)
            shop.engine.docker("tag", app.reference, reference)
            shop.engine.docker("push", "--quiet", reference)
        shop.deploy(OLD).succeeded()
        with shop.load(clients=4, pause=0.05) as running:
            failed = shop.deploy(NEW)
        assert failed.status == REJECTED, failed.err
        assert "this was verified" in failed.err
        assert running.result.lost == 0, running.result
        assert set(running.result.versions) == {f"version {OLD}", f"version {NEW}"}
        assert shop.answer() == f"version {OLD}"
        assert shop.events("withdrawn") == [NEW] and shop.events("held") == []
        found = json.loads(shop.run("status", "prod", "--json").out)[0]["targets"]
        assert [target["hosts"][0]["serving"]["version"] for target in found] == [OLD, OLD]
    finally:
        front.switch_file.write_text(switch_text("upstream", NOWHERE))
        front.reload()
        for slot in ("blue", "green"):
            shop.engine.run("rm", "--force", f"{shop.name}-front-{slot}")
