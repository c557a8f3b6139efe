"""The check that a saved plan of a deployment is still up to date."""

from __future__ import annotations

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.deploy import machine
from shipit.errors import ConflictError
from shipit.plan.deploy.model import DeployPlan
from shipit.plan.deploy.observe import ObservedDeployment


def require_same_state(plan: DeployPlan, config: Config, observed: ObservedDeployment) -> None:
    """Raise `ConflictError` when the configuration, or the image that serves, changed after `plan` was made.

    A host on which the wanted image serves already is accepted: an interrupted run of the same plan left it so.
    """
    if plan.inputs.config != fingerprint(config):
        raise _out_of_date(plan, "the configuration changed")
    observed_targets = zip(observed.targets, observed.observed, strict=True)
    serving = {(host.host, target.app): host.serving for target, seen in observed_targets for host in seen.hosts}
    for target in plan.targets:
        for host in target.hosts:
            now = serving.get((host.host, target.app))
            if now not in (host.serving, target.image):
                then = f"{host.serving or 'nothing'} served on {machine(host.host)} when it was made"
                raise _out_of_date(plan, f"{then}, and now {now or 'nothing'} serves there")


def _out_of_date(plan: DeployPlan, change: str) -> ConflictError:
    hint = f"make a new plan: {plan.how_to_renew}"
    return ConflictError(f"this plan is out of date: {change}", hint=hint, state=plan.untouched)
