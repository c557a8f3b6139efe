"""The port to the forge, which publishes releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from shipit.core.write_back import MergeMethod, WriteBack
from shipit.errors import Overtaken
from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.core.notes.links import Links


class Asset(Struct, frozen=True):
    """A file attached to a release.

    Args:
        size: in bytes.
        digest: `sha256:<hex>`; None if the forge does not report it.
        by_shipit: False if the forge does not show that shipit attached the file: a person can have done it.
    """

    name: str
    size: int
    digest: str | None = None
    by_shipit: bool = True


def attached_meanwhile(tag: str, name: str) -> Overtaken:
    """Return the error for a file that another run attached to the draft of `tag` after this one read it."""
    return Overtaken(
        f"another run attached its own `{name}` to the draft of `{tag}`", hint="run the same command again"
    )


def require_attached(tag: str, attached: Iterable[Asset], present: Iterable[Asset]) -> None:
    """Raise `Overtaken` if a file that this run attached is no longer in the draft of `tag`.

    Args:
        tag: the tag of the release.
        attached: the files that this run attached.
        present: the files that the draft has.
    """
    kept = {(each.name, each.size): each.digest for each in present}
    replaced = [f"`{each.name}`" for each in attached if not _is_kept(each, kept)]
    if replaced:
        what = f"another run replaced {', '.join(replaced)} in the draft of `{tag}`"
        raise Overtaken(what, hint="run the same command again: it attaches its own files")


def _is_kept(asset: Asset, kept: Mapping[tuple[str, int], str | None]) -> bool:
    """Return whether `asset` is in `kept` (digest by name and size). A server too old for digests reports None."""
    key = (asset.name, asset.size)
    return key in kept and (None in (asset.digest, kept[key]) or asset.digest == kept[key])


class ForgeRelease(Struct, frozen=True):
    """A release on the forge; `body` is Markdown, `url` is its web page."""

    tag: str
    title: str
    body: str
    draft: bool
    prerelease: bool
    url: str
    assets: tuple[Asset, ...] = ()


DeploymentState = Literal["in_progress", "success", "inactive", "failure"]


class ForgeDeployment(Struct, frozen=True):
    """A deployment as the forge shows it to people.

    Args:
        environment: the name of the environment.
        commit: the id of the commit that the images were built from.
        digest: the digest of the image; if there are several, separated by spaces.
        version: the version of the image.
        url: the public address of the environment; empty for none.
        log_url: the web page of the run; empty for none.
    """

    environment: str
    commit: str
    digest: str
    version: str
    url: str = ""
    log_url: str = ""


class PastDeployment(Struct, frozen=True):
    """A deployment that the forge shows, made by shipit or another tool. Times are in seconds since the epoch (UTC).

    Args:
        commit: the id of the commit.
        digest: the digest of the image; empty if another tool made the deployment.
        version: the version of the image; empty if another tool made the deployment.
        at: the time when it was created.
        states: each state that was reported, with its time, the oldest first.
    """

    commit: str
    digest: str
    version: str
    at: int
    states: tuple[tuple[str, int], ...] = ()


PullRequestState = Literal["open", "closed", "merged"]


class ForgePullRequest(Struct, frozen=True):
    """A pull request of a branch of the same repository.

    Args:
        head: the id of the last commit of the branch; after the pull request was closed or merged, that at this time.
        body: Markdown.
        url: its web page.
        runs_checks: False if the token of a workflow opened it, so that no checks run for it.
        auto_merge: the method by which the forge merges it by itself; empty if it does not.
        draft: True if nobody can merge it before it is marked as ready for review.
    """

    number: int
    head: str
    state: PullRequestState
    title: str
    body: str
    url: str
    runs_checks: bool = True
    auto_merge: str = ""
    draft: bool = False


class MergedPullRequest(Struct, frozen=True):
    """A pull request that was merged; `commit` is the commit that the merge made, and `body` is Markdown.

    `by_writer` is False if the forge does not show that its author can write to the repository: such a user can edit
    the body after the review.
    """

    number: int
    commit: str
    body: str
    by_writer: bool = True


class Forge(Protocol):
    """The place where releases are published: GitHub, or local files if the remote is not on GitHub.

    Every creation is idempotent: if the object exists with the same content, it is returned and not created again; if
    its content differs, `ConflictError` is raised.

    `opens_pull_requests` is whether it has pull requests. `shared` is whether other clones see its releases; if not, a
    release that is missing here may exist in another one.
    """

    name: str
    shared: bool
    opens_pull_requests: bool

    # reads
    @property
    def shows_deployments(self) -> bool:
        """True if deployments can be reported: the forge shows them, and there is a token."""

    def links(self) -> Links | None:
        """Return the web addresses of commits, issues and releases; None if there is no web page for them."""

    def find_release(self, tag: str) -> ForgeRelease | None:
        """Return the release of `tag`, published or draft; None if there is none."""

    def is_published(self, tag: str) -> bool:
        """Return whether the release of `tag` is published now: the forge is asked each time."""

    def drafts(self) -> tuple[str, ...]:
        """Return the tags of the drafts; of a long list at least those among the newest releases."""

    def findings(self, write_back: WriteBack, auto_merge: MergeMethod | None = None) -> tuple[Finding, ...]:
        """Return the reasons why this forge or its token cannot make a release, without writing.

        `write_back` is the setting `release.write-back`, and `auto_merge` is `release.auto-merge`.
        """

    def find_comment(self, number: int, mark: str) -> str | None:
        """Return the text of the comment that begins with `mark` on an issue or pull request; None if there is none.

        Comments by users who cannot write to the repository are ignored, because they could imitate shipit's.
        """

    def labels(self, number: int) -> frozenset[str]:
        """Return the labels of an issue or pull request."""

    def deployment_state(self, deployment: ForgeDeployment) -> str | None:
        """Return the state of a deployment; None if it was not reported, or another one to its environment is newer.

        It is a `DeploymentState`, or another state that the forge knows.
        """

    def deployments(self, environment: str) -> tuple[PastDeployment, ...]:
        """Return the newest deployments to an environment, also those of other tools, the oldest of them first."""

    def find_pull_request(self, branch: str, base: str) -> ForgePullRequest | None:
        """Return the newest pull request from `branch` into `base`, in any state; None if there is none."""

    def merged_pull_requests(self, base: str) -> tuple[MergedPullRequest, ...]:
        """Return the merged pull requests into `base` that changed last."""

    def pull_request_messages(self, number: int) -> tuple[str, ...]:
        """Return the messages of the commits of a pull request, oldest first, also after its branch was deleted."""

    def requires_checks(self, branch: str) -> bool:
        """Return whether a pull request into `branch` can be merged only after checks; False if it is not known."""

    def refuses_workflow_pull_requests(self) -> bool:
        """Return whether the settings keep workflows from opening pull requests; False if it is not known.

        Only administrators may read this setting.
        """

    def push_rules(self, branch: str) -> str | None:
        """Return the rules of `branch` that can refuse a push, in words; None if it has none, or it is not known."""

    def requires_signatures(self, branch: str) -> bool:
        """Return whether a rule of `branch` accepts only commits that are signed; False if it is not known."""

    def is_verified(self, commit: str) -> bool:
        """Return whether the forge shows `commit`, which it must have, as signed with a valid signature."""

    # writes
    def keep_pull_request(
        self, *, branch: str, base: str, title: str, body: str, draft: bool = False
    ) -> ForgePullRequest:
        """Give the open pull request from `branch` into `base` this title and body; open one if there is none.

        With `draft`, a new one is a draft, which nobody can merge before it is marked as ready for review.
        """

    def enable_auto_merge(self, branch: str, base: str, method: MergeMethod) -> None:
        """Let the forge merge the open pull request from `branch` into `base` as soon as its rules accept it.

        Raises `RemoteError` if the repository does not allow this, or the pull request can be merged at once.
        """

    def create_draft(self, *, tag: str, title: str, body: str, prerelease: bool, branch: str | None) -> ForgeRelease:
        """Create a draft release, or update the draft that exists for `tag`; a published release must be the same.

        `branch` is the branch on which a forge makes the tag if it is missing; None for the default branch.
        """

    def upload_asset(self, tag: str, path: str) -> Asset:
        """Attach the file `path` to the release of `tag`; in a draft, it replaces a file of the same name.

        Raises `Overtaken` if another run attached that file since `findings`, with which each plan begins. So of two
        runs that attach their files at the same time, one goes on.
        """

    def remove_asset(self, tag: str, name: str) -> None:
        """Remove the file `name` from the draft of `tag`; nothing changes if it has none.

        Raises `ConflictError` if the release is published.
        """

    def publish(self, tag: str, *, latest: bool) -> ForgeRelease:
        """Publish the draft of `tag`; `latest` marks it as the latest release, unless it is a pre-release.

        Raises `Overtaken` if the draft no longer has the files that this object attached to it.
        """

    def create_commit(self, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        """Commit `files` (content by path) on top of `parent`, move `branch` to the commit, and return its id.

        Raises `BranchMoved` if `branch` is neither at `parent` nor at this same commit.
        """

    def create_tag(self, name: str, commit: str, message: str) -> None:
        """Create an annotated tag on the forge; raises `ConflictError` if the tag is on another commit."""

    def keep_comment(self, number: int, mark: str, text: str) -> None:
        """Replace the text of the comment that begins with `mark`, or add the comment; `text` begins with `mark`."""

    def add_label(self, number: int, label: str) -> None:
        """Add a label to an issue or pull request; nothing changes if it has the label."""

    def report_deployment(self, deployment: ForgeDeployment, state: DeploymentState) -> None:
        """Show that a deployment is in `state`. When it is a success, the one that served before is no longer active.

        `deployment` is the newest one to its environment afterwards.
        """
