"""The table of the kind `static-site`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from shipit.config.targets.base import TargetTable
from shipit.config.vocabulary import AwsAccount, AwsRegion, BucketName, DistributionId, Duration, Name, Path, Text
from shipit.config.vocabulary import TimeLimit as Limit
from shipit.core import limits


class StaticSiteConfig(TargetTable, frozen=True, kw_only=True, tag="static-site"):
    """A front end of static files in a bucket of S3, which CloudFront serves: it is built, uploaded and switched."""

    deploys_image: ClassVar[bool] = False
    image: ClassVar[None] = None

    bucket: Annotated[
        BucketName,
        Meta(description="The bucket of S3. It must have no other content than this site.", examples=["shop-web"]),
    ]
    distribution: Annotated[
        DistributionId | None,
        Meta(
            description="The id of the distribution of CloudFront in front of the bucket. Changed files whose names "
            "stay the same are removed from its cache. When unset, nothing is removed from a cache.",
            examples=["E2QWRUHEXAMPLE"],
        ),
    ] = None
    build: Annotated[
        tuple[Text, ...],
        Meta(
            description="The commands that build the files. Their variables `SHIPIT_VERSION` and `SHIPIT_ENVIRONMENT` "
            "are the version and the name of the environment.",
            examples=[["npm ci", "npm run build"]],
        ),
    ] = ()
    verify: Annotated[
        tuple[Text, ...],
        Meta(
            description="Commands that run in the repository after the new version is published. Their variables "
            "`SHIPIT_URL` and `SHIPIT_VERSION` are `url` of the environment and the new version. If one fails, the "
            "earlier version is put back.",
            examples=[["./smoke.sh"]],
        ),
    ] = ()
    timeout: Annotated[Limit, Meta(description="The time limit of each `build` and `verify` command.")] = (
        limits.BUILD.written
    )
    directory: Annotated[
        Path,
        Meta(description="The directory with the files, from the root of the repository, with an `index.html`."),
    ] = "dist"
    immutable: Annotated[
        tuple[Text, ...] | None,
        Meta(
            description="The files that browsers keep for a year without asking again, as patterns below `directory`. "
            "When unset, they are the files with a hash in their names, such as `assets/index-BX3a9d2k.js`.",
            examples=[["assets/**"]],
        ),
    ] = None
    keep_releases: Annotated[
        int,
        Meta(
            ge=2,
            le=100,
            description="The number of verified versions whose files stay in the bucket: users with an older page "
            "open still find them, and `shipit rollback` can go back to them.",
            extra={"expected": "a whole number from 2 to 100"},
        ),
    ] = 5
    within: Annotated[
        Duration,
        Meta(
            description="The longest time until CloudFront has removed the changed files from its cache, and then "
            "until `url` of the environment serves the new version."
        ),
    ] = limits.SITE_SERVED.written
    region: Annotated[
        AwsRegion | None,
        Meta(
            description="The region of the bucket. When unset, it is the region of the credentials.",
            examples=["ap-northeast-2"],
        ),
    ] = None
    account: Annotated[
        AwsAccount | None,
        Meta(
            description="The number of the AWS account. With credentials of another account nothing is deployed.",
            examples=["123456789012"],
        ),
    ] = None
    package: Annotated[
        Name | None,
        Meta(description="The package whose version the site has. It is required if there are `packages`."),
    ] = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The address of the bucket: the one place that the target deploys to."""
        from shipit.core.deploy import bucket_address  # a command that deploys nothing does not load it

        return (bucket_address(self.bucket, self.region),)

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """Empty, because the bucket is reached over HTTPS."""
        return ()

    @property
    def secrets(self) -> None:
        """None, because everybody can read the files."""
        return None

    def app(self, image: str, environment: str) -> str:
        return self.name or self.bucket

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        yield f"s3://{self.bucket}", "bucket", "the site"

    def state_path(self, app: str) -> str:
        """Return the key of the lock and of the record of `app` in the bucket, without their endings."""
        return f".shipit/{app}"
