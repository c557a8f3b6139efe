"""The GraphQL API: the mutations in `github.graphql`, which is GitHub's own schema, cut but not changed.

A query or a variable against the schema is a violation; what GitHub refuses is an error in the answer, of status 200.
"""

from __future__ import annotations

import base64
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call

if TYPE_CHECKING:
    from graphql import GraphQLSchema
    from standin.server import GitHubStandIn

FILE = "100644"  # of every file that a mutation adds or changes: it cannot make one executable


class Violation(Exception):
    """A request or an answer does not follow GitHub's schema."""


class Refused(Exception):
    """GitHub refuses a mutation; `type` is the type that GitHub writes into the error."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


def answer(github: GitHubStandIn, call: Call) -> Answer:
    from graphql import GraphQLError, execute_sync, parse, validate  # slow to import, and few tests need it

    try:
        document = parse(call.json["query"])
    except GraphQLError as error:
        raise Violation(error.message) from error
    if wrong := validate(_schema(), document):
        raise Violation("; ".join(each.message for each in wrong))
    root = {name: functools.partial(mutate, github, call) for name, mutate in MUTATIONS.items()}
    result = execute_sync(_schema(), document, root, variable_values=call.json.get("variables"))
    errors = [_error(each) for each in result.errors or ()]
    return Answer(200, {"data": result.data} | ({"errors": errors} if errors else {}))


def _error(error: Any) -> dict[str, Any]:
    refused = error.original_error
    if not isinstance(refused, Refused):
        raise Violation(error.message)
    return {"type": refused.type, "path": error.path, "message": str(refused)}


@functools.cache
def _schema() -> GraphQLSchema:
    from graphql import build_schema

    return build_schema((Path(__file__).parent / "github.graphql").read_text(encoding="utf-8"))


def create_commit_on_branch(github: GitHubStandIn, call: Call, _info: object, input: dict[str, Any]) -> dict[str, Any]:
    branch, changes, git = input["branch"], input["fileChanges"], github.git
    ref = f"refs/heads/{branch['branchName']}"
    if not call.may_write:
        raise Refused("FORBIDDEN", "Resource not accessible by personal access token")
    head = git.ref(ref) if branch["repositoryNameWithOwner"] == github.slug else None
    if head is None:
        raise Refused("NOT_FOUND", f"Could not resolve to a branch with the name '{branch['branchName']}'.")
    if head != input["expectedHeadOid"]:
        what = f'Expected branch to point to "{input["expectedHeadOid"]}" but it did not. Pull and try again.'
        raise Refused("STALE_DATA", what)
    entries = [git.entry(FILE, base64.b64decode(each["contents"]), each["path"]) for each in changes["additions"]]
    message, text = input["message"]["headline"], input["message"].get("body")
    made = git.create_commit(git.create_tree(head, entries), [head], f"{message}\n\n{text}" if text else message)
    if github.signs:
        github.signed.add(made)
    if wrong := github.refusal_of(branch["branchName"], made):
        raise Refused("UNPROCESSABLE", wrong)
    git.move(ref, made)
    signature = {"__typename": "GpgSignature", "isValid": True, "state": "VALID"} if github.signs else None
    return {"commit": {"oid": made, "signature": signature}}


def enable_auto_merge(github: GitHubStandIn, call: Call, _info: object, input: dict[str, Any]) -> dict[str, Any]:
    pull = next((each for each in github.pulls if each.node_id == input["pullRequestId"]), None)
    method = input["mergeMethod"].lower()
    if pull is None:
        raise Refused("NOT_FOUND", f"Could not resolve to a node with the global id of '{input['pullRequestId']}'")
    if not github.allows_auto_merge:
        raise Refused("UNPROCESSABLE", "Pull request Auto merge is not allowed for this repository")
    if method not in github.merge_methods:
        raise Refused("UNPROCESSABLE", f"Merge method {method} merging is not allowed on this repository")
    if pull.base not in github.protected:
        raise Refused("UNPROCESSABLE", "Pull request Pull request is in clean status")
    pull.auto_merge = method
    return {"pullRequest": {"number": pull.number}}


MUTATIONS = {"createCommitOnBranch": create_commit_on_branch, "enablePullRequestAutoMerge": enable_auto_merge}
