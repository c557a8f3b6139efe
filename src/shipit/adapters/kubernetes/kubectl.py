"""Calls of `kubectl`, which has the contexts and the logins of all kinds of clusters.

Objects are read and written at their path of the API, as JSON on standard input and output, which needs no discovery.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from msgspec import Struct

from shipit.adapters.processes.bounded import TooMuchOutput, run_bounded
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits
from shipit.core.redact import Redactor
from shipit.errors import AuthError, CommandError, ConfigError, RemoteError, ShipitError

_TOOLS = "https://kubernetes.io/docs/tasks/tools/"
INSTALL = f"install it: {_TOOLS}"
_RIGHTS_HINT = (
    "check `context` and `namespace` of the target, log in to the cluster, or ask for the rights in "
    "docs/guides/kubernetes.md"
)
_PAUSE = 1.0  # seconds between two tries
_OLD = ("unknown flag", "unknown shorthand flag")
_FINAL = ("(NotFound)", *_OLD)
_REFUSED = ("(Forbidden)", "Unauthorized", "must be logged in")


class _Result(Struct, frozen=True):
    """The exit status of a call, and its outputs."""

    status: int | None
    output: bytes
    error: str

    def is_error(self, reason: str) -> bool:
        """Return whether the API server refused the call for this reason, such as `NotFound`."""
        return f"({reason})" in self.error


class Kubectl:
    """The `kubectl` of this machine, for one context of its kubeconfig.

    Args:
        context: the context; None for the current one, or for the cluster that shipit runs in.
        redact: removes secrets from errors.
    """

    def __init__(self, context: str | None, redact: Redactor) -> None:
        self._context = context
        self._options = ("--context", context) if context else ()
        self._redact = redact

    def get(self, path: str) -> bytes | None:
        """Return the answer for a path of the API; None if there is no such object. A failed read is repeated."""
        result = self._read(("get", "--raw", path))
        return None if result.is_error("NotFound") else self._output(result, "get")

    def list(self, namespace: str, resources: str, selector: str) -> bytes:
        """Return the objects of several resources that match a selector, as one list."""
        argv = ("get", resources, "--namespace", namespace, "--selector", selector, "--output=json")
        return self._output(self._read(argv), "get")

    def create(self, path: str, data: bytes) -> bool:
        """Create an object; return False if it exists."""
        result = self._call(("create", "--raw", path, "-f", "-"), data)
        return not result.is_error("AlreadyExists") and self._output(result, "create") is not None

    def replace(self, path: str, data: bytes) -> bool:
        """Replace an object; return False if another program changed or removed it after it was read."""
        result = self._call(("replace", "--raw", path, "-f", "-"), data)
        return not (result.is_error("Conflict") or result.is_error("NotFound")) and bool(
            self._output(result, "replace")
        )

    def patch(self, namespace: str, deployment: str, patch: str) -> bool:
        """Patch a Deployment by a strategic merge; return False if another program changed it after it was read."""
        target = ("deployment.apps", deployment, "--namespace", namespace)
        result = self._call(("patch", *target, "--type=strategic", "--field-manager=shipit", "--patch", patch))
        return not result.is_error("Conflict") and self._output(result, "patch") is not None

    def delete(self, namespace: str, resource: str, name: str) -> None:
        """Delete an object if it exists, and what belongs to it."""
        options = ("--cascade=background", "--ignore-not-found", "--wait=false")
        self._output(self._call(("delete", resource, name, "--namespace", namespace, *options)), "delete")

    def review(self, reviews: bytes) -> bytes:
        """Create objects that are not stored, such as questions about rights, and return them with their answers."""
        return self._output(self._call(("create", "--validate=false", "-f", "-", "--output=json"), reviews), "create")

    def _read(self, argv: Sequence[str]) -> _Result:
        """Return the result of a call that only reads. After a temporary error, the call is repeated."""
        for number in range(limits.KUBECTL_TRIES):
            if number:
                time.sleep(_PAUSE)
            result = self._call(argv)
            if result.status in (0, None) or any(word in result.error for word in (*_FINAL, *_REFUSED)):
                break
        return result

    def _call(self, argv: Sequence[str], data: bytes = b"") -> _Result:
        command = ("kubectl", *self._options, f"--request-timeout={limits.KUBECTL_REQUEST:g}s", *argv)
        bounds = (limits.KUBECTL_ANSWER, limits.KUBECTL_MESSAGES)
        try:
            status, output, messages = run_bounded(command, data, without_tokens(os.environ), limits.KUBECTL, *bounds)
        except OSError as error:
            raise CommandError(f"`kubectl` cannot be run: {error.strerror}", hint=INSTALL, argv=command) from error
        except TooMuchOutput:
            return _Result(None, b"", f"it printed more than {limits.KUBECTL_ANSWER.written}")
        said = self._redact(messages.decode(errors="replace").strip())
        late = f"{said}\nit did not end within {limits.KUBECTL:g} seconds"
        return _Result(status, output, late if status is None else said)

    def _output(self, result: _Result, verb: str) -> bytes:
        """Return the output of a call; raises `AuthError` or `RemoteError` if it failed."""
        if result.status != 0:
            raise self._failure(verb, result.error)
        return result.output

    def _failure(self, verb: str, error: str) -> ShipitError:
        if self._context and f'context "{self._context}"' in error:
            what = f"the kubeconfig has no context `{self._context}`"
            return ConfigError(what, hint="see which there are: kubectl config get-contexts")
        last = error.splitlines()[-1] if error else "it printed no reason"
        what = f"`kubectl {verb}` failed: {last}"
        if any(word in error for word in _REFUSED):
            return AuthError(what, hint=_RIGHTS_HINT)
        if any(word in error for word in _OLD):
            return CommandError(f"the `kubectl` of this machine is too old ({last})", hint=f"update it: {_TOOLS}")
        command = " ".join(("kubectl", *self._options, "version"))
        hint = f"see whether you can log in, and whether the cluster answers: {command}"
        return RemoteError(what, hint=hint, retryable=True)
