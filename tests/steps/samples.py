"""Parts of the samples of steps, and the samples of all steps, which are in the tests of the steps beside this module."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.clones import Clone

from shipit.core.commits.text.release_message import release_message
from shipit.core.images import REVISION, VERSION, Build
from shipit.steps.base import Step
from shipit.steps.images import Origin
from shipit.steps.repository import ReleaseCommit

TAG = "v1.1.0"
SUBJECT = "chore(release): 1.1.0"
NOTES = "### Features\n\n- 검색\n"


@dataclass(frozen=True)
class Sample:
    """A step with the changes that contradict it.

    `step` prepares the clone so that the step is not done, and returns the step. Each function of `contradictions`
    changes the world as a user or another program could do before the step is applied.

    Args:
        local_forge: whether the step also works with the forge of local files, which makes no commits and no tags.
        images: whether the step needs an engine and a registry.
        hosts: whether the step changes a host. Its sample exists only in memory; tests/contracts/test_hosts.py and
            the tests of deployments use real hosts.
    """

    step: Callable[[Clone], Step]
    contradictions: tuple[Callable[[Clone], object], ...] = ()
    local_forge: bool = True
    images: bool = False
    hosts: bool = False

    @property
    def real(self) -> bool:
        """True when the step is also tested over real git, with the forge of local files."""
        return self.local_forge and not self.hosts


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


def samples_of_steps() -> dict[str, Sample]:
    """Return the samples by the kind of their step: `SAMPLE` of `test_<kind>.py` in this folder and those in it."""
    found: dict[str, Sample] = {}
    for path in sorted(Path(__file__).parent.rglob("test_*.py")):
        if "\nSAMPLE = " in path.read_text(encoding="utf-8"):
            kind = path.stem.removeprefix("test_").replace("_", "-")
            module = ".".join(path.relative_to(Path(__file__).parents[1]).with_suffix("").parts)
            found[kind] = importlib.import_module(module).SAMPLE
    return found
