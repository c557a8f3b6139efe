"""The steps that change the files, commits and tags of a clone and its remote, one module for each kind."""

from __future__ import annotations

from shipit.steps.repository.create_commit import CreateCommit as CreateCommit
from shipit.steps.repository.create_tag import CreateTag as CreateTag
from shipit.steps.repository.move_tag import MoveTag as MoveTag
from shipit.steps.repository.push import Push as Push
from shipit.steps.repository.push import require_tag_free as require_tag_free
from shipit.steps.repository.release_commit import ReleaseCommit as ReleaseCommit
from shipit.steps.repository.restore_file import RestoreFile as RestoreFile
from shipit.steps.repository.run import Run as Run
from shipit.steps.repository.run import require_assets as require_assets
from shipit.steps.repository.sync_branch import SyncBranch as SyncBranch
from shipit.steps.repository.write_file import WriteFile as WriteFile
from shipit.steps.repository.write_file import text_digest as text_digest
from shipit.steps.repository.written_files import require_written as require_written

STEPS = (
    SyncBranch,
    WriteFile,
    RestoreFile,
    Run,
    CreateCommit,
    CreateTag,
    Push,
    MoveTag,
)
