"""The record of deployments of an app in a place, as a text there."""

from __future__ import annotations

from msgspec import DecodeError, ValidationError, json
from msgspec.structs import replace

from shipit.core.deploy import (
    DeployEvent,
    DeployRecord,
    bucket_parts,
    is_bucket,
    is_cluster,
    is_service,
    kubectl,
    machine,
    parameter_name,
    parameters_region,
    service_parts,
)
from shipit.errors import ConflictError
from shipit.world import World
from shipit.world.places import Place


def read_record(host: Place, path: str) -> DeployRecord:
    """Return the record at `path` on a host or in a namespace; an empty one if there is none.

    Raises `ConflictError` if the text is not a record: it is never overwritten.
    """
    text = host.read(path)
    if not text:
        return DeployRecord()
    try:
        return json.decode(text, type=DeployRecord)
    except (DecodeError, ValidationError, RecursionError, ValueError) as error:
        what = f"`{path}` on {machine(host.address)} is not a record of deployments: {error}"
        raise ConflictError(
            what, hint=f"{_removal(host.address, path)}; without it, shipit knows no version to go back to"
        ) from error


def _removal(address: str, path: str) -> str:
    if is_cluster(address):
        saved = kubectl(address, f"get configmap {path} -o yaml > {path}.yaml")
        return f"save it, then delete it: {saved} && {kubectl(address, f'delete configmap {path}')}"
    place = service_parts(address)[2] if is_service(address) else address
    if is_bucket(place):
        bucket = bucket_parts(place)[0]
        return f"move it away: aws s3 mv s3://{bucket}/{path} s3://{bucket}/{path}.old"
    if is_service(address):
        region = parameters_region(place)
        named = f"{f'--region {region} ' if region else ''}--name {parameter_name(path)}"
        save, delete = f"aws ssm get-parameter {named} > record.json", f"aws ssm delete-parameter {named}"
        return f"save the parameter, then delete it as an administrator: {save} && {delete}"
    return f"move it away on that machine: mv {path} {path}.old"


def add_event(host: Place, path: str, record: DeployRecord, event: DeployEvent, world: World) -> None:
    """Add `event` with the current time to `record`, and write it to `path` on a host or in a namespace."""
    whole = record.add(replace(event, at=world.clock.now().isoformat(timespec="seconds")))
    host.write(path, json.format(json.encode(whole), indent=2).decode() + "\n")
