"""The page about a run, as GitHub shows it."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from shipit.core import limits
from shipit.core.ci_event import PullRequest
from shipit.core.deploy import DeployedImage
from shipit.core.notes.links import Links
from shipit.errors import CommandError, ConfigError, PreflightError, RemoteError
from shipit.finding import Finding, Problem
from shipit.plan.deploy import DeployPlan, PlannedHost, PlannedTarget
from shipit.plan.model import Inputs
from shipit.plan.preview import Preview
from shipit.plan.release import ReleasePlan
from shipit.plan.version import CommitReason, Decision
from shipit.plan.views import Result, deploy_summary, failure_summary, preview_summary, release_summary, render_plan
from shipit.steps.base import Step
from shipit.steps.forge import PublishRelease
from shipit.steps.repository import Push, ReleaseCommit

LINKS = Links("https://github.com/acme/app")
ID = "0123456789abcdef0123456789abcdef01234567"
COMMIT = ReleaseCommit(ID, "chore(release): 1.1.0", "v1.1.0", "main")
PUSH, PUBLISH = Push(COMMIT, "main", ID, ("v1.1.0",)), PublishRelease("v1.1.0", latest=True)


def remark(subject: str = "feat: search", reason: str = "feat → minor") -> CommitReason:
    return CommitReason(ID, subject, reason)


def plan(
    *reasons: CommitReason, steps: tuple[Step, ...] = (PUSH, PUBLISH), notes: str = "", **others: object
) -> ReleasePlan:
    decision = Decision("", "1.1.0", "1.0.0", "minor", "v1.1.0", reasons or (remark(),), **others)  # type: ignore[arg-type]
    return ReleasePlan(decisions=(decision,), inputs=Inputs(ID, "main", "c"), steps=steps, notes=notes)


def page(plan: ReleasePlan, *results: Result) -> str:
    return release_summary("Released v1.1.0", plan, {each.step.id: each for each in results}, LINKS)


def cells(markdown: str) -> list[list[str]]:
    """Return the texts in the rows of all tables, as GitHub renders them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    rows: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open"):
            rows[-1].append("".join(child.content for child in tokens[at + 1].children or ()))
    return rows


def test_the_page_begins_with_the_version_followed_by_the_reasons() -> None:
    text = page(plan())
    assert text.startswith("## Released v1.1.0\n\n**1.1.0** (after 1.0.0, minor), because of\n\n| commit |")
    assert f"| [0123456]({LINKS.commit(ID)}) | feat: search | feat → minor |" in text


def test_the_page_of_a_first_release_does_not_say_because_of() -> None:
    first = Decision("", "0.0.1", None, "minor", "v0.0.1", (remark(),))
    assert "**0.0.1** (the first release), with\n" in page(
        ReleasePlan(decisions=(first,), inputs=Inputs(ID, "main", "c"))
    )


def test_each_step_has_its_status_with_a_link_to_its_result() -> None:
    done = Result(PUSH, "done", {"commit": ID})
    rows = [line for line in page(plan(), done).splitlines() if "v1.1.0 " in line]
    assert rows[0] == f"| push main v1.1.0 (one atomic push) | [done]({LINKS.commit(ID)}) |"
    published = Result(PUBLISH, "done already", {"release-url": "https://ghe.test/r"})
    assert "| publish release v1.1.0 | [done already](https://ghe.test/r) |" in page(plan(), done, published)


def test_commits_that_do_not_count_are_listed_in_a_folded_block() -> None:
    text = page(plan(ignored=(remark("docs: x", "docs → no release"),), unreadable=(remark("stuff", "no type"),)))
    assert "### Unreadable, not counted" in text
    folded = text[text.index("<details><summary>1 ignored commit") :]
    assert "docs: x" in folded
    assert "stuff" not in folded


def test_nothing_to_release_says_since_when() -> None:
    nothing = Decision("", None, "1.0.0", "none", None)
    assert "nothing to release since 1.0.0" in page(ReleasePlan(decisions=(nothing,), inputs=Inputs(ID, "main", "c")))


@pytest.mark.parametrize(
    "subject",
    [
        "feat: a | b |\n| forged | row | here |",
        "feat: <script>alert(1)</script> </details> &lt;",
        "feat: `a | b` and *stars* [x](http://evil.test)",
        "::add-mask::1.1.0",
        "feat: \r\n\x1b[31m red",
    ],
)
def test_a_hostile_subject_stays_in_its_table_cell_as_literal_text(subject: str) -> None:
    rows = cells(page(plan(remark(subject))))
    assert [len(row) for row in rows] == [3, 3, 2, 2, 2]
    assert "<script>" not in page(plan(remark(subject)))
    assert "</details>" not in page(plan(remark(subject)))


def test_a_page_never_exceeds_the_limit_of_github() -> None:
    huge = plan(
        *[remark("채" * 100_000, "팅" * 1000)] * 5000, notes="* 채팅\n" * 200_000, ignored=(remark("방" * 9999),) * 500
    )
    text = page(huge)
    assert len(text.encode()) <= limits.SUMMARY
    assert "and 4900 more" in text
    assert "\n(the rest is too long for this page and is left out)\n" in text
    assert "publish release v1.1.0" in text
    assert text.count("<details>") == text.count("</details>")


def test_a_preview_fits_into_a_comment() -> None:
    decisions = plan(*[remark("채" * 1000)] * 5000).decisions
    text = preview_summary(Preview(PullRequest(12, "main"), decisions), LINKS, 65_536)
    assert text.startswith("## Merging this releases 1.1.0\n")
    assert len(text) <= 65_536


def test_a_preview_of_several_packages_names_each() -> None:
    decisions = tuple(Decision(name, "1.1.0", None, "minor", f"{name}-v1.1.0") for name in ("api", "web"))
    assert Preview(PullRequest(12, "main"), decisions).headline == "Merging this releases api 1.1.0, web 1.1.0"


def test_the_page_of_a_failure_shows_the_next_action_and_the_state() -> None:
    error = RemoteError(
        "GitHub refused to *publish*", where="acme/app", hint="look at `it`", state="pushed, not published"
    )
    text = failure_summary(error, [Result(PUSH, "done", {"commit": ID}), Result(PUBLISH, "failed")], LINKS)
    assert text.startswith("## Failed: GitHub refused to \\*publish\\*\n")
    for line in ("**Where:** acme/app", "**What to do:** look at `it`", "**State:** pushed, not published"):
        assert line in text
    assert "| publish release v1.1.0 | failed |" in text


def test_the_page_of_a_failure_shows_every_finding_and_every_problem() -> None:
    findings = [Finding("dirty", "uncommitted changes", "commit them"), Finding("x", "old", "renew", "warning")]
    assert "* **error:** uncommitted changes; fix: commit them\n* **warning:** old" in failure_summary(
        PreflightError(findings), [], None
    )
    problems = [Problem("unknown key", "release.brnch", 2, "did you mean `branch`?"), Problem("empty", "tag")]
    text = failure_summary(ConfigError("`shipit.toml` has 2 problems", problems=problems), [], None)
    assert "| 2 | release.brnch | unknown key | did you mean `branch`? |\n|  | tag | empty |  |" in text


def test_the_page_of_a_failed_program_shows_its_last_lines_literally() -> None:
    tail = "> Task :test FAILED\n\n```\n</details>\n* What went *wrong*:\n\tno ::error::"
    text = failure_summary(CommandError("`./gradlew build` failed", tail=tail, hint="repair it"), [], None)
    (block,) = [token for token in MarkdownIt("commonmark").parse(text) if token.type == "code_block"]
    assert block.content == f"{tail}\n".expandtabs(4)


@pytest.mark.parametrize(
    ("rollback", "applied", "headline"),
    [
        (False, True, "## Deployed 1.0.0 to prod"),
        (False, False, "## Would deploy 1.0.0 to prod"),
        (True, True, "## Rolled back to 1.0.0 in prod"),
        (True, False, "## Would roll back to 1.0.0 in prod"),
    ],
)
def test_the_page_about_a_deployment_says_which_version_serves_after_it(
    rollback: bool, applied: bool, headline: str
) -> None:
    image = DeployedImage("acme/shop", "sha256:0a", "1.0.0")
    target = PlannedTarget("shop", "blue-green", image, (PlannedHost("local"),))
    made = DeployPlan(
        inputs=Inputs(ID, "prod", "c"), environment="prod", targets=(target,), rollback=rollback, steps=()
    )
    assert deploy_summary(made, {}, applied=applied).splitlines()[0] == headline
    assert render_plan(made).startswith("go back to acme/shop 1.0.0" if rollback else "deploy acme/shop 1.0.0")
