"""The reasons why a site cannot be deployed, found out without writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipit.adapters.sites.requests import Aws, code_of, requesting
from shipit.core.deploy import bucket_parts, machine
from shipit.errors import AuthError, RemoteError, ShipitError
from shipit.finding import Finding


def bucket_findings(aws: Aws, address: str, distribution: str | None, account: str | None) -> Iterator[Finding]:
    """Yield the first problem that would stop a deployment: of the credentials, the bucket or the distribution.

    Raises `RemoteError` if AWS cannot be reached.
    """

    def of_place() -> Iterator[Finding]:
        yield from _of_bucket(aws, address)
        if distribution:
            yield from _of_distribution(aws, distribution)

    return findings_of(aws, account, of_place)


def findings_of(aws: Aws, account: str | None, of_place: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield the first problem of the credentials, or those of a place.

    Args:
        aws: the clients of AWS.
        account: the account that the credentials must belong to; None for any.
        of_place: yields the problems of the place; an error of AWS counts as one.

    Raises `RemoteError` if AWS cannot be reached.
    """
    try:
        login = aws.login
        if account and login.account != account:
            what = f"the credentials belong to the AWS account {login.account}, and not to {account} (key `account`)"
            yield Finding("aws-account", what, "use credentials of that account, or correct `account`")
            return
        yield from of_place()
    except RemoteError as error:
        if error.retryable:
            raise
        yield Finding("aws", error.what, error.hint or "")
    except ShipitError as error:
        yield _finding(error)


def _of_bucket(aws: Aws, address: str) -> Iterator[Finding]:
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    bucket, where = bucket_parts(address)[0], machine(address)
    with requesting(f"read {where}", "s3:ListBucket"):
        try:
            found = aws.client("s3").list_objects_v2(Bucket=bucket)
        except ClientError as error:
            if code_of(error) not in ("404", "NoSuchBucket"):
                raise
            create = f"create it: aws s3 mb s3://{bucket} --region {aws.region}"
            yield Finding("bucket-missing", f"there is no {where} in account {aws.login.account}", create)
            return
    region = found["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region") or aws.region
    if region != aws.region:
        what = f"{where} is in the region {region}, and not in {aws.region}"
        yield Finding("aws-region", what, f'set `region = "{region}"` of the target')


def _of_distribution(aws: Aws, distribution: str) -> Iterator[Finding]:
    from botocore.exceptions import ClientError

    with requesting(f"list the invalidations of distribution `{distribution}`", "cloudfront:ListInvalidations"):
        try:
            aws.client("cloudfront").list_invalidations(DistributionId=distribution, MaxItems="1")
        except ClientError as error:
            if code_of(error) != "NoSuchDistribution":
                raise
            what = f"there is no distribution `{distribution}` in account {aws.login.account}"
            yield Finding("distribution-missing", what, "see their ids: aws cloudfront list-distributions")


def _finding(error: ShipitError) -> Finding:
    if isinstance(error, AuthError):
        return Finding("aws-login", error.what, error.hint or "")
    return Finding("aws", error.what, error.hint or "")
