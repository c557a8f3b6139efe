"""The fakes of git: a clone and its remote in memory, with their commits and tags."""

from __future__ import annotations

from shipit.testing.git.objects import FakeCommit as FakeCommit
from shipit.testing.git.objects import FakeTag as FakeTag
from shipit.testing.git.remote import FakeRemote as FakeRemote
from shipit.testing.git.repository import FakeGit as FakeGit
