"""Cut GitHub's GraphQL schema down to the fields that the stand-in serves.

    npm pack @octokit/graphql-schema && tar xzf octokit-graphql-schema-*.tgz
    python tests/standin/cut_schema.py package/schema.graphql > tests/standin/github.graphql

Descriptions go, rules stay: the arguments, the types, and what may be null, are GitHub's own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Any

from graphql import parse, print_ast
from graphql.language import DocumentNode, NamedTypeNode

# Of each type with fields, those that are kept. Inputs, enumerations and scalars that these need are kept whole.
FIELDS = {
    "Query": {"id"},  # a schema must have one
    "Mutation": {"createCommitOnBranch", "enablePullRequestAutoMerge"},
    "CreateCommitOnBranchPayload": {"clientMutationId", "commit"},
    "Commit": {"oid", "signature"},
    "EnablePullRequestAutoMergePayload": {"clientMutationId", "pullRequest"},
    "PullRequest": {"number"},
    "GitSignature": {"isValid", "state"},
    "GpgSignature": {"isValid", "state"},
}


def cut(document: DocumentNode) -> str:
    """The schema with `FIELDS` only, and the types that they need."""
    known: dict[str, Any] = {each.name.value: each for each in document.definitions if hasattr(each, "name")}
    needed = list(FIELDS)
    for name in needed:  # it grows
        known[name] = _bare(known[name], FIELDS.get(name))
        needed += [each for each in _named(known[name]) if each in known and each not in needed]
    return "\n\n".join(print_ast(known[name]) for name in sorted(needed)) + "\n"


def _bare(node: Any, fields: Set[str] | None = None) -> Any:
    """The node without descriptions and directives; with `fields`, only with these and the interfaces kept."""
    changed: dict[str, Any] = {"description": None, "directives": ()} if hasattr(node, "description") else {}
    for part in ("fields", "arguments", "values"):
        inside = getattr(node, part, None) or ()
        kept = [each for each in inside if fields is None or part != "fields" or each.name.value in fields]
        changed |= {part: tuple(map(_bare, kept))} if inside else {}
    if fields is not None:
        changed["interfaces"] = tuple(each for each in node.interfaces or () if each.name.value in FIELDS)
    return replace(node, **changed) if changed else node


def _named(node: Any) -> Iterator[str]:
    """The names of the types of the fields of a definition, and of their arguments."""
    for each in (*(getattr(node, "fields", None) or ()), *(getattr(node, "arguments", None) or ())):
        inner = each.type
        while not isinstance(inner, NamedTypeNode):
            inner = inner.type
        yield inner.name.value
        yield from _named(each)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(cut(parse(file.read(), no_location=True)))
