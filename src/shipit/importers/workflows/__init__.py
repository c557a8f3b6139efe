"""The conversion of workflows of GitHub Actions: what they build and release becomes settings and jobs of shipit."""

from __future__ import annotations

from shipit.importers.workflows.convert import convert_workflows as convert_workflows
from shipit.importers.workflows.model import Converted as Converted
from shipit.importers.workflows.model import ProposedTarget as ProposedTarget
from shipit.importers.workflows.model import Setup as Setup
from shipit.importers.workflows.model import WaitedJob as WaitedJob
from shipit.importers.workflows.model import WaitedStep as WaitedStep
from shipit.importers.workflows.triggers import RELEASE as RELEASE
