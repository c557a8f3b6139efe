"""boto3 with the descriptions of services loaded, for drivers whose runs are forked: each run begins with them."""

from __future__ import annotations

from functools import cache


def load_boto3(*services: str) -> None:
    """Load boto3 and the descriptions of these services; each later session finds them in memory."""
    import boto3  # type: ignore[import-untyped]
    import botocore.session  # type: ignore[import-untyped]

    botocore.session.create_loader = cache(botocore.session.create_loader)
    for service in services:
        boto3.Session().client(service, region_name="us-east-1")
