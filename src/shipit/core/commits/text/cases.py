"""The cases of a text, by the names that commitlint gives them.

>>> has_case("searchByText", "camel-case"), has_case("search by text", "lower-case"), has_case("Search", "lower-case")
(True, True, False)

Quoted text has no case, and a text that begins with a number has every case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^']*'")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


def has_case(text: str, name: str) -> bool:
    """Return whether `text` is in the case `name`, such as `lower-case`; False for an unknown case."""
    own = _QUOTED.sub("", text).strip()
    if name not in CASES:
        return False
    written = CASES[name](own)
    return not written or written[0].isdigit() or written == own


def _of_words(join: Callable[[Sequence[str]], str]) -> Callable[[str], str]:
    return lambda text: join(_WORD.findall(text))


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _camel(words: Sequence[str]) -> str:
    return "".join(word.lower() if index == 0 else word.capitalize() for index, word in enumerate(words))


CASES: Mapping[str, Callable[[str], str]] = {
    "lower-case": str.lower,
    "upper-case": str.upper,
    "sentence-case": _upper_first,
    "camel-case": _of_words(_camel),
    "pascal-case": _of_words(lambda words: _upper_first(_camel(words))),
    "kebab-case": _of_words(lambda words: "-".join(words).lower()),
    "snake-case": _of_words(lambda words: "_".join(words).lower()),
    "start-case": _of_words(lambda words: " ".join(map(_upper_first, words))),
}
# The other names of these cases.
CASES = {
    **CASES,
    "lowercase": CASES["lower-case"],
    "uppercase": CASES["upper-case"],
    "sentencecase": CASES["sentence-case"],
}
