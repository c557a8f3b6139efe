"""The locks of an environment on its hosts: one deployment at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from shipit.adapters.project import Project
from shipit.errors import ConflictError


@contextmanager
def locked(project: Project, environment: str) -> Iterator[None]:
    """Hold the lock of each target of an environment in each of its places.

    Raises `ConflictError` if another run holds one of them.
    """
    with ExitStack() as held:
        for host, path in locks(project, environment):
            try:
                held.enter_context(project.world.place(host).lock(path, project.ci.run_name))
            except ConflictError as error:  # another run holds it
                error.hint = f"{error.hint}; if that run hangs: shipit unlock {environment}"
                raise
        _ensure_keys(project, environment)
        yield


def _ensure_keys(project: Project, environment: str) -> None:
    """Create the key for the fingerprints of secrets on the host, where it is needed and missing."""
    import secrets

    from shipit.config.targets import HostTable

    for target in project.config.environments[environment].targets:
        if isinstance(target, HostTable) and target.secrets:
            host = project.world.hosts.at(target.hosts[0])
            if not host.read(target.key_path):
                host.write(target.key_path, secrets.token_hex(32), mode=0o600)


def locks(project: Project, environment: str) -> list[tuple[str, str]]:
    """Return the place and the path of each lock, in an order that is the same in every run."""
    from shipit.plan.deploy import deploy_targets

    targets = deploy_targets(project.config, environment)
    return sorted({(host, target.state_path) for target in targets for host in target.config.hosts})
