r"""Release notes: the changes of one release, grouped and rendered as Markdown.

>>> from shipit.core.commits.text.message import Commit
>>> entry = Entry("abc1234def", "Kim", Commit("fix", "api", "close the *stream*"))
>>> NotesItem(entry, entry.commit.description).line
'**api:** close the \\*stream\\* (abc1234)'
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from shipit.core import limits
from shipit.core.commits import Commit, Entry
from shipit.core.history import Release
from shipit.core.notes.languages import ENGLISH, Language
from shipit.core.notes.links import Links
from shipit.core.notes.markdown import inline, item, link_destination
from shipit.errors import ConfigError

if TYPE_CHECKING:
    import jinja2

# The types that have a section by default, in the order of the sections.
SHOWN_TYPES = ("feat", "fix", "perf", "revert")
BREAKING = "breaking"

# Footers that close an issue on GitHub:
# https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_CLOSING = frozenset(["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"])
_ISSUE = re.compile(r"(?<![\w/])#([0-9]{1,9})\b")


class NotesItem(Struct):
    """One item of the notes, for templates. All properties are Markdown that is safe within one line."""

    _entry: Entry
    _text: str
    _links: Links | None = None
    _language: Language = ENGLISH
    _closed: tuple[str, ...] | None = None  # numbers of issues from the footers, if the caller knows them

    @property
    def scope(self) -> str:
        """The scope of the commit; empty without one."""
        return _scope(self._entry.commit.scope or "")

    @property
    def description(self) -> str:
        """The description of the commit, or the text of a breaking change; further lines are indented by two spaces."""
        return item(self._text, self._links)

    @property
    def author(self) -> str:
        """The name of the author, escaped so that it never mentions a user of GitHub."""
        return inline(self._entry.author)

    @property
    def commit(self) -> str:
        """The commit id, shortened to seven digits; with a link if there are links."""
        short = self._entry.id[:7]
        return f"[{short}]({self._links.commit(self._entry.id)})" if self._links else short

    @property
    def closes(self) -> tuple[str, ...]:
        """The issues that this commit closes and does not name in its description; with links if there are links."""
        closed = _closed_issues(self._entry.commit) if self._closed is None else self._closed
        named = set(_ISSUE.findall(self._text)) if closed and "#" in self._text else ()
        wanted, links = [number for number in closed if number not in named], self._links
        return tuple([f"[#{number}]({links.issue(number)})" if links else f"#{number}" for number in wanted])

    @property
    def title(self) -> str:
        """The scope in bold, and the description."""
        scope = self._entry.commit.scope
        return f"**{_scope(scope)}:** {self.description}" if scope else self.description

    @property
    def line(self) -> str:
        """The whole item: title, commit id, and the issues that it closes."""
        line = f"{self.title} ({self.commit})"
        closes = " ".join(self.closes) if self._entry.commit.footers else ""
        return f"{line}, {self._language.words['closes'].format(issues=closes)}" if closes else line


@lru_cache(maxsize=1000)  # a project has few scopes, each on many lines
def _scope(text: str) -> str:
    return inline(text.strip())


def _closed_issues(commit: Commit) -> tuple[str, ...]:
    """Return the numbers of the issues that the footers of a commit close, each once."""
    values = [footer.value for footer in commit.footers if footer.token.lower() in _CLOSING]
    return tuple(dict.fromkeys([number for value in values for number in _ISSUE.findall(value)]))


class Section(Struct):
    """One section of the notes; `key` is `breaking` or a commit type, and `title` is its heading in Markdown."""

    key: str
    title: str
    changes: list[NotesItem]

    @property
    def lines(self) -> list[str]:
        """The lines of all changes, without list marks."""
        return [change.line for change in self.changes]


def sections(
    release: Release, language: Language = ENGLISH, *, shown: Collection[str] = SHOWN_TYPES, links: Links | None = None
) -> tuple[Section, ...]:
    """Group the changes of a release: breaking changes first, then the types in the order of `shown`.

    A breaking change is listed for any type. If it has no text of its own (only `!` marks the commit), the commit is
    not listed a second time under its type.

    Args:
        shown: the types that have a section, also as `type(scope)`.
        links: None for text without links.
    """
    groups: dict[str, list[NotesItem]] = {BREAKING: []}
    groups.update((name.partition("(")[0], []) for name in shown)
    for entry in release.entries:
        commit = entry.commit
        if commit.breaking:
            closed = _closed_issues(commit)  # once, not for each of thousands of breaking changes
            groups[BREAKING] += [NotesItem(entry, text, links, language, closed) for text in commit.breaking]
        if _listed(commit, shown):
            groups[commit.type].append(NotesItem(entry, commit.description, links, language))
    return tuple(Section(key, inline(language.heading(key)), changes) for key, changes in groups.items() if changes)


def _listed(commit: Commit, shown: Collection[str]) -> bool:
    if commit.type not in shown and f"{commit.type}({commit.scope})" not in shown:
        return False
    return commit.description not in commit.breaking


class Renderer:
    """Renderer of the notes of releases with one template, which is compiled once.

    Args:
        template: the text of a Jinja2 template; docs/changelog.md lists its variables.
        name: the name of the template in errors, usually its path.
        links: addresses of commits, issues and comparisons; None for text without links.
        shown: the types that have a section, also as `type(scope)`, in the order of the sections.

    Raises:
        ConfigError: if the template is invalid, here or in `render`; it names the line.
    """

    def __init__(
        self,
        template: str,
        *,
        name: str = "template",
        language: Language = ENGLISH,
        links: Links | None = None,
        shown: Collection[str] = SHOWN_TYPES,
    ) -> None:
        self._template = _compile(template, name)
        self._name = name
        self.language = language
        self.links = links
        self._shown = shown

    def render(self, release: Release) -> str:
        """Return the notes of one release in Markdown, with one newline at the end."""
        context = self._context(release)
        try:
            return self._template.render(context).strip() + "\n"
        except Exception as error:  # any error of a running template is a mistake in the template
            raise _template_error(self._name, _line_of(error, self._name), error) from error

    def _context(self, release: Release) -> dict[str, object]:
        links, previous = self.links, release.previous_tag
        return {
            "version": release.version,
            "tag": inline(release.tag),
            "previous_tag": previous and inline(previous),
            "date": self.language.date(release.date),
            "compare_url": link_destination(links.compare(previous, release.tag)) if links and previous else None,
            "includes": self._includes(release.includes),
            "sections": sections(release, self.language, shown=self._shown, links=links),
            "words": self.language.words,
        }

    def _includes(self, tags: tuple[str, ...]) -> str:
        if not tags:
            return ""
        links = self.links
        named = [f"[{inline(tag)}]({link_destination(links.release(tag))})" if links else inline(tag) for tag in tags]
        return self.language.words["includes"].format(tags=", ".join(named))


def _compile(text: str, name: str) -> jinja2.Template:
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        autoescape=False, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    try:
        code = environment.compile(text, name, name)
    except jinja2.TemplateSyntaxError as error:
        raise _template_error(name, error.lineno, error) from error
    return jinja2.Template.from_code(environment, code, {})


def _line_of(error: BaseException, name: str) -> int | None:
    """Return the line of the template that raised an error: Jinja2 adds it to the traceback as a frame of that file."""
    line, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _template_error(name: str, line: int | None, error: Exception) -> ConfigError:
    return ConfigError(
        f"the changelog template `{name}` is invalid: {error}",
        where=f"{name}, line {line}" if line else name,
        hint="fix the template; docs/changelog.md in shipit's repository lists its variables",
        state="nothing was written",
    )


def cut_notes(notes: str, link: str, *, limit: int = limits.RELEASE_BODY, language: Language = ENGLISH) -> str:
    """Return the notes shortened to `limit` characters, with a link to the rest if text was removed.

    They are cut before a heading, or before an item if otherwise less than half of the limit would be used.

    Args:
        link: the place of the whole text in Markdown, usually a link to the changelog.
        limit: in characters.
    """
    if len(notes) <= limit:
        return notes
    rest = f"\n\n{language.words['rest'].format(link=link)}\n"
    room = max(limit - len(rest), 0)
    borders = (notes.rfind(border, 0, room) for border in ("\n#", "\n* ", "\n- ", "\n"))
    position = next((border for border in borders if border > room // 2), room)
    return notes[:position].rstrip() + rest
