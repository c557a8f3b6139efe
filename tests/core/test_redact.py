"""What stands in for secrets in all output, and what may stay readable."""

from __future__ import annotations

import pytest

from shipit.core.redact import Redactor


@pytest.mark.parametrize("address", ["ssh://ops@box.example.com", "git+ssh://git@github.com:22/acme/app"])
def test_the_user_name_of_an_address_over_ssh_can_be_read(address: str) -> None:
    assert Redactor()(f"`ssh -L a:b {address}`") == f"`ssh -L a:b {address}`"


@pytest.mark.parametrize("userinfo", ["https://token@", "https://bot:word@", "ssh://ops:word@", "ssh://:word@"])
def test_what_may_be_a_password_in_an_address_cannot_be_read(userinfo: str) -> None:
    scheme = userinfo.partition("://")[0]
    assert Redactor()(f"at {userinfo}host/x") == f"at {scheme}://[REDACTED]@host/x"
