"""The functions that check commit messages and titles of pull requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shipit.adapters.project import Project
from shipit.api.history import commits
from shipit.plan.version import rules_of

if TYPE_CHECKING:
    from shipit.config.model import Config
    from shipit.core.commits.lint import LintedCommit, LintProblem
    from shipit.core.commits.message_rules import MessageRule
    from shipit.importers import Commitlint


def lint(message: str, config: Config | None = None, rules: Sequence[MessageRule] = ()) -> tuple[LintProblem, ...]:
    """Return the problems of one commit message, or of the title of a pull request; nothing if it has none.

    >>> import shipit
    >>> shipit.lint("feat : login")
    (LintProblem(severity='warning', what='non-standard spelling', hint='it counts, but write `feat: login`'),)

    Args:
        message: the text to check.
        config: the configuration with the known types; None for the defaults.
        rules: more rules for the form of the text, from `commitlint_rules`.

    Never raises, for any text.
    """
    from shipit.config.model import Config
    from shipit.core.commits.lint import lint_message
    from shipit.core.commits.message_rules import broken_rules

    config = config or Config()
    return (*lint_message(message, rules_of(config), config.packages), *broken_rules(message, rules))


def lint_commits(
    project: Project, since: str | None = None, until: str = "HEAD", rules: Sequence[MessageRule] = ()
) -> tuple[LintedCommit, ...]:
    """Return the commits that are reachable from `until` and not from `since`, newest first, each with its problems.

    The commits are read as `plan_release` reads them: only those that it cannot read have an error.

    >>> import shipit
    >>> linted = shipit.lint_commits(shipit.open_project("chat-server"))
    >>> [(each.subject, each.problems[0].what) for each in linted if each.problems][2]
    ('update stuff', 'it does not begin with `type: description`')

    Args:
        project: the repository, from `open_project`.
        since: a revision; None for the last release, of several packages that with the most commits after it.
        until: a revision.
        rules: more rules for the form of the messages, from `commitlint_rules`.

    Raises the same errors as `commits`.
    """
    from shipit.core.commits.lint import lint_commits
    from shipit.core.commits.message_rules import broken_rules

    found = commits(project, since, until)
    linted = lint_commits(found, rules_of(project.config), project.config.packages)
    if not rules:
        return linted
    pairs = zip(found, linted, strict=True)
    return tuple(replace(each, problems=(*each.problems, *broken_rules(raw.message, rules))) for raw, each in pairs)


def commitlint_rules(directory: str) -> Commitlint | None:
    """Return the rules of commitlint in `directory`, usually the root of a repository; None if there are none.

    They are read from the file of commitlint; nothing of it is executed.

    Raises `ConfigError` for a file that cannot be read, such as one with code.
    """
    from shipit.adapters.files.working_tree import WorkingTree
    from shipit.core.commits.message_rules import COMMITLINT_FILES

    read = WorkingTree(directory).read
    if "commitlint" not in (read("package.json") or "") and all(read(file) is None for file in COMMITLINT_FILES):
        return None
    from shipit.importers import read_commitlint  # few repositories need it, and loading it takes time

    return read_commitlint(read)
