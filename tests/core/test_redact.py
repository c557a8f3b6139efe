"""Tests of the secrets that are replaced in all output, and of text that stays readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from growth import time_growth
from hypothesis import given
from hypothesis import strategies as st

from shipit.core.redact import Redactor, shortened, without_login


@pytest.mark.parametrize("address", ["ssh://ops@box.example.com", "git+ssh://git@github.com:22/acme/app"])
def test_the_user_name_of_an_ssh_address_stays_readable(address: str) -> None:
    assert Redactor()(f"`ssh -L a:b {address}`") == f"`ssh -L a:b {address}`"


@pytest.mark.parametrize("userinfo", ["https://token@", "https://bot:word@", "ssh://ops:word@", "ssh://:word@"])
def test_a_possible_password_in_an_address_is_replaced(userinfo: str) -> None:
    scheme = userinfo.partition("://")[0]
    assert Redactor()(f"at {userinfo}host/x") == f"at {scheme}://[REDACTED]@host/x"


@pytest.mark.parametrize("password", ["pa/ss", "p@ss", "a/b@c/d", "8080x/y", "/", "@"])
def test_a_password_with_a_slash_or_an_at_sign_is_replaced(password: str) -> None:
    said = Redactor()(f"fatal: unable to access 'https://bot:{password}@host/x.git/': no")
    assert said == "fatal: unable to access 'https://[REDACTED]@host/x.git/': no"


@pytest.mark.parametrize("address", ["https://host:8443/acme/app@2", "https://host/@acme/app", "https://host/a:b@c"])
def test_an_at_sign_in_the_path_of_an_address_is_not_a_login(address: str) -> None:
    assert Redactor()(f"see {address}") == f"see {address}"


@given(st.integers(0, 60), st.sampled_from(["ghs_0123456789abcdefghijklmnopqrstuvwxyz", "s3cret-word"]))
def test_a_secret_that_was_cut_in_two_cannot_be_read_either(limit: int, secret: str) -> None:
    redact = Redactor([secret])
    for text in (f"feat: {secret}", f"see https://bot:{secret}@host and {secret}"):
        shown = redact(shortened(text, limit))
        assert not [length for length in range(4, len(secret) + 1) if secret[:length] in shown], shown


def test_a_text_that_was_cut_elsewhere_stays_as_it_is() -> None:
    assert Redactor(["s3cret-word"])("s3cret is here, and more…") == "s3cret is here, and more…"


@pytest.mark.parametrize("part", ["://", "://:", "://a:", "://a@", ":a@", "@", "a"])
@pytest.mark.parametrize("remove", [Redactor(), without_login])
def test_twice_the_text_takes_twice_the_time(remove: Callable[[str], str], part: str) -> None:
    def removing(size: int) -> Callable[[], object]:
        text = f"://{part * (size // len(part))} x"
        return lambda: remove(text)

    assert time_growth(removing, 1_000) < 2.3


def test_a_secret_that_is_part_of_many_words_is_not_replaced() -> None:
    assert Redactor(["e", "abc", "word"])("the password abc is the word") == "the pass[REDACTED] abc is the [REDACTED]"


def test_a_secret_with_bytes_that_are_not_utf_8_is_replaced() -> None:
    secret = b"s3cret-\xff".decode("utf-8", "surrogateescape")
    assert Redactor([secret])(f"it was {secret}") == "it was [REDACTED]"
