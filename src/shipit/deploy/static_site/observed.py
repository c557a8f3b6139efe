"""The state of a bucket that a site is deployed to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipit.config.targets import StaticSiteConfig
from shipit.core.deploy import DeployedImage, DeployRecord
from shipit.deploy.base import DeployTarget, HostState
from shipit.finding import Finding
from shipit.world.sites import CallerIdentity, FileDetails

StaticSiteTarget = DeployTarget[StaticSiteConfig]


class ObservedSite(Struct, frozen=True):
    """The state of the bucket, and the problems that were found.

    Args:
        target: the target.
        head: the id of the commit that is checked out; empty if there is none.
        index: the index in the bucket; None if there is none.
        serving: the release that the index belongs to; None if shipit did not write it.
        stored: the digests of the releases whose files are in the bucket.
        problem: the reason why the site is not complete; empty if it is.
        record: the record of deployments.
        locked_by: the run that holds the lock; empty if it is free.
        login: the account and the region of the credentials; None if they cannot be read.
        findings: the problems.
        readable: False when the bucket cannot be read.
    """

    target: StaticSiteTarget
    head: str = ""
    index: FileDetails | None = None
    serving: DeployedImage | None = None
    stored: tuple[str, ...] = ()
    problem: str = ""
    record: DeployRecord = DeployRecord()
    locked_by: str = ""
    login: CallerIdentity | None = None
    findings: tuple[Finding, ...] = ()
    readable: bool = True

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of the bucket, in the form that all kinds share; empty if it cannot be read."""
        if not self.readable:
            return ()
        state = HostState(
            host=self.target.config.hosts[0],
            serving=self.serving,
            since=self.index.modified if self.index else "",
            problem=self.problem,
            drift=tuple(self._drift()),
            record=self.record,
            locked_by=self.locked_by,
            login=f"AWS account {self.login.account}, region {self.login.region}" if self.login else "",
        )
        return (state,)

    @property
    def cached(self) -> tuple[DeployedImage, ...]:
        """The releases that a cache can still have: the last verified one, and those that were published since."""
        last = self.record.last
        events = self.record.events[self.record.events.index(last) :] if last else self.record.events
        images = (*(event.image for event in events), *((self.serving,) if self.serving else ()))
        return tuple(dict.fromkeys(images))

    def _drift(self) -> Iterator[str]:
        """Yield a sentence if another release is in the bucket than was verified last."""
        last = self.record.current
        if last and self.serving and self.serving.digest != last.digest:
            yield f"{self.serving} is published, but {last} was verified last"
        if last and self.index and self.serving is None:
            yield f"another program wrote the index, but {last} was verified last"
