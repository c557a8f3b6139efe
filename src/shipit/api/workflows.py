"""The findings about workflows that run shipit, as `shipit init` wrote them or as they were copied from an example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from shipit.adapters.project import Project
from shipit.errors import ShipitError
from shipit.finding import Finding

_WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")
_PLACEHOLDER = re.compile(r"^[ \t-]*uses:[ \t]*[\"']?(?:OWNER/shipit\b|\S{1,200}@COMMIT\b)", re.MULTILINE)


def workflow_findings(project: Project) -> Iterator[Finding]:
    """Yield the warnings about workflows: a placeholder for shipit's name, and permissions that the token lacks."""
    from shipit.plan.release import workflow_permission_findings
    from shipit.plan.version import main_channel

    files, forge, config = project.world.files, project.world.forge, project.config

    refuses_pull_requests = cache(forge.refuses_workflow_pull_requests)

    @cache
    def requires_checks() -> bool:
        with suppress(ShipitError):
            return forge.requires_checks(main_channel(config, project.git.branch()).name)
        return False

    for path in sorted({each for pattern in _WORKFLOWS for each in files.glob(pattern)}):
        text = ""
        with suppress(ShipitError):  # a file that cannot be read is not one that `shipit init` wrote
            text = files.read(path) or ""
        if found := _PLACEHOLDER.search(text):
            line = text.count("\n", 0, found.end()) + 1
            what = f"`{path}`, line {line}, names shipit by a placeholder, so GitHub does not run the workflow"
            fix = "replace `OWNER/shipit` by the address of shipit's repository, and `COMMIT` by a commit that you "
            yield Finding("workflow-placeholder", what, f"{fix}reviewed: grep -n 'OWNER/shipit' {path}", "warning")
        yield from workflow_permission_findings(
            config,
            path,
            text,
            requires_checks=requires_checks,
            refuses_pull_requests=refuses_pull_requests,
        )
