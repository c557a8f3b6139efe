"""The commit of a release pull request, made by the forge, which signs it.

A forge signs only commits that it makes itself, on a branch. That is a branch of its own: if the branch of the pull
request were moved back to the release branch first, the forge would close the pull request. The branch of the pull
request is then moved to the finished commit, in one forced update with a lease.
"""

from __future__ import annotations

from collections.abc import Mapping

from shipit.world import World


def signing_branch(branch: str) -> str:
    """Return the branch on which the forge makes the commit for the branch of a pull request.

    >>> signing_branch("shipit/release/main")
    'shipit/signing/main'
    """
    return branch.replace("shipit/release/", "shipit/signing/", 1)


def signed_commit(world: World, branch: str, parent: str, message: str, files: Mapping[str, str]) -> str:
    """Let the forge commit `files` (text by path) on top of `parent`, and return the id of the commit, fetched.

    Args:
        world: the ports.
        branch: the branch of the pull request.
        parent: a commit that the remote has.
        message: the message of the commit.
        files: the new texts.
    """
    own = signing_branch(branch)
    held = world.git.remote_refs().branches.get(own)
    if held != parent:  # an interrupted run left it
        world.git.push(branch=own, commit=parent, expected=held, tags=())
    data = {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}
    made = world.forge.create_commit(branch=own, parent=parent, message=message, files=data)
    world.git.fetch()
    return made


def left_signing_branch(world: World, branch: str) -> str | None:
    """Return the commit of the branch on which the forge made commits; None if it is removed."""
    return world.git.remote_refs().branches.get(signing_branch(branch))


def remove_signing_branch(world: World, branch: str) -> None:
    """Remove the branch on which the forge made commits, if it is still there."""
    held = left_signing_branch(world, branch)
    if held:
        world.git.delete_branch(signing_branch(branch), held)
