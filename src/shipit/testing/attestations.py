"""Attestations of images and files in memory, for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shipit.errors import AuthError
from shipit.finding import Finding

PUBLIC_KEY = "cosign.pub"
"""The public key that belongs to the private key of the fake."""


class FakeAttestations:
    """The predicates of the attested images, by image, and of the attested files, by SHA-256.

    `shipit.world.attestations.Attestations` describes the methods.

    Set `can_attest` to False for a run without the private key.
    """

    def __init__(self) -> None:
        self.predicates: dict[str, Mapping[str, Any]] = {}
        self.of_files: dict[str, Mapping[str, Any]] = {}
        self.can_attest = True

    def findings(self, public_key: str, *, attesting: bool) -> tuple[Finding, ...]:
        missing = attesting and not self.can_attest
        return (Finding("attestation-key", "`COSIGN_PRIVATE_KEY` is not set", "set it"),) if missing else ()

    def refusal(self, image: str, public_key: str) -> str:
        return "" if image in self.predicates and public_key == PUBLIC_KEY else "no attestation by this key"

    def file_refusal(self, sha256: str, attestation: str, public_key: str, predicate: Mapping[str, Any]) -> str:
        valid = attestation == _attestation(sha256, predicate) and public_key == PUBLIC_KEY
        return "" if valid else "no attestation by this key"

    def attest_file(self, sha256: str, predicate: Mapping[str, Any]) -> str:
        self._require_key()
        self.of_files[sha256] = predicate
        return _attestation(sha256, predicate)

    def attest(self, image: str, predicate: Mapping[str, Any]) -> None:
        self._require_key()
        self.predicates[image] = predicate

    def _require_key(self) -> None:
        if not self.can_attest:
            raise AuthError("`COSIGN_PRIVATE_KEY` is not set", hint="set it")


def _attestation(sha256: str, predicate: Mapping[str, Any]) -> str:
    return f"{PUBLIC_KEY} {sha256} {json.dumps(predicate)}"
