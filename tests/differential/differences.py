"""The differences between the decisions of other tools and of shipit, with the reason for shipit's decision.

The tests check the list: a difference that is not on it is a failure, and so is an entry that no longer occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PSR, SR, CLIFF, CZ = "python-semantic-release", "semantic-release", "git-cliff", "commitizen"


@dataclass(frozen=True)
class Difference:
    """The different decisions of other tools for `shape`; `reason` explains shipit's decision, and names the rule."""

    shape: str
    tools: Mapping[str, str]
    reason: str


def all_say(decision: str) -> dict[str, str]:
    return dict.fromkeys((PSR, SR, CLIFF, CZ), decision)


CASE = "Types are case-insensitive (Conventional Commits, item 15)."
LENIENT = "The meaning is clear if the type is known, so the commit counts; `shipit lint` reports the spelling."
BLANK = "Any white space after the colon is accepted if the type is known; `shipit lint` reports the spelling."
BODY = "A body is free text, never a header (Conventional Commits, item 7)."
UPPER = "The footer must be in upper case (Conventional Commits, item 15); shipit warns about this spelling."
TITLELESS = (
    "A footer belongs to a commit with a type (Conventional Commits, items 1 and 8); the commit is shown as unreadable."
)
SKIP = "The author does not want this commit to cause a release."
TITLE = "The header describes the whole change, so it decides; the plan warns about a higher bump in the list."
LIST = "The header does not decide anything, so the squashed commits that the body lists decide."
UNDONE = "A change that was reverted before the release is not part of it: it has no bump and is not in the notes."

DIFFERENCES = (
    Difference("type in other case", all_say("none"), CASE),
    Difference("type in upper case", {PSR: "none", CLIFF: "none", CZ: "none"}, CASE),
    Difference("no blank after the colon", {PSR: "none", SR: "none"}, LENIENT),
    Difference("blank before the colon", all_say("none"), LENIENT),
    Difference("full-width colon", all_say("none"), LENIENT),
    Difference("tab after the colon", {SR: "none"}, BLANK),
    Difference("no-break space after the colon", {SR: "none"}, BLANK),
    Difference("emoji before the type", all_say("none"), LENIENT),
    Difference("emoji code before the type", all_say("none"), LENIENT),
    Difference("byte order mark", all_say("none"), "The byte order mark of an editor is not part of the message."),
    Difference(
        "brackets in brackets",
        {PSR: "minor", SR: "minor", CZ: "minor"},
        "A scope is one noun in parentheses (Conventional Commits, item 4); the commit is shown as unreadable.",
    ),
    Difference(
        "empty scope",
        {PSR: "none", CLIFF: "none", CZ: "none"},
        "Empty parentheses can only mean that there is no scope.",
    ),
    Difference("header in the body", {PSR: "minor", CZ: "major"}, BODY),
    Difference("changelog quoted in the body", {PSR: "patch", CZ: "minor"}, BODY),
    Difference(
        "no description",
        {CZ: "minor"},
        "The description is required (Conventional Commits, items 1 and 5); the commit is shown as unreadable.",
    ),
    Difference(
        "`BREAKING CHANGE #` footer",
        {PSR: "patch", CZ: "patch"},
        "A space and `#` separate the token from the value, like a colon (Conventional Commits, item 8).",
    ),
    Difference(
        "footer without a blank line before",
        {PSR: "patch", CLIFF: "none", CZ: "patch"},
        "At the beginning of a line and in upper case it can only be a footer, and a missed breaking change harms users.",
    ),
    Difference("footer in lower case", {SR: "major"}, UPPER),
    Difference("footer in mixed case", {SR: "major"}, UPPER),
    Difference(
        "footer without a colon",
        {SR: "major"},
        "The colon is required (Conventional Commits, item 12); shipit warns about this spelling.",
    ),
    Difference(
        "footer in a code fence", {SR: "major", CZ: "major"}, "Text in a code fence is a quotation, not a footer."
    ),
    Difference("footer as the title", {CZ: "major"}, TITLELESS),
    Difference("footer under an unreadable title", {SR: "major", CZ: "major"}, TITLELESS + " The plan warns about it."),
    Difference("`Release-As:` footer", all_say("none"), "The author requests this version."),
    Difference("`[skip release]`", {PSR: "minor", CLIFF: "minor", CZ: "minor"}, SKIP),
    Difference("`[release skip]` in the body", {PSR: "patch", CLIFF: "patch", CZ: "patch"}, SKIP),
    Difference("list stronger than the title", {PSR: "minor"}, TITLE),
    Difference("breaking `!` in the list", {PSR: "major"}, TITLE),
    Difference("list under an unconventional title", {SR: "none", CLIFF: "none", CZ: "none"}, LIST),
    Difference("list with `-` and no blank lines", {SR: "none", CLIFF: "none", CZ: "none"}, LIST),
    Difference("title with a ticket as its type", {SR: "none", CLIFF: "none", CZ: "none"}, LIST),
    Difference("body of `git merge --squash`", {SR: "none", CLIFF: "none", CZ: "none"}, LIST),
    Difference(
        "footer as a list item",
        {PSR: "patch", CLIFF: "patch", CZ: "patch"},
        "GitHub lists the messages of squashed commits like this; the footer is at the beginning of its line, in upper case.",
    ),
    Difference(
        "pull request's title in a merge",
        {CZ: "minor"},
        "The merged commits count; the title of the pull request does not count a second time.",
    ),
    Difference(
        "merge with a conventional subject",
        {PSR: "none"},
        "The author gave the merge commit a conventional header, so it counts.",
    ),
    Difference("`git revert` of an unreleased commit", {PSR: "minor", CLIFF: "minor", CZ: "minor"}, UNDONE),
    Difference("only the reverted commit is removed", {PSR: "minor", CLIFF: "minor", CZ: "minor"}, UNDONE),
    Difference("`revert:` with the subject", {PSR: "minor", CLIFF: "minor", CZ: "minor"}, UNDONE),
    Difference("`revert:` with `Refs`", all_say("minor"), UNDONE),
    Difference("GitHub's button", all_say("minor"), UNDONE),
    Difference("revert of a breaking change", {PSR: "major", CLIFF: "major", CZ: "major"}, UNDONE),
    Difference(
        "git's reapply", {SR: "none"}, "`Reapply` is git's name for the revert of a revert: the feature counts again."
    ),
    Difference(
        "revert of a released commit",
        {PSR: "none", CLIFF: "none", CZ: "none"},
        "The code differs from the last release, so there is something to release.",
    ),
    Difference(
        "breaking change of an unknown type",
        {PSR: "none"},
        "A breaking change can be part of a commit of any type (Conventional Commits, items 13 and 14).",
    ),
    Difference(
        "while minor is 0 too: a breaking fix",
        {CLIFF: "patch"},
        "While the major version is 0, a breaking change raises the minor version, also in 0.0.x; so a patch is always safe.",
    ),
    Difference(
        "no release yet: a feature",
        {SR: "1.0.0"},
        "The first version is `initial-version`; a person decides about 1.0.0.",
    ),
    Difference(
        "no release yet: a fix",
        {PSR: "0.0.1", SR: "1.0.0", CZ: "0.0.1"},
        "The first version is `initial-version` for any first commits (SemVer, FAQ: start at 0.1.0).",
    ),
    Difference(
        "no release yet: no releasable commit",
        {CLIFF: "0.1.0"},
        "A history without a releasable commit releases nothing.",
    ),
    Difference(
        "no releasable commit before or after the tag",
        {CLIFF: "1.0.0"},
        "If there is nothing to release, there is no next version; the old version is not the next version.",
    ),
    Difference(
        "a lower version tagged later",
        {CLIFF: "0.9.6"},
        "The last release is the highest version in the history (SemVer, item 11), at any position of its tag.",
    ),
)


def listed(tool: str) -> dict[str, str]:
    """Return the different decisions of a tool, by the name of the shape."""
    return {difference.shape: difference.tools[tool] for difference in DIFFERENCES if tool in difference.tools}
