"""The findings about scripts of the repository that the configured commands call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipit.adapters.project import Project
from shipit.finding import Finding

# A script at the beginning of a command, or of a part of it: "./gradlew", "web/build.sh".
_SCRIPT = re.compile(r"(?:^|[;&|(]\s*)(?:\w+=\S+\s+)*(\./[\w./-]+|[\w.-]+/[\w./-]+)")


def script_findings(project: Project) -> Iterator[Finding]:
    """Yield a warning for each script in `prepare` or `build` that git does not hold as executable.

    It runs on a machine where it was made executable by hand, and fails in CI with "Permission denied".
    """
    config = project.config
    commands = [*config.release.prepare, *(each for one in config.environments.values() for each in one.build)]
    scripts = (found.removeprefix("./") for each in commands if "chmod" not in each for found in _SCRIPT.findall(each))
    for path in dict.fromkeys(scripts):
        if project.git.is_executable(path) is False:
            what = f"git does not hold the script `{path}` as executable, so it fails in CI with `Permission denied`"
            fix = f"git update-index --chmod=+x {path} && git commit -m 'build: make {path} executable'"
            yield Finding("not-executable", what, f"{fix}; or call `chmod +x {path}` first", "warning")
