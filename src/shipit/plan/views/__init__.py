"""The formats of a plan: text for the terminal, JSON for programs, and Markdown for pages on GitHub."""

from __future__ import annotations

from shipit.plan.views.json import plan_from_json as plan_from_json
from shipit.plan.views.json import plan_to_json as plan_to_json
from shipit.plan.views.markdown import Result as Result
from shipit.plan.views.markdown import deploy_summary as deploy_summary
from shipit.plan.views.markdown import failure_summary as failure_summary
from shipit.plan.views.markdown import image_summary as image_summary
from shipit.plan.views.markdown import preview_summary as preview_summary
from shipit.plan.views.markdown import release_summary as release_summary
from shipit.plan.views.status import render_status as render_status
from shipit.plan.views.status import status_to_json as status_to_json
from shipit.plan.views.text import Paint as Paint
from shipit.plan.views.text import render_decisions as render_decisions
from shipit.plan.views.text import render_plan as render_plan
