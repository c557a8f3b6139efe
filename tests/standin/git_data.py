"""The Git data API: references, blobs, trees, commits and tags of the bare repository."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call, Refusal, not_found
from standin.bare import Entry

if TYPE_CHECKING:
    from standin.server import GitHubStandIn


def find_ref(github: GitHubStandIn, call: Call) -> Answer:
    return Answer(200, _ref_shape(github, f"refs/{call.params['ref']}"))


def create_ref(github: GitHubStandIn, call: Call) -> Answer:
    name = call.json["ref"]
    if not name.startswith("refs/") or name.count("/") < 2:
        raise Refusal(422, "Reference name must start with 'refs/' and contain at least one more '/'")
    if github.git.ref(name) is not None:
        raise Refusal(422, "Reference already exists")
    _require(github, call.json["sha"])
    github.git.move(name, call.json["sha"])
    return Answer(201, _ref_shape(github, name))


def update_ref(github: GitHubStandIn, call: Call) -> Answer:
    name, new = f"refs/{call.params['ref']}", call.json["sha"]
    old = github.git.ref(name)
    if old is None:
        raise Refusal(422, "Reference does not exist")
    _require(github, new)
    if not call.json.get("force", False) and not github.git.is_ancestor(old, new):
        raise Refusal(422, "Update is not a fast forward")
    if wrong := github.refusal_of(name.removeprefix("refs/heads/"), new):
        raise Refusal(422, wrong)
    github.git.move(name, new)
    return Answer(200, _ref_shape(github, name))


def delete_ref(github: GitHubStandIn, call: Call) -> Answer:
    name = f"refs/{call.params['ref']}"
    if github.git.ref(name) is None:
        raise Refusal(422, "Reference does not exist")
    github.git.delete(name)
    return Answer(204)


def create_blob(github: GitHubStandIn, call: Call) -> Answer:
    text = call.json["content"]
    data = base64.b64decode(text) if call.json.get("encoding") == "base64" else text.encode()
    blob = github.git.create_blob(data)
    return Answer(201, {"sha": blob, "url": f"{github.repository_url}/git/blobs/{blob}"})


def find_tree(github: GitHubStandIn, call: Call) -> Answer:
    _require(github, call.params["tree_sha"], "tree", "commit", refusal=not_found())
    return Answer(200, _tree_shape(github, call.params["tree_sha"], recursive=bool(call.asked("recursive"))))


def create_tree(github: GitHubStandIn, call: Call) -> Answer:
    entries = [_entry(github, entry) for entry in call.json["tree"]]
    if not entries:
        raise Refusal(422, "Invalid tree info")
    tree = github.git.create_tree(call.json.get("base_tree"), entries)
    return Answer(201, _tree_shape(github, tree))


def find_commit(github: GitHubStandIn, call: Call) -> Answer:
    _require(github, call.params["commit_sha"], "commit", refusal=not_found())
    return Answer(200, commit_shape(github, call.params["commit_sha"]))


def create_commit(github: GitHubStandIn, call: Call) -> Answer:
    _require(github, call.json["tree"], "tree")
    for parent in call.json.get("parents", ()):
        _require(github, parent, "commit")
    commit = github.git.create_commit(call.json["tree"], call.json.get("parents", ()), call.json["message"])
    if call.installation and not {"author", "committer"} & call.json.keys():  # GitHub signs for Apps only
        github.signed.add(commit)
    return Answer(201, commit_shape(github, commit))


def find_tag(github: GitHubStandIn, call: Call) -> Answer:
    _require(github, call.params["tag_sha"], "tag", refusal=not_found())
    return Answer(200, _tag_shape(github, call.params["tag_sha"]))


def create_tag(github: GitHubStandIn, call: Call) -> Answer:
    """Makes the tag object only; the reference to it is another call."""
    _require(github, call.json["object"], call.json["type"])
    tag = github.git.create_tag(call.json["tag"], call.json["object"], call.json["type"], call.json["message"])
    return Answer(201, _tag_shape(github, tag))


def _require(github: GitHubStandIn, id: str, *kinds: str, refusal: Refusal | None = None) -> None:
    kind = github.git.kind(id)
    if kind is None or (kinds and kind not in kinds):
        raise refusal or Refusal(422, "Object does not exist")


def _entry(github: GitHubStandIn, entry: dict[str, Any]) -> Entry:
    if "content" in entry:
        return github.git.entry(entry["mode"], entry["content"].encode(), entry["path"])
    if entry["sha"] is None:
        return Entry("0", "blob", "0" * 40, entry["path"])
    _require(github, entry["sha"])
    return Entry(entry["mode"], entry["type"], entry["sha"], entry["path"])


def _ref_shape(github: GitHubStandIn, name: str) -> dict[str, Any]:
    id = github.git.ref(name)
    if id is None:
        raise not_found()
    place = f"{github.repository_url}/git/{name}"
    return github.description.filled("git-ref", ref=name, url=place, object=_pointer(github, id))


def _pointer(github: GitHubStandIn, id: str) -> dict[str, Any]:
    kind = github.git.kind(id)
    return {"sha": id, "type": kind, "url": f"{github.repository_url}/git/{kind}s/{id}"}


def _tree_shape(github: GitHubStandIn, tree: str, *, recursive: bool = False) -> dict[str, Any]:
    entries = [
        {"path": each.path, "mode": each.mode, "type": each.kind, "sha": each.id}
        | ({} if each.size is None else {"size": each.size})
        for each in github.git.entries(tree, recursive=recursive)
    ]
    return {"sha": tree, "url": f"{github.repository_url}/git/trees/{tree}", "tree": entries, "truncated": False}


def commit_shape(github: GitHubStandIn, id: str) -> dict[str, Any]:
    commit = github.git.commit(id)
    place = f"{github.repository_url}/git"
    return github.description.filled(
        "git-commit",
        sha=id,
        url=f"{place}/commits/{id}",
        author=_person(commit.author),
        committer=_person(commit.committer),
        message=commit.message,
        tree={"sha": commit.tree, "url": f"{place}/trees/{commit.tree}"},
        parents=[parent_shape(github, parent) for parent in commit.parents],
        verification=_verification(id in github.signed),
    )


def _verification(signed: bool) -> dict[str, Any]:
    signature = "-----BEGIN PGP SIGNATURE-----" if signed else None
    reason, payload = ("valid", "tree") if signed else ("unsigned", None)
    return {"verified": signed, "reason": reason, "signature": signature, "payload": payload, "verified_at": None}


def parent_shape(github: GitHubStandIn, id: str) -> dict[str, str]:
    page = f"{github.url}/{github.slug}/commit/{id}"
    return {"sha": id, "url": f"{github.repository_url}/git/commits/{id}", "html_url": page}


def _person(person: tuple[str, str, str]) -> dict[str, str]:
    name, email, date = person
    return {"name": name, "email": email, "date": date}


def _tag_shape(github: GitHubStandIn, id: str) -> dict[str, Any]:
    head, _, message = github.git.text(id).partition("\n\n")
    fields = dict(line.split(" ", 1) for line in head.splitlines())
    return github.description.filled(
        "git-tag",
        sha=id,
        url=f"{github.repository_url}/git/tags/{id}",
        tag=fields["tag"],
        message=message,
        object=_pointer(github, fields["object"]),
    )


REPOSITORY = "/repos/{owner}/{repo}"
ROUTES = {
    ("GET", f"{REPOSITORY}/git/ref/{{ref}}"): find_ref,
    ("POST", f"{REPOSITORY}/git/refs"): create_ref,
    ("PATCH", f"{REPOSITORY}/git/refs/{{ref}}"): update_ref,
    ("DELETE", f"{REPOSITORY}/git/refs/{{ref}}"): delete_ref,
    ("POST", f"{REPOSITORY}/git/blobs"): create_blob,
    ("GET", f"{REPOSITORY}/git/trees/{{tree_sha}}"): find_tree,
    ("POST", f"{REPOSITORY}/git/trees"): create_tree,
    ("GET", f"{REPOSITORY}/git/commits/{{commit_sha}}"): find_commit,
    ("POST", f"{REPOSITORY}/git/commits"): create_commit,
    ("GET", f"{REPOSITORY}/git/tags/{{tag_sha}}"): find_tag,
    ("POST", f"{REPOSITORY}/git/tags"): create_tag,
}
