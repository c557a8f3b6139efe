"""The images of an environment: planned, pushed, and what is there already left alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.core.images import REVISION, VERSION
from shipit.engine.apply import apply_steps as apply
from shipit.errors import AuthError, ConflictError
from shipit.finding import Finding
from shipit.plan.images import ImagePlan, make_image_plan, observe_images
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.steps.base import Done, Todo
from shipit.steps.images import BuildImage
from shipit.testing import FakeWorld, crash_matrix, recorded
from shipit.world import RemoteImage, World

CONFIG = """
[environments.dev]
branch = "dev"
build = ["./gradlew build testDocs"]
image = { name = "acme/app-dev", tags = ["latest", "{branch}-{sha}"] }

[environments.prod]
branch = "prod"
build = ["./gradlew build -x test openapi3"]
image = { name = "acme/app", tags = ["latest", "{version}", "{major}.{minor}"] }
"""


def configured(text: str = CONFIG) -> Config:
    return parse_config(text, where="shipit.toml")


def released(version: str = "1.4.0") -> FakeWorld:
    world = FakeWorld.new()
    world.commit("feat: chat")
    release(world, version)
    return world


def release(world: FakeWorld, version: str) -> None:
    """Make the commit and the tag of a release."""
    commit = world.commit(f"chore(release): {version}")
    world.git.create_tag(f"v{version}", commit, f"chore(release): {version}")


def head_of(world: FakeWorld) -> str:
    head = world.git.head()
    assert head
    return head


def parent(world: FakeWorld, commit: str = "HEAD") -> str:
    found = world.git.commit(commit)
    assert found
    return found.parents[0]


def merged_into_prod(world: FakeWorld) -> None:
    """A merge of what is checked out into a branch that is behind: another commit with the same files."""
    head = head_of(world)
    world.git.check_out("prod", parent(world))
    files = {path: str(world.git.text(head, path)).encode() for path in world.git.paths(head)}
    assert world.git.merge(head, "Merge branch 'main' into prod", files) != head


def squashed_into_prod(world: FakeWorld, onto: str, message: str = "Release 1.4.0 (#12)") -> str:
    """Commit the files of HEAD on top of `onto` on `prod`, as a squash merge does: without the release behind it."""
    head = head_of(world)
    files = {path: str(world.git.text(head, path)) for path in world.git.paths(head)}
    world.git.check_out("prod", onto)
    return world.commit(message, files)


def planned(world: World, environment: str, config: Config | None = None, *, pushing: bool = True) -> ImagePlan:
    config = config or configured()
    observed = observe_images(world, config, environment, branch=None, pushing=pushing)
    return make_image_plan(config, observed)


def built(world: World, environment: str, config: Config | None = None) -> Mapping[str, str]:
    plan = planned(world, environment, config)
    assert [finding for finding in plan.findings if finding.severity == "error"] == []
    return apply(plan.steps, world)


def summaries(plan: ImagePlan) -> list[str]:
    return [step.summary for step in plan.steps]


def codes(plan: ImagePlan) -> list[str]:
    return [finding.code for finding in plan.findings]


def tags(world: FakeWorld, name: str = "acme/app") -> list[str]:
    return [tag.rpartition(":")[2] for tag in world.registry.tags if tag.rpartition(":")[0] == name]


def test_moving_tags_come_after_the_push_and_the_permanent_tags() -> None:
    assert summaries(planned(released(), "prod")) == [
        "run ./gradlew build -x test openapi3",
        "build acme/app:1.4.0",
        "push acme/app:1.4.0",
        "tag acme/app:latest",
        "tag acme/app:1.4",
    ]


def test_all_tags_of_a_release_have_the_same_digest() -> None:
    world = released()
    built(world, "prod")
    assert set(tags(world)) == {"latest", "1.4.0", "1.4"}
    assert len(set(world.registry.tags.values())) == 1


def test_moving_tags_come_after_the_pushes_of_all_images() -> None:
    config = configured("""
[environments.dev.images]
back = { name = "acme/back" }
front = { name = "acme/front", context = "web" }
""")
    assert summaries(planned(released(), "dev", config))[2:] == [
        f"push acme/back:1.4.1-dev.0-{head_of(released())[:7]}",
        f"push acme/front:1.4.1-dev.0-{head_of(released())[:7]}",
        "tag acme/back:latest",
        "tag acme/front:latest",
    ]


def test_an_image_without_a_permanent_tag_is_also_tagged_with_its_version() -> None:
    config = configured('[environments.prod]\nimage = { name = "acme/app", tags = ["latest"] }')
    assert summaries(planned(released(), "prod", config))[1:] == ["push acme/app:1.4.0", "tag acme/app:latest"]


def test_a_build_of_dev_is_named_by_branch_and_commit_and_counts_the_commits_since_the_release() -> None:
    world = released()
    head = world.commit("feat: search")
    config = configured('[environments.dev]\nbranch = "dev"\nimage = { name = "acme/app", tags = ["{branch}-{sha}"] }')
    (image,) = planned(world, "dev", config).images
    assert image.version == f"1.5.0-dev.1+{head[:7]}"
    assert image.reference == f"acme/app:main-{head[:7]}"
    assert image.reason == "1 commit after v1.4.0; next version 1.5.0"


def test_a_build_of_dev_ignores_that_another_branch_released_its_next_version() -> None:
    world = released()
    world.commit("feat: search")
    elsewhere = world.fresh_clone()
    release(elsewhere, "1.5.0")
    elsewhere.push("v1.5.0")
    world.git.fetch()
    assert planned(world, "dev").images[0].version.startswith("1.5.0-dev.1+")


def test_a_build_of_dev_without_a_release_in_its_history_is_made_with_a_warning() -> None:
    world = released()
    world.git.check_out("dev", parent(world, parent(world)))
    world.commit("feat: from before the release")
    (finding,) = planned(world, "dev").findings
    assert (finding.code, finding.severity) == ("tags-outside", "warning")
    assert finding.what.endswith("the version of a build is computed as if nothing had been released")
    assert built(world, "dev")


def test_an_image_of_prod_is_of_the_release_behind_a_merge() -> None:
    world = released()
    world.commit("chore: tidy")
    assert planned(world, "prod").images[0].version == "1.4.0"


def test_a_build_of_prod_without_a_release_is_refused_with_a_fix() -> None:
    world = FakeWorld.new()
    world.commit("feat: chat")
    (finding,) = planned(world, "prod").findings
    assert (finding.code, finding.what) == ("unreleased", "there is no release in the history of this commit")
    assert 'version = "build"' in finding.fix


def test_a_build_of_prod_with_unreleased_commits_is_refused() -> None:
    world = released()
    world.commit("feat: search")
    (finding,) = planned(world, "prod").findings
    assert finding.code == "unreleased"
    assert "`feat: search`" in finding.what


@pytest.mark.parametrize("message", ["Release 1.4.0 (#12)", "feat: chat (#12)", "Merge main into prod"])
def test_a_squash_of_a_release_into_prod_is_that_release(message: str) -> None:
    world = released()
    released_commit = head_of(world)
    squash = squashed_into_prod(world, parent(world, parent(world)), message)
    plan = planned(world, "prod")
    assert plan.findings == ()
    (image,) = plan.images
    assert (image.version, image.revision) == ("1.4.0", squash)
    assert image.reason == "release v1.4.0, which has the same files as this commit"
    digests = built(world, "prod")
    again, writes = recorded(world.next_run())
    assert built(again, "prod") == digests
    world.git.check_out("main", released_commit)
    assert built(again, "prod") == digests
    assert (writes, world.engine.builds) == ([], ["acme/app:1.4.0"])


def test_a_squash_onto_an_earlier_release_is_the_new_release_and_not_the_earlier_one() -> None:
    world = released("1.3.0")
    earlier = head_of(world)
    built(world, "prod")
    world.commit("fix: crash")
    release(world, "1.4.0")
    squashed_into_prod(world, earlier, "Deploy (#13)")
    assert [image.version for image in planned(world, "prod").images] == ["1.4.0"]
    built(world, "prod")
    assert world.registry.tags["acme/app:latest"] == world.registry.tags["acme/app:1.4.0"]
    assert world.registry.tags["acme/app:latest"] != world.registry.tags["acme/app:1.3.0"]


def test_a_squash_with_any_other_file_is_no_release() -> None:
    world = released()
    world.files.edit("extra.txt", "only in prod")
    squashed_into_prod(world, parent(world, parent(world)))
    world.commit("feat: only in prod", {"extra.txt": "only in prod"})
    assert "unreleased" in codes(planned(world, "prod"))


def test_a_revert_to_the_files_of_an_earlier_release_is_refused() -> None:
    world = released("1.3.0")
    before = {path: str(world.git.text("HEAD", path)) for path in world.git.paths("HEAD")}
    world.commit("fix: crash")
    release(world, "1.4.0")
    world.commit("revert: fix: crash", before)
    assert codes(planned(world, "prod")) == ["unreleased"]


def test_a_squash_is_not_recognised_for_the_builds_of_an_environment_that_has_no_releases() -> None:
    world = released()
    squashed_into_prod(world, parent(world, parent(world)))
    assert planned(world, "dev").images[0].version.startswith("0.1.0-dev.")


def test_a_squash_of_the_last_release_of_several_packages_gives_each_image_its_version() -> None:
    config = configured("""
[packages.back]
path = "back"
[packages.web]
path = "web"
[environments.prod.images]
back = { name = "acme/back", package = "back" }
web = { name = "acme/web", package = "web" }
""")
    world = FakeWorld.new({"back/app": "1", "web/app": "1"})
    begin = head_of(world)
    for package in ("back", "web"):
        commit = world.commit(f"feat: {package}", {f"{package}/app": "2"})
        world.git.create_tag(f"{package}-v1.4.{len(package)}", commit, "release")
    squashed_into_prod(world, begin, "Deploy (#14)")
    plan = planned(world, "prod", config)
    assert codes(plan) == []
    assert [image.version for image in plan.images] == ["1.4.4", "1.4.3"]


def test_an_image_of_this_commit_in_the_registry_is_not_built_or_pushed_again() -> None:
    world = released()
    digests = built(world, "prod")
    world.push("v1.4.0")
    again, writes = recorded(world.fresh_clone())
    assert built(again, "prod") == digests
    assert writes == []


def test_the_reason_says_if_an_image_in_the_registry_lacks_tags() -> None:
    world = released()
    apply([step for step in planned(world, "prod").steps if step.kind != "tag-image"], world)
    assert planned(world, "prod").images[0].reason == "release v1.4.0; already in the registry"
    built(world, "prod")
    assert planned(world, "prod").images[0].reason.endswith("already in the registry, nothing to do")


def test_a_merge_commit_with_the_same_files_is_the_same_image() -> None:
    world = released()
    digests = built(world, "prod")
    merged_into_prod(world)
    assert built(world, "prod") == digests
    assert world.engine.builds == ["acme/app:1.4.0"]


def test_a_permanent_tag_of_a_commit_on_another_branch_is_never_overwritten() -> None:
    world = released()
    base = head_of(world)
    world.commit("chore: another Dockerfile", {"Dockerfile": "FROM scratch"})
    built(world, "prod")
    before = dict(world.registry.tags)
    world.git.check_out("hotfix", base)
    world.commit("chore: yet another Dockerfile", {"Dockerfile": "FROM busybox"})
    plan = planned(world, "prod")
    assert codes(plan) == ["image-taken"]
    with pytest.raises(ConflictError, match="is in the registry already"):
        apply(plan.steps, world)
    assert world.registry.tags == before


def test_a_permanent_tag_of_an_unknown_commit_is_never_overwritten() -> None:
    world = released()
    world.registry.accept("acme/app:1.4.0", RemoteImage("sha256:" + "0" * 64, {}))
    assert codes(planned(world, "prod")) == ["image-taken"]


@pytest.mark.parametrize("message", ["docs: 설명", "chore: another Dockerfile"])
def test_the_image_of_a_release_does_not_change_with_later_merges_and_the_plan_says_so(message: str) -> None:
    world = released()
    first = head_of(world)
    digests = built(world, "prod")
    world.commit(message, {"Dockerfile": "FROM scratch"})
    plan = planned(world, "prod")
    assert plan.findings == ()
    assert plan.images[0].kept == (
        f"acme/app:1.4.0 is not changed: it was built from commit {first[:10]}, and later changes are not in 1.4.0",
    )
    assert apply(plan.steps, world) == digests
    assert world.engine.builds == ["acme/app:1.4.0"]


def test_latest_is_not_moved_from_a_newer_release_and_the_plan_says_so() -> None:
    world = released("1.4.0")
    old = head_of(world)
    world.commit("feat: search")
    release(world, "1.5.0")
    built(world, "prod")
    world.push("v1.4.0", "v1.5.0")
    rebuilding = world.fresh_clone(at=old)
    plan = planned(rebuilding, "prod")
    assert plan.images[0].kept == ("acme/app:latest is not moved: it is on 1.5.0, which is newer",)
    apply(plan.steps, rebuilding)
    assert world.registry.tags["acme/app:latest"] == world.registry.tags["acme/app:1.5.0"]
    assert world.registry.tags["acme/app:1.4"] == world.registry.tags["acme/app:1.4.0"]


def test_latest_of_dev_stays_on_a_newer_commit_and_moves_when_the_branch_is_set_back_to_another() -> None:
    world = released()
    old = head_of(world)
    world.commit("feat: search")
    built(world, "dev")
    newest = world.registry.tags["acme/app-dev:latest"]
    world.push()
    rebuilding = world.fresh_clone(at=old)
    built(rebuilding, "dev")
    assert world.registry.tags["acme/app-dev:latest"] == newest
    rebuilding.commit("fix: another way")
    built(rebuilding, "dev")
    assert world.registry.tags["acme/app-dev:latest"] != newest


def test_latest_of_dev_stays_on_a_commit_that_was_pushed_after_this_clone_was_made() -> None:
    world = released()
    world.push()
    quicker = world.fresh_clone()
    quicker.commit("feat: search")
    quicker.push()
    built(quicker, "dev")
    newest = world.registry.tags["acme/app-dev:latest"]
    built(world, "dev")
    assert world.registry.tags["acme/app-dev:latest"] == newest


def test_an_image_with_commits_after_its_release_says_so() -> None:
    world = released()
    merged_into_prod(world)
    assert planned(world, "prod").images[0].reason == "release v1.4.0"
    world.commit("docs: how to start")
    assert planned(world, "prod").images[0].reason == "release v1.4.0, and 1 later commit that is in no release"
    world.commit("chore: tidy")
    plan = planned(world, "prod")
    assert plan.images[0].reason == "release v1.4.0, and 2 later commits that are in no release"
    assert codes(plan) == []


@pytest.mark.parametrize(
    ("branch", "environment", "found"),
    [("prod", "dev", ["other-branch"]), ("dev", "dev", []), ("feat/login", "dev", []), ("prod", "prod", [])],
)
def test_an_image_built_on_the_branch_of_another_environment_is_a_warning(
    branch: str, environment: str, found: list[str]
) -> None:
    world = released()
    world.git.check_out(branch, head_of(world))
    plan = planned(world, environment)
    assert codes(plan) == found
    for finding in plan.findings:
        assert finding.what == "`prod` is the branch of environment `prod`, and this is an image of `dev`"
        assert finding.fix == "shipit image prod, or check out `dev` first: git checkout dev"
        assert not finding.blocks


def between_look_and_write(world: FakeWorld, run: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Call `run` once, when the tag `latest` is about to be written."""
    write, waiting = world.registry.tag, [run]

    def tag(reference: str, digest: str) -> None:
        if reference.endswith(":latest") and waiting:
            waiting.pop()()
        write(reference, digest)

    monkeypatch.setattr(world.registry, "tag", tag)


def test_a_slow_run_gives_latest_back_to_the_newer_run_that_passed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = released()
    world.push()
    quicker = world.fresh_clone()
    quicker.commit("feat: search")
    quicker.push()
    between_look_and_write(world, lambda: built(quicker, "dev"), monkeypatch)
    built(world, "dev")
    newest = world.registry.find(f"acme/app-dev:main-{head_of(quicker)[:7]}")
    assert newest
    assert world.registry.tags["acme/app-dev:latest"] == newest.digest


def test_a_slow_run_of_an_older_release_gives_latest_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = released("1.4.0")
    world.push("v1.4.0")
    quicker = world.fresh_clone()
    quicker.commit("feat: search")
    release(quicker, "1.5.0")
    quicker.push("v1.5.0")
    between_look_and_write(world, lambda: built(quicker, "prod"), monkeypatch)
    built(world, "prod")
    tags = world.registry.tags
    assert tags["acme/app:latest"] == tags["acme/app:1.5.0"] != tags["acme/app:1.4.0"] == tags["acme/app:1.4"]


def test_a_newer_run_takes_latest_again_from_an_older_one_that_wrote_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = released("1.4.0")
    built(world, "prod")
    old = world.registry.tags["acme/app:1.4.0"]
    world.commit("feat: search")
    release(world, "1.5.0")
    write, late = world.registry.tag, [old]

    def tag(reference: str, digest: str) -> None:
        write(reference, digest)
        if reference == "acme/app:latest" and late:
            write(reference, late.pop())

    monkeypatch.setattr(world.registry, "tag", tag)
    built(world, "prod")
    assert world.registry.tags["acme/app:latest"] == world.registry.tags["acme/app:1.5.0"]


def test_a_registry_that_does_not_list_its_tags_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(name: str) -> tuple[str, ...]:
        raise AuthError(f"no list of {name}")

    world = released()
    monkeypatch.setattr(world.registry, "tag_names", refused)
    built(world, "prod")
    assert world.registry.tags["acme/app:latest"] == world.registry.tags["acme/app:1.4.0"]


@pytest.mark.parametrize("revision", ["main", "HEAD", "--help", "nul\0", "0a1b2c3"])
def test_a_revision_label_counts_only_as_a_full_commit_id(revision: str) -> None:
    world = released()
    strange = RemoteImage("sha256:" + "c" * 64, {REVISION: revision, VERSION: "1.4.0"})
    world.registry.accept("acme/app:1.4.0", strange)
    assert codes(planned(world, "prod")) == ["image-taken"]


def test_an_invalid_version_label_is_replaced_by_the_digest() -> None:
    world = released()
    labels = {REVISION: str(world.commit("feat: search")), VERSION: "1\n::add-mask::e"}
    world.registry.accept("acme/app-dev:latest", RemoteImage("sha256:" + "c" * 64, labels))
    world.push()
    older = world.fresh_clone(at=parent(world))
    (image,) = planned(older, "dev").images
    assert image.kept == (f"acme/app-dev:latest is not moved: it is on sha256:{'c' * 64}, which is newer",)


def test_a_tag_from_a_permanent_and_a_moving_template_is_permanent() -> None:
    config = configured('[environments.prod]\nimage = { name = "acme/app", tags = ["{version}", "{major}.{minor}.0"] }')
    plan = planned(released(), "prod", config)
    assert summaries(plan) == ["build acme/app:1.4.0", "push acme/app:1.4.0"]


def test_a_prerelease_moves_no_tag() -> None:
    world = released()
    world.commit("feat: search")
    release(world, "1.5.0-beta.1")
    config = configured(
        CONFIG + '[release]\nbranches = [{ name = "main", prerelease = "beta" }]\n',
    )
    assert summaries(planned(world, "prod", config))[1:] == [
        "build acme/app:1.5.0-beta.1",
        "push acme/app:1.5.0-beta.1",
    ]


def test_an_image_that_another_environment_built_from_the_same_commit_is_promoted() -> None:
    config = configured(CONFIG.replace("[environments.prod]\n", '[environments.prod]\npromote = "dev"\n'))
    world = released()
    world.git.check_out("dev", head_of(world))
    built(world, "dev", config)
    merged_into_prod(world)
    digests = built(world, "prod", config)
    assert len(world.engine.builds) == 1
    assert set(digests.values()) == {world.registry.tags["acme/app-dev:latest"]}


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("", "`staging` and `prod` both move `latest`, `{major}.{minor}` of `acme/app`"),
        ('image.tags = ["staging", "{version}"]\n', None),
    ],
)
def test_an_inherited_tag_that_both_environments_move_is_a_warning(tags: str, found: str | None) -> None:
    config = configured(f'{CONFIG}\n[environments.staging]\nextends = "prod"\n{tags}')
    findings = [each for each in planned(released(), "staging", config).findings if each.code == "inherited-tag"]
    assert [(each.what, each.blocks) for each in findings] == ([(found, False)] if found else [])


def test_after_a_squash_the_image_of_the_release_itself_is_promoted() -> None:
    config = configured("""
[environments.staging]
branch = "main"
version = "release"
image = { name = "acme/app-staging", tags = ["{version}"] }
[environments.prod]
branch = "prod"
promote = "staging"
image = { name = "acme/app-staging", tags = ["latest", "{version}-prod"] }
""")
    world = released()
    built(world, "staging", config)
    squashed_into_prod(world, parent(world, parent(world)))
    assert [step.kind for step in planned(world, "prod", config).steps][:1] == ["promote-image"]


def test_without_an_image_to_promote_the_image_is_built() -> None:
    config = configured(CONFIG.replace("[environments.prod]\n", '[environments.prod]\npromote = "dev"\n'))
    assert "build acme/app:1.4.0" in summaries(planned(released(), "prod", config))


def test_uncommitted_changes_are_not_pushed() -> None:
    world = released()
    world.files.edit("README.md", "edited")
    assert codes(planned(world, "prod")) == ["dirty"]


def test_with_uncommitted_changes_there_is_no_finding_about_taken_tags() -> None:
    world = released()
    built(world, "prod")
    world.files.edit("README.md", "edited")
    assert codes(planned(world, "prod")) == ["dirty"]


def test_a_local_build_with_uncommitted_changes_has_a_dirty_revision() -> None:
    world = released()
    world.files.edit("README.md", "edited")
    plan = planned(world, "dev", pushing=False)
    assert plan.findings == ()
    assert plan.images[0].revision == f"{world.git.head()}-dirty"
    assert [step.kind for step in plan.steps] == ["run", "build-image"]


def test_a_plan_of_images_survives_json() -> None:
    plan = planned(released(), "prod")
    assert plan_from_json(json.dumps(plan_to_json(plan)), "plan.json") == plan


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("place", ["same", "fresh"])
def test_an_interrupted_run_is_completed_by_the_next_run(environment: str, place: str) -> None:
    def new_world() -> FakeWorld:
        world = released()
        world.push("v1.4.0")
        return world

    def state(world: FakeWorld) -> dict[str, int]:
        digests = list(dict.fromkeys(world.registry.tags.values()))
        return {tag: digests.index(digest) for tag, digest in world.registry.tags.items()}

    world = new_world()
    built(world, environment)
    resume = FakeWorld.next_run if place == "same" else FakeWorld.fresh_clone
    crashes = list(crash_matrix(new_world, lambda world: built(world, environment), state, resume))
    assert len(crashes) >= 8
    for crash in crashes:
        assert crash.state == state(world), crash


def test_the_default_dockerfile_is_in_the_build_context() -> None:
    config = configured("""
[environments.dev.images]
back = { name = "acme/back" }
front = { name = "acme/front", context = "web" }
own = { name = "acme/own", context = "web", dockerfile = "docker/own" }
""")
    steps = planned(released(), "dev", config).steps
    assert [step.build.dockerfile for step in steps if isinstance(step, BuildImage)] == [
        "Dockerfile",
        "web/Dockerfile",
        "docker/own",
    ]


def test_a_missing_directory_is_a_warning_when_build_commands_can_create_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = released()
    missing = Finding("build-context", "the build context `build/docker` is not a directory", "set `context`")
    monkeypatch.setattr(world.engine, "findings", lambda builds: (missing,))
    without_commands = configured('[environments.dev]\nimage = { name = "acme/app" }')
    assert [finding.severity for finding in planned(world, "dev").findings] == ["warning"]
    assert [finding.severity for finding in planned(world, "dev", without_commands).findings] == ["error"]


def test_checking_a_moving_tag_fetches_nothing_and_moving_it_fetches() -> None:
    world = released()
    world.push("v1.4.0")
    plan = planned(world, "dev")
    elsewhere = world.fresh_clone()
    elsewhere.commit("feat: search")
    elsewhere.push()
    built(elsewhere, "dev")
    newest = world.registry.tags["acme/app-dev:latest"]
    apply(plan.steps[:-1], world)
    watched, writes = recorded(world)
    assert isinstance(plan.steps[-1].check(watched), Todo)
    assert writes == []
    plan.steps[-1].apply(watched)
    assert writes == ["git.fetch"]
    assert isinstance(plan.steps[-1].check(watched), Done)
    assert world.registry.tags["acme/app-dev:latest"] == newest
