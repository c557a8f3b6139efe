"""Web addresses of a repository's commits, comparisons and issues, as the forge spells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below one repository page, in GitHub's spelling.

    >>> Links("https://github.com/acme/app").compare("v1.0.0", "v1.1.0")
    'https://github.com/acme/app/compare/v1.0.0...v1.1.0'
    """

    base: str

    def commit(self, id: str) -> str:
        return f"{self.base}/commit/{id}"

    def compare(self, old: str, new: str) -> str:
        return f"{self.base}/compare/{old}...{new}"

    def issue(self, number: int | str) -> str:
        return f"{self.base}/issues/{number}"

    def release(self, tag: str) -> str:
        return f"{self.base}/releases/tag/{tag}"
