"""The attestations of images and files, made and checked by the program `cosign` (https://docs.sigstore.dev/cosign/).

They are signed with a key pair, so no service of Sigstore is asked, and nothing about them becomes public:
without `--use-signing-config=false` and `--tlog-upload=false`, cosign writes each one to a public log.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from shipit.adapters.files.private_directory import COSIGN, private_directory
from shipit.adapters.files.regular_file import read_regular_file
from shipit.adapters.processes.bounded import TooMuchOutput, run_bounded
from shipit.adapters.processes.tokens import without_tokens
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.images import Reference
from shipit.core.redact import Redactor
from shipit.errors import AuthError, CommandError, RemoteError, ShipitError
from shipit.finding import Finding

PRIVATE_KEY, PASSWORD = "COSIGN_PRIVATE_KEY", "COSIGN_PASSWORD"
_INSTALL = "install cosign 3: https://docs.sigstore.dev/cosign/system_config/installation/"
_MAKE_PAIR = "run `cosign generate-key-pair` and commit `cosign.pub`, or set `attestation.public-key`"
_SET_KEY = (
    f"set `{PASSWORD}` to the password of the key, and `{PRIVATE_KEY}` to the whole text of the file `cosign.key`"
)
_CHECK_REGISTRY = (
    "check that the registry answers, and that its login may read the image; then run the same command again"
)
_OFFLINE = ("--use-signing-config=false", "--tlog-upload=false")
_TYPE = "--type=slsaprovenance1"
_PUBLIC = b"-----BEGIN PUBLIC KEY-----"
# A failed request in a message of cosign, such as `GET https://…: unexpected status code 500` or `Get "https://…": …`.
_FAILED_REQUEST = re.compile(r"\b(?:get|head|post|put|patch) \"?https?://", re.IGNORECASE)


class _Result(Struct, frozen=True):
    """The result of a call: its output, and the reason why it failed; the reason is empty if it did not."""

    output: bytes = b""
    failure: str = ""


class Cosign:
    """The `cosign` of this machine; `shipit.world.attestations.Attestations` describes the methods.

    Args:
        root: the root of the repository.
        logins: the logins of the registries.
        redact: removes secrets from messages.
    """

    def __init__(self, root: str, logins: Logins, redact: Redactor) -> None:
        self._root = root
        self._logins = logins
        self._redact = redact

    def findings(self, public_key: str, *, attesting: bool) -> tuple[Finding, ...]:
        import shutil

        missing = []
        if shutil.which("cosign") is None:
            what = "`cosign`, which makes and checks attestations, is not installed"
            missing.append(Finding("cosign", what, _INSTALL))
        try:
            key = read_regular_file(self._path(public_key), limits.CONFIG_FILE).strip()
        except OSError as error:
            what = f"the public key `{public_key}` cannot be read: {error.strerror}"
            missing.append(Finding("attestation-key", what, _MAKE_PAIR))
        else:
            if not key.startswith(_PUBLIC):
                what = f"`{public_key}` is not a public key: it does not begin with `{_PUBLIC.decode()}`"
                missing.append(Finding("attestation-key", what, _MAKE_PAIR))
        if attesting and not os.environ.get(PRIVATE_KEY):
            what = f"attestations are to be made, and the environment variable `{PRIVATE_KEY}` is not set"
            missing.append(Finding("attestation-key", what, _SET_KEY))
        return tuple(missing or (self._pair_findings(public_key, key) if attesting else ()))

    def refusal(self, image: str, public_key: str) -> str:
        return self._verify(("verify-attestation", image), public_key, f"checked `{image}`", image)

    def file_refusal(self, sha256: str, attestation: str, public_key: str, predicate: Mapping[str, Any]) -> str:
        with private_directory(COSIGN) as directory:
            bundle = os.path.join(directory, "bundle")
            with open(bundle, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(attestation)
            given = ("verify-blob-attestation", f"--bundle={bundle}", f"--digest={sha256}", "--digestAlg=sha256")
            refusal = self._verify(given, public_key, f"checked the file with the SHA-256 `{sha256}`")
        if refusal or _stated_build(attestation) == predicate.get("buildDefinition"):
            return refusal
        return "its attestation states another version or another commit"

    def attest(self, image: str, predicate: Mapping[str, Any]) -> None:
        self._attest(("attest", image), predicate, f"attested `{image}`", image)

    def attest_file(self, sha256: str, predicate: Mapping[str, Any]) -> str:
        with private_directory(COSIGN) as directory:
            bundle = os.path.join(directory, "bundle")
            # cosign wants a path, and with --hash it does not read it.
            words = ("attest-blob", f"--hash={sha256}", f"--bundle={bundle}", "file")
            self._attest(words, predicate, f"attested the file with the SHA-256 `{sha256}`")
            return read_regular_file(bundle).decode("utf-8", "surrogateescape")

    def _verify(self, words: Sequence[str], public_key: str, task: str, image: str = "") -> str:
        """Return the reason why cosign refuses an attestation; empty if it accepts it."""
        options = (f"--key={self._path(public_key)}", _TYPE, "--insecure-ignore-tlog=true")
        failure = self._call((words[0], *options, *words[1:]), task, image).failure
        if image and _FAILED_REQUEST.search(failure):
            raise _unanswered(f"a request to the registry failed while `cosign` {task}: {failure}", image)
        return failure

    def _attest(self, words: Sequence[str], predicate: Mapping[str, Any], task: str, image: str = "") -> None:
        """Run a command that signs the statement `predicate`."""
        if not os.environ.get(PRIVATE_KEY):
            raise AuthError(f"`{PRIVATE_KEY}` is not set, so nothing can be attested", hint=_SET_KEY)
        options = (f"--key=env://{PRIVATE_KEY}", _TYPE, "--predicate=-", *_OFFLINE, "--yes")
        result = self._call((*words, *options), task, image, json.dumps(predicate).encode(), secret=True)
        if result.failure:
            what = f"`cosign {words[0]}` failed{f' for `{image}`' if image else ''}: {result.failure}"
            login = ", and that the login of the registry may push" if image else ""
            hint = f"check the key with `shipit doctor`{login}; then run the same command again"
            raise RemoteError(what, hint=hint, retryable=True)

    def _pair_findings(self, public_key: str, key: bytes) -> Iterator[Finding]:
        """Yield a finding if the private key cannot be used, or does not belong to the public key `key`."""
        result = self._call(("public-key", f"--key=env://{PRIVATE_KEY}"), "read the private key", secret=True)
        if result.failure:
            what = f"the private key in `{PRIVATE_KEY}` cannot be used: {result.failure}"
            yield Finding("attestation-key", what, _SET_KEY)
        elif result.output.strip() != key:
            what = f"the private key in `{PRIVATE_KEY}` does not belong to the public key `{public_key}`"
            pair = f"set `{PRIVATE_KEY}` to the private key of this pair, or commit the public key that belongs to it"
            yield Finding("attestation-key", what, f"{pair} as `{public_key}`")

    def _path(self, public_key: str) -> str:
        return os.path.join(self._root, public_key)

    def _call(
        self, argv: Sequence[str], task: str, image: str = "", data: bytes = b"", *, secret: bool = False
    ) -> _Result:
        """Run cosign. With `secret`, it gets the private key and its password, so that it asks for none.

        Args:
            argv: its command with the arguments.
            task: the task in the past tense, for messages, such as "checked `shop@sha256:…`".
            image: the image whose registry it asks; empty if it asks none.
            data: its standard input.
            secret: True if the command needs the private key.
        """
        env = without_tokens(os.environ)
        if secret:
            env |= {PRIVATE_KEY: os.environ[PRIVATE_KEY], PASSWORD: os.environ.get(PASSWORD, "")}
        with self._logins.configuration([Reference.parse(image).registry] if image else []) as configuration:
            return self._run(("cosign", *argv), task, image, data, {**env, "DOCKER_CONFIG": configuration})

    def _run(self, argv: Sequence[str], task: str, image: str, data: bytes, env: Mapping[str, str]) -> _Result:
        bounds = (limits.COSIGN_ANSWER, limits.COSIGN_MESSAGES)
        try:
            status, output, messages = run_bounded(argv, data, env, limits.COSIGN, *bounds)
        except OSError as error:
            raise CommandError(f"`cosign` cannot be run: {error.strerror}", hint=_INSTALL, argv=argv) from error
        except TooMuchOutput as error:
            what = f"`cosign` printed more than {limits.COSIGN_ANSWER.written} while it {task}"
            raise _unanswered(what, image) from error
        if status is None:
            raise _unanswered(f"`cosign` did not end within {limits.COSIGN:g} seconds while it {task}", image)
        return _Result(output, self._reason(messages) if status else "")

    def _reason(self, messages: bytes) -> str:
        """Return the reason in the messages of a call that failed; cosign writes it after `Error: `."""
        lines = self._logins.redact(self._redact(messages.decode(errors="replace"))).strip().splitlines()
        found = next((line for line in lines if line.startswith("Error: ")), lines[-1] if lines else "")
        return found.removeprefix("Error: ").strip(" :") or "it printed no reason"


def _unanswered(what: str, image: str) -> ShipitError:
    """Return the error of a call without a result; only a call about an image asks a registry."""
    if not image:
        return CommandError(what, hint="run the same command again", argv=["cosign"])
    return RemoteError(what, hint=_CHECK_REGISTRY, retryable=True)


def _stated_build(bundle: str) -> object:
    """Return the `buildDefinition` that a bundle of Sigstore states; None if it states none."""
    try:
        statement = json.loads(base64.b64decode(json.loads(bundle)["dsseEnvelope"]["payload"]))
        return statement["predicate"]["buildDefinition"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
