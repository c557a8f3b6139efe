"""The port to attestations: those of images, which a registry keeps beside them, and those of files of a release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from shipit.finding import Finding


class Attestations(Protocol):
    """The attestations of images and files by a key pair.

    An image is `name@digest`, and a file its SHA-256 in hexadecimal. The public key is the path of a file, from the
    root of the repository. The private key is in the environment variable `COSIGN_PRIVATE_KEY`, and its password in
    `COSIGN_PASSWORD`.

    Each method raises `RemoteError` if the registry does not answer, and `CommandError` if the program does not run or
    does not end. So a refusal always means that an attestation was looked for, and none was valid.
    """

    # reads
    def findings(self, public_key: str, *, attesting: bool) -> tuple[Finding, ...]:
        """Return the reasons why no attestation can be checked, and if `attesting`, why none can be made.

        They are a program or a key that is missing or wrong.
        """

    def refusal(self, image: str, public_key: str) -> str:
        """Return the reason why no attestation of the image is valid for the key; empty if one is valid."""

    def file_refusal(self, sha256: str, attestation: str, public_key: str, predicate: Mapping[str, Any]) -> str:
        """Return the reason why an attestation of a file is not valid for the key; empty if it is valid.

        It must also state the build of `predicate`: a file that did not change can have one of another release.
        """

    # writes
    def attest(self, image: str, predicate: Mapping[str, Any]) -> None:
        """Sign a statement about the image in the registry, and store it there.

        Args:
            image: the image.
            predicate: the statement, in the form of SLSA provenance v1.

        Raises `AuthError` if the private key is not set, and `RemoteError` if it cannot be used, such as with a wrong
        password, or if the registry does not accept the attestation.
        """

    def attest_file(self, sha256: str, predicate: Mapping[str, Any]) -> str:
        """Sign a statement about a file, and return the attestation, a bundle of Sigstore. Raises the same errors."""
