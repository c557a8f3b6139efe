"""The next version of each package.

Import `nested`, `outside`, `past_releases` and `version_files` directly: only a few commands need them, and loading
them takes time.
"""

from __future__ import annotations

from shipit.plan.version.calendar_versions import calendar_findings as calendar_findings
from shipit.plan.version.corrections import Correction as Correction
from shipit.plan.version.decide import NextRelease as NextRelease
from shipit.plan.version.decide import decide_version as decide_version
from shipit.plan.version.decide import decide_version_only as decide_version_only
from shipit.plan.version.decide import planned_release as planned_release
from shipit.plan.version.decide import rules_of as rules_of
from shipit.plan.version.decision import CommitReason as CommitReason
from shipit.plan.version.decision import Decision as Decision
from shipit.plan.version.decision import Dependency as Dependency
from shipit.plan.version.decision import NextVersion as NextVersion
from shipit.plan.version.decision import of_no_package as of_no_package
from shipit.plan.version.decision import unreadable_findings as unreadable_findings
from shipit.plan.version.decision import unreadable_note as unreadable_note
from shipit.plan.version.files.declared import DeclaredVersion as DeclaredVersion
from shipit.plan.version.history import History as History
from shipit.plan.version.history import end_of_notes as end_of_notes
from shipit.plan.version.history import history_since as history_since
from shipit.plan.version.history import late_commits as late_commits
from shipit.plan.version.history import observe_history as observe_history
from shipit.plan.version.history import overridden as overridden
from shipit.plan.version.next import Upcoming as Upcoming
from shipit.plan.version.next import next_releases as next_releases
from shipit.plan.version.next import next_releases_at as next_releases_at
from shipit.plan.version.next import next_versions as next_versions
from shipit.plan.version.next import observe_upcoming as observe_upcoming
from shipit.plan.version.package.dependencies import decide_each as decide_each
from shipit.plan.version.package.model import Package as Package
from shipit.plan.version.package.model import channel as channel
from shipit.plan.version.package.model import main_channel as main_channel
from shipit.plan.version.package.model import packages as packages
from shipit.plan.version.package.model import unknown_default_branch as unknown_default_branch
from shipit.plan.version.shallow import deepen as deepen
from shipit.plan.version.shallow import login_finding as login_finding
from shipit.plan.version.shallow import on_one_line as on_one_line
from shipit.plan.version.shallow import require_depth as require_depth
from shipit.plan.version.tag_check import MisplacedTag as MisplacedTag
from shipit.plan.version.tag_check import format_findings as format_findings
from shipit.plan.version.tag_check import higher_release_findings as higher_release_findings
from shipit.plan.version.tag_check import local_tag_findings as local_tag_findings
from shipit.plan.version.tag_check import misplaced_tags as misplaced_tags
from shipit.plan.version.tag_check import prerelease_findings as prerelease_findings
from shipit.plan.version.tag_check import tag_findings as tag_findings
from shipit.plan.version.tag_check import tag_object_findings as tag_object_findings
from shipit.plan.version.unpushed import unpushed_release_commits as unpushed_release_commits
