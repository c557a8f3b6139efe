"""The invalidations of a distribution of CloudFront."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from shipit.adapters.sites.requests import Aws, requesting

_EARLIER = dt.timedelta(minutes=1)  # the clocks of S3 and CloudFront can differ


class Distributions:
    """The distributions of an account.

    Args:
        aws: the clients of AWS.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._known: dict[tuple[str, str], str] = {}  # the reference by distribution and id; it never changes

    def state(self, distribution: str, reference: str, since: str) -> str | None:
        """Return the state of an invalidation; see `shipit.world.sites.Site.invalidation`."""
        for found in self._since(distribution, since):
            if self._reference(distribution, found["Id"]) == reference:
                # AWS writes `Completed`, moto `COMPLETED`.
                return "completed" if found["Status"].casefold() == "completed" else "running"
        return None

    def invalidate(self, distribution: str, reference: str, paths: Sequence[str]) -> None:
        """Begin an invalidation; see `shipit.world.sites.Site.invalidate`."""
        written = [quote(path, safe="/*~-_.") for path in paths]
        batch = {"Paths": {"Quantity": len(written), "Items": written}, "CallerReference": reference}
        with requesting(f"invalidate paths of distribution `{distribution}`", "cloudfront:CreateInvalidation"):
            self._aws.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)

    def _since(self, distribution: str, since: str) -> Iterator[Any]:
        """Yield the invalidations that were created after `since`; the pages of CloudFront begin with the newest."""
        first = dt.datetime.fromisoformat(since) - _EARLIER if since else None
        with requesting(f"list the invalidations of distribution `{distribution}`", "cloudfront:ListInvalidations"):
            pages = self._aws.client("cloudfront").get_paginator("list_invalidations")
            for page in pages.paginate(DistributionId=distribution):
                found = page["InvalidationList"].get("Items", ())
                new = [each for each in found if first is None or each["CreateTime"] >= first]
                yield from new
                if not new:
                    return

    def _reference(self, distribution: str, number: str) -> str:
        if (distribution, number) not in self._known:
            with requesting(f"read an invalidation of distribution `{distribution}`", "cloudfront:GetInvalidation"):
                found = self._aws.client("cloudfront").get_invalidation(DistributionId=distribution, Id=number)
            self._known[distribution, number] = found["Invalidation"]["InvalidationBatch"]["CallerReference"]
        return self._known[distribution, number]
