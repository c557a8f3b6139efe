"""The search for an invalidation among those of a distribution."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from shipit.adapters.sites.distribution import Distributions
from shipit.adapters.sites.requests import Aws

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


class FakeCloudFront:
    """The invalidations of a distribution in pages, with the age of each in minutes by its reference."""

    def __init__(self, *pages: dict[str, int]) -> None:
        self._pages = pages
        self.read = 0

    def client(self, service: str) -> FakeCloudFront:
        return self

    def get_paginator(self, operation: str) -> FakeCloudFront:
        return self

    def paginate(self, **arguments: str) -> Any:
        for page in self._pages:
            self.read += 1
            ages = ((name, NOW - dt.timedelta(minutes=age)) for name, age in page.items())
            items = [{"Id": name, "CreateTime": time, "Status": "Completed"} for name, time in ages]
            yield {"InvalidationList": {"Items": items} if items else {}}

    def get_invalidation(self, DistributionId: str, Id: str) -> Any:
        return {"Invalidation": {"InvalidationBatch": {"CallerReference": Id}}}


def state(cloudfront: FakeCloudFront, reference: str) -> str | None:
    return Distributions(cast(Aws, cloudfront)).state("E2QWRUHEXAMPLE", reference, NOW.isoformat())


def test_an_invalidation_is_found_behind_older_ones() -> None:
    """moto lists the oldest first, AWS the newest."""
    assert state(FakeCloudFront({"old": 90, "mine": 0}), "mine") == "completed"
    assert state(FakeCloudFront({"mine": 0, "old": 90}), "mine") == "completed"


def test_only_the_pages_with_new_invalidations_are_read() -> None:
    cloudfront = FakeCloudFront({"other": 0, "old": 90}, {"older": 100}, {"oldest": 110})
    assert state(cloudfront, "mine") is None
    assert cloudfront.read == 2
