"""What carrying out a plan came to, in the outputs that the command line and the Action promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins

if TYPE_CHECKING:  # a command that only reads history loads no plan
    from shipit.plan.images import ImagePlan, PlannedImage
    from shipit.plan.model import Plan
    from shipit.plan.release import ReleasePlan


class Outcome(Struct, frozen=True):
    """What a release came to: the plan that was applied last, and the outputs of all its steps."""

    plan: ReleasePlan
    outputs: dict[str, str]

    @property
    def released(self) -> bool:
        """Whether there was something to release."""
        return bool(self.plan.to_release or self.plan.finishes)

    @property
    def names(self) -> str:
        """The tags of what was released."""
        return ", ".join(self.plan.finishes or (decision.tag or "" for decision in self.plan.to_release))

    @property
    def pushed(self) -> dict[str, str]:
        """The digest in the registry by reference, each image by its tag that never moves."""
        return pushed_images(self.plan, self.outputs)

    def report(self, *, applied: bool) -> dict[str, str]:
        """The outputs that the command line and the Action promise, all of them, as strings.

        Args:
            applied: False where the plan was only shown: nothing is released then.
        """
        first = self.plan.to_release[0] if self.plan.to_release else None
        version, tag = (first.version, first.tag) if first else (next(iter(self.plan.versions), None), self.names)
        return _complete(
            {
                "released": "true" if applied and self.released else "false",
                "version": version or "",
                "tag": tag or "",
                "previous-version": first.previous or "" if first else "",
                "bump": first.bump if first else "none",
                "notes": self.plan.notes,
                "release-url": self.outputs.get("release-url", ""),
                "image": "\n".join(self.pushed),
                "digest": "\n".join(self.pushed.values()),
            }
        )


class Images(Struct, frozen=True):
    """What building images came to: the plan that was applied, and the outputs of all its steps."""

    plan: ImagePlan
    outputs: dict[str, str]

    @property
    def pushed(self) -> dict[str, str]:
        """The digest in the registry by reference, each image by its tag that never moves."""
        return pushed_images(self.plan, self.outputs)

    @property
    def details(self) -> dict[str, Any]:
        """What became of each image: where it is from, and the digest that each of its tags leads to; findings."""
        images = [{**to_builtins(image), "tags": self._tags(image)} for image in self.plan.images]
        findings = [to_builtins(finding) for finding in self.plan.findings]
        return {"builder": self.plan.builder, "images": images, "findings": findings}

    def _tags(self, image: PlannedImage) -> dict[str, str]:
        """Return the digest by tag, of the tags that lead to this image."""
        from shipit.steps import TagImage

        others = (step for step in self.plan.steps if isinstance(step, TagImage))
        tags = [image.reference, *(step.reference for step in others if step.source == image.reference)]
        return digests_of(tags, self.outputs)

    def report(self) -> dict[str, str]:
        """The outputs that the command line and the Action promise; of several images, one a line."""
        return _complete(
            {
                "environment": self.plan.environment,
                "version": "\n".join(dict.fromkeys(image.version for image in self.plan.images)),
                "image": "\n".join(self.pushed),
                "digest": "\n".join(self.pushed.values()),
            }
        )


def _complete(values: dict[str, str]) -> dict[str, str]:
    """Return these outputs, and those of a run that does nothing for the others."""
    from shipit.core.outputs import NO_OUTPUTS  # a command that only reads history has no outputs

    return NO_OUTPUTS | values


def pushed_images(plan: Plan, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the digest by reference of each image that the steps of `plan` pushed, by its permanent tag.

    Args:
        outputs: the outputs of the steps.
    """
    from shipit.steps import PromoteImage, PushImage

    pushes = (step for step in plan.steps if isinstance(step, PushImage | PromoteImage))
    return digests_of((step.reference for step in pushes), outputs)


def digests_of(references: Iterable[str], outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the digest by reference, of the references that have one in the outputs of the steps."""
    from shipit.steps.origin import digest_key

    found = {reference: outputs.get(digest_key(reference)) for reference in references}
    return {reference: digest for reference, digest in found.items() if digest}
