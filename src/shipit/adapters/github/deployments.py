"""The deployments that GitHub shows for a repository and its environments.

They are for people to see. shipit reads them to report each state once, and for `shipit report`; no deployment is
decided from them. A deployment never changes after it was created; it has a list of statuses, and the newest status is
its state.
https://docs.github.com/rest/deployments
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import msgspec
from msgspec import Struct

from shipit.adapters.github.answers import DeploymentAnswer, Status
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.client import GitHubClient
from shipit.core import limits
from shipit.world import DeploymentState, ForgeDeployment, PastDeployment


class _Payload(Struct):
    """The payload of the deployments that shipit makes."""

    digest: str | None = None
    version: str | None = None


def find_state(calls: GitHubApi, deployment: ForgeDeployment) -> str | None:
    """Return the state of `deployment`; None if GitHub has none, or has a newer one of the same environment."""

    def find() -> str | None:
        found = _find(calls.client, deployment)
        return _state(calls.client, found) if found else None

    return calls.retry(f"read the deployments to `{deployment.environment}`", find)


def past(calls: GitHubApi, environment: str) -> tuple[PastDeployment, ...]:
    """Return the newest deployments to an environment with all their statuses, the oldest of them first."""

    def read() -> tuple[PastDeployment, ...]:
        query = {"environment": environment, "per_page": limits.REPORTED_DEPLOYMENTS}
        listed = calls.client.get("/deployments", list[DeploymentAnswer], **query)
        return tuple(_past(calls.client, each) for each in sorted(listed, key=lambda each: each.id))

    return calls.retry(f"read the deployments to `{environment}`", read)


def _past(client: GitHubClient, found: DeploymentAnswer) -> PastDeployment:
    statuses = sorted(client.get(_statuses(found), list[Status], per_page=100), key=lambda each: each.id)
    states = tuple((each.state, _time(each.created_at)) for each in statuses)
    payload = _payload(found)
    return PastDeployment(found.sha, payload.digest or "", payload.version or "", _time(found.created_at), states)


def _time(written: str) -> int:
    """Return a time of GitHub in seconds since the epoch; 0 if it is none.

    >>> _time("1970-01-01T00:01:00Z"), _time("")
    (60, 0)
    """
    with suppress(ValueError, OverflowError):
        return int(dt.datetime.fromisoformat(written).timestamp())
    return 0


def report(calls: GitHubApi, deployment: ForgeDeployment, state: DeploymentState) -> None:
    """Give `deployment` the state `state`; create it if GitHub has none, or has a newer one of the same environment.

    After a success, the deployment that served before becomes `inactive`.
    """
    action, client = f"report the deployment to `{deployment.environment}`", calls.client
    found = calls.ensure(action, lambda: _find(client, deployment), lambda: _create(client, deployment))

    def same() -> object | None:
        return True if _state(client, found) == state else None

    calls.ensure(action, same, lambda: _add_status(client, found, state, deployment))
    if state == "success":
        calls.retry(action, lambda: _end_earlier(client, found, deployment))


def _find(client: GitHubClient, deployment: ForgeDeployment) -> DeploymentAnswer | None:
    """Return the newest deployment of the environment if it is of the same commit and digest.

    After a rollback, an older one with the same commit can exist: the rollback is a deployment of its own.
    """
    newest = next(iter(_newest_first(client, deployment.environment)), None)
    if newest is None or newest.sha != deployment.commit:
        return None
    return newest if _digest(newest) == deployment.digest else None


def _create(client: GitHubClient, deployment: ForgeDeployment) -> DeploymentAnswer:
    fields = {
        "ref": deployment.commit,
        "environment": deployment.environment,
        "description": f"{deployment.version} {deployment.digest[:19]}".strip(),
        "payload": {"version": deployment.version, "digest": deployment.digest},
        "auto_merge": False,  # deploy exactly this commit, also when it is behind the default branch
        "required_contexts": [],  # the checks of the commit are the concern of the workflow
    }
    return client.post("/deployments", DeploymentAnswer, fields)


def _add_status(client: GitHubClient, found: DeploymentAnswer, state: str, deployment: ForgeDeployment) -> Status:
    links = {"environment_url": deployment.url, "log_url": deployment.log_url}
    fields = {"state": state, **{name: link for name, link in links.items() if link.startswith("http")}}
    return client.post(_statuses(found), Status, fields)


def _end_earlier(client: GitHubClient, found: DeploymentAnswer, deployment: ForgeDeployment) -> None:
    """Mark the earlier deployment that served as `inactive`.

    GitHub does this by itself, except for environments that are marked as production environments.
    """
    for each in _newest_first(client, deployment.environment):
        state = _state(client, each) if each.id < found.id else None
        if state == "success":
            client.post(_statuses(each), Status, {"state": "inactive"})
        if state in ("success", "inactive"):
            return


def _newest_first(client: GitHubClient, environment: str) -> list[DeploymentAnswer]:
    query = {"environment": environment, "per_page": limits.EARLIER_DEPLOYMENTS}
    listed = client.get("/deployments", list[DeploymentAnswer], **query)
    return sorted(listed, key=lambda each: -each.id)


def _state(client: GitHubClient, found: DeploymentAnswer) -> str | None:
    """Return the newest status; None if there is none yet."""
    listed = client.get(_statuses(found), list[Status], per_page=100)
    newest = max(listed, key=lambda each: each.id, default=None)
    return newest.state if newest else None


def _statuses(found: DeploymentAnswer) -> str:
    return f"/deployments/{found.id}/statuses"


def _digest(found: DeploymentAnswer) -> str | None:
    """Return the digest of the image.

    >>> [_digest(DeploymentAnswer(1, "", msgspec.Raw(text))) for text in (b'{"digest": "a"}', b'"{}"', b"[1]", b"7")]
    ['a', None, None, None]
    """
    return _payload(found).digest


def _payload(found: DeploymentAnswer) -> _Payload:
    """Return the payload, which GitHub returns as an object or as text; an empty one of a tool with other payloads."""
    with suppress(ValueError, RecursionError):
        payload = msgspec.json.decode(found.payload, type=str | _Payload)
        return msgspec.json.decode(payload, type=_Payload) if isinstance(payload, str) else payload
    return _Payload()
