"""The check of our wording: each rule refuses what it is about, and good docstrings and commit subjects pass."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "scripts/wording.py"
WORDING = runpy.run_path(str(SCRIPT))


def docstring_problems(source: str) -> list[tuple[int, str]]:
    return list(WORDING["docstring_problems"](source))


def checked_message(tmp_path: Path, message: str) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "COMMIT_EDITMSG"
    path.write_text(message, encoding="utf-8")
    return subprocess.run([sys.executable, SCRIPT, "--message", path], capture_output=True, text=True)


def test_the_docstrings_of_this_project_follow_the_rules() -> None:
    check = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    assert (check.returncode, check.stdout + check.stderr) == (0, "")


def test_every_checked_folder_has_modules_and_every_checked_file_exists() -> None:
    for folder in WORDING["CHECKED"]:
        place = ROOT / folder
        assert place.is_file() or list(place.rglob("*.py")), folder


# -- docstrings


@pytest.mark.parametrize(
    "text",
    [
        "Return whether the tag exists.",
        "The commits since the last release.",
        "Render what changed, where it changed and why.",
        "Whatever the remote has.",
        "The changelog as amended by the user.",
        "If-None-Match, the header of a request.",
    ],
)
def test_an_imperative_and_a_noun_phrase_pass(text: str) -> None:
    assert docstring_problems(f'def f():\n    """{text}"""\n') == []


@pytest.mark.parametrize("word", ["What", "Whether", "Where", "How", "Why", "Who", "Which", "When", "If"])
def test_a_docstring_that_opens_with_a_question_word_is_refused(word: str) -> None:
    ((line, problem),) = docstring_problems(f'def f():\n    """{word} it is."""\n')
    assert line == 2
    assert f"a docstring opens with `{word}`" in problem


@pytest.mark.parametrize(
    "words",
    ["told", "Told", "mend", "mended", "not well", "that is\n    none", "call for nothing", "calls for nothing"],
)
def test_a_word_that_is_not_used_here_is_refused_with_the_one_that_is(words: str) -> None:
    ((line, problem),) = docstring_problems(f'def f():\n    """Return a name.\n\n    Then it is {words}.\n    """\n')
    assert line == 4
    assert " is not used here; write `" in problem or "; say" in problem


@pytest.mark.parametrize(
    "source",
    [
        '"""What it is."""\n',
        'class C:\n    """What it is."""\n',
        'class C:\n    x: int = 1\n    """What it is."""\n',
        'LIMIT = 1\n"""What it is."""\n',
        'async def f():\n    """What it is."""\n',
        'def f():\n    """\n    What it is.\n    """\n',
    ],
)
def test_docstrings_of_modules_classes_attributes_constants_and_functions_are_read(source: str) -> None:
    assert len(docstring_problems(source)) == 1


def test_comments_and_other_texts_are_not_docstrings() -> None:
    assert docstring_problems('# What it is.\nTEXT = "What you were told"\nprint("Where")\n') == []


def test_a_problem_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room/a.py").write_text('\n\n"""Where it is."""\n')
    (tmp_path / "room/b.py").write_text('"""The place of it."""\n')
    (problem,) = WORDING["tree_problems"](tmp_path, ("room",))
    assert problem.startswith("room/a.py:3: a docstring opens with `Where`")


# -- commit messages


@pytest.mark.parametrize(
    "message",
    [
        "fix(gradle): keep the comment behind the version\n",
        "feat!: require Python 3.12\n\nWhat was told before stays in the body.\n",
        "perf(history): pass over merges\n",
        "build: embed the templates\n",
        "docs: bring the guide up to date\n",
        "refactor: re-use the parser\n",
        f"fix: {'a' * 67}\n",
        "# a comment of git\n\nfix: add a rule\n# ------------------------ >8 ------------------------\ndiff\n",
    ],
)
def test_a_conventional_commit_with_an_imperative_passes(tmp_path: Path, message: str) -> None:
    check = checked_message(tmp_path, message)
    assert (check.returncode, check.stderr) == (0, "")


@pytest.mark.parametrize(
    "subject",
    [
        "Merge branch 'main' into search",
        'Revert "feat: search"',
        "fixup! feat: search",
        "squash! feat: search",
        "chore(release): 1.4.0",
    ],
)
def test_messages_that_git_or_shipit_writes_pass(tmp_path: Path, subject: str) -> None:
    assert checked_message(tmp_path, f"{subject}\n").returncode == 0


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        (f"fix: {'a' * 68}", "the subject has 73 characters; at most 72 are allowed"),
        ("fix: add a rule.", "ends with a period"),
        ("fix: Add a rule", "which is not a lower-case word"),
        ("fix: `make` runs again", "which is not a lower-case word"),
        ("fix: added a rule", "which is a past tense"),
        ("fix: made a rule", "which is a past tense"),
        ("fix: adds a rule", "which is a third person"),
        ("fix: adding a rule", "which is an `-ing` form"),
        ("fix: a rule for tags", "which is not a verb"),
        ("fix: the rule for tags", "which is not a verb"),
        ("fix(plan)!: what is due", "which is not a verb"),
        ("fix: say what was told", "`told` is not used here"),
    ],
)
def test_a_subject_that_breaks_a_rule_is_refused_with_the_reason(subject: str, problem: str) -> None:
    (found,) = WORDING["subject_problems"](subject)
    assert problem in found


@pytest.mark.parametrize("subject", ["add a rule", "fix : add a rule", "fxi: add a rule"])
def test_a_message_that_shipit_lint_refuses_or_warns_of_is_refused_with_its_advice(
    tmp_path: Path, subject: str
) -> None:
    check = checked_message(tmp_path, f"{subject}\n")
    assert check.returncode == 1
    assert check.stderr.startswith(f"{tmp_path / 'COMMIT_EDITMSG'}:1: `shipit lint` refuses the message\n")
    assert subject in check.stderr


def test_every_problem_of_a_subject_is_reported_with_its_line(tmp_path: Path) -> None:
    check = checked_message(tmp_path, f"\n# a comment\nfix: {'added ' * 12}.\n")
    assert check.returncode == 1
    assert [line.partition(": ")[0] for line in check.stderr.splitlines()] == [f"{tmp_path / 'COMMIT_EDITMSG'}:3"] * 3
