"""Pull requests between branches of the repository: opened, listed, changed, and merged by each method."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call, Refusal, invalid, not_found, page
from standin.bare import BOT

if TYPE_CHECKING:
    from standin.server import GitHubStandIn

LONGEST_BODY = 65_536  # characters
WHEN = "2026-01-01T00:00:00Z"


@dataclass
class Pull:
    """A pull request; `head` is the last commit of its branch, while it is open."""

    number: int
    branch: str
    base: str
    title: str
    body: str
    head: str
    state: str = "open"
    merged_at: str | None = None
    merge_commit: str | None = None
    author: str = "ada"
    association: str = "OWNER"  # of its author with the repository
    draft: bool = False
    auto_merge: str = ""  # the method by which GitHub merges it by itself
    fork: str = ""  # the commit that the branch and its base had in common when it was merged

    @property
    def node_id(self) -> str:
        """Its name in the GraphQL API."""
        return f"PR_{self.number}"


def list_pulls(github: GitHubStandIn, call: Call) -> Answer:
    """As on GitHub, `head` without an owner selects nothing, so all pull requests are listed."""
    _refresh(github)
    owner, _, branch = call.asked("head").rpartition(":")
    state, base = call.asked("state", "open"), call.asked("base")
    found = [
        each
        for each in reversed(github.pulls)
        if (state in ("all", each.state))
        and (not owner or (owner, branch) == (github.slug.partition("/")[0], each.branch))
        and (not base or each.base == base)
    ]
    return page(call, [_simple(github, each) for each in found])


def create_pull(github: GitHubStandIn, call: Call) -> Answer:
    _refresh(github)
    if call.installation and not github.actions_may_open_pulls:
        raise Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.")
    asked = call.json
    _accept(asked.get("body") or "")
    branch, base = asked["head"].rpartition(":")[2], asked["base"]
    head = github.git.ref(f"refs/heads/{branch}")
    for field, name in (("head", branch), ("base", base)):
        if github.git.ref(f"refs/heads/{name}") is None:
            raise invalid("PullRequest", field, "invalid")
    if any((each.branch, each.base, each.state) == (branch, base, "open") for each in github.pulls):
        what = f"A pull request already exists for {github.slug.partition('/')[0]}:{branch}."
        raise invalid("PullRequest", "base", "custom", what)
    if head is None or github.git.is_ancestor(head, str(github.git.ref(f"refs/heads/{base}"))):
        raise invalid("PullRequest", "base", "custom", f"No commits between {base} and {branch}")
    number = max([0, *github.issues, *(each.number for each in github.pulls)]) + 1
    author, draft = "github-actions[bot]" if call.installation else "ada", asked.get("draft", False)
    if draft and not github.has_drafts:
        raise Refusal(422, "Draft pull requests are not supported in this repository.")
    made = Pull(number, branch, base, asked["title"], asked.get("body") or "", head, author=author, draft=draft)
    github.pulls.append(made)
    return Answer(201, _whole(github, github.pulls[-1]))


def find_pull(github: GitHubStandIn, call: Call) -> Answer:
    return Answer(200, _whole(github, _pull(github, call)))


def update_pull(github: GitHubStandIn, call: Call) -> Answer:
    pull = _pull(github, call)
    _accept(call.json.get("body") or "")
    for field in ("title", "body", "state"):
        if field in call.json:
            setattr(pull, field, call.json[field])
    return Answer(200, _whole(github, pull))


def list_pull_commits(github: GitHubStandIn, call: Call) -> Answer:
    from standin.repository import commit_of

    return page(call, [commit_of(github, id) for id in _commits(github, _pull(github, call))])


def merge_pull(github: GitHubStandIn, call: Call) -> Answer:
    pull, asked = _pull(github, call), call.json or {}
    if pull.state != "open":
        raise Refusal(405, "Pull Request is not mergeable")
    merged = merge(
        github, pull, asked.get("merge_method", "merge"), asked.get("commit_title"), asked.get("commit_message")
    )
    return Answer(200, {"sha": merged, "merged": True, "message": "Pull Request successfully merged"})


def merge(github: GitHubStandIn, pull: Pull, how: str, title: str | None = None, text: str | None = None) -> str:
    """Merge a pull request as its buttons do, and return the new tip of its base."""
    git, ref = github.git, f"refs/heads/{pull.base}"
    tip = str(git.ref(ref))
    pull.fork = git.git("merge-base", tip, pull.head)
    commits = _commits(github, pull)
    if how == "rebase":
        merged = tip
        for commit in commits:
            same = git.commit(merged).tree == git.commit(git.commit(commit).parents[0]).tree  # nothing to merge
            tree = git.commit(commit).tree if same else _merged_tree(github, merged, commit)
            merged = git.create_commit(tree, [merged], git.commit(commit).message)
    else:
        messages = [git.commit(commit).message for commit in commits]
        title = title or (f"{pull.title} (#{pull.number})" if how == "squash" else _merge_title(github, pull))
        default = messages[0] if len(messages) == 1 else "\n\n".join(f"* {message}" for message in messages)
        body = text if text is not None else default if how == "squash" else pull.title
        parents = [tip, pull.head] if how == "merge" else [tip]
        merged = git.create_commit(_merged_tree(github, tip, pull.head), parents, f"{title}\n\n{body}")
    git.move(ref, merged)
    pull.state, pull.merged_at, pull.merge_commit = "closed", WHEN, merged
    return merged


def _merge_title(github: GitHubStandIn, pull: Pull) -> str:
    return f"Merge pull request #{pull.number} from {github.slug.partition('/')[0]}/{pull.branch}"


def _merged_tree(github: GitHubStandIn, tip: str, head: str) -> str:
    try:
        return github.git.git("merge-tree", "--write-tree", tip, head, env=BOT).splitlines()[0]
    except subprocess.CalledProcessError:
        raise Refusal(405, "Pull Request is not mergeable") from None


def _refresh(github: GitHubStandIn) -> None:
    """Follow the branches of the open pull requests; GitHub closes one whose branch is gone or has nothing to merge."""
    for pull in github.pulls:
        if pull.state != "open":
            continue
        head, base = (github.git.ref(f"refs/heads/{name}") for name in (pull.branch, pull.base))
        if head is None or base is None:
            pull.state = "closed"
        elif github.git.is_ancestor(head, base):
            pull.merged_at = WHEN if head == pull.head else None
            pull.state, pull.head = "closed", head
        else:
            pull.head = head


def _commits(github: GitHubStandIn, pull: Pull) -> list[str]:
    """The commits of a pull request, oldest first."""
    exclude = pull.fork or github.git.ref(f"refs/heads/{pull.base}") or ""
    return github.git.git("rev-list", "--reverse", "--topo-order", pull.head, f"^{exclude}").splitlines()


def _pull(github: GitHubStandIn, call: Call) -> Pull:
    _refresh(github)
    found = next((each for each in github.pulls if each.number == int(call.params["pull_number"])), None)
    if found is None:
        raise not_found()
    return found


def _accept(body: str) -> None:
    if len(body) > LONGEST_BODY:
        raise invalid("PullRequest", "body", "custom", f"body is too long (maximum is {LONGEST_BODY} characters)")


def _known(github: GitHubStandIn, pull: Pull) -> dict[str, Any]:
    place = f"{github.repository_url}/pulls/{pull.number}"
    return {
        "number": pull.number,
        "node_id": pull.node_id,
        "state": pull.state,
        "title": pull.title,
        "body": pull.body,
        "url": place,
        "html_url": f"{github.url}/{github.slug}/pull/{pull.number}",
        "draft": pull.draft,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit,
        "author_association": pull.association,
        "user": github.description.filled("simple-user", login=pull.author, type="User"),
    }


def _simple(github: GitHubStandIn, pull: Pull) -> dict[str, Any]:
    return _filled(github, "pull-request-simple", pull)


def _whole(github: GitHubStandIn, pull: Pull) -> dict[str, Any]:
    return _filled(github, "pull-request", pull) | {"merged": pull.merged_at is not None, "mergeable_state": "clean"}


def _filled(github: GitHubStandIn, schema: str, pull: Pull) -> dict[str, Any]:
    shape = github.description.filled(schema, **_known(github, pull))
    if pull.auto_merge:
        by = github.description.filled("simple-user", login=pull.author, type="User")
        texts = {"commit_title": "", "commit_message": ""}
        shape["auto_merge"] = {"enabled_by": by, "merge_method": pull.auto_merge, **texts}
    for side, name, id in (("head", pull.branch, pull.head), ("base", pull.base, pull.head)):
        shape[side] = shape[side] | {"ref": name, "sha": id, "label": f"{github.slug.partition('/')[0]}:{name}"}
    return shape


REPOSITORY = "/repos/{owner}/{repo}"
ROUTES = {
    ("GET", f"{REPOSITORY}/pulls"): list_pulls,
    ("POST", f"{REPOSITORY}/pulls"): create_pull,
    ("GET", f"{REPOSITORY}/pulls/{{pull_number}}"): find_pull,
    ("PATCH", f"{REPOSITORY}/pulls/{{pull_number}}"): update_pull,
    ("GET", f"{REPOSITORY}/pulls/{{pull_number}}/commits"): list_pull_commits,
    ("PUT", f"{REPOSITORY}/pulls/{{pull_number}}/merge"): merge_pull,
}
