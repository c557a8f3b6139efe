"""The contract of every forge: GitHub, local files, and in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from standin.issues import Issue
from standin.server import GOOD, GitHubStandIn

from shipit.adapters.github import GitHubForge
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.local_forge import LocalForge
from shipit.core.notes.links import Links
from shipit.core.write_back import WriteBack
from shipit.errors import PUBLISHED_MEANWHILE, ConflictError, Overtaken
from shipit.testing import FakeFiles, FakeForge, FakeRemote
from shipit.world import Asset, Forge, ForgeDeployment, ForgeRelease


@dataclass(frozen=True)
class Bench:
    """A forge, the same as `another` run sees it, the directory of the assets, and `state`: everything that it stores."""

    forge: Forge
    another: Forge
    base: Path
    state: Callable[[], Any]

    def file(self, name: str, data: bytes = b"jar") -> str:
        (self.base / name).write_bytes(data)
        return name


def local(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    root = tmp_path / "releases"
    forge, another = (LocalForge(str(root), Links("https://git.test/acme/app"), base=str(tmp_path)) for _ in range(2))
    return Bench(
        forge, another, tmp_path, lambda: {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    )


def github_over_the_stand_in(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    github: GitHubStandIn = request.getfixturevalue("github")
    github.issues |= {12: Issue(), 13: Issue()}
    retry_policy = RetryPolicy(timeout=5, pause=0, between_writes=None)
    where = (github.slug, GOOD, github.api_url, github.url)
    forge, another = (GitHubForge(*where, base=str(tmp_path), retry_policy=retry_policy) for _ in range(2))
    return Bench(forge, another, tmp_path, lambda: len(github.writes))


@dataclass(frozen=True)
class InMemory(Bench):
    files: FakeFiles

    def file(self, name: str, data: bytes = b"jar") -> str:
        self.files.held[name] = data
        return name


def in_memory(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    remote, files = FakeRemote(), FakeFiles()

    def state() -> object:
        return deepcopy((remote.releases, remote.comments, remote.labels, remote.deployments))

    return InMemory(FakeForge(remote, files), FakeForge(remote, files), tmp_path, state, files)


# All forges; all tests below run for a forge that is added here.
FORGES = [in_memory, local, github_over_the_stand_in]


@pytest.fixture(params=FORGES, ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    bench: Bench = request.param(tmp_path, request)
    return bench


@pytest.fixture
def forge(bench: Bench) -> Forge:
    return bench.forge


def draft(forge: Forge, tag: str = "v1.0.0", **changed: Any) -> ForgeRelease:
    words = {"title": "1.0.0", "body": "## Features\n\n- 채팅방 검색\n", "prerelease": False, "branch": "main"}
    return forge.create_draft(tag=tag, **{**words, **changed})


def test_a_draft_is_found_with_its_title_and_text(forge: Forge) -> None:
    made = draft(forge)
    assert (made.tag, made.title, made.body) == ("v1.0.0", "1.0.0", "## Features\n\n- 채팅방 검색\n")
    assert made.draft
    assert not made.prerelease
    assert forge.find_release("v1.0.0") == made


def test_the_drafts_are_listed_until_they_are_published(forge: Forge) -> None:
    assert forge.drafts() == ()
    for tag in ("backend/v1.0.0", "v1.0.0"):
        draft(forge, tag)
    assert sorted(forge.drafts()) == ["backend/v1.0.0", "v1.0.0"]
    forge.publish("v1.0.0", latest=True)
    assert forge.drafts() == ("backend/v1.0.0",)


def test_a_tag_without_a_release_has_none(forge: Forge) -> None:
    draft(forge, "v1.0.0")
    assert forge.find_release("v1.0") is None


@pytest.mark.parametrize("tag", ["backend/v1.0.0", "v1.0.0+build.7", "한글-1.0.0", "100%25"])
def test_any_tag_git_allows_can_be_released(forge: Forge, tag: str) -> None:
    draft(forge, tag)
    published = forge.publish(tag, latest=True)
    assert (published.tag, published.draft) == (tag, False)
    assert forge.find_release(tag) == published


def test_drafting_twice_creates_one_draft(bench: Bench) -> None:
    made = draft(bench.forge)
    state = bench.state()
    assert draft(bench.forge) == made
    assert bench.state() == state


@pytest.mark.parametrize("change", [{"title": "One"}, {"body": "more"}, {"prerelease": True}])
def test_an_existing_draft_is_updated(bench: Bench, change: dict[str, Any]) -> None:
    first = draft(bench.forge)
    bench.forge.upload_asset("v1.0.0", bench.file("app.jar"))
    second = draft(bench.forge, **change)
    assert {name: getattr(second, name) for name in change} == change
    assert (second.draft, second.url) == (True, first.url)
    assert [asset.name for asset in second.assets] == ["app.jar"]
    assert bench.forge.find_release("v1.0.0") == second


def test_a_published_release_with_the_same_text_is_not_changed(bench: Bench) -> None:
    draft(bench.forge)
    published = bench.forge.publish("v1.0.0", latest=True)
    state = bench.state()
    assert draft(bench.forge) == published
    assert bench.state() == state


def test_a_published_release_with_a_different_text_is_a_conflict(bench: Bench) -> None:
    draft(bench.forge)
    published = bench.forge.publish("v1.0.0", latest=True)
    with pytest.raises(ConflictError, match=r"`v1\.0\.0`") as raised:
        draft(bench.forge, body="other")
    assert raised.value.hint == PUBLISHED_MEANWHILE
    assert bench.forge.find_release("v1.0.0") == published


def test_an_asset_has_name_size_and_digest(bench: Bench) -> None:
    draft(bench.forge)
    data = bytes(range(256))
    asset = bench.forge.upload_asset("v1.0.0", bench.file("app.jar", data))
    assert asset == Asset("app.jar", 256, f"sha256:{hashlib.sha256(data).hexdigest()}")
    found = bench.forge.find_release("v1.0.0")
    assert found is not None
    assert found.assets == (asset,)


def test_attaching_twice_attaches_one_asset(bench: Bench) -> None:
    draft(bench.forge)
    asset = bench.forge.upload_asset("v1.0.0", bench.file("app.jar"))
    state = bench.state()
    assert bench.forge.upload_asset("v1.0.0", "app.jar") == asset
    assert bench.state() == state


def test_a_rebuilt_asset_replaces_the_asset_of_the_draft(bench: Bench) -> None:
    draft(bench.forge)
    bench.forge.upload_asset("v1.0.0", bench.file("other.jar"))
    bench.forge.upload_asset("v1.0.0", bench.file("app.jar", b"old"))
    rebuilt = bench.forge.upload_asset("v1.0.0", bench.file("app.jar", b"new"))
    found = bench.forge.find_release("v1.0.0")
    assert found is not None
    assert {asset.name for asset in found.assets} == {"app.jar", "other.jar"}
    assert rebuilt in found.assets


def test_a_published_asset_is_never_replaced(bench: Bench) -> None:
    draft(bench.forge)
    bench.forge.upload_asset("v1.0.0", bench.file("app.jar", b"old"))
    published = bench.forge.publish("v1.0.0", latest=True)
    with pytest.raises(ConflictError, match=r"`app\.jar`") as raised:
        bench.forge.upload_asset("v1.0.0", bench.file("app.jar", b"new"))
    assert raised.value.hint == PUBLISHED_MEANWHILE
    assert bench.forge.find_release("v1.0.0") == published


def test_a_missing_asset_can_be_attached_to_a_published_release(bench: Bench) -> None:
    draft(bench.forge)
    bench.forge.publish("v1.0.0", latest=True)
    asset = bench.forge.upload_asset("v1.0.0", bench.file("late.jar"))
    found = bench.forge.find_release("v1.0.0")
    assert found is not None
    assert (found.draft, found.assets) == (False, (asset,))


def test_an_asset_is_removed_from_a_draft_and_never_from_a_published_release(bench: Bench) -> None:
    draft(bench.forge)
    kept, _ = [bench.forge.upload_asset("v1.0.0", bench.file(name)) for name in ("app.jar", "old.jar")]
    bench.forge.remove_asset("v1.0.0", "old.jar")
    state = bench.state()
    bench.forge.remove_asset("v1.0.0", "old.jar")
    assert bench.state() == state
    published = bench.forge.publish("v1.0.0", latest=True)
    assert published.assets == (kept,)
    with pytest.raises(ConflictError, match=r"`app\.jar`"):
        bench.forge.remove_asset("v1.0.0", "app.jar")
    assert bench.forge.find_release("v1.0.0") == published


def test_a_file_that_another_run_attached_meanwhile_is_replaced_only_after_a_new_look(bench: Bench) -> None:
    draft(bench.forge)
    bench.another.upload_asset("v1.0.0", bench.file("app.jar", b"other"))
    with pytest.raises(Overtaken, match=r"another run attached its own `app\.jar` to the draft of `v1\.0\.0`"):
        bench.forge.upload_asset("v1.0.0", bench.file("app.jar", b"own"))
    bench.forge.findings(WriteBack.PUSH)  # as each plan begins
    own = bench.forge.upload_asset("v1.0.0", "app.jar")
    assert bench.forge.publish("v1.0.0", latest=True).assets == (own,)


def test_a_draft_is_not_published_with_a_file_that_another_run_put_in_place_of_the_one_that_this_run_attached(
    bench: Bench,
) -> None:
    draft(bench.forge)
    for name in ("app.jar", "docs.zip"):
        bench.forge.upload_asset("v1.0.0", bench.file(name, b"own"))
    bench.another.findings(WriteBack.PUSH)  # as each plan begins
    asset = bench.another.upload_asset("v1.0.0", bench.file("app.jar", b"other"))
    with pytest.raises(Overtaken, match=r"another run replaced `app\.jar` in the draft of `v1\.0\.0`"):
        bench.forge.publish("v1.0.0", latest=True)
    assert not bench.forge.is_published("v1.0.0")
    published = bench.another.publish("v1.0.0", latest=True)
    assert bench.forge.is_published("v1.0.0")
    assert (published.draft, asset in published.assets) == (False, True)
    assert bench.forge.publish("v1.0.0", latest=True) == published


@pytest.mark.parametrize("prerelease", [False, True])
def test_publishing_changes_nothing_but_that_it_is_public(bench: Bench, prerelease: bool) -> None:
    made = draft(bench.forge, prerelease=prerelease)
    asset = bench.forge.upload_asset("v1.0.0", bench.file("app.jar"))
    published = bench.forge.publish("v1.0.0", latest=True)
    assert not published.draft
    assert published.prerelease == prerelease
    assert (published.title, published.body, published.assets) == (made.title, made.body, (asset,))
    assert published.url.startswith(("http://", "https://"))


def test_publishing_twice_changes_nothing(bench: Bench) -> None:
    draft(bench.forge)
    published = bench.forge.publish("v1.0.0", latest=True)
    state = bench.state()
    assert bench.forge.publish("v1.0.0", latest=True) == published
    assert bench.state() == state


@pytest.mark.parametrize(
    "act",
    [
        lambda bench: bench.forge.publish("v9", latest=True),
        lambda bench: bench.forge.upload_asset("v9", bench.file("a")),
    ],
    ids=["publish", "attach"],
)
def test_a_release_that_was_never_drafted_is_a_conflict(bench: Bench, act: Callable[[Bench], object]) -> None:
    with pytest.raises(ConflictError, match="no release `v9`"):
        act(bench)


def test_reading_writes_nothing(bench: Bench) -> None:
    draft(bench.forge)
    state = bench.state()
    bench.forge.find_release("v1.0.0")
    bench.forge.find_release("v2.0.0")
    assert bench.forge.findings(WriteBack.PUSH) == ()
    assert bench.forge.links() is not None
    assert bench.state() == state


def test_releases_do_not_affect_each_other(bench: Bench) -> None:
    draft(bench.forge, "v1.0.0")
    first = bench.forge.publish("v1.0.0", latest=True)
    draft(bench.forge, "v1.1.0", body="second")
    bench.forge.publish("v1.1.0", latest=False)
    assert bench.forge.find_release("v1.0.0") == first


MARK = "<!-- mark -->"


def test_a_comment_is_found_by_its_mark(forge: Forge) -> None:
    forge.keep_comment(12, "<!-- other -->", "<!-- other -->\nsomething else")
    forge.keep_comment(12, MARK, f"{MARK}\n채팅방이 나갑니다")
    assert forge.find_comment(12, MARK) == f"{MARK}\n채팅방이 나갑니다"
    assert forge.find_comment(13, MARK) is None


def test_an_existing_comment_is_updated_and_not_created_twice(bench: Bench) -> None:
    bench.forge.keep_comment(12, MARK, f"{MARK}\nold")
    bench.forge.keep_comment(12, MARK, f"{MARK}\nnew")
    assert bench.forge.find_comment(12, MARK) == f"{MARK}\nnew"
    state = bench.state()
    bench.forge.keep_comment(12, MARK, f"{MARK}\nnew")
    assert bench.state() == state


def test_a_label_is_added_to_the_existing_labels(forge: Forge) -> None:
    assert forge.labels(12) == frozenset()
    for label in ("released", "ship it: v1", "released"):
        forge.add_label(12, label)
    assert forge.labels(12) == {"released", "ship it: v1"}
    assert forge.labels(13) == frozenset()


@pytest.fixture(params=[in_memory, github_over_the_stand_in], ids=lambda make: make.__name__)
def showing(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """A forge that shows deployments."""
    bench: Bench = request.param(tmp_path, request)
    return bench


@pytest.fixture
def deployments(request: pytest.FixtureRequest, showing: Bench) -> tuple[ForgeDeployment, ForgeDeployment]:
    """Two deployments to `prod` of two commits that the forge has."""
    commits = ["1" * 40, "2" * 40]
    if not isinstance(showing, InMemory):
        git = request.getfixturevalue("github").git
        commits = [git.git("commit-tree", git.git("mktree"), "-m", message) for message in ("one", "two")]
    one, two = (
        ForgeDeployment("prod", commit, f"sha256:{number}", "1.4.0", "https://shop.example", "https://ci.example/1")
        for number, commit in enumerate(commits)
    )
    return one, two


def test_a_deployment_is_in_the_state_that_was_reported_last(
    showing: Bench, deployments: tuple[ForgeDeployment, ForgeDeployment]
) -> None:
    forge, (one, _) = showing.forge, deployments
    assert forge.deployment_state(one) is None
    for state in ("in_progress", "failure", "in_progress", "success"):
        forge.report_deployment(one, state)
        assert forge.deployment_state(one) == state


def test_a_state_that_is_reported_twice_is_shown_once(
    showing: Bench, deployments: tuple[ForgeDeployment, ForgeDeployment]
) -> None:
    showing.forge.report_deployment(deployments[0], "in_progress")
    state = showing.state()
    assert showing.forge.deployment_state(deployments[0]) == "in_progress"
    showing.forge.report_deployment(deployments[0], "in_progress")
    assert showing.state() == state


def test_only_the_newest_deployment_to_an_environment_is_found(
    showing: Bench, deployments: tuple[ForgeDeployment, ForgeDeployment]
) -> None:
    forge, (one, two) = showing.forge, deployments
    forge.report_deployment(one, "success")
    forge.report_deployment(replace(two, environment="dev"), "success")
    assert forge.deployment_state(one) == "success"
    forge.report_deployment(two, "in_progress")
    assert (forge.deployment_state(one), forge.deployment_state(two)) == (None, "in_progress")
    forge.report_deployment(one, "success")
    assert (forge.deployment_state(one), forge.deployment_state(two)) == ("success", None)


def test_past_deployments_have_all_their_states_and_times_the_oldest_first(
    showing: Bench, deployments: tuple[ForgeDeployment, ForgeDeployment]
) -> None:
    forge, (one, two) = showing.forge, deployments
    assert forge.deployments("prod") == ()
    for each, state in (
        (one, "in_progress"),
        (one, "success"),
        (two, "in_progress"),
        (two, "failure"),
        (one, "success"),
    ):
        forge.report_deployment(each, state)  # type: ignore[arg-type]
    found = forge.deployments("prod")
    assert [(each.commit, each.digest, each.version) for each in found] == [
        (each.commit, each.digest, "1.4.0") for each in (one, two, one)
    ]
    # A forge can also report by itself that an earlier deployment is inactive.
    states = [[state for state, _ in each.states if state != "inactive"] for each in found]
    assert states == [["in_progress", "success"], ["in_progress", "failure"], ["success"]]
    assert all(at > 0 for each in found for at in (each.at, *(at for _, at in each.states)))
    assert forge.deployments("dev") == ()


def test_local_files_show_no_deployments(tmp_path: Path) -> None:
    forge: Forge = LocalForge(str(tmp_path))
    deployment = ForgeDeployment("prod", "1" * 40, "sha256:1", "1.4.0")
    assert not (forge.shows_deployments or forge.opens_pull_requests)
    forge.report_deployment(deployment, "success")
    assert forge.deployment_state(deployment) is None
    assert forge.deployments("prod") == ()
    assert list(tmp_path.iterdir()) == []
