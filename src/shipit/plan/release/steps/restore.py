"""The ways back of a release that ends before its push: the files to restore, and the commands that undo it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shipit.finding import Finding
from shipit.plan.release.observe import Observed
from shipit.steps.base import Step
from shipit.steps.repository import RestoreFile, SyncBranch, WriteFile, text_digest


def way_back(steps: Iterable[Step]) -> tuple[RestoreFile, ...]:
    """Return a step for each file that `steps` write, in the same order."""
    written: dict[str, tuple[str, ...]] = {}
    for step in steps:
        if isinstance(step, WriteFile):
            written[step.path] = (*written.get(step.path, ()), text_digest(step.text))
    return tuple(RestoreFile(path, digests) for path, digests in written.items())


def leftover_steps(observed: Observed) -> Iterator[RestoreFile]:
    """Yield a step for each file that an interrupted run wrote, so that no build reads it."""
    for path in observed.leftover_files:
        current = observed.files[path].current
        if current is not None:
            yield RestoreFile(path, (text_digest(current),))


def interrupted_findings(steps: Sequence[Step]) -> Iterator[Finding]:
    """Yield a warning when an interrupted release left changes in the clone, which `steps` overwrite or undo."""
    written = [step for step in steps if isinstance(step, WriteFile) and len(step.replaces) > 1]
    syncs = [step for step in steps if isinstance(step, SyncBranch) and (step.restore or step.drops)]
    tags = [tag for step in syncs for tag in step.drops]
    new = [step.path for step in written if "" in step.replaces]
    edited = [path for step in syncs for path in step.restore] + [step.path for step in written if step.path not in new]
    edited = list(dict.fromkeys(path for path in edited if path not in new))
    undo = (
        f"git tag -d {' '.join(tags)}" if tags else "",
        f"rm {' '.join(new)}" if new else "",
        f"git checkout HEAD -- {' '.join(edited)}" if edited else "",
        *(f"git reset --keep {step.to[:10]}" for step in syncs if step.drops),
    )
    if any(undo):
        names = ", ".join(f"`{name}`" for name in (*tags, *new, *edited))
        fix = f"shipit release, which continues it; to undo it: {' && '.join(filter(None, undo))}"
        yield Finding("interrupted", f"an interrupted release left changes in this clone: {names}", fix, "warning")
