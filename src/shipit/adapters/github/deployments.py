"""The deployments that GitHub shows for a repository and its environments.

They are for people to see. shipit reads only whether it has reported them, and decides nothing else from them. A
deployment never changes after it was created; it has a list of statuses, and the newest status is its state.
https://docs.github.com/rest/deployments
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from shipit.adapters.github.calls import GitHubApi
from shipit.core import limits
from shipit.world import DeploymentState, ForgeDeployment

if TYPE_CHECKING:
    from github.Repository import Repository

    Fields = dict[str, Any]


def find_state(calls: GitHubApi, repository: Repository, deployment: ForgeDeployment) -> str | None:
    """Return the state of `deployment`; None if GitHub has none, or has a newer one of the same environment."""

    def find() -> str | None:
        found = _find(repository, deployment)
        return _state(repository, found) if found else None

    return calls.retry(f"read the deployments to `{deployment.environment}`", find)


def report(calls: GitHubApi, repository: Repository, deployment: ForgeDeployment, state: DeploymentState) -> None:
    """Give `deployment` the state `state`; create it if GitHub has none, or has a newer one of the same environment.

    After a success, the deployment that served before becomes `inactive`.
    """
    action = f"report the deployment to `{deployment.environment}`"
    found = calls.ensure(action, lambda: _find(repository, deployment), lambda: _create(repository, deployment))

    def same() -> object | None:
        return True if _state(repository, found) == state else None

    calls.ensure(action, same, lambda: _add_status(repository, found, state, deployment))
    if state == "success":
        calls.retry(action, lambda: _end_earlier(repository, found, deployment))


def _find(repository: Repository, deployment: ForgeDeployment) -> Fields | None:
    """Return the newest deployment of the environment if it is of the same commit and digest.

    After a rollback, an older one with the same commit can exist: the rollback is a deployment of its own.
    """
    newest = next(iter(_newest_first(repository, deployment.environment)), None)
    if newest is None or newest["sha"] != deployment.commit:
        return None
    return newest if _payload(newest).get("digest") == deployment.digest else None


def _create(repository: Repository, deployment: ForgeDeployment) -> Fields:
    fields = {
        "ref": deployment.commit,
        "environment": deployment.environment,
        "description": f"{deployment.version} {deployment.digest[:19]}".strip(),
        "payload": {"version": deployment.version, "digest": deployment.digest},
        "auto_merge": False,  # deploy exactly this commit, also when it is behind the default branch
        "required_contexts": [],  # the checks of the commit are the concern of the workflow
    }
    made: Fields = _send(repository, "POST", f"{repository.url}/deployments", fields)
    return made


def _add_status(repository: Repository, found: Fields, state: str, deployment: ForgeDeployment) -> object:
    links = {"environment_url": deployment.url, "log_url": deployment.log_url}
    fields = {"state": state, **{name: link for name, link in links.items() if link.startswith("http")}}
    answer: object = _send(repository, "POST", f"{repository.url}/deployments/{found['id']}/statuses", fields)
    return answer


def _end_earlier(repository: Repository, found: Fields, deployment: ForgeDeployment) -> None:
    """Make the deployment that served before inactive.

    GitHub does this by itself, except for environments that are marked as production environments.
    """
    for each in _newest_first(repository, deployment.environment):
        state = _state(repository, each) if each["id"] < found["id"] else None
        if state == "success":
            _send(repository, "POST", f"{repository.url}/deployments/{each['id']}/statuses", {"state": "inactive"})
        if state in ("success", "inactive"):
            return


def _newest_first(repository: Repository, environment: str) -> list[Fields]:
    query = urlencode({"environment": environment, "per_page": limits.EARLIER_DEPLOYMENTS})
    listed: list[Fields] = _send(repository, "GET", f"{repository.url}/deployments?{query}")
    return sorted(listed, key=lambda each: -int(each["id"]))


def _state(repository: Repository, found: Fields) -> str | None:
    """Return the newest status; None if there is none yet."""
    listed: list[Fields] = _send(repository, "GET", f"{repository.url}/deployments/{found['id']}/statuses?per_page=100")
    newest = max(listed, key=lambda each: int(each["id"]), default=None)
    return str(newest["state"]) if newest else None


def _payload(found: Fields) -> Fields:
    """Return the payload; GitHub returns it as an object or as text."""
    payload = found["payload"]
    try:
        decoded = json.loads(payload) if isinstance(payload, str) else payload
    except ValueError:
        decoded = {}
    return decoded if isinstance(decoded, dict) else {}


def _send(repository: Repository, method: str, url: str, fields: Fields | None = None) -> Any:
    _, answer = repository.requester.requestJsonAndCheck(method, url, input=fields)
    return answer
