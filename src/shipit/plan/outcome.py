"""What carrying out a plan came to, in the outputs that the command line and the Action promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, to_builtins

from shipit.plan.model import Plan, PlannedImage

# What a run that does nothing puts out: every output there is.
NO_OUTPUTS = {
    "released": "false",
    "version": "",
    "tag": "",
    "previous-version": "",
    "bump": "none",
    "notes": "",
    "release-url": "",
    "environment": "",
    "image": "",
    "digest": "",
    "deployed": "false",
}


class Outcome(Struct, frozen=True):
    """What a release came to: the plan that was applied last, and the outputs of all its steps."""

    plan: Plan
    outputs: dict[str, str]

    @property
    def released(self) -> bool:
        """Whether there was something to release."""
        return bool(self.plan.due or self.plan.finishes)

    @property
    def names(self) -> str:
        """The tags of what was released."""
        return ", ".join(self.plan.finishes or (decision.tag or "" for decision in self.plan.due))

    @property
    def pushed(self) -> dict[str, str]:
        """The digest in the registry by reference, each image by its tag that never moves."""
        return pushed_images(self.plan, self.outputs)

    def report(self, *, applied: bool) -> dict[str, str]:
        """The outputs that the command line and the Action promise, all of them, as strings.

        Args:
            applied: False where the plan was only shown: nothing is released then.
        """
        due = self.plan.due[0] if self.plan.due else None
        version, tag = (due.version, due.tag) if due else (next(iter(self.plan.versions), None), self.names)
        return NO_OUTPUTS | {
            "released": "true" if applied and self.released else "false",
            "version": version or "",
            "tag": tag or "",
            "previous-version": due.previous or "" if due else "",
            "bump": due.bump if due else "none",
            "notes": self.plan.notes,
            "release-url": self.outputs.get("release-url", ""),
            "image": "\n".join(self.pushed),
            "digest": "\n".join(self.pushed.values()),
        }


class Images(Struct, frozen=True):
    """What building images came to: the plan that was applied, and the outputs of all its steps."""

    plan: Plan
    outputs: dict[str, str]

    @property
    def pushed(self) -> dict[str, str]:
        """The digest in the registry by reference, each image by its tag that never moves."""
        return pushed_images(self.plan, self.outputs)

    @property
    def details(self) -> dict[str, Any]:
        """What became of each image: where it is from, and the digest that each of its tags leads to; findings."""
        building = self.plan.building
        if building is None:
            return {}
        images = [{**to_builtins(image), "tags": self._tags(image)} for image in building.images]
        findings = [to_builtins(finding) for finding in self.plan.findings]
        return {"builder": building.builder, "images": images, "findings": findings}

    def _tags(self, image: PlannedImage) -> dict[str, str]:
        """The digest by tag, of those that lead to this image."""
        name = image.reference.rpartition(":")[0]
        found = {key.removeprefix("digest:"): digest for key, digest in self.outputs.items()}
        return {tag: digest for tag, digest in found.items() if tag.rpartition(":")[0] == name}

    def report(self) -> dict[str, str]:
        """The outputs that the command line and the Action promise; of several images, one a line."""
        building = self.plan.building
        return NO_OUTPUTS | {
            "environment": building.environment if building else "",
            "version": "\n".join(dict.fromkeys(image.version for image in building.images)) if building else "",
            "image": "\n".join(self.pushed),
            "digest": "\n".join(self.pushed.values()),
        }


def pushed_images(plan: Plan, outputs: Mapping[str, str]) -> dict[str, str]:
    """The digest by reference of each image that the steps of `plan` pushed, by its tag that never moves.

    Args:
        outputs: what the steps put out.
    """
    pushes = (step.id.partition(":") for step in plan.steps if step.kind in ("push-image", "promote-image"))
    found = {reference: outputs.get(f"digest:{reference}") for _, _, reference in pushes}
    return {reference: digest for reference, digest in found.items() if digest}
