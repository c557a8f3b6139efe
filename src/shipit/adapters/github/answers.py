"""The parts of GitHub's answers that shipit reads, with their types. An answer of another form is a failure.

https://docs.github.com/rest documents the whole objects.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Raw, Struct

_Data = TypeVar("_Data")


class Permissions(Struct):
    """The permissions of the token; those of an App token are not reported."""

    push: bool = False


class RepositoryAnswer(Struct):
    """A repository; `permissions` and each `allow_` is None if GitHub does not report them to this token."""

    full_name: str
    default_branch: str
    archived: bool = False
    permissions: Permissions | None = None
    allow_auto_merge: bool | None = None
    allow_merge_commit: bool | None = None
    allow_squash_merge: bool | None = None
    allow_rebase_merge: bool | None = None


class Rule(Struct):
    """A rule for a branch, from a ruleset."""

    type: str


class WorkflowSettings(Struct):
    """The settings of workflows; GitHub has one for opening and for approving pull requests."""

    can_approve_pull_request_reviews: bool


class Branch(Struct):
    """A branch; `protected` is about the older protections of branches."""

    protected: bool


class AssetAnswer(Struct):
    """A file of a release; `digest` is None on older servers, and `label` is the text that is shown for its name."""

    id: int
    name: str
    size: int
    state: str
    digest: str | None = None
    label: str | None = None


class ReleaseAnswer(Struct):
    """A release or a draft; many drafts can have the same tag."""

    id: int
    tag_name: str
    draft: bool
    prerelease: bool
    html_url: str
    upload_url: str
    assets: list[AssetAnswer]
    name: str | None = None
    body: str | None = None


class RefTarget(Struct):
    """The object that a reference or a tag object leads to; `type` is `commit` or `tag`."""

    sha: str
    type: str


class RefAnswer(Struct):
    """A reference, or a tag object."""

    object: RefTarget


class Sha(Struct):
    """An object that is only known by its id."""

    sha: str


class Verification(Struct):
    """The result of GitHub's check of the signature of a commit; `verified` is False without a signature."""

    verified: bool = False


class CommitAnswer(Struct):
    """A commit of the Git data API."""

    sha: str
    message: str
    tree: Sha
    parents: list[Sha]
    verification: Verification | None = None

    @property
    def is_verified(self) -> bool:
        """True if GitHub shows the commit as Verified."""
        return self.verification is not None and self.verification.verified


class TreeEntry(Struct):
    """An entry of a tree; `type` is `blob`, `tree` or `commit`."""

    path: str
    mode: str
    type: str
    sha: str


class Tree(Struct):
    """The entries of a tree."""

    tree: list[TreeEntry]


class Author(Struct):
    """The author of a comment; `type` is `User` or `Bot`."""

    type: str


class Comment(Struct):
    """A comment on an issue or a pull request; `user` is None if the account was deleted."""

    id: int
    author_association: str
    body: str | None = None
    user: Author | None = None


# The associations of authors who can write to the repository. Bots such as that of GitHub Actions have none of them.
WRITERS = frozenset(("OWNER", "MEMBER", "COLLABORATOR"))


class Label(Struct):
    """A label of an issue or a pull request."""

    name: str


class DeploymentAnswer(Struct):
    """A deployment; `payload` is the JSON that the tool which made it attached, as an object or as text."""

    id: int
    sha: str
    payload: Raw = Raw(b"null")
    created_at: str = ""


class Status(Struct):
    """A status of a deployment."""

    id: int
    state: str
    created_at: str = ""


class Account(Struct):
    """The owner of packages; `type` is `User` or `Organization`."""

    type: str


class PackageVersion(Struct):
    """A version of a package; the name of a version of a container package is the digest of its image."""

    id: int
    name: str


class Protection(Struct):
    """The required checks of a branch with an older protection, as everybody sees them."""

    class Checks(Struct):
        """The names of the checks."""

        contexts: list[str] = []

    required_status_checks: Checks | None = None


class ProtectedBranch(Struct):
    """A branch with its protection."""

    protection: Protection | None = None


class PullUser(Struct):
    """The user or the App that opened a pull request."""

    login: str


class PullHead(Struct):
    """The branch of a pull request; `sha` is its last commit."""

    sha: str


class AutoMergeAnswer(Struct):
    """The auto-merge of a pull request."""

    merge_method: str


class PullRequestAnswer(Struct):
    """A pull request; `merged_at` is None if it was not merged."""

    number: int
    state: str
    title: str
    html_url: str
    head: PullHead
    user: PullUser | None = None
    body: str | None = None
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    node_id: str = ""
    auto_merge: AutoMergeAnswer | None = None
    draft: bool = False
    author_association: str = ""


class CommitText(Struct):
    """The message of a commit."""

    message: str


class PullCommit(Struct):
    """A commit of a pull request."""

    commit: CommitText


class GraphError(Struct):
    """An error in an answer of the GraphQL API; `type` is a word such as `FORBIDDEN`, or None."""

    message: str = "no reason given"
    type: str | None = None


class GraphErrors(Struct):
    """The errors in an answer of the GraphQL API. With errors, each part of the data can be null."""

    errors: list[GraphError] | None = None


class GraphAnswer(Struct, Generic[_Data]):
    """An answer of the GraphQL API without errors."""

    data: _Data


class MadeCommit(Struct):
    """A commit that a mutation made; `oid` is its id."""

    oid: str


class CreatedCommit(Struct):
    """The result of the mutation `createCommitOnBranch`."""

    commit: MadeCommit


class CreatedOnBranch(Struct, rename="camel"):
    """The data of an answer to `createCommitOnBranch`."""

    create_commit_on_branch: CreatedCommit


class EnabledAutoMerge(Struct, rename="camel"):
    """The data of an answer to `enablePullRequestAutoMerge`."""

    enable_pull_request_auto_merge: object = None
