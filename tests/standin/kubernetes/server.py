"""A Kubernetes to test against: the part of the API that kubectl and a node use, on one port of this machine.

It is a stand-in: its rules are written from the documentation. `make test-kubernetes` runs the same tests with the real
API server and the real controllers.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from parts.kubernetes.certificate import server_context
from standin.kubernetes.controller import Controllers
from standin.kubernetes.faults import Faults
from standin.kubernetes.store import KINDS, Object, Refused, Store

_PATH = re.compile(
    r"/(?:api|apis)/(?P<group>[^/]+(?:/v1)?)(?:/namespaces/(?P<namespace>[^/]+))?/(?P<resource>[a-z]+)"
    r"(?:/(?P<name>[^/]+))?(?:/(?P<part>[a-z]+))?"
)
_TICK = 0.1  # seconds
_GROUPS = ("apps", "batch", "coordination.k8s.io", "authorization.k8s.io")


class KubernetesStandIn:
    """One cluster.

    Args:
        tokens: the tokens, and whether they may change anything.
        log: returns the log of the containers of an image.
    """

    def __init__(self, tokens: Mapping[str, bool], log: Callable[[str], str]) -> None:
        self.store = Store()
        self.faults = Faults()
        self._controllers = Controllers(self.store)
        self._tokens = tokens
        self._log = log
        self._lock = threading.Lock()
        self._seen = (-1, 0)  # the changes and the time when the controllers acted last

    def answer(self, method: str, url: str, body: bytes, token: str) -> tuple[int, Any]:
        """Return the status and the JSON, or the text, of an answer."""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        try:
            if token not in self._tokens:
                raise Refused(401, "Unauthorized", "Unauthorized")
            if found := _discovery(parts.path):
                return 200, found
            with self._lock:
                self._act_if_changed()
                answer = self._route(method, parts.path, query, json.loads(body) if body else {}, token)
                self._act_if_changed()
            return 201 if method == "POST" else 200, answer
        except Refused as refused:
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": refused.status}
            return refused.status, {**status, "message": str(refused), "reason": refused.reason}

    def _act_if_changed(self) -> None:
        """Let the controllers act, unless nothing has changed since they did, and no time limit can have passed."""
        seen = self.store.changes, int(time.monotonic() / _TICK)
        if seen != self._seen:
            self._controllers.act()
            self._seen = seen

    def forget(self) -> None:
        """Remove all objects."""
        with self._lock:
            self.store.clear()

    def _route(self, method: str, path: str, query: Mapping[str, str], body: Object, token: str) -> Any:
        found = _PATH.fullmatch(path)
        if found is None:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        resource, namespace = found["resource"], found["namespace"] or ""
        name, part = found["name"] or "", found["part"] or ""
        if resource == "selfsubjectaccessreviews":
            attributes = body["spec"]["resourceAttributes"]
            allowed = self._tokens[token] or attributes["verb"] in ("get", "list")
            return {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", **body} | {
                "status": {"allowed": allowed}
            }
        if not self._tokens[token] and method != "GET":
            raise Refused(403, "Forbidden", f'{resource} "{name}" is forbidden: User "reader" cannot change it')
        if part == "log":
            text = self._log(self.store.find("pods", namespace, name)["spec"]["containers"][0]["image"])
            return "\n".join(text.splitlines()[-int(query.get("tailLines", "1000")) :])
        if part == "binding":
            return self.store.patch("pods", namespace, name, {"spec": {"nodeName": body["target"]["name"]}})
        return self._act(method, resource, namespace, name, query, body)

    def _act(
        self, method: str, resource: str, namespace: str, name: str, query: Mapping[str, str], body: Object
    ) -> Object:
        manager = query.get("fieldManager", "")
        if method == "GET" and not name:
            items = [each for each in self.store.list(resource, namespace) if _selected(each, query)]
            version, kind = KINDS[resource]
            return {"apiVersion": version, "kind": f"{kind}List", "metadata": {}, "items": items}
        if method == "POST":
            return self.store.create(resource, namespace, body)
        if method == "PUT":
            return self.store.replace(resource, namespace, name, body, manager)
        if method == "PATCH":
            return self.store.patch(resource, namespace, name, body, manager)
        return (
            self.store.delete(resource, namespace, name)
            if method == "DELETE"
            else self.store.find(resource, namespace, name)
        )


def _selected(each: Object, query: Mapping[str, str]) -> bool:
    """Return whether an object has the labels of `labelSelector`, which is a list of `name=value`."""
    wanted = dict(pair.split("=", 1) for pair in query.get("labelSelector", "").split(",") if pair)
    labels = each["metadata"].get("labels", {})
    return all(labels.get(name) == value for name, value in wanted.items())


def _discovery(path: str) -> Object | None:
    """Return the lists by which kubectl finds the path of a resource; None for the path of a resource."""
    if path == "/version":
        return {"major": "1", "minor": "34", "gitVersion": "v1.34.0-standin"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        groups = [_group(name) for name in _GROUPS]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    group = path.removeprefix("/apis/").removeprefix("/api/").removesuffix("/")
    resources = [
        {
            "name": name,
            "singularName": kind.lower(),
            "kind": kind,
            "namespaced": True,
            "verbs": ["get", "list", "patch", "create", "delete"],
        }
        for name, (version, kind) in KINDS.items()
        if version == group
    ]
    if group == "authorization.k8s.io/v1":
        kind = "SelfSubjectAccessReview"
        resources = [
            {"name": f"{kind.lower()}s", "singularName": "", "kind": kind, "namespaced": False, "verbs": ["create"]}
        ]
    return (
        {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group, "resources": resources}
        if resources
        else None
    )


def _group(name: str) -> Object:
    version = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [version], "preferredVersion": version}


@contextmanager
def serve(cluster: KubernetesStandIn, certificate: Path) -> Iterator[str]:
    """Serve a cluster at the address that is yielded; its certificate is written into a file."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = b"".join(self._body())
            if cluster.faults.strikes(self):
                with suppress(OSError):  # kubectl gave up
                    cluster.faults.spoil(self)
                return
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, found = cluster.answer(self.command, self.path, body, token)
            data = found.encode() if isinstance(found, str) else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(found, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _body(self) -> Iterator[bytes]:
            """Yield the pieces of a body; kubectl does not know the length of what it reads from standard input."""
            if self.headers.get("Transfer-Encoding") != "chunked":
                yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
                return
            while length := int(self.rfile.readline(), 16):
                yield self.rfile.read(length)
                self.rfile.readline()
            self.rfile.readline()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = server_context(certificate).wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
