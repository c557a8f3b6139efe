"""A GitHub to test against: the REST API below `/api/v3`, uploads below `/api/uploads`, on one port of this machine.

with GitHubStandIn(bare_repository) as github:
    github.fail("POST", "/releases$", 502, when="after")
    ...  # a client with base_url=github.api_url and the token GOOD
assert not github.violations
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from standin import deployments, git_data, graph, issues, packages, pulls, releases, repository
from standin.answers import Answer, Call, Refusal, not_found
from standin.bare import BareRepository
from standin.description import Description, Request, Response
from standin.faults import Fault
from standin.wire import encoded, handler

GOOD = "good-token-0123456789"
READ_ONLY = "read-only-token-0123456789"
INSTALLATION = "ghs_installation0123456789"  # an App may write, although GitHub answers `push: false` to it
OLD_INSTALLATION = "v1.installation0123456789"  # the same, of an older server whose tokens do not begin with `ghs_`

API, UPLOADS, GRAPHQL = "/api/v3", "/api/uploads", "/api/graphql"
VIOLATED = 599
DESCRIPTION = Description()
ROUTES: Mapping[tuple[str, str], Callable[[Any, Call], Answer]] = {
    **releases.ROUTES,
    **deployments.ROUTES,
    **git_data.ROUTES,
    **issues.ROUTES,
    **packages.ROUTES,
    **pulls.ROUTES,
    **repository.ROUTES,
}


@dataclass(frozen=True)
class Logged:
    """One request as it came, and the status it got (or would have got, had the connection held)."""

    method: str
    path: str
    headers: Mapping[str, str]
    json: Any
    status: int


class GitHubStandIn:
    """One repository on a GitHub of its own.

    Args:
        bare: the bare repository that the API and `git push` share.
        slug: the `owner/name` it is served as.
    """

    def __init__(self, bare: Path, slug: str = "acme/app") -> None:
        self.git = BareRepository(bare)
        self.slug = slug
        self.description = DESCRIPTION
        self.old_slug = ""  # an earlier name of the repository
        self.redirect_status = 0  # of its old name; 0 stands for 301, and for 307 if the request writes
        self.default_branch = "main"
        self.private = self.archived = False
        self.tells_digests = True  # older GitHub Enterprise Servers do not
        self.protected: set[str] = set()
        self.checks: set[str] = set()  # the names of the checks that protected branches require
        self.allows_auto_merge = True
        self.merge_methods = {"merge", "squash", "rebase"}  # those that the repository allows
        self.signs = True  # commits made through GraphQL; an Enterprise Server may not be set up to sign
        self.signed: set[str] = set()  # the commits that GitHub signed
        self.rules: dict[str, Sequence[dict[str, Any]]] = {}
        self.releases: list[releases.Release] = []
        self.latest_id: int | None = None
        self.issues: dict[int, issues.Issue] = {}
        self.pulls: list[pulls.Pull] = []
        self.has_drafts = True  # False in a private repository of a free plan
        self.actions_may_open_pulls = True  # the setting of the repository, which is off in new organizations
        self.deployments: list[deployments.Deployment] = []
        self.packages = packages.Packages()
        self.requests: list[Logged] = []
        self.violations: list[str] = []
        self._faults: list[Fault] = []
        self._others: list[tuple[str, str, Callable[[], object]]] = []
        self._state = threading.RLock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self, self._closing))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.api_url = f"{self.url}{API}"
        self.uploads_url = f"{self.url}{UPLOADS}"
        self.repository_url = f"{self.api_url}/repos/{slug}"

    def __enter__(self) -> GitHubStandIn:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, method: str, pattern: str, status: int | None = None, **how: Any) -> None:
        """From now on something goes wrong: see `Fault`."""
        self._faults.append(Fault(method, pattern, status, **how))

    def meanwhile(self, method: str, pattern: str, act: Callable[[], object]) -> None:
        """Somebody else acts once, just before the next such request arrives."""
        self._others.append((method, pattern, act))

    def asked(self, method: str, pattern: str = "") -> list[Logged]:
        """The requests so far with that method and path."""
        return [each for each in self.requests if each.method == method and re.search(pattern, each.path)]

    def refusal_of(self, branch: str, commit: str) -> str:
        """The reason why the rules of `branch` refuse `commit`; empty if they accept it."""
        signed = any(rule["type"] == "required_signatures" for rule in self.rules.get(branch, ()))
        wrong = "Repository rule violations found\n\nCommits must have verified signatures."
        return wrong if signed and commit not in self.signed else ""

    @property
    def writes(self) -> list[Logged]:
        return [each for each in self.requests if each.method != "GET"]

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        """What to answer, and the fault that spoils it, if any."""
        path = urlsplit(target).path
        with self._state:
            self._let_others_act(method, path)
            fault = next((each for each in self._faults if each.strikes(method, path)), None)
            effective = fault is None or fault.when == "after"
            answer = self._checked(method, target, headers, body) if effective else Answer(502, {"message": "injected"})
            answer = fault.spoil(answer) if fault else answer
            self.requests.append(Logged(method, target, headers, _json(headers, path, body), answer.status))
            return answer, fault

    def _let_others_act(self, method: str, path: str) -> None:
        for other in [each for each in self._others if each[0] == method and re.search(each[1], path)]:
            self._others.remove(other)
            other[2]()

    def _checked(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            return self._judged(method, target, headers, body)
        except Exception as error:  # unanswered, a mistake of the stand-in would look like a bad network
            return self._violated(f"{method} {target}: {error!r}")

    def _judged(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request, both judged by GitHub's description; a violation is no answer at all."""
        url = urlsplit(target)
        if url.path == GRAPHQL:
            return self._graph(target, headers, body)
        if self.old_slug and url.path.startswith(f"{API}/repos/{self.old_slug}"):
            return self._moved(method, target)
        target = target.replace(f"{API}/repositories/1", f"{API}/repos/{self.slug}")
        url = urlsplit(target)
        template, params = _operation(method, url.path)
        path = template.format_map({name: quote(value, safe="") for name, value in params.items()})
        request = Request(method, path, url.query, headers, body)
        if wrong := self.description.wrong_request(request):
            return self._violated(f"request {method} {target}: {wrong}")
        call = self._call(params, target, headers, body)
        answer = self._performed(method, template, call, headers)
        response = Response(answer.status, encoded(answer), "" if answer.json is None else "application/json")
        if wrong := self.description.wrong_response(request, response):
            return self._violated(f"answer {answer.status} to {method} {target}: {wrong}")
        return answer

    def _graph(self, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            if _token(headers) not in (GOOD, READ_ONLY, INSTALLATION, OLD_INSTALLATION):
                return Refusal(401, "Bad credentials").answer
            return graph.answer(self, self._call({}, target, headers, body))
        except graph.Violation as violation:
            return self._violated(f"POST {target}: {violation}")

    def _moved(self, method: str, target: str) -> Answer:
        """The answer for the old name of the repository: where it is, by its number."""
        place = f"{self.url}{target.replace(f'/repos/{self.old_slug}', '/repositories/1')}"
        status = self.redirect_status or (301 if method == "GET" else 307)
        return Answer(status, {"message": "Moved Permanently", "url": place}, {"Location": place})

    def _call(self, params: Mapping[str, str], target: str, headers: Mapping[str, str], body: bytes) -> Call:
        url, token = urlsplit(target), _token(headers)
        return Call(
            params,
            url.query,
            body,
            _json(headers, url.path, body),
            f"{self.url}{url.path}",
            headers.get("Content-Type", ""),
            may_write=token in (GOOD, INSTALLATION, OLD_INSTALLATION),
            installation=token in (INSTALLATION, OLD_INSTALLATION),
        )

    def _performed(self, method: str, template: str, call: Call, headers: Mapping[str, str]) -> Answer:
        try:
            self._admit(method, call, _token(headers))
            return ROUTES[method, template](self, call)
        except Refusal as refusal:
            return refusal.answer

    def _admit(self, method: str, call: Call, token: str | None) -> None:
        """Raises the refusal that GitHub has for that token."""
        if token not in (None, GOOD, READ_ONLY, INSTALLATION, OLD_INSTALLATION):
            raise Refusal(401, "Bad credentials")
        slug = "{owner}/{repo}".format_map({"owner": "", "repo": "", **call.params})
        if slug not in ("/", self.slug) or (token is None and self.private):
            raise not_found()
        if method != "GET" and token is None:
            raise Refusal(401, "Requires authentication")
        if method != "GET" and token == READ_ONLY:
            raise Refusal(403, "Resource not accessible by integration")
        if method != "GET" and self.archived:
            raise Refusal(403, "Repository was archived so is read-only.")

    def _violated(self, why: str) -> Answer:
        self.violations.append(why)
        return Answer(VIOLATED, {"message": why})


def _operation(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The template of an operation and its parameters, of which the last of a path may hold slashes."""
    rest = path.removeprefix(API).removeprefix(UPLOADS)
    for known, template in ROUTES:
        found = re.fullmatch(_PATTERNS[template], rest) if known == method else None
        if found:
            return template, {name: unquote(value) for name, value in found.groupdict().items()}
    return "/unknown", {}


def _pattern(template: str) -> str:
    numbers = re.sub(r"\{(\w+_(?:id|number))\}", r"(?P<\1>[0-9]+)", template)
    rests = re.sub(r"\{(ref|tag|branch)\}", r"(?P<\1>.+)", numbers)
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", rests)


_PATTERNS = {template: _pattern(template) for _, template in ROUTES}


def _json(headers: Mapping[str, str], path: str, body: bytes) -> Any:
    is_json = headers.get("Content-Type") == "application/json" and not path.startswith(UPLOADS)
    return json.loads(body) if is_json and body else None


def _token(headers: Mapping[str, str]) -> str | None:
    return headers.get("Authorization", "").partition(" ")[2] or None
