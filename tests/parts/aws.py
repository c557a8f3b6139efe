"""The services of AWS for tests: moto, which holds requests and answers to botocore's own models.

    def test_a_site(aws: Aws) -> None:
        aws.s3.create_bucket(Bucket="shop-web")

The part `aws` starts a server in this process, and sets the variables of the environment that lead boto3 there. Each test
gets empty services. boto3 and moto take seconds to import, so that only the tests do that which need them.

moto differs from AWS where `docs/guides/static-site.md` says so: it completes an invalidation at once, with the state
`COMPLETED` in capitals, and gives a `CallerReference` that was used before a new invalidation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import pytest
from parts.fixtures import started

REGION = "ap-northeast-2"
ACCOUNT = "123456789012"


@dataclass
class Aws:
    """The services: their address, and clients for tests. Requests with `EDGE` in their agent are those of the cache."""

    EDGE: ClassVar[str] = "test-edge"
    endpoint: str

    @property
    def s3(self) -> Any:
        return self._client("s3")

    @property
    def cloudfront(self) -> Any:
        return self._client("cloudfront")

    def _client(self, service: str) -> Any:
        import boto3  # type: ignore[import-untyped]
        from botocore.config import Config  # type: ignore[import-untyped]

        return boto3.client(service, config=Config(user_agent_extra=self.EDGE))

    def make_bucket(self, name: str, region: str = REGION) -> None:
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})

    def make_distribution(self, bucket: str) -> str:
        """Create a distribution in front of a bucket, and return its id."""
        origin = {
            "Id": "s3",
            "DomainName": f"{bucket}.s3.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        made = self.cloudfront.create_distribution(
            DistributionConfig={
                "CallerReference": bucket,
                "Comment": "",
                "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": {"TargetOriginId": "s3", "ViewerProtocolPolicy": "allow-all"},
            }
        )
        return str(made["Distribution"]["Id"])


@pytest.fixture(scope="session")
def moto(pytestconfig: pytest.Config) -> str:
    """The URL of moto, once for a pytest worker."""
    return started(pytestconfig, moto_server)


@contextmanager
def moto_server() -> Iterator[str]:
    from botocore.loaders import create_loader  # type: ignore[import-untyped]
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        # Each session of boto3 reads the description of its services again, which takes longer than most requests.
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def aws(moto: str, monkeypatch: pytest.MonkeyPatch) -> Aws:
    from urllib.request import Request, urlopen

    with urlopen(Request(f"{moto}/moto-api/reset", method="POST"), timeout=10):
        pass
    settings = {
        "ACCESS_KEY_ID": "testing",
        "SECRET_ACCESS_KEY": "testing",
        "DEFAULT_REGION": REGION,
        "ENDPOINT_URL": moto,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return Aws(moto)
