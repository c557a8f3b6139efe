"""The report to GitHub Actions: no part of a secret is in an annotation or in the summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipit.cli.report import CommandReport, reporting
from shipit.cli.session import Session
from shipit.core import limits
from shipit.core.redact import Redactor
from shipit.errors import RemoteError
from shipit.plan.version import CommitReason, Decision

SECRET = "p*ss_[word]<1>|2"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.setenv(name, str(tmp_path / name))
    session = Session()
    session.output.redact = Redactor([SECRET])
    return session


@pytest.mark.parametrize("before", range(limits.ANNOTATION_TITLE - len(SECRET) - 1, limits.ANNOTATION_TITLE + 1))
def test_an_annotation_that_is_cut_within_a_secret_shows_no_part_of_it(
    before: int, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = CommitReason("a" * 40, "x" * before + SECRET + " end", "it is no Conventional Commit")
    CommandReport(session)._annotate_unreadable((Decision("", None, None, "none", None, unreadable=(commit,)),))
    printed = capsys.readouterr().err
    assert "aaaaaaa" in printed
    assert SECRET[:4] not in printed


def test_a_secret_with_characters_of_markdown_is_not_in_the_summary(session: Session, tmp_path: Path) -> None:
    with pytest.raises(RemoteError), reporting(session):
        raise RemoteError(f"the registry said: bad login {SECRET} of me")
    summary = (tmp_path / "GITHUB_STEP_SUMMARY").read_text()
    assert "bad login" in summary
    assert "word" not in summary and "ss" not in summary.partition("bad login")[2].partition("of me")[0]
