"""The progress of a deployment: the outputs so far, and the traffic that its steps moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipit.errors import ShipitError

if TYPE_CHECKING:
    from shipit.core.deploy import Traffic
    from shipit.engine.apply import Observer
    from shipit.plan.deploy import DeployPlan
    from shipit.steps.base import Outputs, Step


class DeploymentProgress:
    """An observer that passes everything on, and remembers the outputs and the traffic that each host was given.

    Args:
        observer: the observer to pass everything on to; None for none.
    """

    def __init__(self, observer: Observer | None) -> None:
        from shipit.engine.apply import Silent

        self.observer = observer or Silent()
        self.moved = False
        self.outputs: dict[str, str] = {}
        self._switched: dict[str, Traffic] = {}  # the traffic that each host was given
        self._switching = False

    def verified(self, plan: DeployPlan) -> set[tuple[str, str]]:
        """Return the hosts and apps on which the new version was verified."""
        from shipit.steps.deploy import verified_key

        return {place for place in plan.places if self.outputs.get(verified_key(*place)) == "true"}

    def is_before_others(self, plan: DeployPlan) -> bool:
        """Return whether a target before the last one was not verified, so that those after it were not begun."""
        verified, last = self.verified(plan), plan.targets[-1]
        earlier = set(plan.places) - {(host.host, last.app) for host in last.hosts}
        return not earlier <= verified

    def confirmed(self, plan: DeployPlan) -> bool:
        """Return whether the new version was verified on all hosts."""
        return bool(plan.places) and self.verified(plan) == set(plan.places)

    def notes(self, plan: DeployPlan) -> Iterator[str]:
        """Yield the state that an interrupt leaves now: which version has the traffic, and the next command."""
        from shipit.core.deploy import machine

        if not self.moved:
            yield "no traffic was moved"
            return
        if self._switching or not self._switched:  # it is not known whether this switch happened
            yield f"to see which version serves: shipit status {plan.environment}"
            return
        new = {target.image.digest for target in plan.targets}
        verified = ", and was verified" if self.confirmed(plan) else ", and was not verified"
        for host, traffic in self._switched.items():
            version = traffic.version or f"the earlier container in {traffic.slot}"
            state = verified if traffic.digest in new else ""
            yield f"{version} has the traffic on {machine(host)}{state}"
        earlier = any(host.serving for target in plan.targets for host in target.hosts)
        if earlier and not plan.rollback and any(traffic.digest in new for traffic in self._switched.values()):
            yield f"to go back instead: shipit rollback {plan.environment}"

    def started(self, step: Step) -> None:
        self.observer.started(step)

    def applying(self, step: Step) -> None:
        from shipit.steps.blue_green import SwitchTraffic

        self.moved = self.moved or step.public
        self._switching = isinstance(step, SwitchTraffic)
        self.observer.applying(step)

    def waiting(self, step: Step, what: str) -> None:
        self.observer.waiting(step, what)

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        from shipit.steps.blue_green import SwitchTraffic

        if isinstance(step, SwitchTraffic):
            self._switched[step.host], self._switching = step.traffic, False
        self.outputs |= outputs
        self.observer.finished(step, outputs, already=already)

    def optional_failed(self, step: Step, error: ShipitError) -> None:
        self.observer.optional_failed(step, error)

    def planned_again(self, reason: ShipitError) -> None:
        self.observer.planned_again(reason)
