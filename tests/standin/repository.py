"""The repository itself: what it is, its branches and their rules, and whom GitHub takes the caller for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call, Refusal, not_found
from standin.git_data import commit_shape, parent_shape

if TYPE_CHECKING:
    from standin.server import GitHubStandIn


def find_repository(github: GitHubStandIn, call: Call) -> Answer:
    known = {
        "name": github.slug.partition("/")[2],
        "full_name": github.slug,
        "private": github.private,
        "archived": github.archived,
        "default_branch": github.default_branch,
        "url": github.repository_url,
        "html_url": f"{github.url}/{github.slug}",
        "allow_auto_merge": github.allows_auto_merge,
        "allow_merge_commit": "merge" in github.merge_methods,
        "allow_squash_merge": "squash" in github.merge_methods,
        "allow_rebase_merge": "rebase" in github.merge_methods,
        "permissions": {"admin": False, "push": call.may_write and not call.installation, "pull": True},
    }
    return Answer(200, github.description.filled("full-repository", **known))


def find_branch(github: GitHubStandIn, call: Call) -> Answer:
    name = call.params["branch"]
    head = github.git.ref(f"refs/heads/{name}")
    if head is None:
        raise not_found()
    place = f"{github.repository_url}/branches/{name}"
    known = {
        "name": name,
        "commit": commit_of(github, head),
        "protected": name in github.protected,
        "_links": {"html": f"{github.url}/{github.slug}/tree/{name}", "self": place},
        "protection_url": f"{place}/protection",
        "protection": {
            "enabled": name in github.protected,
            "required_status_checks": {
                "enforcement_level": "non_admins",
                "contexts": sorted(github.checks),
                "checks": [],
            },
        },
    }
    return Answer(200, github.description.filled("branch-with-protection", **known))


def branch_rules(github: GitHubStandIn, call: Call) -> Answer:
    rules = github.rules.get(call.params["branch"], ())
    source = {"ruleset_source_type": "Repository", "ruleset_source": github.slug, "ruleset_id": 1}
    return Answer(200, [rule | source for rule in rules])


def find_commit(github: GitHubStandIn, call: Call) -> Answer:
    commit = github.git.resolve(call.params["ref"])
    if commit is None:
        raise Refusal(422, f"No commit found for SHA: {call.params['ref']}")
    return Answer(200, commit_of(github, commit))


def workflow_settings(github: GitHubStandIn, call: Call) -> Answer:
    if call.installation or not call.may_write:
        raise Refusal(403, "Resource not accessible by integration")
    may_open = github.actions_may_open_pulls
    settings = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": may_open}
    return Answer(200, settings)


def rate_limit(github: GitHubStandIn, call: Call) -> Answer:
    limit = {"limit": 5000, "used": 1, "remaining": 4999, "reset": 4102444800}
    return Answer(200, {"rate": limit, "resources": {"core": limit, "search": limit}})


def installation_repositories(github: GitHubStandIn, call: Call) -> Answer:
    if not call.installation:
        raise Refusal(403, "You must authenticate with an installation access token in order to list repositories.")
    return Answer(200, {"total_count": 0, "repositories": []})


def commit_of(github: GitHubStandIn, id: str) -> dict[str, Any]:
    inner = commit_shape(github, id)
    kept = {key: inner[key] for key in ("author", "committer", "message", "tree", "url")}
    return github.description.filled(
        "commit",
        sha=id,
        url=f"{github.repository_url}/commits/{id}",
        commit={**kept, "comment_count": 0},
        parents=[parent_shape(github, parent["sha"]) for parent in inner["parents"]],
    )


REPOSITORY = "/repos/{owner}/{repo}"
ROUTES = {
    ("GET", "/rate_limit"): rate_limit,
    ("GET", "/installation/repositories"): installation_repositories,
    ("GET", REPOSITORY): find_repository,
    ("GET", f"{REPOSITORY}/branches/{{branch}}"): find_branch,
    ("GET", f"{REPOSITORY}/rules/branches/{{branch}}"): branch_rules,
    ("GET", f"{REPOSITORY}/commits/{{ref}}"): find_commit,
    ("GET", f"{REPOSITORY}/actions/permissions/workflow"): workflow_settings,
}
