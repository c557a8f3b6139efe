"""A shop whose front end is deployed to a bucket of moto, behind a cache like CloudFront."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from deploy.stage import Stage
from msgspec.structs import replace
from parts.aws import Aws
from parts.edge import edge

from shipit.adapters.places import AwsSites, Connections
from shipit.adapters.registry import Logins
from shipit.config.load import parse_config
from shipit.core.redact import Redactor
from shipit.testing import FakeFiles, FakeWorld
from shipit.world import World

CONFIG = """\
[environments.dev]
branch = "main"
url = "{url}"

[environments.dev.deploy]
kind = "static-site"
name = "shop"
bucket = "shop-web"
distribution = "{distribution}"
region = "ap-northeast-2"
account = "123456789012"
build = ["npm run build"]
keep-releases = 3
within = "20s"
"""


@dataclass
class Shop(Stage):
    """A stage whose bucket and cache are servers. `url` is the address of the cache, and `distribution` its id."""

    url: str
    distribution: str
    files: int = 3

    @classmethod
    def behind(cls, url: str, distribution: str, files: int = 3) -> Shop:
        return cls(parse_config(CONFIG.format(url=url, distribution=distribution)), url, distribution, files)

    def world(self) -> FakeWorld:
        return FakeWorld.new(effects={"npm run build": self._build})

    def run(self, world: FakeWorld) -> World:
        """Return the world of a new run, with the real adapters of buckets and of HTTP."""
        hosts = Connections(Logins(None, None), Redactor())
        return replace(world.next_run(), sites=AwsSites(), hosts=hosts)

    def commit(self, world: FakeWorld, version: str) -> None:
        world.commit(f"feat: {version}", {"version.txt": version})
        world.push()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(f"{self.url}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, ""

    def served(self) -> str:
        """Return the version that users get, after checking that the page has all its files."""
        _, page = self.get("/")
        for path in page.split('"')[1::2]:
            assert self.get(path)[0] == 200, path
        return self.get("/favicon.ico")[1]

    def _build(self, files: FakeFiles, env: Mapping[str, str]) -> None:
        version = files.read("version.txt") or ""
        for path in [path for path in files.held if path.startswith("dist/")]:
            del files.held[path]
        scripts = [
            f"/assets/main-{_hash(version)}.js",
            *(f"/assets/part-{_hash(str(n))}.js" for n in range(self.files)),
        ]
        page = "".join(f'<script src="{path}"></script>' for path in scripts)
        files.edit("dist/index.html", f"<html>{page}</html>")
        files.edit("dist/favicon.ico", version)
        for path in scripts:
            files.edit(f"dist{path}", f"run('{path}')")


def _hash(text: str) -> str:
    """Return a text that has the form of a hash of Vite."""
    return f"{''.join(each for each in text if each.isalnum()):0>6}Bx"


@contextmanager
def behind_edge(aws: Aws, files: int) -> Iterator[Shop]:
    """Yield a shop of `files` scripts and one that changes, with an empty bucket behind a cache."""
    aws.make_bucket("shop-web")
    distribution = aws.make_distribution("shop-web")
    with _newest_first(), edge(aws, "shop-web", distribution) as url:
        yield Shop.behind(url, distribution, files)


@contextmanager
def _newest_first() -> Iterator[None]:
    """Let moto list invalidations as CloudFront does, the newest on the first page.

    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListInvalidations.html
    """
    from moto.cloudfront.models import CloudFrontBackend
    from moto.utilities.paginator import paginate

    def list_invalidations(self: CloudFrontBackend, dist_id: str) -> list[Any]:
        return (self.invalidations.get(dist_id) or [])[::-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            CloudFrontBackend, "list_invalidations", paginate(CloudFrontBackend.PAGINATION_MODEL)(list_invalidations)
        )
        yield


@dataclass
class Seen:
    """The things that a client saw: the number of pages, and its problems: no page, or a file that a page lacks."""

    pages: int = 0
    problems: list[str] = field(default_factory=list)


@contextmanager
def polled(shop: Shop) -> Iterator[Seen]:
    """Ask for the page and all its files all the time, as users do, and yield what the client sees."""
    seen, ended = Seen(), threading.Event()

    def ask() -> None:
        while not ended.is_set():
            status, page = shop.get("/")
            paths = page.split('"')[1::2]
            answers = {"/": status if paths else 0, **{path: shop.get(path)[0] for path in paths}}
            seen.problems += [f"{path}: {status}" for path, status in answers.items() if status != 200]
            seen.pages += 1

    client = threading.Thread(target=ask, daemon=True)
    client.start()
    try:
        yield seen
        assert client.is_alive(), "the client stopped asking"
    finally:
        ended.set()
        client.join()
