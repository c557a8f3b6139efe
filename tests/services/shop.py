"""A shop whose back end is deployed to a service of ECS on moto, with a scheduler that plays what moto lacks."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.stage import Stage
from msgspec.structs import replace
from parts.ecs import BUCKET, Ecs

from shipit.adapters.places import AwsEcsServices
from shipit.config.load import parse_config
from shipit.core.redact import Redactor
from shipit.testing import FakeWorld
from shipit.world import RemoteImage, World

CONFIG = f"""\
[environments.dev]
branch = "main"
image = {{ name = "acme/shop", tags = ["{{branch}}-{{sha}}"] }}

[environments.dev.deploy]
kind = "ecs"
name = "shop"
cluster = "shop"
service = "web"
bucket = "{BUCKET}"
bake = "2s"
region = "ap-northeast-2"
account = "123456789012"
"""
BEFORE = "sha256:" + "9" * 64


@dataclass
class Shop(Stage):
    """A stage whose service is on moto; `ecs` is the part that plays its scheduler."""

    ecs: Ecs

    @classmethod
    def on(cls, ecs: Ecs, keys: str = "") -> Shop:
        """Return a shop whose service somebody created with an image by its tag; `keys` are further lines of its table."""
        ecs.over_http = False  # tests/contracts/test_ecs.py has the requests over HTTP
        ecs.world.registry.accept("acme/shop:0.9.0", RemoteImage(BEFORE))
        ecs.create("acme/shop:0.9.0")
        return cls(parse_config(CONFIG + keys), ecs)

    def without_bucket(self) -> Shop:
        """Return the same shop with its record and its lock in Parameter Store."""
        lines = (line for line in CONFIG.splitlines() if not line.startswith("bucket"))
        return Shop(parse_config("\n".join(lines)), self.ecs)

    @property
    def world(self) -> FakeWorld:
        return self.ecs.world

    def run(self) -> World:
        """Return the world of a new run, with the real adapter of ECS."""
        return replace(self.world.next_run(), ecs_services=AwsEcsServices(Redactor()))

    def runs(self) -> set[str]:
        """Return the digests that the running tasks report."""
        self.ecs.scheduler.advance()
        return {task.images["web"] for task in self.ecs.scheduler.observed if task.running}
