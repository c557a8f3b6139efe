"""The reasons why a service of ECS cannot be deployed, found out without writing."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.adapters.ecs.parameters import Parameters
from shipit.adapters.sites import Aws, bucket_findings, code_of, findings_of, requesting
from shipit.core.deploy import is_bucket, machine, parameter_name, service_parts
from shipit.errors import AuthError
from shipit.finding import Finding


def service_findings(aws: Aws, address: str, account: str | None) -> Iterator[Finding]:
    """Yield the first problem that would stop a deployment: of the credentials, the store of the record or the service.

    Raises `RemoteError` if AWS cannot be reached.
    """
    store = service_parts(address)[2]
    of_store = bucket_findings(aws, store, None, account) if is_bucket(store) else _of_parameters(aws, account)
    problems = tuple(of_store)
    yield from problems
    if not problems:
        try:
            yield from _of_service(aws, address)
        except AuthError as error:
            yield Finding("aws-login", error.what, error.hint or "")


def _of_parameters(aws: Aws, account: str | None) -> Iterator[Finding]:
    def of_store() -> Iterator[Finding]:
        Parameters(aws).read(parameter_name(".shipit/ecs/any"))  # need not exist: it shows whether shipit may read
        return iter(())

    return findings_of(aws, account, of_store)


def _of_service(aws: Aws, address: str) -> Iterator[Finding]:
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    cluster, service, _ = service_parts(address)
    where = f"in account {aws.login.account}, region {aws.region}"
    with requesting(f"read {machine(address)}", "ecs:DescribeServices"):
        try:
            found = aws.client("ecs").describe_services(cluster=cluster, services=[service])["services"]
        except ClientError as error:
            if code_of(error) != "ClusterNotFoundException":
                raise
            what = f"there is no cluster `{cluster}` {where}"
            yield Finding("cluster-missing", what, f"see their names: aws ecs list-clusters --region {aws.region}")
            return
    if all(each["status"] == "INACTIVE" for each in found):
        what = f"cluster `{cluster}` has no service `{service}`, and shipit only gives it another task definition"
        yield Finding("service-missing", what, f"see their names: aws ecs list-services --cluster {cluster}")
