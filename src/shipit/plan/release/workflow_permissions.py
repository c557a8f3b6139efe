"""The permissions that a workflow of GitHub Actions gives the token with which shipit opens pull requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shipit.config.model import Config
from shipit.finding import Finding

_RELEASES = ("", "run", "release")  # the inputs `command` of the action that make a release
_NEEDED = ("contents", "pull-requests")


def workflow_permission_findings(
    config: Config,
    path: str,
    text: str,
    *,
    requires_checks: Callable[[], bool],
    refuses_pull_requests: Callable[[], bool],
) -> Iterator[Finding]:
    """Yield a warning for each job that releases with the token of the workflow, and lacks a permission or the checks.

    Only a configuration with which shipit opens pull requests needs these permissions.

    Args:
        config: the configuration.
        path: the path of the workflow.
        text: its text.
        requires_checks: returns whether the release branch requires checks; called only if the answer matters.
        refuses_pull_requests: returns whether the settings of the repository keep workflows from opening pull requests.
    """
    keys = tuple(_keys_with_pull_requests(config))
    if not keys or "/shipit" not in text:
        return
    from shipit.importers import read_lines_of_yaml

    workflow = _table(read_lines_of_yaml(text))
    for name, job in _table(workflow.get("jobs")).items():
        if not _releases_with_workflow_token(_table(job)):
            continue
        missing = _missing(_table(job).get("permissions", workflow.get("permissions")))
        if missing:
            named = " and ".join(f"`{each}: write`" for each in missing)
            what = f"`{path}`: job `{name}` lacks the permission {named}, which {' and '.join(keys)} can need"
            fix = f"add {named} to `permissions` of the job `{name}`, and commit it"
            yield Finding("workflow-permission", what, fix, "warning")
        if refuses_pull_requests():
            what = "the settings of the repository keep workflows from opening pull requests, which "
            fix = "turn on `Allow GitHub Actions to create and approve pull requests` in Settings > Actions > General"
            yield Finding("workflow-pull-requests", f"{what}{' and '.join(keys)} can need", fix, "warning")
        if config.release.write_back.proposes and requires_checks():
            what = (
                f"`{path}`: job `{name}` opens the release pull request with the token of the workflow, for which "
                "GitHub runs no checks, and the release branch requires checks"
            )
            fix = "give the job the token of a GitHub App, as `token`"
            yield Finding("release-pr-no-checks", what, fix, "warning")


def _keys_with_pull_requests(config: Config) -> Iterator[str]:
    """Yield the keys of the configuration with which shipit opens pull requests."""
    if config.release.write_back.proposes:
        yield '`write-back = "pull-request"`'
    if config.release.back_merge:
        yield "`back-merge`"
    if any(each.from_ for each in config.environments.values()):
        yield "`from`"


def _releases_with_workflow_token(job: Mapping[str, Any]) -> bool:
    """Return whether a job releases with shipit, and passes no token of its own."""
    called, secrets = str(job.get("uses", "")), job.get("secrets")
    if called:
        is_release = called.partition("@")[0].endswith("/shipit/.github/workflows/release.yml")
        return is_release and secrets != "inherit" and "token" not in _table(secrets)
    steps = job.get("steps")
    return any(_is_release(_table(step)) for step in (steps if isinstance(steps, list) else ()))


def _is_release(step: Mapping[str, Any]) -> bool:
    inputs = _table(step.get("with"))
    token = str(inputs.get("token", ""))
    is_of_workflow = not token or "github.token" in token or "secrets.GITHUB_TOKEN" in token
    is_shipit = str(step.get("uses", "")).partition("@")[0].endswith("/shipit")
    return is_shipit and is_of_workflow and str(inputs.get("command", "")).split(" ")[0] in _RELEASES


def _missing(permissions: Any) -> list[str]:
    """Return the permissions that are not given; none if the workflow leaves them to the settings of the repository."""
    if permissions is None or permissions == "write-all":
        return []
    given = _table(permissions)
    return [each for each in _NEEDED if given.get(each) != "write"]


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
