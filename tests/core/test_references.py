import pytest

from shipit.core.commit import Commit, parse_commit
from shipit.core.references import references

MESSAGES = {
    "fix: x\n\nCloses #12": ("#12",),
    "fix: x\n\nCloses: #12": ("#12",),
    "fix: x\n\nfixes #1, #2 and acme/app#3": ("#1", "#2", "acme/app#3"),
    "fix: x\n\nResolved #1\nRefs: #2": ("#1", "#2"),
    "fix: x\n\nThis fixed #5 for good.\n\nRefs: #5": ("#5",),
    "fix: x (closes #7)": ("#7",),
    "fix: x (#12)": (),
    "fix: x\n\nsee #3": (),
    "fix: x\n\nprefixes #3": (),
    "fix: x": (),
}


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_the_issues_a_commit_closes_or_refers_to_are_kept(message: str) -> None:
    commit = parse_commit(message)
    assert isinstance(commit, Commit)
    assert references(commit) == MESSAGES[message]
