"""A small client for GitHub's APIs: one request with limits, its redirects, and an answer of the expected form.

This is a client of our own, because the library PyGithub limits neither the size nor the time of an answer, asks again
without an end after a 202, and follows redirects in circles.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import IO, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from shipit.adapters.github.answers import GraphAnswer, GraphErrors
from shipit.adapters.github.failure import GitHubFailure, InvalidToken, failure_of, graph_failure
from shipit.adapters.http.bounded_http import (
    Answer,
    BoundedHttp,
    HttpFailure,
    InvalidHeader,
    Limits,
    origin,
    redirect_target,
)
from shipit.adapters.http.json_values import has_too_many_values
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.core import limits

API_VERSION = "2022-11-28"
_Form = TypeVar("_Form")
_PAGE = 100  # entries, the most that GitHub sends


class Page(Struct, Generic[_Form]):
    """A page of a list."""

    entries: list[_Form]
    is_last: bool


class GitHubClient:
    """Requests about one thing, such as a repository. A path is relative to `place`, and empty or begins with `/`.

    Each method sends one request, without retries, and raises `GitHubFailure`.

    Args:
        place: the path of the thing in the API, such as `/repos/acme/app`.
        token: the token; None sends none.
        api_url: the address of the API.
        policy: the limits of the requests.
    """

    def __init__(self, place: str, token: str | None, api_url: str, policy: RetryPolicy) -> None:
        self._api_url = api_url.rstrip("/")
        self._policy = policy
        self._http = BoundedHttp()
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Accept-Encoding": "gzip",
            "X-GitHub-Api-Version": API_VERSION,
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        self._place = f"{self._api_url}{place}"  # a redirect changes it if the repository was renamed
        self._last_write: float | None = None

    def get(self, path: str, form: type[_Form], **query: object) -> _Form:
        """Return the object at `path`."""
        return self._get(self._place + path, form, query)

    def get_elsewhere(self, path: str, form: type[_Form], **query: object) -> _Form:
        """Return the object at `path`, which is relative to the API instead."""
        return self._get(self._api_url + path, form, query)

    def page(self, path: str, form: type[_Form], number: int) -> Page[_Form]:
        """Return a page of the list at `path`; `form` is the type of an entry, and the first page has the number 1."""
        url = f"{self._place}{path}?per_page={_PAGE}&page={number}"
        if number > limits.LIST_PAGES:
            raise GitHubFailure(f"the list has more than {limits.LIST_PAGES} pages", request=f"GET {url}")
        answer = self._request("GET", url)
        entries = _decode(answer, list[form], "GET", url)  # type: ignore[valid-type]
        # Of the link only its presence counts: its address could lead to another host.
        return Page(entries, is_last='rel="next"' not in answer.headers.get("Link", ""))

    def pages(self, path: str, form: type[_Form]) -> Iterator[list[_Form]]:
        """Yield the entries of each page of the list at `path`; `form` is the type of an entry."""
        for number in count(1):
            page = self.page(path, form, number)
            yield page.entries
            if page.is_last:
                return

    def post(self, path: str, form: type[_Form], fields: object) -> _Form:
        """Create an object at `path` and return it."""
        return self._write("POST", path, form, fields)

    def patch(self, path: str, form: type[_Form], fields: object) -> _Form:
        """Change the object at `path` and return it."""
        return self._write("PATCH", path, form, fields)

    def delete(self, path: str) -> None:
        """Delete the object at `path`."""
        self._pace()
        self._request("DELETE", self._place + path)

    def graphql(self, query: str, variables: Mapping[str, object], form: type[_Form]) -> _Form:
        """Send a query to the GraphQL API, which has one address for all repositories, and return its data."""
        url = graphql_url(self._api_url)
        body = msgspec.json.encode({"query": query, "variables": variables})
        self._pace()
        answer = self._request("POST", url, {"Content-Type": "application/json"}, body)
        errors = _decode(answer, GraphErrors, "POST", url).errors
        if errors:
            raise graph_failure(errors, f"POST {url}")
        decoded: GraphAnswer[_Form] = _decode(answer, GraphAnswer[form], "POST", url)  # type: ignore[valid-type]
        return decoded.data

    def upload(self, url: str, file: IO[bytes], size: int, form: type[_Form], **query: object) -> _Form:
        """Upload a file of `size` bytes to the address `url`, which GitHub named, and return the new object."""
        self._require_upload_host(url)
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        url = f"{url}?{urlencode(query)}"
        self._pace()
        return _decode(self._request("POST", url, headers, file, self._policy.upload), form, "POST", url)

    def _get(self, url: str, form: type[_Form], query: dict[str, object]) -> _Form:
        url = f"{url}?{urlencode(query)}" if query else url
        return _decode(self._request("GET", url), form, "GET", url)

    def _write(self, method: str, path: str, form: type[_Form], fields: object) -> _Form:
        url, body = self._place + path, msgspec.json.encode(fields)
        self._pace()
        return _decode(self._request(method, url, {"Content-Type": "application/json"}, body), form, method, url)

    def _pace(self) -> None:
        """Wait until the time between two writes that GitHub asks for is over."""
        pause, now = self._policy.between_writes, time.monotonic()
        if pause and self._last_write is not None and now < self._last_write + pause:
            self._policy.sleep(self._last_write + pause - now)
        self._last_write = time.monotonic()

    def _request(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: bytes | IO[bytes] | None = None,
        bounds: Limits | None = None,
    ) -> Answer:
        """Send a request, follow its redirects, and return the successful answer."""
        bounds, request = bounds or self._policy.answer, f"{method} {url}"
        for _ in range(limits.REDIRECTS + 1):
            if body is not None and not isinstance(body, bytes):
                body.seek(0)
            answer = self._send(method, url, bounds, self._headers | (headers or {}), body)
            target = _target(url, answer, request)
            if target is None:
                if answer.ok:
                    return answer
                raise failure_of(answer, request)
            self._accept_redirect(answer, request, url, target)
            url = target
        raise GitHubFailure(f"it redirects more than {limits.REDIRECTS} times", request=request)

    def _send(
        self, method: str, url: str, bounds: Limits, headers: dict[str, str], body: bytes | IO[bytes] | None
    ) -> Answer:
        try:
            return self._http.send(method, url, bounds, headers=headers, body=body)
        except InvalidHeader as failure:
            raise InvalidToken(failure.reason, request=f"{method} {url}") from failure
        except HttpFailure as failure:
            reason = f"no response, or an incomplete one ({failure.reason})"
            raise GitHubFailure(reason, request=f"{method} {url}", transient=failure.transient) from failure

    def _accept_redirect(self, answer: Answer, request: str, url: str, target: str) -> None:
        """Fail if the token would go to another host; remember the new address of a renamed repository."""
        if origin(target) != origin(url):
            scheme, host, _ = origin(target)
            raise GitHubFailure(
                f"it redirects to another address, `{scheme}://{host}`, which must not get the token", request=request
            )
        if target == url:
            raise GitHubFailure("it redirects to itself", request=request)
        if answer.status == 303 and not request.startswith("GET "):
            raise GitHubFailure("it redirects a write to a read", request=request)
        rest = url.removeprefix(self._place)
        if answer.status in (301, 307, 308) and rest != url and target.endswith(rest):
            self._place = target.removesuffix(rest)

    def _require_upload_host(self, url: str) -> None:
        """Fail if `url` is neither on the host of the API, nor on that for uploads beside it."""
        scheme, host, port = origin(self._api_url)
        uploads = f"uploads.{host.removeprefix('api.')}" if host.startswith("api.") else host
        try:
            accepted = origin(url) in ((scheme, host, port), (scheme, uploads, port))
        except ValueError:
            accepted = False
        if not accepted:
            raise GitHubFailure(f"it names `{url}` for uploads, which must not get the token", request="GET /releases")


def _target(url: str, answer: Answer, request: str) -> str | None:
    try:
        return redirect_target(url, answer)
    except HttpFailure as failure:
        raise GitHubFailure(failure.reason, request=request) from failure


def _decode(answer: Answer, form: type[_Form], method: str, url: str) -> _Form:
    if has_too_many_values(answer.body):
        reason = f"the answer has more than {limits.ANSWER_VALUES.written} values"
        raise GitHubFailure(reason, request=f"{method} {url}")
    try:
        return msgspec.json.decode(answer.body, type=form)
    except (ValueError, RecursionError) as error:  # msgspec's errors are both
        reason = "its JSON is too deep" if isinstance(error, RecursionError) else _reason(error)
        raise GitHubFailure(
            f"the answer has another form than GitHub documents (HTTP {answer.status}): {reason}",
            request=f"{method} {url}",
        ) from error


def _reason(error: ValueError) -> str:
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    return "it is not JSON"


def graphql_url(api_url: str) -> str:
    """Return the address of the GraphQL API beside the REST API at `api_url`.

    >>> graphql_url("https://api.github.com"), graphql_url("https://git.acme.com/api/v3")
    ('https://api.github.com/graphql', 'https://git.acme.com/api/graphql')
    """
    is_server = api_url.endswith("/api/v3")
    return f"{api_url.removesuffix('/v3') if is_server else api_url}/graphql"


def segment(name: Any) -> str:
    """Return `name` as one segment of a path."""
    return quote(str(name), safe="")
