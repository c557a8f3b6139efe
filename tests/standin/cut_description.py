"""Cut GitHub's OpenAPI description down to the operations that the stand-in serves.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/standin/cut_description.py package/generated/api.github.com.json > tests/standin/github.json

Prose and examples go, rules stay: every type, required key, enumeration, format and status code is GitHub's own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

REPOSITORY = "/repos/{owner}/{repo}"
PACKAGE = "packages/{package_type}/{package_name}/versions"
OPERATIONS = {
    "/rate_limit": {"get"},
    "/users/{username}": {"get"},
    f"/orgs/{{org}}/{PACKAGE}": {"get"},
    f"/orgs/{{org}}/{PACKAGE}/{{package_version_id}}": {"delete"},
    f"/users/{{username}}/{PACKAGE}": {"get"},
    f"/users/{{username}}/{PACKAGE}/{{package_version_id}}": {"delete"},
    "/installation/repositories": {"get"},
    REPOSITORY: {"get"},
    f"{REPOSITORY}/branches/{{branch}}": {"get"},
    f"{REPOSITORY}/rules/branches/{{branch}}": {"get"},
    f"{REPOSITORY}/commits/{{ref}}": {"get"},
    f"{REPOSITORY}/actions/permissions/workflow": {"get"},
    f"{REPOSITORY}/releases": {"get", "post"},
    f"{REPOSITORY}/releases/latest": {"get"},
    f"{REPOSITORY}/releases/tags/{{tag}}": {"get"},
    f"{REPOSITORY}/releases/{{release_id}}": {"get", "patch", "delete"},
    f"{REPOSITORY}/releases/{{release_id}}/assets": {"get", "post"},
    f"{REPOSITORY}/releases/assets/{{asset_id}}": {"get", "delete"},
    f"{REPOSITORY}/deployments": {"get", "post"},
    f"{REPOSITORY}/deployments/{{deployment_id}}/statuses": {"get", "post"},
    f"{REPOSITORY}/issues/{{issue_number}}/comments": {"get", "post"},
    f"{REPOSITORY}/issues/comments/{{comment_id}}": {"patch"},
    f"{REPOSITORY}/issues/{{issue_number}}/labels": {"get", "post"},
    f"{REPOSITORY}/pulls": {"get", "post"},
    f"{REPOSITORY}/pulls/{{pull_number}}": {"get", "patch"},
    f"{REPOSITORY}/pulls/{{pull_number}}/commits": {"get"},
    f"{REPOSITORY}/pulls/{{pull_number}}/merge": {"put"},
    f"{REPOSITORY}/git/ref/{{ref}}": {"get"},
    f"{REPOSITORY}/git/refs": {"post"},
    f"{REPOSITORY}/git/refs/{{ref}}": {"patch", "delete"},
    f"{REPOSITORY}/git/blobs": {"post"},
    f"{REPOSITORY}/git/trees": {"post"},
    f"{REPOSITORY}/git/trees/{{tree_sha}}": {"get"},
    f"{REPOSITORY}/git/commits": {"post"},
    f"{REPOSITORY}/git/commits/{{commit_sha}}": {"get"},
    f"{REPOSITORY}/git/tags": {"post"},
    f"{REPOSITORY}/git/tags/{{tag_sha}}": {"get"},
}
PROSE = {"description", "summary", "example", "examples", "externalDocs", "tags", "servers"}
NAMES = {"properties", "responses", "headers"}


def cut(description: dict[str, Any]) -> dict[str, Any]:
    """The same description with `OPERATIONS` only, and only the components they lead to."""
    paths = {path: _operations(description["paths"][path], methods) for path, methods in OPERATIONS.items()}
    components: dict[str, Any] = {}
    for room, name in _reachable(paths, description["components"]):
        components.setdefault(room, {})[name] = _bare(description["components"][room][name])
    info = {key: description["info"][key] for key in ("title", "version", "license")}
    return {"openapi": description["openapi"], "info": info, "paths": paths, "components": components}


def _operations(path: dict[str, Any], methods: set[str]) -> dict[str, Any]:
    return {method: _bare(path[method]) for method in sorted(methods)}


def _bare(node: Any, names: bool = False) -> Any:
    """`node` without prose; `names` says that its keys are names somebody chose, not words of OpenAPI."""
    if isinstance(node, list):
        return [_bare(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if names or not (key in PROSE or key.startswith("x-"))}
    return {key: _bare(value, names=not names and key in NAMES) for key, value in kept.items()}


def _reachable(paths: dict[str, Any], components: dict[str, Any]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    waiting = list(_references(paths))
    while waiting:
        room, name = waiting.pop()
        if (room, name) not in found:
            found[room, name] = None
            waiting.extend(_references(_bare(components[room][name])))
    return sorted(found)


def _references(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            _, _, room, name = node["$ref"].split("/")
            yield room, name
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _references(each)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        json.dump(cut(json.load(file)), sys.stdout, separators=(",", ":"), sort_keys=True)
    sys.stdout.write("\n")
