"""The clone and its remote, by way of git."""

from __future__ import annotations

from shipit.adapters.git.calls import Waiting as Waiting
from shipit.adapters.git.repository import GitRepository as GitRepository
