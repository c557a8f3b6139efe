"""The requests that deployments send to AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from parts.aws import Aws
from sites.shop import Shop

from shipit.world import World


@dataclass(frozen=True)
class Requests:
    """The number of requests of a deployment without those for its lock, and the public objects that it wrote."""

    count: int
    written: list[str]


def counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> tuple[Requests, Requests, Requests]:
    """Return the requests of a first deployment, of the same commit again, and of a commit with one changed script."""
    sent = _recorded(monkeypatch)
    world = shop.world()
    shop.commit(world, "1.0.0")
    first = _of_deployment(shop, shop.run(world), sent)
    again = _of_deployment(shop, shop.run(world), sent)
    shop.commit(world, "1.1.0")
    return first, again, _of_deployment(shop, shop.run(world), sent)


def _recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return the list to which each request of boto3 is added, as method and path, except those of the cache."""
    from botocore.httpsession import URLLib3Session  # type: ignore[import-untyped]

    sent, send = list[tuple[str, str]](), URLLib3Session.send

    def recording(session: Any, request: Any) -> Any:
        agent = request.headers["User-Agent"]
        if Aws.EDGE not in (agent.decode() if isinstance(agent, bytes) else agent):
            sent.append((request.method, urlsplit(request.url).path))
        return send(session, request)

    monkeypatch.setattr(URLLib3Session, "send", recording)
    return sent


def _of_deployment(shop: Shop, world: World, sent: list[tuple[str, str]]) -> Requests:
    sent.clear()
    shop.deploy(world)
    mine = [(method, path.removeprefix("/shop-web/")) for method, path in sent if not path.endswith(".lock")]
    keys = [path for method, path in mine if method == "PUT"]
    return Requests(len(mine), [key for key in keys if not key.startswith(".shipit/")])
