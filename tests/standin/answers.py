"""What the operations of the stand-in are given and give back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True)
class Call:
    """One request to an operation. `params` are those of the path, unquoted; `url` is without the query."""

    params: Mapping[str, str]
    query: str
    body: bytes
    json: Any
    url: str
    content_type: str = ""
    may_write: bool = False
    installation: bool = False  # an App token, as the one of GitHub Actions

    def asked(self, name: str, default: str = "") -> str:
        return parse_qs(self.query).get(name, [default])[-1]


@dataclass(frozen=True)
class Answer:
    status: int = 200
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # a body that is not JSON, or not only


class Refusal(Exception):
    """GitHub says no."""

    def __init__(self, status: int, message: str, /, **error: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error = error

    @property
    def answer(self) -> Answer:
        body: dict[str, Any] = {"message": self.message, "documentation_url": DOCUMENTATION, "status": str(self.status)}
        return Answer(self.status, body | ({"errors": [self.error]} if self.error else {}))


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def invalid(resource: str, field: str, code: str, message: str = "") -> Refusal:
    """The 422 that GitHub answers when a field has a value it does not take."""
    told = {"message": message} if message else {}
    return Refusal(422, "Validation Failed", resource=resource, field=field, code=code, **told)


def page(call: Call, items: Sequence[Any]) -> Answer:
    """One page of `items`, with the Link header by which a client finds the others."""
    size = min(int(call.asked("per_page", "30")), 100)
    number = int(call.asked("page", "1"))
    last = max(1, -(-len(items) // size))
    links = {"prev": number - 1, "next": number + 1, "first": 1, "last": last}
    shown = {rel: at for rel, at in links.items() if 1 <= at <= last and at != number}
    link = ", ".join(f'<{call.url}?per_page={size}&page={at}>; rel="{rel}"' for rel, at in shown.items())
    return Answer(200, items[(number - 1) * size : number * size], {"Link": link} if link else {})
