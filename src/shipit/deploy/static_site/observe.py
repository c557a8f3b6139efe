"""The reads that make up the state of a bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipit.core.deploy import INDEX, SiteRelease, files_of_commit
from shipit.deploy.static_site.findings import site_findings
from shipit.deploy.static_site.observed import ObservedSite, StaticSiteTarget
from shipit.steps.deploy import read_record
from shipit.steps.static_site import is_published, is_stored, proof_problem, read_release
from shipit.world import World
from shipit.world.sites import FileDetails, Site, StoredFile


def observe_bucket(world: World, target: StaticSiteTarget) -> ObservedSite:
    """Return the state of the bucket of a target. Only reads."""
    (address,), config = target.config.hosts, target.config
    site = world.sites.at(address)
    if problems := site.findings(config.distribution, config.account):
        return ObservedSite(target, findings=problems, readable=False)
    index, files = site.find(INDEX), site.files()
    release = read_release(site, target.state_path, index.release) if index and index.release else None
    return ObservedSite(
        target,
        head=world.git.head() or "",
        index=index,
        serving=release.image if release else None,
        stored=tuple(_stored(files, site, target, world)),
        problem=_problem(index, release, files, site, target.state_path) or _outside_problem(release, target, world),
        record=read_record(site, target.record_path),
        locked_by=site.locked_by(target.state_path) or "",
        login=site.login(),
        findings=tuple(site_findings(target)),
    )


def _stored(files: Mapping[str, StoredFile], site: Site, target: StaticSiteTarget, world: World) -> Iterator[str]:
    """Yield the digests of the releases in the bucket; that of the current commit only if all its files are there.

    The files of the current commit can be built again. Those of the others are needed only for a rollback.
    """
    state, start = target.state_path, f"{target.state_path}/releases/"
    names = (key.removeprefix(start).removesuffix(".json") for key in files if key.startswith(start))
    head = files_of_commit("", "", world.git.head() or "").digest
    for digest in (name.replace("-", ":", 1) for name in names):
        release = read_release(site, state, head) if digest == head else None
        if digest != head or (release and is_stored(release, files, state)):
            yield digest


def _problem(
    index: FileDetails | None, release: SiteRelease | None, files: Mapping[str, StoredFile], site: Site, state: str
) -> str:
    """Return the reason why users do not get a complete site; empty if they do, or if shipit did not write it."""
    if index is None:
        return f"there is no `{INDEX}` yet"
    if index.release and release is None:
        return f"the list of the files of release `{index.release}` is gone"
    if release and not is_stored(release, files, state):
        return f"files of {release.image} are gone"
    if release and not is_published(release, files, site, state):
        return f"the publication of another version over {release.image} is not finished"
    return ""


def _outside_problem(release: SiteRelease | None, target: StaticSiteTarget, world: World) -> str:
    """Return the reason why users do not get the release that is in the bucket; empty if they do."""
    return proof_problem(target.url, release.image, world) if release and target.url else ""
