"""The commands, each a module in the room of its section.

Their one-line help is here and not in the modules, so that `shipit --help` loads none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class HelpSection(NamedTuple):
    """A section of `shipit --help`: its heading, and the help of its commands by their names."""

    heading: str
    commands: Mapping[str, str]


# By the name of the room.
SECTIONS = {
    "releases": HelpSection(
        "Releases",
        {
            "plan": "Print all steps of a release and the reason for its version.",
            "release": "Release the next version.",
            "run": "Release, build and deploy as the CI event requires.",
            "promote-branch": "Move a branch, such as prod, to a release.",
            "next": "Print the next version.",
            "notes": "Print the release notes of one version.",
            "changelog": "Print a changelog made from the git history.",
            "lint": "Check commit messages or titles of pull requests.",
            "replay": "Compare past releases with the versions that shipit decides.",
            "report": "Report releases and deployments with the four DORA metrics.",
        },
    ),
    "deployments": HelpSection(
        "Images and deployments",
        {
            "image": "Build the images of an environment; --push pushes them.",
            "deploy": "Deploy an image to an environment.",
            "status": "Show what serves in the environments.",
            "logs": "Print the logs of an environment's containers.",
            "approve": "Let a paused deployment of an environment go on.",
            "rollback": "Go back to an earlier version of an environment.",
            "unlock": "Take the lock of an environment away from a run that hangs.",
        },
    ),
    "project": HelpSection(
        "Project",
        {
            "init": "Write shipit.toml from the settings of another release tool.",
            "doctor": "Check for every problem that would block a release or build.",
            "explain": "Explain an error, a finding or an exit status.",
            "schema": "Print the JSON Schema of shipit.toml.",
            "demo": "Make a sample project, and release it.",
            "completion": "Print the completion script for your shell.",
        },
    ),
}
COMMANDS = {name: help for section in SECTIONS.values() for name, help in section.commands.items()}
