"""Tests of the repository that the address of a remote names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.core.notes.links import slug_of

GITHUB = "https://github.com"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/app",
        "https://github.com/acme/app.git",
        "https://github.com/acme/app/",
        "https://github.com/acme/app.git/",
        "https://x-access-token:secret@github.com/acme/app.git",
        "https://GitHub.com/acme/app",
        "http://github.com:80/acme/app",
        "git://github.com/acme/app.git",
        "ssh://git@github.com/acme/app.git",
        "ssh://git@ssh.github.com:443/acme/app.git",
        "git@github.com:acme/app.git",
        "git@github.com:/acme/app.git",
        "github.com:acme/app",
        "git@github.com-work:acme/app.git",
        "github.com-work:acme/app",
        "ssh://git@github.com-work/acme/app.git",
    ],
)
def test_every_spelling_of_a_remote_on_github_names_the_same_repository(url: str) -> None:
    assert slug_of(url, GITHUB) == "acme/app"


@pytest.mark.parametrize("url", ["git@git.acme.com:team/my.app.git", "https://git.acme.com/team/my.app"])
def test_a_repository_on_an_enterprise_server_is_not_one_on_github(url: str) -> None:
    assert slug_of(url, "https://git.acme.com") == "team/my.app"
    assert slug_of(url, GITHUB) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/acme/app.git",
        "../app.git",
        "file:///srv/git/acme/app.git",
        "C:/git/acme/app",
        "https://gitlab.com/acme/app",
        "https://notgithub.com/acme/app",
        "https://github.com-work/acme/app",
        "git://github.com-work/acme/app",
        "git@github.community:acme/app",
        "git@work-github.com:acme/app",
        "https://github.com.evil.example/acme/app",
        "https://evil.example/github.com/acme/app",
        "https://github.com@evil.example/acme/app",
        "https://github.com/acme",
        "https://github.com/acme/app/tree/main",
        "https://[broken/acme/app",
    ],
)
def test_an_address_that_is_not_a_repository_of_the_server_has_no_slug(url: str) -> None:
    assert slug_of(url, GITHUB) is None


@given(st.text())
def test_any_text_is_parsed_without_an_error(url: str) -> None:
    slug_of(url, GITHUB)


_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True).filter(
    lambda name: not name.endswith(".git")
)


@given(owner=_names, name=_names)
def test_https_and_ssh_name_the_same_repository(owner: str, name: str) -> None:
    slug = f"{owner}/{name}"
    assert slug_of(f"https://github.com/{slug}.git", GITHUB) == slug_of(f"git@github.com:{slug}", GITHUB) == slug


def test_another_host_whose_name_begins_like_the_server_has_no_slug() -> None:
    assert slug_of("git@github.com-mirror.example.org:acme/app.git", "https://github.com") is None
