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


@pytest.mark.parametrize("password", ["pa/ss", "p@ss", "a/b@c/d", "8080x/y", "/", "@"])
def test_a_password_with_a_slash_or_an_at_sign_cannot_be_read(password: str) -> None:
    said = Redactor()(f"fatal: unable to access 'https://bot:{password}@host/x.git/': no")
    assert said == "fatal: unable to access 'https://[REDACTED]@host/x.git/': no"


@pytest.mark.parametrize("address", ["https://host:8443/acme/app@2", "https://host/@acme/app", "https://host/a:b@c"])
def test_an_at_sign_in_the_path_of_an_address_is_no_login(address: str) -> None:
    assert Redactor()(f"see {address}") == f"see {address}"
