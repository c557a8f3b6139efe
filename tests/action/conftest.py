from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from action.act import Consumer, copy_of_shipit, new_consumer
from parts.fixtures import base_image as base_image
from parts.fixtures import engine as engine
from parts.fixtures import locked_registry as locked_registry
from parts.fixtures import ssh_server as ssh_server

from templates import made

FILES = {
    "build.gradle": "plugins { id 'java' }\n\nversion = '1.0.0'\n",
    "shipit.toml": '[environments.dev]\nbranch = "dev"\n\n[environments.prod]\nbranch = "prod"\n',
}


@pytest.fixture(scope="session")
def shipit_copy(shared: Path) -> Path:
    return made(shared / "shipit", copy_of_shipit)


@pytest.fixture
def consumer(tmp_path: Path, shipit_copy: Path) -> Iterator[Consumer]:
    """`acme/app`, released as 1.0.0, with a feature and a fix on top; whatever ran, no secret was left anywhere."""
    consumer = new_consumer(tmp_path, shipit_copy)
    with consumer.github:
        consumer.commit("chore: begin", FILES)
        consumer.git("tag", "v1.0.0")
        consumer.git("push", "--quiet", "origin", "v1.0.0")
        consumer.commit("fix: keep the session")
        consumer.commit("feat: search", {"src/search.txt": "search\n"})
        yield consumer
        assert not consumer.github.violations
