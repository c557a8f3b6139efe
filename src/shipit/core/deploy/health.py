"""The health check of an app over HTTP: the request, and the judgement of its answer.

>>> check = HealthCheck("/actuator/health", json={"status": "UP"})
>>> print(check.problem(HealthAnswer(200, '{"status": "UP"}')))
None
>>> check.problem(HealthAnswer(200, '{"status": "DOWN"}'))
'`/actuator/health` answered 200, but `status` is "DOWN" and not "UP"'
>>> check.problem(HealthAnswer(503, '{"status": "DOWN"}'))
'`/actuator/health` answered 503: {"status": "DOWN"}'
"""

from __future__ import annotations

from typing import Any

from msgspec import DecodeError, Struct, field, json

from shipit.core import limits
from shipit.core.redact import shortened

_SHORTEST_ID = 7  # characters of a commit id, as git abbreviates it


# The statuses from here on mean that a server failed.
FIRST_SERVER_ERROR = 500
# The body of an `Answer` to a request that was sent, but not answered within its time limit.
TOO_LATE = "no answer in time"


class HealthAnswer(Struct, frozen=True):
    """The answer to an HTTP request. `status` is 0 when there was none, and `body` then says why.

    `retry_after` are the seconds to wait before the same request, as the server says; 0 if it does not.
    """

    status: int
    body: str = ""
    retry_after: int = 0


class HealthCheck(Struct, frozen=True):
    """A request that shows whether an app is healthy.

    Args:
        path: the path to ask, with a leading `/`.
        json: values that the JSON of the answer must have, by key; a key can have dots, as in `git.commit.id`.
        status: the status that the answer must have; 0 for any from 200 to 299.
        within: the longest time until the app is healthy, in seconds.
        times: the number of good answers in a row that are needed.
        every: the seconds between two requests.
    """

    path: str
    json: dict[str, str] = field(default_factory=dict)
    status: int = 0
    within: float = float(limits.HEALTHY)
    times: int = 3
    every: float = 1

    def problem(self, answer: HealthAnswer) -> str | None:
        """Return the reason why `answer` is not that of a healthy app; None if it is."""
        if not answer.status:
            return f"`{self.path}` did not answer: {answer.body}"
        if answer.status != self.status if self.status else not 200 <= answer.status < 300:
            return answered(self.path, answer)
        return self._wrong_value(answer)

    def _wrong_value(self, answer: HealthAnswer) -> str | None:
        for key, expected in self.json.items():
            found = json_value(answer.body, key)
            if found is None:
                return f"`{self.path}` answered {answer.status}, but without `{key}`"
            if found != expected:
                shown = f'"{shortened(found, limits.QUOTED_ANSWER)}" and not "{expected}"'
                return f"`{self.path}` answered {answer.status}, but `{key}` is {shown}"
        return None


class Identity(Struct, frozen=True):
    """A request whose answer shows which version answers: its JSON has the version or the commit of the image at `key`.

    >>> identity = Identity("/actuator/info", "git.commit.id", "1.4.0", "0a1b2c3d4e")
    >>> print(identity.problem(HealthAnswer(200, '{"git": {"commit": {"id": "0a1b2c3"}}}')))
    None
    >>> identity.problem(HealthAnswer(200, '{"git": {"commit": {"id": "9999999"}}}'))
    '`/actuator/info` is answered by another version: `git.commit.id` is "9999999" and not "1.4.0" or "0a1b2c3"'
    """

    path: str
    key: str
    version: str
    revision: str

    def problem(self, answer: HealthAnswer) -> str | None:
        """Return the reason why `answer` does not come from this version; None if it does."""
        if not answer.status:
            return f"`{self.path}` did not answer: {answer.body}"
        if not 200 <= answer.status < 300:
            return answered(self.path, answer)
        found = json_value(answer.body, self.key)
        if found is None:
            return f"`{self.path}` answered {answer.status}, but without `{self.key}`"
        is_commit = len(found) >= _SHORTEST_ID and self.revision.startswith(found)
        if found == self.version or is_commit:
            return None
        expected = " or ".join(f'"{text}"' for text in (self.version, self.revision[:_SHORTEST_ID]) if text)
        shown = f'"{shortened(found, limits.QUOTED_ANSWER)}" and not {expected}'
        return f"`{self.path}` is answered by another version: `{self.key}` is {shown}"


def answered(path: str, answer: HealthAnswer) -> str:
    """Return the problem of an answer with a bad status, with the beginning of its text.

    >>> answered("/health", HealthAnswer(404, "")), answered("/health", HealthAnswer(500, "<html>\\n  Error"))
    ('`/health` answered 404', '`/health` answered 500: <html> Error')
    """
    text = " ".join(answer.body.split())
    return f"`{path}` answered {answer.status}" + (f": {shortened(text, limits.QUOTED_ANSWER)}" if text else "")


def json_value(body: str, key: str) -> str | None:
    """Return the value at `key` in a JSON text, as text; None if it is not there. Dots lead into inner objects.

    >>> json_value('{"git": {"commit": {"id": "0a1b2c3"}}}', "git.commit.id")
    '0a1b2c3'
    """
    try:
        value: Any = json.decode(body)
    except (DecodeError, RecursionError, ValueError):
        return None
    for name in key.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value if isinstance(value, str) else json.encode(value).decode()
