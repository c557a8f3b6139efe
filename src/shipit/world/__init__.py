"""The ports: the interfaces through which shipit reads and changes everything outside its own process.

The adapters (`shipit.adapters`) implement them with git, GitHub, docker, SSH and files. `shipit.testing` implements
them in memory. The same contract tests (tests/contracts) run over both.
Every method is either a read, which changes nothing, or a write; comments mark the groups.
A module is loaded when one of its names is first used: reading history needs only the port to git.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.world.all_ports import World as World
    from shipit.world.all_ports import silent as silent
    from shipit.world.clock import Clock as Clock
    from shipit.world.files import Files as Files
    from shipit.world.files import Process as Process
    from shipit.world.forge import Asset as Asset
    from shipit.world.forge import DeploymentState as DeploymentState
    from shipit.world.forge import Forge as Forge
    from shipit.world.forge import ForgeDeployment as ForgeDeployment
    from shipit.world.forge import ForgePullRequest as ForgePullRequest
    from shipit.world.forge import ForgeRelease as ForgeRelease
    from shipit.world.forge import MergedPullRequest as MergedPullRequest
    from shipit.world.forge import PastDeployment as PastDeployment
    from shipit.world.forge import PullRequestState as PullRequestState
    from shipit.world.forge import attached_meanwhile as attached_meanwhile
    from shipit.world.forge import require_attached as require_attached
    from shipit.world.git import NOTES as NOTES
    from shipit.world.git import CommitInfo as CommitInfo
    from shipit.world.git import EntryKind as EntryKind
    from shipit.world.git import Git as Git
    from shipit.world.git import MergedFiles as MergedFiles
    from shipit.world.git import RemoteRefs as RemoteRefs
    from shipit.world.git import RemoteUrls as RemoteUrls
    from shipit.world.git import TagRef as TagRef
    from shipit.world.git import only_branch as only_branch
    from shipit.world.images import Engine as Engine
    from shipit.world.images import LocalImage as LocalImage
    from shipit.world.images import Registry as Registry
    from shipit.world.images import RemoteImage as RemoteImage
    from shipit.world.images import Transfer as Transfer

_NAMES = {
    "all_ports": (
        "World",
        "silent",
    ),
    "clock": ("Clock",),
    "files": (
        "Files",
        "Process",
    ),
    "forge": (
        "Asset",
        "DeploymentState",
        "Forge",
        "ForgeDeployment",
        "ForgePullRequest",
        "ForgeRelease",
        "MergedPullRequest",
        "PastDeployment",
        "PullRequestState",
        "attached_meanwhile",
        "require_attached",
    ),
    "git": (
        "CommitInfo",
        "EntryKind",
        "Git",
        "MergedFiles",
        "NOTES",
        "RemoteRefs",
        "RemoteUrls",
        "TagRef",
        "only_branch",
    ),
    "images": (
        "Engine",
        "LocalImage",
        "Registry",
        "RemoteImage",
        "Transfer",
    ),
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(__name__, _NAMES)
