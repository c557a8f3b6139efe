"""The findings about scripts of the repository that the configured commands call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipit.adapters.project import Project
from shipit.finding import Finding

# A script at the beginning of a command, or of a part of it: "./gradlew", "web/build.sh".
_SCRIPT = re.compile(r"(?:^|[;&|(]\s*)(?:\w+=\S+\s+)*(\./[\w./-]+|[\w.-]+/[\w./-]+)")


def script_findings(project: Project) -> Iterator[Finding]:
    """Yield a warning for each script in `prepare` or `build` that git does not hold as executable.

    It runs on a machine where it was made executable by hand, and fails in CI with "Permission denied".
    """
    config = project.config
    lists = (config.release.prepare, *(each.build for each in config.environments.values()))
    scripts = (path for commands in lists for path in _called(commands))
    for path in dict.fromkeys(scripts):
        if project.git.is_executable(path) is False:
            what = f"git does not hold the script `{path}` as executable, so it fails in CI with `Permission denied`"
            fix = f"git update-index --chmod=+x {path} && git commit -m 'build: make {path} executable'"
            yield Finding("not-executable", what, f"{fix}; or call `chmod +x {path}` first", "warning")


def _called(commands: Sequence[str]) -> Iterator[str]:
    """Yield the paths of the scripts that commands call, without those that `chmod` made executable before."""
    changed = ""
    for command in commands:
        changed += f"{command}\n" if "chmod" in command else ""
        for script in _SCRIPT.findall(command):
            path = script.removeprefix("./")
            if not re.search(rf"chmod\b.*[ /]{re.escape(path)}(?![\w./-])", changed):
                yield path
