"""Deployments and their statuses. GitHub records them and decides nothing: the newest status is the state."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call, Refusal, invalid, not_found, page

if TYPE_CHECKING:
    from standin.server import GitHubStandIn

LONGEST_DESCRIPTION = 140  # characters, of a status
_ids = itertools.count(7001)


@dataclass
class Status:
    state: str
    log_url: str = ""
    environment_url: str = ""
    description: str = ""
    id: int = field(default_factory=lambda: next(_ids))


@dataclass
class Deployment:
    """A deployment of a commit to an environment; `production` is true for what GitHub takes for production."""

    sha: str
    environment: str
    payload: Any
    description: str | None = None
    production: bool = False
    statuses: list[Status] = field(default_factory=list)
    id: int = field(default_factory=lambda: next(_ids))

    @property
    def state(self) -> str:
        return self.statuses[-1].state if self.statuses else ""


def list_deployments(github: GitHubStandIn, call: Call) -> Answer:
    wanted = {"environment": call.asked("environment"), "sha": call.asked("sha")}
    seen = [
        each
        for each in reversed(github.deployments)
        if all(value in ("", getattr(each, name)) for name, value in wanted.items())
    ]
    return page(call, [_shape(github, each) for each in seen])


def create_deployment(github: GitHubStandIn, call: Call) -> Answer:
    sha = github.git.resolve(call.json["ref"])
    if sha is None:
        raise Refusal(422, f"No ref found for: {call.json['ref']}")
    if call.json.get("auto_merge", True) or call.json.get("required_contexts") != []:
        # Without them GitHub merges the default branch into the ref, and refuses a commit whose checks did not succeed.
        raise Refusal(409, "Conflict: Commit status checks failed for the ref.")
    environment = call.json.get("environment", "production")
    production = call.json.get("production_environment", environment == "production")
    made = Deployment(sha, environment, call.json.get("payload", ""), call.json.get("description"), production)
    github.deployments.append(made)
    return Answer(201, _shape(github, made))


def list_statuses(github: GitHubStandIn, call: Call) -> Answer:
    found = _deployment(github, call)
    return page(call, [_status_shape(github, found, status) for status in reversed(found.statuses)])


def create_status(github: GitHubStandIn, call: Call) -> Answer:
    found, given = _deployment(github, call), call.json
    if len(given.get("description", "")) > LONGEST_DESCRIPTION:
        raise invalid("DeploymentStatus", "description", "custom", "description is too long")
    names = ("state", "log_url", "environment_url", "description")
    found.statuses.append(Status(**{name: given[name] for name in names if name in given}))
    if given["state"] == "success" and given.get("auto_inactive", True):
        for each in github.deployments[: github.deployments.index(found)]:
            if each.environment == found.environment and not each.production and each.state != "inactive":
                each.statuses.append(Status("inactive"))
    return Answer(201, _status_shape(github, found, found.statuses[-1]))


def _deployment(github: GitHubStandIn, call: Call) -> Deployment:
    for each in github.deployments:
        if each.id == int(call.params["deployment_id"]):
            return each
    raise not_found()


def _url(github: GitHubStandIn, deployment: Deployment) -> str:
    return f"{github.repository_url}/deployments/{deployment.id}"


def _shape(github: GitHubStandIn, deployment: Deployment) -> dict[str, Any]:
    return github.description.filled(
        "deployment",
        id=deployment.id,
        sha=deployment.sha,
        ref=deployment.sha,
        task="deploy",
        environment=deployment.environment,
        payload=deployment.payload,
        description=deployment.description,
        url=_url(github, deployment),
        statuses_url=f"{_url(github, deployment)}/statuses",
        repository_url=github.repository_url,
    )


def _status_shape(github: GitHubStandIn, deployment: Deployment, status: Status) -> dict[str, Any]:
    known = {"log_url": status.log_url, "environment_url": status.environment_url}
    return github.description.filled(
        "deployment-status",
        id=status.id,
        state=status.state,
        description=status.description,
        url=f"{_url(github, deployment)}/statuses/{status.id}",
        deployment_url=_url(github, deployment),
        repository_url=github.repository_url,
        **{name: value for name, value in known.items() if value},
    )


REPOSITORY = "/repos/{owner}/{repo}"
ROUTES = {
    ("GET", f"{REPOSITORY}/deployments"): list_deployments,
    ("POST", f"{REPOSITORY}/deployments"): create_deployment,
    ("GET", f"{REPOSITORY}/deployments/{{deployment_id}}/statuses"): list_statuses,
    ("POST", f"{REPOSITORY}/deployments/{{deployment_id}}/statuses"): create_status,
}
