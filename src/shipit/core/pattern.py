"""Regular expressions that are compiled at their first use.

Compiling all of them takes as long as all the rest of `shipit next`, and one run needs only a few.

>>> pattern(r"a+").findall("aab")
['aa']
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Pattern:
    def __init__(self, source: str, flags: int) -> None:
        self._arguments = (source, flags)

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._arguments), name)  # `re` keeps what it compiled
        setattr(self, name, value)  # so that this is called once for each method
        return value


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return the regular expression `source`, to be used like the result of `re.compile`."""
    return cast("re.Pattern[str]", _Pattern(source, flags))
