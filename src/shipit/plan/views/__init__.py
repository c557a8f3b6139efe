"""The formats of a plan: text for the terminal, JSON for programs, and Markdown for pages on GitHub.

Each name is loaded when it is first used, because each format loads all kinds of plans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.plan.views.adoption import adoption_diff as adoption_diff
    from shipit.plan.views.adoption import adoption_to_json as adoption_to_json
    from shipit.plan.views.adoption import render_adoption as render_adoption
    from shipit.plan.views.json import plan_from_json as plan_from_json
    from shipit.plan.views.json import plan_to_json as plan_to_json
    from shipit.plan.views.markdown import deploy_summary as deploy_summary
    from shipit.plan.views.markdown import failure_summary as failure_summary
    from shipit.plan.views.markdown import image_summary as image_summary
    from shipit.plan.views.markdown import preview_summary as preview_summary
    from shipit.plan.views.markdown import release_summary as release_summary
    from shipit.plan.views.replay import render_replay as render_replay
    from shipit.plan.views.replay import replay_to_json as replay_to_json
    from shipit.plan.views.report import render_report as render_report
    from shipit.plan.views.report import report_markdown as report_markdown
    from shipit.plan.views.report import report_page as report_page
    from shipit.plan.views.report import report_to_json as report_to_json
    from shipit.plan.views.report import words_of as words_of
    from shipit.plan.views.result import Result as Result
    from shipit.plan.views.status import render_status as render_status
    from shipit.plan.views.status import status_to_json as status_to_json
    from shipit.plan.views.text import Paint as Paint
    from shipit.plan.views.text import render_decisions as render_decisions
    from shipit.plan.views.text import render_plan as render_plan

_NAMES = {
    "adoption": ("adoption_to_json", "adoption_diff", "render_adoption"),
    "json": ("plan_from_json", "plan_to_json"),
    "markdown": ("deploy_summary", "failure_summary", "image_summary", "preview_summary", "release_summary"),
    "replay": ("render_replay", "replay_to_json"),
    "report": ("render_report", "report_markdown", "report_page", "report_to_json", "words_of"),
    "result": ("Result",),
    "status": ("render_status", "status_to_json"),
    "text": ("Paint", "render_decisions", "render_plan"),
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(__name__, _NAMES)
