"""Korean and short words that teams write as commit types, and the aliases that make shipit read them.

>>> aliases_for(["기능: 로그인", "기능: 검색", "[기능] 목록", "수정: 오타", "[Refac] a", "refac: b", "refac: c"])
{'기능': 'feat', 'refac': 'refactor'}
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from shipit.core import limits

_WORDS = {
    "기능": "feat",
    "기능추가": "feat",
    "수정": "fix",
    "버그": "fix",
    "버그수정": "fix",
    "핫픽스": "fix",
    "성능": "perf",
    "문서": "docs",
    "리팩터링": "refactor",
    "리팩토링": "refactor",
    "테스트": "test",
    "스타일": "style",
    "빌드": "build",
    "refac": "refactor",
    "refact": "refactor",
    "features": "feat",
    "bug": "fix",
    "bugfixes": "fix",
    "doc": "docs",
    "tests": "test",
}
_TITLE = re.compile(r"\[?(\w{2,10})\]?[ ]?(?:\([^()\n]{1,40}\))?!?[ ]?[:：]|\[(\w{2,10})\][ ]?\S")


def aliases_for(titles: Iterable[str]) -> dict[str, str]:
    """Return the type of each known word that begins several of `titles`."""
    found = ((match[1] or match[2]).lower() for title in titles if (match := _TITLE.match(title)))
    counts = Counter(word for word in found if word in _WORDS)
    return {word: _WORDS[word] for word, count in counts.items() if count >= limits.ALIAS_TITLES}
