"""The program cosign, which `scripts/build-cosign` builds, and key pairs for it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from parts.daemon import program
from parts.registry import Registry

BUILT = Path(__file__).parents[2] / ".cache/parts/cosign"
PASSWORD = "correct horse battery"
# As docs/guides/images.md describes the attestation by hand, and the check without shipit.
BY_HAND = (
    '{"buildDefinition": {"buildType": "by hand", "externalParameters": {}}, "runDetails": {"builder": {"id": "me"}}}'
)
TYPE = "--type=slsaprovenance1"


@dataclass(frozen=True)
class KeyPair:
    """A key pair in files of `place`; a run that attests needs the variables `environment`."""

    place: Path

    @classmethod
    def new(cls, place: Path) -> KeyPair:
        place.mkdir()
        pair = cls(place)
        pair.cosign("generate-key-pair")
        return pair

    @property
    def public(self) -> Path:
        return self.place / "cosign.pub"

    @property
    def environment(self) -> dict[str, str]:
        return {"COSIGN_PRIVATE_KEY": (self.place / "cosign.key").read_text(), "COSIGN_PASSWORD": PASSWORD}

    def log_in(self, registry: Registry) -> None:
        self.cosign("login", registry.address, f"--username={registry.username}", f"--password={registry.password}")

    def attest_by_hand(self, image: str) -> None:
        (self.place / "provenance.json").write_text(BY_HAND)
        offline = ("--use-signing-config=false", "--tlog-upload=false")
        self.cosign("attest", "--key=cosign.key", TYPE, "--predicate=provenance.json", *offline, image)

    def check(self, image: str) -> str:
        """Return the attestations of an image that are valid for the public key."""
        return self.cosign("verify-attestation", "--key=cosign.pub", TYPE, "--insecure-ignore-tlog", image)

    def cosign(self, *words: str) -> str:
        env = {**os.environ, "COSIGN_PASSWORD": PASSWORD, "DOCKER_CONFIG": str(self.place)}
        run = subprocess.run([cosign(), *words], cwd=self.place, env=env, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr
        return run.stdout


def cosign() -> str:
    """Return the path of cosign; a test that needs it is skipped where it is not built."""
    return program("cosign", str(BUILT))


def search_path() -> str:
    """Return the value of `PATH` with which shipit finds cosign."""
    return f"{Path(cosign()).parent}:{os.environ['PATH']}"
