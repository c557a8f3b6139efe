"""docker's credential helpers, as docker's SDK runs them, with limits on their time and their output."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from docker.auth import AuthConfig
from docker.credentials import CredentialsNotFound, Store, StoreError

from shipit.adapters.processes.bounded import TooMuchOutput, run_bounded
from shipit.core import limits

_NONE = "credentials not found in native keychain"  # all helpers print it


def limited(config: Mapping[str, Any]) -> AuthConfig:
    """Return the logins in docker's configuration; a helper that hangs is an error."""
    return _Logins(dict(config))


class _Logins(AuthConfig):
    def _get_store_instance(self, name: str) -> Store:
        return _Helper(name)


class _Helper(Store):
    def _execute(self, subcmd: str, data_input: bytes) -> bytes:
        if self.exe is None:
            raise StoreError(f"{self.program} not installed or not available in PATH")
        bounds = limits.CREDENTIAL_HELPER, limits.REASON_SIZE, limits.REASON_SIZE
        try:
            status, output, _ = run_bounded([self.exe, subcmd], data_input, os.environ, *bounds)
        except TooMuchOutput:
            raise StoreError(f"{self.program} printed more than {limits.REASON_SIZE.written}") from None
        except OSError as error:
            raise StoreError(f"{self.program} cannot be run: {error.strerror}") from error
        if status is None:
            raise StoreError(f"{self.program} did not end within {limits.CREDENTIAL_HELPER.written}")
        if status:
            text = output.decode(errors="replace").strip()
            raise (CredentialsNotFound if _NONE in text else StoreError)(f'{self.program} exited with "{text}"')
        return output
