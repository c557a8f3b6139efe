"""The shapes of history that are put to every tool, and what shipit decides for each."""

from __future__ import annotations

from dataclasses import dataclass

from differential.repositories import Aside, Merge, Step, Tag

from shipit.core.versions import Version


@dataclass(frozen=True)
class Shape:
    """Commits, oldest first, and how far they raise the version.

    `base` is the release before the first of them, `last` the last release at their end.
    """

    name: str
    decides: str
    steps: tuple[Step, ...]
    base: str | None = "1.0.0"
    last: str | None = "1.0.0"
    major_on_zero: bool = False

    @property
    def history(self) -> tuple[Step, ...]:
        return (BEGIN, *([Tag(f"v{self.base}")] if self.base else ()), *self.steps)

    def decision(self, version: str | None) -> str:
        """A tool's answer as a bump; as the version itself where there was no release or it is no bump of the last."""
        if version is None or self.last is None:
            return version or "none"
        last = Version.parse(self.last)
        bumps = {last.bump_patch(): "patch", last.bump_minor(): "minor", last.bump_major(): "major"}
        return bumps.get(Version.parse(version), version)


def shape(name: str, decides: str, *steps: Step) -> Shape:
    return Shape(name, decides, steps)


def since(last: str | None, name: str, decides: str, *steps: Step, major_on_zero: bool = False) -> Shape:
    return Shape(name, decides, steps, last, last, major_on_zero)


BEGIN = "chore: begin"
LOGGED = """Squashed commit of the following:

commit 2222222222222222222222222222222222222222
Author: Ada <ada@example.org>
Date:   Mon Jan 1 00:00:00 2024 +0000

    fix: logged second

commit 1111111111111111111111111111111111111111
Author: Ada <ada@example.org>
Date:   Mon Jan 1 00:00:00 2024 +0000

    feat: logged first
"""

SHAPES: dict[str, tuple[Shape, ...]] = {
    "One message": (
        shape("a feature", "minor", "feat: add search"),
        shape("a fix with a scope", "patch", "fix(db): close the pool"),
        shape("`!` after the scope", "major", "feat(api)!: drop v1"),
        shape("`!` before the scope", "none", "feat!(hls): drop old players"),
        shape("a type that does not release", "none", "docs: explain search"),
        shape("an unknown type", "none", "faet: misspelled"),
        shape("no convention at all", "none", "Update the readme"),
        shape("type in other case", "minor", "Feat: capital"),
        shape("type in upper case", "patch", "FIX: shouted"),
        shape("alias `feature`", "minor", "feature: spelled out"),
        shape("alias `bugfix`", "patch", "bugfix: spelled out too"),
        shape("alias `hotfix`", "patch", "hotfix: at night"),
        shape("no blank after the colon", "minor", "feat:tight"),
        shape("blank before the colon", "minor", "feat : 로그인 추가"),
        shape("full-width colon", "minor", "feat：전각 콜론"),
        shape("tab after the colon", "minor", "feat:\ttabbed"),
        shape("no-break space after the colon", "minor", "feat:\u00a0pasted"),
        shape("two blanks after the colon", "minor", "feat:  wide"),
        shape("emoji before the type", "minor", "✨ feat: sparkling"),
        shape("emoji code before the type", "patch", ":bug: fix: crawling"),
        shape("emoji alone", "none", ":sparkles: shiny"),
        shape("byte order mark", "minor", "\ufefffeat: marked"),
        shape("blank lines first", "minor", "\n\nfeat: late"),
        shape("CRLF line ends", "major", "feat: windows\r\n\r\nBREAKING CHANGE: y\r\n"),
        shape("mixed line ends", "major", "feat: mixed\n\ncloses #1234\r\n\r\nBREAKING CHANGE: y"),
        shape("description in any script", "minor", "feat: 채팅방 만들기"),
        shape("scope in any script", "patch", "fix(결제): 반올림 오류"),
        shape("scope with `/ . @ - _`", "patch", "fix(@acme/web-ui_v2.1): align"),
        shape("scope with a blank", "major", "feat(my scope)!: spaced"),
        shape("second pair of brackets", "minor", "feat(a): b (c): d"),
        shape("brackets in brackets", "none", "feat(a(b)): nested"),
        shape("empty scope", "minor", "feat(): scopeless"),
        shape("type is only a prefix", "none", "fixture: not a fix"),
        shape("header in the body", "none", "docs: about headers\n\nfeat: not a header\nnote!: nor this"),
        shape(
            "changelog quoted in the body",
            "none",
            "ci: bump actions\n\nRelease notes\n\nfix: use Node 24\nfeat: artifacts\n",
        ),
        shape(
            "code in the body", "minor", "feat: wrap\n\nTABLE(RESULT_SCAN('id')) is asked (grep\nFoo.Bar(baz(abc)) too"
        ),
        shape("address in the body", "patch", "fix: prefix\n\nIt is stripped here\nhttps://example.org/a/b.rb#L16"),
        shape("no description", "none", "feat:"),
        shape("`BREAKING CHANGE:` footer", "major", "chore: clean\n\nBREAKING CHANGE: y"),
        shape("`BREAKING-CHANGE:` footer", "major", "fix: dash\n\nBREAKING-CHANGE: y"),
        shape("`BREAKING CHANGE #` footer", "major", "fix: hash\n\nBREAKING CHANGE #12"),
        shape("footer without a blank line before", "major", "fix: dense\nBREAKING CHANGE: y"),
        shape(
            "footer among trailers", "major", "fix: trailers\n\nWhy.\n\nRefs: #1\nBREAKING CHANGE: y\nReviewed-by: K"
        ),
        shape("several footers", "major", "fix: several\n\nBREAKING CHANGE: y\nBREAKING CHANGE: z"),
        shape("footer in the middle of the body", "major", "fix: middle\n\nBREAKING CHANGE: y\n\nMore prose."),
        shape(
            "footer before a ruled line",
            "major",
            "feat: ruled\n\nBREAKING CHANGE: y\n\n---------\n\nCo-authored-by: K <k@example.org>",
        ),
        shape("footer without text on its line", "major", "fix: wrapped\n\nBREAKING CHANGE:\nthe text comes here"),
        shape("footer in lower case", "patch", "fix: lower\n\nbreaking change: y"),
        shape("footer in mixed case", "patch", "fix: title\n\nBreaking Change: y"),
        shape("footer without a colon", "patch", "fix: colonless\n\nBREAKING CHANGE y"),
        shape("plural footer", "patch", "fix: plural\n\nBREAKING CHANGES: y"),
        shape("`BREAKING:` footer", "patch", "fix: short\n\nBREAKING: y"),
        shape("footer quoted with `>`", "patch", "fix: quoted\n\n> BREAKING CHANGE: y"),
        shape("footer in a code fence", "patch", "fix: fenced\n\n```\nBREAKING CHANGE: y\n```"),
        shape("footer in the middle of a line", "patch", "fix: prose\n\nIt announces a BREAKING CHANGE: y in prose."),
        shape(
            "footer named in a list",
            "patch",
            "fix: classifier\n\n- treat BREAKING CHANGE: / BREAKING-CHANGE: as releasing",
        ),
        shape("footer as the title", "none", "BREAKING CHANGE: y"),
        shape("footer under an unreadable title", "none", "Update the parser\n\nBREAKING CHANGE: y"),
        shape("other trailers", "patch", "fix: credit\n\nCo-authored-by: K <k@example.org>\nCloses #12"),
        shape("`Release-As:` footer", "major", "chore: jump\n\nRelease-As: 2.0.0"),
        shape("`[skip release]`", "none", "feat: hidden [skip release]"),
        shape("`[release skip]` in the body", "none", "fix: hidden\n\n[release skip]"),
        shape("`[skip ci]`", "minor", "feat: quiet [skip ci]"),
        shape("`fixup!`", "none", "fixup! feat: folded"),
        shape("`wip`", "none", "wip: feat: unfinished"),
    ),
    "Squash and merge": (
        shape(
            "conventional title, list below",
            "patch",
            "fix: title (#3)\n\n* fix: thing number one\n\n* docs: thing number two\n",
        ),
        shape(
            "list stronger than the title", "patch", "fix: weak (#4)\n\n* feat: a strong thing\n\n* fix: a weak thing\n"
        ),
        shape("breaking `!` in the list", "patch", "fix: mild (#5)\n\n* feat!: be harsh now\n"),
        shape(
            "list under an unconventional title",
            "minor",
            "Add login (#12)\n\n* feat: show the form\n\n* fix: a typo in it\n",
        ),
        shape(
            "list with `-` and no blank lines",
            "patch",
            "Small things (#13)\n\n- fix: the first thing\n- fix: the second thing\n",
        ),
        shape("title with a ticket as its type", "minor", "PROJ-123: login (#14)\n\n* feat: log users in\n"),
        shape(
            "listed commits that do not release",
            "none",
            "Tidy up (#15)\n\n* docs: tidy the readme\n* chore: sweep the floor\n",
        ),
        shape(
            "footer of a listed commit",
            "major",
            "fix: some fix (#1234)\n\n* fix: what came before\n\nBREAKING CHANGE: comment\n\n* fix: what came after\n",
        ),
        shape("footer as a list item", "major", "fix: item (#16)\n\n* BREAKING CHANGE: y\n"),
        shape("prose in a list", "none", "Explain\n\n* the feature: how it works\n* Note: nothing\n"),
        shape("body of `git merge --squash`", "minor", LOGGED),
        shape("merge of a branch", "patch", Merge("Merge branch 'topic'", ("fix: on the branch",))),
        shape(
            "pull request's title in a merge",
            "patch",
            Merge("Merge pull request #12 from acme/topic\n\nfeat: its title", ("fix: pulled",)),
        ),
        shape(
            "merge with a conventional subject", "minor", Merge("feat: bring the search in", ("docs: of the search",))
        ),
        shape("the same pull request twice", "patch", "fix: once (#17)", "fix: once (#17)"),
        shape("cherry-picked twice", "patch", "fix: picked", "fix: picked\n\n(cherry picked from commit {-1})"),
    ),
    "Reverts": (
        shape(
            "`git revert` of an unreleased commit",
            "none",
            "feat: gone",
            'Revert "feat: gone"\n\nThis reverts commit {-1}.',
        ),
        shape(
            "only the reverted commit is removed",
            "patch",
            "feat: off",
            "fix: stays",
            'Revert "feat: off"\n\nThis reverts commit {-2}.',
        ),
        shape(
            "`revert:` with the subject", "none", "feat: undone", "revert: feat: undone\n\nThis reverts commit {-1}."
        ),
        shape("`revert:` with `Refs`", "none", "feat: ref", "revert: let us never speak of it\n\nRefs: {-1}"),
        shape("GitHub's button", "none", "feat: big (#12)", 'Revert "feat: big (#12)" (#13)\n\nReverts acme/app#12'),
        shape(
            "revert of a breaking change", "none", "feat!: wild", 'Revert "feat!: wild"\n\nThis reverts commit {-1}.'
        ),
        shape(
            "revert of a revert",
            "minor",
            "feat: again",
            'Revert "feat: again"\n\nThis reverts commit {-1}.',
            'Revert "Revert "feat: again""\n\nThis reverts commit {-1}.',
        ),
        shape(
            "git's reapply",
            "minor",
            "feat: back",
            'Revert "feat: back"\n\nThis reverts commit {-1}.',
            'Reapply "feat: back"\n\nThis reverts commit {-1}.',
        ),
        shape("revert of a released commit", "patch", 'Revert "feat: shipped"\n\nThis reverts commit {0}.'),
        shape("`revert:` of a released commit", "patch", "revert: feat: shipped before"),
    ),
    "Bump": (
        shape("performance", "patch", "perf: cache"),
        shape("refactoring", "none", "refactor: split"),
        shape("breaking refactoring", "major", "refactor!: rename"),
        shape("breaking change of an unknown type", "major", "strange!: twist"),
        shape("the strongest wins", "minor", "fix: a", "feat: b", "chore: c"),
        shape("no releasable commit", "none", "docs: d", "test: e"),
    ),
    "Versions": (
        since("0.3.1", "while major is 0: a breaking change", "minor", "feat!: x"),
        since("0.3.1", "the same with `major-on-zero`", "major", "feat!: x", major_on_zero=True),
        since("0.3.1", "while major is 0: a feature", "minor", "feat: x"),
        since("0.3.1", "while major is 0: a fix", "patch", "fix: x"),
        since("0.0.2", "while minor is 0 too: a breaking fix", "minor", "fix!: x"),
        since(None, "no release yet: a feature", "0.1.0", "feat: x"),
        since(None, "no release yet: a fix", "0.1.0", "fix: x"),
        since(None, "no release yet: no releasable commit", "none", "docs: x"),
    ),
    "Tags": (
        shape("a lower version tagged later", "patch", "fix: a", Tag("v0.9.5"), "fix: b"),
        Shape("two versions tagged at one commit", "patch", (Tag("v1.1.0"), "fix: a"), last="1.1.0"),
        Shape(
            "no releasable commit before or after the tag", "none", ("docs: a", Tag("v1.0.1"), "docs: b"), last="1.0.1"
        ),
        shape("floating tags", "patch", "fix: a", Tag("v1"), Tag("v1.0"), "fix: b"),
        shape("other tags", "patch", "fix: a", Tag("nightly"), Tag("release-9.9.9"), "fix: b"),
        shape("tag on an unmerged branch", "minor", Aside(("fix!: x", Tag("v2.0.0"))), "feat: y"),
        shape("pre-release tags, then stable", "minor", "feat: x", Tag("v1.1.0-rc.1"), "fix: y"),
        Shape(
            "hotfix branch merged back",
            "minor",
            (Merge("Merge branch 'hotfix'", ("fix: y", Tag("v1.0.1")), ("feat: x",)),),
            last="1.0.1",
        ),
        Shape(
            "branch from before the release, merged after it",
            "minor",
            (Merge("Merge branch 'old'", ("feat: x",), ("fix: a", Tag("v1.0.1"))),),
            last="1.0.1",
        ),
    ),
}
