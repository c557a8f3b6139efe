"""The languages of release notes: their headings, words and date formats.

>>> import datetime as dt
>>> language("ko").date(dt.date(2026, 1, 31)), language("ko").heading("fix")
('2026년 1월 31일', '버그 수정')
>>> language("en").heading("infra")
'Infra'
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from shipit.errors import ConfigError


class Language(Struct, frozen=True):
    """One language of release notes.

    Attributes:
        code: such as `en`.
        title: the title of the changelog.
        headings: the headings of the sections, by commit type; the key `breaking` is for breaking changes.
        words: all other texts of the templates, by key.
        date_format: a format string for a `datetime.date`.
    """

    code: str
    title: str
    headings: Mapping[str, str]
    words: Mapping[str, str]
    date_format: str

    def heading(self, key: str) -> str:
        """Return the heading of a section; for a type without a heading, the capitalized type."""
        return self.headings.get(key) or key.capitalize()

    def with_headings(self, headings: Mapping[str, str]) -> Language:
        """Return the same language with these headings in place of its own."""
        return replace(self, headings={**self.headings, **headings}) if headings else self

    def date(self, date: dt.date) -> str:
        """Return a date in the format of the language."""
        return self.date_format.format(date)


def language(code: str) -> Language:
    """Return the language with this code; raise `ConfigError` for an unknown one."""
    if code in LANGUAGES:
        return LANGUAGES[code]
    similar = difflib.get_close_matches(code, LANGUAGES, n=1)
    hint = (
        f"did you mean `{similar[0]}`?"
        if similar
        else f"choose one of {', '.join(f'`{known}`' for known in LANGUAGES)}"
    )
    raise ConfigError(
        f"shipit cannot write release notes in the language `{code}`", where="changelog.language", hint=hint
    )


# The English headings are those of conventional-changelog, so that changelogs made by it keep their headings.
ENGLISH = Language(
    code="en",
    title="Changelog",
    headings={
        "breaking": "BREAKING CHANGES",
        "feat": "Features",
        "fix": "Bug Fixes",
        "perf": "Performance Improvements",
        "revert": "Reverts",
        "docs": "Documentation",
        "style": "Styles",
        "refactor": "Code Refactoring",
        "test": "Tests",
        "build": "Build System",
        "ci": "Continuous Integration",
        "chore": "Miscellaneous Chores",
        "*": "Other Changes",
    },
    words={
        "includes": "Includes {tags}",
        "closes": "closes {issues}",
        "breaking": "Breaking:",
        "rest": "The rest is in {link}.",
        "late": "Also in this version, and described with the next one:",
        "whats_changed": "What's Changed in {version}",
        "full_changelog": "Full Changelog",
        "added": "Added",
        "changed": "Changed",
        "deprecated": "Deprecated",
        "removed": "Removed",
        "fixed": "Fixed",
        "security": "Security",
    },
    date_format="{0:%Y-%m-%d}",
)

KOREAN = Language(
    code="ko",
    title="변경 이력",
    headings={
        "breaking": "호환되지 않는 변경",
        "feat": "새로운 기능",
        "fix": "버그 수정",
        "perf": "성능 개선",
        "revert": "되돌린 변경",
        "docs": "문서",
        "style": "코드 스타일",
        "refactor": "리팩터링",
        "test": "테스트",
        "build": "빌드",
        "ci": "지속적 통합",
        "chore": "기타 작업",
        "*": "그 밖의 변경",
    },
    words={
        "includes": "{tags} 포함",
        "closes": "{issues} 해결",
        "breaking": "호환되지 않음:",
        "rest": "나머지는 {link}에 있습니다.",
        "late": "이 버전에 있지만 다음 버전과 함께 설명하는 변경:",
        "whats_changed": "{version} 변경 사항",
        "full_changelog": "전체 변경 내역",
        "added": "추가",
        "changed": "변경",
        "deprecated": "지원 중단 예정",
        "removed": "제거",
        "fixed": "수정",
        "security": "보안",
    },
    date_format="{0.year}년 {0.month}월 {0.day}일",
)

LANGUAGES: Mapping[str, Language] = {known.code: known for known in (ENGLISH, KOREAN)}
