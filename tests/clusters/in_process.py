"""The stand-in of a cluster without processes: calls of kubectl are answered in memory, and can go wrong."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from parts.kubernetes.control_plane import ADMIN
from parts.kubernetes.node import Node
from release.runs import Run
from standin.kubernetes.server import KubernetesStandIn

from shipit.adapters.kubernetes.kubectl import _Result
from shipit.cli.main import run

_WRONG = {"kind": "List", "metadata": 1, "spec": [], "items": {}, "data": 7, "status": "no"}
FAULTS: Mapping[str, _Result] = {
    **{
        reason: _Result(1, b"", f"Error from server ({reason}): spoilt")
        for reason in ("InternalError", "Forbidden", "Conflict", "TooManyRequests", "NotFound", "AlreadyExists")
    },
    "hang": _Result(None, b"", "it did not end within 30 seconds"),
    "cut": _Result(1, b"", "Unable to connect to the server: unexpected EOF"),
    "html": _Result(0, b"<html>Log in</html>", ""),
    "null": _Result(0, b"null", ""),
    "wrong types": _Result(0, json.dumps(_WRONG).encode(), ""),
    "empty": _Result(0, b"", ""),
}


@dataclass
class LocalKubectl:
    """A kubectl for a stand-in, whose node does its work before each call.

    Args:
        standin: the cluster.
        node: its node.
        fault: one of `FAULTS`; empty for none.
        first: the number of the call that goes wrong, beginning with 1, and all calls after it unless `once`.
        after: True to do what the call asks for before its answer goes wrong.
        calls: the number of calls so far.
    """

    standin: KubernetesStandIn
    node: Node
    fault: str = ""
    first: int = 1
    once: bool = False
    after: bool = False
    calls: int = 0

    def call(self, argv: Sequence[str], data: bytes = b"") -> _Result:
        """Answer a call as `shipit.adapters.kubernetes.kubectl.Kubectl._call` does."""
        self.node.work()
        self.calls += 1
        struck = bool(self.fault) and (self.calls == self.first or (self.calls > self.first and not self.once))
        if struck and not self.after:
            return FAULTS[self.fault]
        result = self._answer(argv, data)
        return FAULTS[self.fault] if struck else result

    def _answer(self, argv: Sequence[str], data: bytes) -> _Result:
        found: list[object] = []
        for method, path, body in _requests(argv, data):
            status, answer = self.standin.answer(method, path, body, ADMIN)
            if argv[0] == "delete" and status == 404:
                return _Result(0, b"", "")
            if status >= 400:
                return _Result(1, b"", f"Error from server ({answer['reason']}): {answer['message']}")
            found += answer["items"] if "--selector" in argv else [answer]
        whole: object = found[0] if argv[1] == "--raw" or argv[0] == "patch" else {"kind": "List", "items": found}
        return _Result(0, whole.encode() if isinstance(whole, str) else json.dumps(whole).encode(), "")


def _requests(argv: Sequence[str], data: bytes) -> list[tuple[str, str, bytes]]:
    """Return the requests that kubectl sends for a call: the method, the path and the body."""
    match list(argv):
        case ["get", "--raw", path]:
            return [("GET", path, b"")]
        case ["create", "--raw", path, *_]:
            return [("POST", path, data)]
        case ["replace", "--raw", path, *_]:
            return [("PUT", path, data)]
        case ["create", "--validate=false", *_]:
            reviews = json.loads(data)["items"]
            path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            return [("POST", path, json.dumps(each).encode()) for each in reviews]
        case ["get", resources, "--namespace", namespace, "--selector", selector, *_]:
            paths = [f"/apis/apps/v1/namespaces/{namespace}/replicasets"] if "replicasets" in resources else []
            paths.append(f"/api/v1/namespaces/{namespace}/pods")
            return [("GET", f"{path}?labelSelector={selector}", b"") for path in paths]
        case ["patch", _, name, "--namespace", namespace, *_, patch]:
            path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}?fieldManager=shipit"
            return [("PATCH", path, patch.encode())]
        case ["delete", _, name, "--namespace", namespace, *_]:
            return [("DELETE", f"/apis/batch/v1/namespaces/{namespace}/jobs/{name}", b"")]
    raise AssertionError(argv)


class LocalDriver:
    """A runner of shipit in this process, with the method `run` of `release.runs.Driver`."""

    def run(self, clone: Path, args: Sequence[str], env: Mapping[str, str]) -> Run:
        out, err = io.StringIO(), io.StringIO()
        with patch.dict(os.environ, env, clear=True), redirect_stdout(out), redirect_stderr(err):
            status = run(["-C", str(clone), *args])
        return Run(status, out.getvalue(), err.getvalue())
