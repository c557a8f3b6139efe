"""Two addresses of one repository."""

from __future__ import annotations

import pytest

from shipit.core.remote_address import same_repository


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/app",
        "https://GitHub.com/Acme/app.git/",
        "http://github.com/acme/app",
        "git@github.com:acme/app.git",
        "github.com:/acme/app",
        "git@github.com-work:acme/app.git",
        "ssh://git@github.com:22/acme/app",
        "ssh://git@ssh.github.com:443/acme/app.git",
        "git@work:acme/app.git",
    ],
)
def test_one_repository_has_many_addresses(address: str) -> None:
    assert same_repository("https://github.com/acme/app", address)
    assert same_repository(address, "https://github.com/acme/app")


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/kim/app",
        "git@github.com:kim/app.git",
        "https://gitlab.com/acme/app",
        "git@github.com-mirror.example.org:acme/app",
        "/acme/app",
        "/srv/mirror.git",
        "https://[broken/acme/app",
        "",
    ],
)
def test_another_owner_or_server_is_another_repository(address: str) -> None:
    assert not same_repository("https://github.com/acme/app", address)
    assert not same_repository(address, "https://github.com/acme/app")


def test_directories_are_the_same_if_their_paths_are() -> None:
    assert same_repository("/srv/app.git", "/srv/app.git")
    assert not same_repository("/srv/app.git", "/srv/app")


def test_a_server_can_have_a_prefix_before_the_path_with_one_protocol() -> None:
    assert same_repository("https://git.example/scm/PROJ/app.git", "ssh://git@git.example:7999/PROJ/app.git")
    assert not same_repository("https://git.example/scm/PROJ/app.git", "ssh://git@git.example:7999/J/app.git")
