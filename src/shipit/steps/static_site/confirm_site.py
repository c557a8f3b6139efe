"""The step that proves which release of a site users get, and records it as verified."""

from __future__ import annotations

from typing import ClassVar

from msgspec import DecodeError, Struct, json

from shipit.core import limits
from shipit.core.deploy import (
    INDEX,
    LOCAL,
    PROOF,
    DeployedImage,
    DeployEvent,
    HealthAnswer,
    SiteRelease,
    machine,
    sha256_of,
    stored_path,
)
from shipit.errors import ConflictError, DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import add_event, address_hint, read_record, verified_outputs
from shipit.steps.static_site.release import missing_file, require_release, serves
from shipit.world import World
from shipit.world.sites import Site

_EVERY = 2.0  # seconds
_OK = 200


class ConfirmSite(Struct, frozen=True):
    """Prove that users get the release from outside, then record it as verified.

    Without `url`, only the objects in the bucket are read back.

    Args:
        host: the address of the bucket.
        app: the name of the app.
        state: the key of the record, without its ending.
        image: the version and the commit.
        within: the longest time until users get the release, in seconds.
        url: the public address to ask; empty for none.
        by: the run.
        environment: the name of the environment, for the commands in errors.
    """

    kind: ClassVar[str] = "confirm-site"
    public: ClassVar[bool] = True
    host: str
    app: str
    state: str
    image: DeployedImage
    within: float
    url: str = ""
    by: str = ""
    environment: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.app}"

    @property
    def summary(self) -> str:
        where = f"until {self.url} serves {self.image}" if self.url else f"until {machine(self.host)} has all its files"
        return f"wait {where}, then record it as verified"

    @property
    def _record(self) -> str:
        return f"{self.state}.json"

    def check(self, world: World) -> Done | Todo:
        site = world.sites.at(self.host)
        if read_record(site, self._record).current != self.image:
            return Todo()
        problem = self._problem(world, site, require_release(site, self.state, self.image))
        return Todo(problem) if problem else Done(self._outputs)

    @property
    def _outputs(self) -> Outputs:
        return verified_outputs(self.image, self.host, self.app)

    def apply(self, world: World) -> Outputs:
        site = world.sites.at(self.host)
        release = require_release(site, self.state, self.image)
        end = world.clock.elapsed() + self.within
        while problem := self._problem(world, site, release):
            if world.clock.elapsed() >= end:
                raise self._failure(problem)
            world.clock.sleep(_EVERY)
        record = read_record(site, self._record)
        if record.current != self.image:
            add_event(site, self._record, record, DeployEvent("verified", self.image, by=self.by), world)
        return self._outputs

    def _problem(self, world: World, site: Site, release: SiteRelease) -> str:
        """Return the reason why users do not get the release right now; empty if they do.

        Raises `ConflictError` if another program wrote the index.
        """
        found, listed = site.find(INDEX), site.files()
        if found is None or found.release != self.image.digest:
            what = f"another program changed `{INDEX}` in {machine(self.host)} meanwhile"
            raise ConflictError(what, hint="see who writes there, then run the same command again")
        if missing := missing_file(release, listed, self.state):
            return f"`{missing.path}` is not in {machine(self.host)}"
        if other := next((file for file in release.fresh if not serves(file, listed, site, self.state)), None):
            return f"`{other.path}` in {machine(self.host)} has another content than in {self.image}"
        return self._outside_problem(world, site, release) if self.url else ""

    def _outside_problem(self, world: World, site: Site, release: SiteRelease) -> str:
        """Return the reason why the public address does not serve the release completely; empty if it does."""
        if problem := proof_problem(self.url, self.image, world):
            return problem
        base, index = self.url.rstrip("/"), site.read(stored_path(self.state, release.index.sha256)) or ""
        page = _get(f"{base}/", world)
        if page.status != _OK or _digest(page.body) != _digest(_decoded(index)):
            return f"`{base}/` {'serves another page' if page.status == _OK else _described(page)}"
        named = [f"{base}/{file.path}" for file in release.immutable if file.path in index]
        for url in named[: limits.SITE_ASSETS]:
            asset = _get(url, world)
            if asset.status != _OK:
                return f"`{url}` {_described(asset)}"
        return ""

    def _failure(self, problem: str) -> DeployError:
        address = self.url.rstrip("/")
        if address and address in problem:
            what = f"users do not get {self.image} from {address} after {self.within:g} seconds: {problem}"
            hint = address_hint("`url`, DNS and the rights of the distribution", self.environment)
            return DeployError(what, hint=hint)
        hint = address_hint(f"which program changes files in {machine(self.host)}", self.environment)
        return DeployError(f"the files of {self.image} are not all published: {problem}", hint=hint)


def proof_problem(url: str, image: DeployedImage, world: World) -> str:
    """Return the reason why the public address `url` does not name the release `image`; empty if it does."""
    proof = f"{url.rstrip('/')}/{PROOF}"
    answer = _get(proof, world)
    found = _release_in(answer)
    if found == image.digest:
        return ""
    return f"`{proof}` {f'still names {found}' if found else _described(answer)}"


def _get(url: str, world: World) -> HealthAnswer:
    return world.hosts.at(LOCAL).get(url, timeout=limits.PUBLIC_REQUEST)


def _described(answer: HealthAnswer) -> str:
    return f"answered {answer.status}" if answer.status else f"did not answer: {answer.body}"


def _release_in(answer: HealthAnswer) -> str:
    """Return the digest of the release that an answer names; empty if it names none."""
    if answer.status != _OK:
        return ""
    try:
        return json.decode(answer.body, type=dict[str, str]).get("release", "")
    except (DecodeError, ValueError):
        return ""


def _decoded(text: str) -> str:
    """Return a text as a request reads it: bytes that are no UTF-8 are replaced."""
    return text.encode("utf-8", "surrogateescape").decode(errors="replace")


def _digest(text: str) -> str:
    return sha256_of(text.encode("utf-8", "surrogateescape"))
