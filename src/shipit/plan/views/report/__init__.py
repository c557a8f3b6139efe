"""The formats of a report: text for the terminal, JSON, Markdown for a job summary, and a page in one file."""

from __future__ import annotations

from shipit.plan.views.report.json import report_to_json as report_to_json
from shipit.plan.views.report.markdown import report_markdown as report_markdown
from shipit.plan.views.report.page import report_page as report_page
from shipit.plan.views.report.text import render_report as render_report
from shipit.plan.views.report.words import words_of as words_of
