"""A sample of each step, in a world in which it is not done, with changes of the world that contradict it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from contracts.clones import Clone

from shipit.core.commits.release_message import release_message
from shipit.core.images import REVISION, VERSION, Build
from shipit.steps import (
    BuildImage,
    CommentReleased,
    CreateCommit,
    CreateTag,
    DraftRelease,
    ForgeCommit,
    ForgeTag,
    LabelReleased,
    MoveTag,
    PromoteImage,
    PublishRelease,
    Push,
    PushImage,
    Run,
    SyncBranch,
    TagImage,
    UploadAssets,
    WriteFile,
)
from shipit.steps.base import Step
from shipit.steps.origin import Origin
from shipit.steps.release_commit import ReleaseCommit
from shipit.steps.write_file import text_digest

TAG = "v1.1.0"
SUBJECT = "chore(release): 1.1.0"
NOTES = "### Features\n\n- 검색\n"


@dataclass(frozen=True)
class Sample:
    """A step with the changes that contradict it.

    `step` prepares the clone so that the step is not done, and returns the step. Each function of `contradictions`
    changes the world as a user or another program could do before the step is applied.
    """

    step: Callable[[Clone], Step]
    contradictions: tuple[Callable[[Clone], object], ...] = ()


def planned(clone: Clone) -> ReleaseCommit:
    """Return the release commit of a release that is planned on the commits of the remote."""
    clone.commit("chore: begin", {"VERSION": "1.0.0", "CHANGELOG.md": "# Changes\n"})
    base = clone.commit("feat: search", {"search.txt": "found"})
    clone.push()
    return ReleaseCommit(base, SUBJECT, TAG, "main")


def committed(clone: Clone) -> ReleaseCommit:
    """Return the same as `planned`, after the release commit is made in the clone."""
    commit = planned(clone)
    clone.commit(release_message(SUBJECT, NOTES), {"VERSION": "1.1.0"})
    return commit


def tagged(clone: Clone) -> ReleaseCommit:
    commit = committed(clone)
    clone.git.create_tag(TAG, str(clone.git.head()), release_message(SUBJECT, NOTES))
    return commit


def drafted(clone: Clone) -> None:
    planned(clone)
    clone.world.forge.create_draft(tag=TAG, title=TAG, body=NOTES, prerelease=False, branch="main")


def write_file(clone: Clone) -> Step:
    return WriteFile("VERSION", "1.1.0", (text_digest("1.0.0"),), planned(clone), ("- 1.0.0", "+ 1.1.0"))


def run(clone: Clone) -> Step:
    return Run("touch built", 60, planned(clone), {"SHIPIT_VERSION": "1.1.0"})


def sync_branch(clone: Clone) -> Step:
    commit = planned(clone)
    other = clone.another()
    tip = other.commit("fix: more")
    other.push()
    clone.git.fetch()
    return SyncBranch(tip, commit.parent, ("CHANGELOG.md",), ReleaseCommit(tip, SUBJECT, TAG, "main"))


def create_commit(clone: Clone) -> Step:
    commit = planned(clone)
    clone.files.write("VERSION", "1.1.0")
    return CreateCommit(commit, NOTES, ("VERSION",), "bot <bot@example.org>")


def create_tag(clone: Clone) -> Step:
    return CreateTag(TAG, release_message(SUBJECT, NOTES), committed(clone))


def draft_release(clone: Clone) -> Step:
    planned(clone)
    return DraftRelease(TAG, TAG, NOTES, False, "main")


def upload_assets(clone: Clone) -> Step:
    drafted(clone)
    clone.edit("build/app.jar", "jar")
    return UploadAssets(TAG, ("build/*.jar",))


def push(clone: Clone) -> Step:
    commit = tagged(clone)
    return Push(commit, "main", commit.parent, (TAG,))


def forge_commit(clone: Clone) -> Step:
    commit = planned(clone)
    clone.files.write("VERSION", "1.1.0")
    return ForgeCommit(commit, "main", NOTES, ("VERSION",))


def forge_tag(clone: Clone) -> Step:
    commit = committed(clone)
    clone.push()
    return ForgeTag(TAG, release_message(SUBJECT, NOTES), commit)


def publish_release(clone: Clone) -> Step:
    drafted(clone)
    return PublishRelease(TAG, latest=True)


def move_tag(clone: Clone) -> Step:
    for name in ("v1.0.0", "v1", TAG):
        clone.commit(f"fix: {name}")
        clone.tag(name)
    clone.push("v1.0.0", "v1", TAG)
    return MoveTag("v1", TAG, "v{version}")


def comment_released(clone: Clone) -> Step:
    drafted(clone)
    return CommentReleased(TAG, (12, 7))


def label_released(clone: Clone) -> Step:
    planned(clone)
    return LabelReleased(TAG, "released", (12, 7))


def reference(clone: Clone) -> str:
    """Return the permanent tag that the steps of images push or move."""
    return f"{clone.image}:1.1.0"


def imaged(clone: Clone) -> Origin:
    clone.commit("chore: begin", {"VERSION": "1.1.0"})
    dockerfile = "FROM scratch\nCOPY Dockerfile /\n"
    return Origin(clone.commit("feat: an image", {"Dockerfile": dockerfile}), "1.1.0")


def built(clone: Clone, reference: str) -> Origin:
    origin = imaged(clone)
    clone.world.engine.build(reference, labelled(origin), timeout=60)
    return origin


def labelled(origin: Origin) -> Build:
    return Build(labels={REVISION: origin.revision, VERSION: origin.version})


def build_image(clone: Clone) -> Step:
    origin = imaged(clone)
    return BuildImage(reference(clone), labelled(origin), origin, 60)


def push_image(clone: Clone) -> Step:
    return PushImage(reference(clone), built(clone, reference(clone)))


def promote_image(clone: Clone) -> Step:
    origin = built(clone, f"{clone.image}-dev:main")
    digest = clone.world.engine.push(f"{clone.image}-dev:main")
    return PromoteImage(reference(clone), f"{clone.image}-dev@{digest}", origin)


def tag_image(clone: Clone) -> Step:
    origin = built(clone, f"{clone.image}:main")
    clone.world.engine.push(f"{clone.image}:main")
    return TagImage(reference(clone), f"{clone.image}:main", origin, moves=False)


def edit_file(path: str, clone: Clone) -> None:
    clone.edit(path, "edited")


def commit_meanwhile(clone: Clone) -> None:
    clone.commit("feat: meanwhile", {"meanwhile.txt": "here"})


def push_meanwhile(clone: Clone) -> None:
    other = clone.another()
    other.commit("feat: meanwhile", {"meanwhile.txt": "there"})
    other.push()


def push_the_tag(clone: Clone) -> None:
    other = clone.another()
    other.commit("feat: meanwhile")
    other.check_out("else", str(other.git.head()))
    other.tag(TAG)
    other.push(TAG)


def publish_other_assets(clone: Clone) -> None:
    clone.edit("elsewhere/app.jar", "another jar")
    clone.world.forge.upload_asset(TAG, "elsewhere/app.jar")
    clone.world.forge.publish(TAG, latest=True)


def push_another_image(clone: Clone) -> None:
    other = f"{clone.image}:other"
    clone.world.engine.build(other, labelled(Origin("f" * 40, "1.1.0")), timeout=60)
    clone.world.registry.tag(reference(clone), clone.world.engine.push(other))


SAMPLES: dict[str, Sample] = {
    "sync-branch": Sample(sync_branch, (commit_meanwhile, partial(edit_file, "notes.txt"))),
    "write-file": Sample(write_file, (partial(edit_file, "VERSION"),)),
    "run": Sample(run),
    "create-commit": Sample(create_commit, (commit_meanwhile,)),
    "create-tag": Sample(create_tag),
    "build-image": Sample(build_image),
    "draft-release": Sample(draft_release),
    "upload-assets": Sample(upload_assets, (publish_other_assets,)),
    "push": Sample(push, (push_meanwhile, push_the_tag)),
    "forge-commit": Sample(forge_commit, (push_meanwhile,)),
    "forge-tag": Sample(forge_tag, (push_the_tag,)),
    "push-image": Sample(push_image, (push_another_image,)),
    "promote-image": Sample(promote_image, (push_another_image,)),
    "tag-image": Sample(tag_image, (push_another_image,)),
    "publish-release": Sample(publish_release),
    "move-tag": Sample(move_tag),
    "comment-released": Sample(comment_released),
    "label-released": Sample(label_released),
}
