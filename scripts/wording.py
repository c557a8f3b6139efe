#!/usr/bin/env python3
"""Check the wording rules that a machine can see; CONTRIBUTING.md has all of them, with examples.

    scripts/wording.py                   the docstrings below the folders in CHECKED
    scripts/wording.py --message FILE    a commit message, as git's hook commit-msg does

Prints `file:line: problem` for each problem, and ends with exit status 1 when there is one.
The form of a commit message is checked by `shipit lint`, so run it with the Python that shipit is installed in.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKED = (
    "bench",
    "scripts",
    "src/shipit",
    "tests/adapters",
    "tests/cli",
    "tests/config",
    "tests/contracts",
    "tests/core",
    "tests/engine",
    "tests/plan",
    "tests/steps",
    "tests/testing",
    "tests/versionfiles",
)
LONGEST_SUBJECT = 72  # characters; longer ones are cut in lists of commits

OPENING = re.compile(r"\s*(What|Whether|Where|How|Why|Who|Which|When|If)(?![\w-])")
BANNED = {
    re.compile(r"\btold\b", re.IGNORECASE): "write `shown`, `reported`, `printed` or `says`",
    re.compile(r"\bmend(s|ed|ing)?\b", re.IGNORECASE): "write `fix`",
    re.compile(r"\bnot\s+well\b", re.IGNORECASE): "write `broken`, or say what it answered",
    re.compile(r"\bthat\s+is\s+none\b", re.IGNORECASE): "write `invalid`",
    re.compile(r"\bcalls?\s+for\s+nothing\b", re.IGNORECASE): "write `nothing to do for …`",
}

# Messages that git or shipit writes, and those that `git rebase --autosquash` takes away.
GENERATED = re.compile(r'Merge |Revert "|Reapply "|(fixup|squash|amend)! |chore\(release\): ')
DESCRIPTION = re.compile(r"[^:]*?!?: *(?P<description>.*)")
NO_VERB = re.compile(
    "a|an|the|this|that|these|those|it|its|there|what|whether|where|how|why|who|which|when|if|no|not|nothing|every|each|"
    "all|some|any|one|two|three|only|now|more|less|for|from|in|into|of|on|to|with|without|by|at|as|and|or|but"
)
IRREGULAR_PAST = re.compile(
    "was|were|did|done|made|wrote|ran|found|kept|built|sent|gave|took|went|got|held|left|said|saw|brought|chose|began|"
    "broke|became|fell|lost|meant|met|paid|spoke|stood|taught|thought|threw|understood|won"
)
# Imperatives that end like another form of a verb.
IMPERATIVE = re.compile(
    "alias|bias|bring|cling|embed|exceed|feed|focus|need|proceed|seed|shed|speed|spring|sting|string|succeed|swing"
)
ENDINGS = {
    re.compile(r"\w+ed"): "which is a past tense",
    re.compile(r"\w+s(?<!ss)"): "which is a third person or a plural",
    re.compile(r"\w{2,}ing"): "which is an `-ing` form",
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the wording rules that a machine can see.")
    parser.add_argument("--message", metavar="FILE", type=Path, help="check the commit message in this file")
    message = parser.parse_args().message
    problems = list(message_problems(message) if message else tree_problems(ROOT, CHECKED))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def tree_problems(root: Path, folders: tuple[str, ...]) -> Iterator[str]:
    """Yield the problems of all docstrings in `folders`, which can also be files, as `file:line: problem`."""
    for folder in folders:
        place = root / folder
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            for line, problem in docstring_problems(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(root)}:{line}: {problem}"


def docstring_problems(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and problem for each docstring, those below attributes and constants included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            text = node.value.value
            if opening := OPENING.match(text):
                what = f"a docstring opens with `{opening[1]}`"
                yield node.lineno, f"{what}; begin with a verb (`Return whether …`) or a noun (`The reason why …`)"
            for at, problem in banned(text):
                yield node.lineno + text.count("\n", 0, at), problem


def banned(text: str) -> Iterator[tuple[int, str]]:
    """Yield position and problem for each word that this project does not use."""
    for words, instead in BANNED.items():
        for found in words.finditer(text):
            yield found.start(), f"`{' '.join(found[0].split())}` is not used here; {instead}"


def message_problems(path: Path) -> Iterator[str]:
    """Yield the problems of the commit message in `path`, as `file:line: problem`."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    at = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if at is None or GENERATED.match(lines[at]):  # git itself refuses an empty message
        return
    lint = [sys.executable, "-m", "shipit", "lint", "--strict", "--file", str(path.resolve())]
    run = subprocess.run(lint, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        yield f"{path}:{at + 1}: `shipit lint` refuses the message\n{run.stdout.rstrip()}"
    else:
        yield from (f"{path}:{at + 1}: {problem}" for problem in subject_problems(lines[at].rstrip()))


def subject_problems(subject: str) -> Iterator[str]:
    """Yield the problems of a subject that is a Conventional Commit."""
    if len(subject) > LONGEST_SUBJECT:
        yield f"the subject has {len(subject)} characters; at most {LONGEST_SUBJECT} are allowed"
    if subject.endswith("."):
        yield "the subject ends with a period; leave it out"
    found = DESCRIPTION.match(subject)
    word = found["description"].split(" ")[0].rstrip(",;:.") if found else ""
    if reason := no_imperative(word):
        yield f"the description begins with `{word}`, {reason}; begin with a verb in the imperative, such as `add`"
    yield from (problem for _, problem in banned(subject))


def no_imperative(word: str) -> str:
    """Return the reason why `word` is no lower-case verb in the imperative; nothing when it may be one."""
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", word):
        return "which is not a lower-case word"
    if NO_VERB.fullmatch(word):
        return "which is not a verb"
    if IRREGULAR_PAST.fullmatch(word):
        return "which is a past tense"
    if IMPERATIVE.fullmatch(word):
        return ""
    return next((reason for ending, reason in ENDINGS.items() if ending.fullmatch(word)), "")


if __name__ == "__main__":
    sys.exit(main())
