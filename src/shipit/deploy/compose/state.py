"""The state of a service, as `shipit status` shows it, and the problems of its compose files."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.targets import ComposeServiceConfig
from shipit.core.deploy import PIN_FILE, machine
from shipit.deploy.base import HostState
from shipit.deploy.compose.observed import ComposeTarget, ObservedComposeHost
from shipit.finding import Finding
from shipit.steps.compose import CONFIG_FILES
from shipit.world import Git


def host_state(observed: ObservedComposeHost) -> HostState:
    """Return the state of one host in the form that all kinds of targets share."""
    serving = observed.serving
    return HostState(
        host=observed.host,
        serving=serving.image if serving else None,
        since=serving.container.started if serving else "",
        problem=_problem(observed),
        drift=tuple(_drift(observed)),
        record=observed.record,
        locked_by=observed.locked_by,
    )


def _problem(observed: ObservedComposeHost) -> str:
    """Return the reason why no healthy version serves; empty if one does."""
    if observed.serving is None:
        ended = next((each.problem for each in observed.replicas if each.problem), "")
        return ended or f"no container of `{observed.service.service}` runs"
    return observed.serving.problem


def _drift(observed: ObservedComposeHost) -> Iterator[str]:
    """Yield a sentence for each thing on the host that is not as shipit left it."""
    serving, last, name = observed.serving, observed.record.current, observed.service.service
    if len({each.image.digest for each in observed.running if each.image}) > 1:
        yield f"containers of several versions of `{name}` run"
    if not (serving and serving.image):
        return
    if last and serving.image.digest != last.digest:
        yield f"{serving.image} serves, but {last} was verified last"
    if observed.pin and PIN_FILE not in serving.container.labels.get(CONFIG_FILES, ""):
        files = ":".join((*observed.service.files, PIN_FILE))
        yield (
            f"`{name}` was started without `{PIN_FILE}`, so it runs the image of the compose files; to prevent this, "
            f"write `COMPOSE_FILE={files}` into `{observed.service.directory}/.env`"
        )
    elif observed.pin and not observed.pin.endswith(f"@{serving.image.digest}"):
        yield f"`{observed.service.pin_path}` names another image of `{name}` than {serving.image}, which serves"


def health_findings(observed: ObservedComposeHost) -> Iterator[Finding]:
    """Yield a warning if docker waits long before it runs the health check of the compose file for the first time."""
    check, name = observed.model.healthcheck, observed.service.service
    if check and not check.get("disable") and "start_interval" not in check:
        first = "5 s" if "start_period" in check else check.get("interval", "30s")
        what = f"docker runs the health check of `{name}` on {machine(observed.host)} only {first} after the start"
        fix = f"add `start_period: 60s` and `start_interval: 500ms` to the `healthcheck` of `{name}`"
        yield Finding("compose-health", f"{what}, and each deployment waits for it", fix, "warning")


def copied_compose_files(git: Git, config: ComposeServiceConfig) -> tuple[dict[str, str], list[Finding]]:
    """Return the texts of the compose files that a deployment copies, and a finding for each file that is missing."""
    texts, findings = {}, []
    for source, path in config.copy.items():
        text = git.text("HEAD", source)
        if text is None:
            what = f"`copy` names `{source}`, which is not in the commit that is checked out"
            findings.append(Finding("compose-copy", what, f"commit the file, or correct its path: git add {source}"))
        elif path in config.files:
            texts[path] = text
    return texts, findings


def service_findings(target: ComposeTarget, observed: ObservedComposeHost) -> Iterator[Finding]:
    """Yield a finding if the pin file was changed, or if two containers of the service cannot run beside each other."""
    name, where = observed.service.service, machine(observed.host)
    if observed.edited:
        what = f"`{observed.service.pin_path}` on {where} was changed by another program"
        fix = f"move your settings into your compose files, then: rm {observed.service.pin_path}"
        yield Finding("compose-pins", what, fix)
    if observed.single and not target.config.downtime:
        what = f"`{name}` on {where} has `{observed.single}`, so a second container cannot be started beside it"
        fix = f"remove it and let a proxy publish the port, or write `downtime = true`: `{name}` then does not answer"
        yield Finding("compose-downtime", what, f"{fix} while it is replaced")
    if observed.single and observed.serving and observed.serving.image is None:
        what = f"`{name}` on {where} runs an image that no registry has, so a failed deployment could not go back to it"
        yield Finding("compose-image", what, f"push the image that `{name}` uses, and start it from there", "warning")
