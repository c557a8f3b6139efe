"""The results of carrying out a plan, and the outputs of the command line and the Action that are made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins

if TYPE_CHECKING:  # a command that only reads history loads no plan
    from shipit.plan.deploy import DeployPlan
    from shipit.plan.images import ImagePlan, PlannedImage
    from shipit.plan.model import Plan
    from shipit.plan.release import ReleasePlan
else:
    ReleasePlan = object  # the annotation needs the name


class Outcome(Struct, frozen=True):
    """The result of a release; it is false when nothing was released.

    `plan` is the plan that was applied last, `outputs` are the outputs of all its steps by name.
    """

    plan: ReleasePlan
    outputs: dict[str, str]

    def __bool__(self) -> bool:
        """Return the same as `released`."""
        return self.released

    @property
    def released(self) -> bool:
        """True when a release was made or finished; False when it was only proposed in a pull request."""
        return self.plan.releases

    @property
    def version(self) -> str | None:
        """The released version, of the first package if there are several; None when nothing was released."""
        return next(iter((*(decision.version for decision in self.plan.to_release), *self.plan.versions)), None)

    @property
    def packages(self) -> tuple[str, ...]:
        """The released packages with their versions, such as "web 1.4.0"; empty if the repository is one package."""
        made = ((each.package, each.version) for each in self.plan.to_release if each.package)
        finished = zip(self.plan.packages, self.plan.versions, strict=False)
        return tuple(f"{package} {version}" for package, version in (*made, *finished))

    @property
    def names(self) -> str:
        """The packages with their versions, or else the tags, separated by commas; empty when nothing was released."""
        tags = self.plan.finishes or (decision.tag or "" for decision in self.plan.to_release)
        return ", ".join(self.packages or tags)

    @property
    def pushed(self) -> dict[str, str]:
        """The digest of each image in the registry, by its reference with the permanent tag."""
        return pushed_images(self.plan, self.outputs)

    @property
    def proposed(self) -> dict[str, str]:
        """The address of each pull request that proposes releases, by the releases as `names` has them."""
        from shipit.steps.branches import ProposeRelease
        from shipit.steps.forge import opened_pull_requests

        several = len(self.plan.proposal_branches) > 1
        by_tag = {decision.tag: f"{decision.package} {decision.version}" for decision in self.plan.to_release}
        commits = [step.commit for step in self.plan.steps if isinstance(step, ProposeRelease)]
        urls = opened_pull_requests(self.outputs)
        return {by_tag[each.tag] if several else self.names: urls[each.branch or ""] for each in commits}

    @property
    def pull_requests(self) -> tuple[str, ...]:
        """The addresses of the pull requests that propose releases."""
        from shipit.steps.forge import opened_pull_requests

        return tuple(opened_pull_requests(self.outputs).values())

    def report(self, *, applied: bool) -> dict[str, str]:
        """Return all outputs of the Action, as strings.

        Args:
            applied: False when the plan was only shown; then `released` is "false".
        """
        first = self.plan.to_release[0] if self.plan.to_release else None
        tag = first.tag if first else ", ".join(self.plan.finishes)
        return _complete(
            {
                "released": "true" if applied and self.released else "false",
                "version": self.version or "",
                "tag": tag or "",
                "packages": "\n".join(self.packages),
                "previous-version": first.previous or "" if first else "",
                "bump": first.bump if first else "none",
                "notes": self.plan.notes,
                "release-url": self.outputs.get("release-url", ""),
                "pull-request": "\n".join(self.pull_requests),
                "image": "\n".join(self.pushed),
                "digest": "\n".join(self.pushed.values()),
            }
        )


class Images(Struct, frozen=True):
    """The result of building images.

    `plan` is the plan that was applied, `outputs` are the outputs of all its steps by name.
    """

    plan: ImagePlan
    outputs: dict[str, str]

    @property
    def pushed(self) -> dict[str, str]:
        """The digest of each image in the registry, by its reference with the permanent tag."""
        return pushed_images(self.plan, self.outputs)

    @property
    def details(self) -> dict[str, Any]:
        """The builder, the findings, and each planned image with the digest of each of its tags, as JSON values."""
        images = [{**to_builtins(image), "tags": self._tags(image)} for image in self.plan.images]
        findings = [to_builtins(finding) for finding in self.plan.findings]
        return {"builder": self.plan.builder, "images": images, "findings": findings}

    def _tags(self, image: PlannedImage) -> dict[str, str]:
        """Return the digest of each tag that the plan puts on `image`; the tags are full references."""
        from shipit.steps.images import TagImage

        others = (step for step in self.plan.steps if isinstance(step, TagImage))
        tags = [image.reference, *(step.reference for step in others if step.source == image.reference)]
        return digests_of(tags, self.outputs)

    def report(self) -> dict[str, str]:
        """Return all outputs of the Action, as strings; several images give one line each."""
        return _complete(
            {
                "environment": self.plan.environment,
                "version": "\n".join(dict.fromkeys(image.version for image in self.plan.images)),
                "image": "\n".join(self.pushed),
                "digest": "\n".join(self.pushed.values()),
            }
        )


class Deployment(Struct, frozen=True):
    """The result of a deployment.

    `plan` is the plan that was applied, `outputs` are the outputs of all its steps by name, and `url` is the public
    address of the environment.
    """

    plan: DeployPlan
    outputs: dict[str, str]
    url: str = ""

    @property
    def unverified(self) -> dict[tuple[str, str], str]:
        """The reasons why it is not known that the image serves, by host and app; empty if it was verified."""
        from shipit.steps.deploy import verified_key

        reasons = {at: self.outputs.get(verified_key(*at), "true") for at in self.plan.places}
        return {at: reason for at, reason in reasons.items() if reason != "true"}

    @property
    def paused(self) -> str:
        """The sentence that says where the deployment waits for an approval; empty if it does not."""
        return self.outputs.get("paused", "")

    def report(self) -> dict[str, str]:
        """Return all outputs of the Action, as strings."""
        deployed = [target.image for target in self.plan.targets]
        several = len({image.digest for image in deployed}) > 1
        serving = _lines(image.digest for image in deployed) if several else self.outputs.get("serving", "")
        verified = "false" if self.unverified else self.outputs.get("deployed", "")
        return _complete(
            {
                "environment": self.plan.environment,
                "version": _lines(image.version for image in deployed),
                "deployed": "false" if self.unverified else self.outputs.get("deployed", "false"),
                "verified": verified,
                "serving": "" if self.unverified or not verified else serving,
                "url": self.url,
            }
        )


def _lines(values: Iterable[str]) -> str:
    """Return the different values, one per line."""
    return "\n".join(dict.fromkeys(values))


def _complete(values: dict[str, str]) -> dict[str, str]:
    """Return all outputs of the Action: `values`, and for the others the value after a run that did nothing."""
    from shipit.core.outputs import NO_OUTPUTS  # a command that only reads history has no outputs

    return NO_OUTPUTS | values


def pushed_images(plan: Plan, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of each image that `plan` pushes or promotes, by its reference with the permanent tag.

    Args:
        plan: the plan that was applied.
        outputs: the outputs of its steps. Images without a digest in them are left out.
    """
    from shipit.steps.images import PromoteImage, PushImage

    pushes = (step for step in plan.steps if isinstance(step, PushImage | PromoteImage))
    return digests_of((step.reference for step in pushes), outputs)


def digests_of(references: Iterable[str], outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of each of `references` that has one in the outputs of the steps."""
    from shipit.steps.images import digest_key

    digests = {reference: outputs.get(digest_key(reference)) for reference in references}
    return {reference: digest for reference, digest in digests.items() if digest}
