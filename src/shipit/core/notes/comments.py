"""Comments of shipit on pull requests and issues. A mark that readers do not see identifies each of them.

>>> print(released_comment("v1.4.0", "https://github.com/acme/app/releases/tag/v1.4.0"))
<!-- shipit:released v1.4.0 -->
Released in [v1.4.0](https://github.com/acme/app/releases/tag/v1.4.0).
"""

from __future__ import annotations

from shipit.core.notes.markdown import inline, link_destination

PREVIEW_MARK = "<!-- shipit:preview -->"


def released_mark(tag: str) -> str:
    """Return the mark of the comment about a release."""
    return f"<!-- shipit:released {tag.replace('--', '-%2D')} -->"


def released_comment(tag: str, url: str) -> str:
    """Return the comment on a pull request or an issue that was released, in Markdown."""
    return f"{released_mark(tag)}\nReleased in [{inline(tag)}]({link_destination(url)})."
