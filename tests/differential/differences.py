"""Where a tool decides otherwise than shipit, and why shipit decides as it does.

The list is held to be true: a difference that is not on it fails, and so does one that no longer occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PSR, SR, CLIFF, CZ = "python-semantic-release", "semantic-release", "git-cliff", "commitizen"


@dataclass(frozen=True)
class Difference:
    """What the tools that differ make of `shape`; `reason` is for shipit's reading, and names the rule it follows."""

    shape: str
    tools: Mapping[str, str]
    reason: str


def all_say(decision: str) -> dict[str, str]:
    return dict.fromkeys((PSR, SR, CLIFF, CZ), decision)


CASE = "Upper and lower case are the same (Conventional Commits, item 15)."
LENIENT = "Read for its meaning where the type is known; `shipit lint` reports the spelling."
BLANK = "Any blank after the colon will do where the type is known; `shipit lint` reports the spelling."
BODY = "A body is free text, never a header (Conventional Commits, item 7)."
UPPER = "Only upper case announces a breaking change (Conventional Commits, item 15); the look-alike is a warning."
TITLELESS = (
    "A footer belongs to a commit with a type (Conventional Commits, items 1 and 8); the commit is shown as unreadable."
)
SKIP = "Who writes this wants no release from that commit."
TITLE = "The title was written for the whole, so it decides; the plan warns of what is stronger in the list."
LIST = "Where the title says nothing, the commits listed in the body do: that is what was squashed."
UNDONE = (
    "What came and went since the last release is not in it, so it neither raises the version nor stands in the notes."
)

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
    Difference("byte order mark", all_say("none"), "What an editor left there is no part of the message."),
    Difference(
        "brackets in brackets",
        {PSR: "minor", SR: "minor", CZ: "minor"},
        "A scope is one noun in brackets (Conventional Commits, item 4); the commit is shown as unreadable.",
    ),
    Difference(
        "empty scope", {PSR: "none", CLIFF: "none", CZ: "none"}, "Brackets around nothing can only mean no scope."
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
        "A blank and `#` separate a footer from its value as a colon does (Conventional Commits, item 8).",
    ),
    Difference(
        "footer without a blank line before",
        {PSR: "patch", CLIFF: "none", CZ: "patch"},
        "At the start of a line and in upper case it cannot be meant otherwise, and to miss it would break users.",
    ),
    Difference("footer in lower case", {SR: "major"}, UPPER),
    Difference("footer in mixed case", {SR: "major"}, UPPER),
    Difference(
        "footer without a colon",
        {SR: "major"},
        "The colon is required (Conventional Commits, item 12); the look-alike is a warning.",
    ),
    Difference("footer in a code fence", {SR: "major", CZ: "major"}, "What is quoted as code is shown, not said."),
    Difference("footer as the title", {CZ: "major"}, TITLELESS),
    Difference("footer under an unreadable title", {SR: "major", CZ: "major"}, TITLELESS + " The plan warns of it."),
    Difference("`Release-As:` footer", all_say("none"), "A person asks for this version."),
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
        "GitHub lists the messages of squashed commits like this; it stands first on its line, in upper case.",
    ),
    Difference(
        "pull request's title in a merge",
        {CZ: "minor"},
        "The merged commits count; the title is no second entry for them.",
    ),
    Difference(
        "merge with a conventional subject",
        {PSR: "none"},
        "Who gives a merge a conventional subject means it to count.",
    ),
    Difference("git's revert of what is unreleased", {PSR: "minor", CLIFF: "minor", CZ: "minor"}, UNDONE),
    Difference("only the reverted goes", {PSR: "minor", CLIFF: "minor", CZ: "minor"}, UNDONE),
    Difference("`revert:` with the subject", {PSR: "minor", CLIFF: "minor", CZ: "minor"}, UNDONE),
    Difference("`revert:` with `Refs`", all_say("minor"), UNDONE),
    Difference("GitHub's button", all_say("minor"), UNDONE),
    Difference("revert of a breaking change", {PSR: "major", CLIFF: "major", CZ: "major"}, UNDONE),
    Difference(
        "git's reapply", {SR: "none"}, "`Reapply` is git's name for the revert of a revert: the feature is back."
    ),
    Difference(
        "revert of what was released",
        {PSR: "none", CLIFF: "none", CZ: "none"},
        "Users get other code than in the last release, so there is something to release.",
    ),
    Difference(
        "breaking change of an unknown type",
        {PSR: "none"},
        "A breaking change can be part of commits of any type (Conventional Commits, items 13 and 14).",
    ),
    Difference(
        "while minor is 0 too: a breaking fix",
        {CLIFF: "patch"},
        "While major is 0 a breaking change raises minor, in 0.0.x too, so that a patch stays harmless.",
    ),
    Difference(
        "no release yet: a feature",
        {SR: "1.0.0"},
        "The first version is `initial-version`; 1.0.0 is a person's decision.",
    ),
    Difference(
        "no release yet: a fix",
        {PSR: "0.0.1", SR: "1.0.0", CZ: "0.0.1"},
        "The first version is `initial-version`, whatever the first commits are (SemVer, FAQ: start at 0.1.0).",
    ),
    Difference(
        "no release yet: nothing that releases",
        {CLIFF: "0.1.0"},
        "A history without a releasable commit releases nothing.",
    ),
    Difference(
        "nothing since a release of nothing",
        {CLIFF: "1.0.0"},
        "Where there is nothing to release there is no next version, and not an old one either.",
    ),
    Difference(
        "a lower version tagged later",
        {CLIFF: "0.9.6"},
        "The last release is the highest version in the history (SemVer, item 11), wherever its tag stands.",
    ),
)


def listed(tool: str) -> dict[str, str]:
    """What a tool decides otherwise, by the name of the shape."""
    return {difference.shape: difference.tools[tool] for difference in DIFFERENCES if tool in difference.tools}
