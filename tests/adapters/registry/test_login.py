"""The sources of a registry's login: the environment, docker, and GitHub."""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from contracts.pushed import repositories
from parts.engine import Engine
from parts.registry import Registry as Part

from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries
from shipit.core import limits
from shipit.core.limits import Time
from shipit.errors import AuthError, ConfigError

GIVEN = Login("given", "given-password")
STORED = Login("stored", "stored-password")
ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
HUB = "https://index.docker.io/v1/"


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of docker's configuration."""
    directory = tmp_path / "docker"
    directory.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(directory))
    return directory


def configure(docker: Path, **settings: object) -> None:
    (docker / "config.json").write_text(json.dumps(settings))


def auth(login: Login) -> Mapping[str, str]:
    return {"auth": base64.b64encode(f"{login.username}:{login.password}".encode()).decode()}


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The credential helper `docker-credential-shelf`; it returns `STORED` for the servers in the file that it reads."""
    program, servers = tmp_path / "bin/docker-credential-shelf", tmp_path / "servers"
    program.parent.mkdir()
    output = json.dumps({"Username": STORED.username, "Secret": STORED.password})
    program.write_text(
        f"#!/bin/sh\nread -r server\ngrep -qxF \"$server\" {servers} && echo '{output}' && exit\n"
        "echo 'credentials not found in native keychain'; exit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return servers


def test_a_login_is_printed_without_its_password() -> None:
    assert repr(GIVEN) == "Login('given')" and "password" not in f"{GIVEN}"


def test_the_login_of_the_environment_has_precedence_over_dockers(docker: Path) -> None:
    configure(docker, auths={"ghcr.io": auth(STORED)})
    assert Logins(GIVEN).of("ghcr.io") == GIVEN
    assert Logins().of("ghcr.io") == STORED


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io", "ghcr.io"),
        ("localhost:5000", "localhost:5000"),
        (HUB, "docker.io"),
    ],
)
def test_a_login_that_docker_stored_is_found(docker: Path, key: str, registry: str) -> None:
    configure(docker, auths={key: auth(STORED), "other.example": auth(GIVEN)})
    assert Logins().of(registry) == STORED


def test_docker_is_configured_in_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".docker").mkdir()
    configure(tmp_path / ".docker", auths={"ghcr.io": auth(STORED)})
    assert Logins().of("ghcr.io") == STORED


@pytest.mark.parametrize("settings", [{}, {"auths": {}}, {"auths": {"ghcr.io": {}}}, {"proxies": {"default": {}}}])
def test_a_registry_without_a_login_in_docker_has_none(docker: Path, settings: dict[str, object]) -> None:
    configure(docker, **settings)
    assert Logins().of("ghcr.io") is None


def test_without_a_configuration_there_is_no_login(docker: Path) -> None:
    assert Logins().of("ghcr.io") is None


def test_a_password_may_hold_any_character(docker: Path) -> None:
    odd = Login("로봇", "pass:word with 한글")
    configure(docker, auths={"ghcr.io": auth(odd)})
    assert Logins().of("ghcr.io") == odd


@pytest.mark.parametrize(
    ("settings", "server", "registry"),
    [
        ({"credsStore": "shelf"}, "ghcr.io", "ghcr.io"),
        ({"credHelpers": {"ghcr.io": "shelf"}}, "ghcr.io", "ghcr.io"),
        ({"credsStore": "shelf", "auths": {HUB: {}}}, HUB, "docker.io"),
    ],
)
def test_a_credential_helper_is_used(
    docker: Path, helper: Path, settings: dict[str, object], server: str, registry: str
) -> None:
    configure(docker, **settings)
    helper.write_text(f"{server}\n")
    assert Logins().of(registry) == STORED
    assert Logins().of("quay.io") is None


@pytest.mark.parametrize(
    ("script", "problem"), [("exec sleep 60", "did not end within 1s"), ("yes", "printed more than 64 KiB")]
)
def test_a_credential_helper_without_an_end_is_an_error(
    docker: Path, helper: Path, monkeypatch: pytest.MonkeyPatch, script: str, problem: str
) -> None:
    monkeypatch.setattr(limits, "CREDENTIAL_HELPER", Time("services", 1, "", ""))
    configure(docker, credsStore="shelf")
    (helper.parent / "bin/docker-credential-shelf").write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(AuthError, match=problem):
        Logins().of("ghcr.io")


def test_a_credential_helper_that_is_missing_is_an_error_that_names_it(docker: Path) -> None:
    configure(docker, credsStore="nowhere")
    with pytest.raises(AuthError, match="docker-credential-nowhere not installed") as raised:
        Logins().of("ghcr.io")
    assert raised.value.where == str(docker / "config.json")


def test_an_identity_token_is_passed_on_in_dockers_form(docker: Path) -> None:
    configure(docker, auths={"acme.azurecr.io": {"auth": auth(Login("<token>", ""))["auth"], "identitytoken": "t"}})
    login = Logins().of("acme.azurecr.io")
    assert login and login.is_identity_token and login.auth_config == {"identitytoken": "t"}
    assert GIVEN.auth_config == {"username": "given", "password": "given-password"}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"auths": {"ghcr.io": {"auth": "bm9uZQ=="}}}',
        '{"auths": {"a": 1}}',
        '{"auths": ["a"]}',
        '{"credsStore": 3}',
    ],
)
def test_a_broken_configuration_is_reported_by_its_path(docker: Path, text: str) -> None:
    (docker / "config.json").write_text(text)
    with pytest.raises(ConfigError, match="docker's configuration") as raised:
        Logins().of("ghcr.io")
    assert raised.value.where == str(docker / "config.json")


def test_a_named_pipe_as_configuration_is_not_waited_for(docker: Path) -> None:
    os.mkfifo(docker / "config.json")
    with pytest.raises(ConfigError, match=r"docker's configuration cannot be read: .*not a regular file"):
        Logins().of("ghcr.io")


@pytest.mark.parametrize("text", ["[]", '{"auths": "a"}', '{"credHelpers": ["a"]}', '{"a":' * 100_000])
def test_a_broken_configuration_is_not_copied(docker: Path, text: str) -> None:
    (docker / "config.json").write_text(text)
    with pytest.raises(ConfigError, match="docker's configuration"), Logins(GIVEN).configuration(["ghcr.io"]):
        pass


def test_a_configuration_for_one_run_is_the_users_own_with_the_logins_added(docker: Path) -> None:
    configure(docker, auths={"quay.io": auth(STORED)}, HttpHeaders={"X": "1"}, currentContext="remote")
    (docker / "cli-plugins").mkdir()
    (docker / "cli-plugins/docker-buildx").touch()
    with Logins(GIVEN).configuration(["ghcr.io", "docker.io"]) as directory:
        assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700
        config = json.loads(Path(directory, "config.json").read_text())
        assert config["auths"] == {"quay.io": auth(STORED), "ghcr.io": auth(GIVEN), HUB: auth(GIVEN)}
        assert (config["HttpHeaders"], config["currentContext"]) == ({"X": "1"}, "remote")
        assert os.path.exists(os.path.join(directory, "cli-plugins/docker-buildx"))
    assert not os.path.exists(directory) and (docker / "cli-plugins/docker-buildx").exists()
    assert "given" not in (docker / "config.json").read_text()


def test_a_configuration_for_one_run_needs_no_configuration_of_docker(docker: Path) -> None:
    docker.rmdir()
    with Logins(GIVEN).configuration(["ghcr.io"]) as directory:
        assert os.listdir(directory) == ["config.json"]


def test_a_configuration_for_one_run_is_removed_when_the_run_fails(docker: Path) -> None:
    with pytest.raises(RuntimeError), Logins(GIVEN).configuration(["ghcr.io"]) as directory:
        raise RuntimeError
    assert not os.path.exists(directory)


def test_a_login_that_docker_finds_itself_is_not_copied(docker: Path, helper: Path) -> None:
    configure(docker, credsStore="shelf")
    helper.write_text("ghcr.io\n")
    with Logins().configuration(["ghcr.io", "quay.io"]) as directory:
        assert STORED.password not in Path(directory, "config.json").read_text()
        assert auth(STORED)["auth"] not in Path(directory, "config.json").read_text()


def test_docker_uses_the_configuration_for_one_run(
    engine: Engine, locked_registry: Part, docker: Path, helper: Path, tmp_path: Path
) -> None:
    """Also with a credential store, which docker otherwise uses for all registries."""
    configure(docker, credsStore="shelf")
    helper.write_text("")
    (path,) = repositories()
    image, archive = locked_registry.image(path, "1"), tmp_path / "empty.tar"
    archive.write_bytes(bytes(10240))
    engine.docker("import", str(archive), image)
    assert "denied" in (refused := engine.run("push", image, config=docker).stderr) or "no basic auth" in refused
    logins = Logins(Login(locked_registry.username, locked_registry.password))
    with logins.configuration([locked_registry.address]) as directory:
        engine.docker("push", image, config=Path(directory))
    assert Registries(logins).find(image)


def test_no_password_is_shown(docker: Path) -> None:
    configure(docker, auths={"ghcr.io": auth(STORED)})
    logins = Logins()
    logins.of("ghcr.io")
    assert logins.redact(f"{STORED.password} {auth(STORED)['auth']}") == "[REDACTED] [REDACTED]"


def test_dockers_own_login_for_amazons_registry_has_precedence(docker: Path) -> None:
    configure(docker, auths={ECR: auth(STORED)})
    assert Logins().of(ECR) == STORED


def test_the_token_of_github_is_the_login_of_its_registry_and_of_no_other(docker: Path) -> None:
    logins = Logins(github=GIVEN)
    assert logins.of("ghcr.io") == GIVEN
    others = ("docker.io", "quay.io", "ghcr.io.example", "ghcr.io:443", "containers.github.example")
    assert [logins.of(registry) for registry in others] == [None] * len(others)
    with logins.configuration(["ghcr.io", *others]) as directory:
        assert json.loads(Path(directory, "config.json").read_text())["auths"] == {"ghcr.io": auth(GIVEN)}


def test_every_other_login_has_precedence_over_the_token_of_github(docker: Path) -> None:
    configure(docker, auths={"ghcr.io": auth(STORED)})
    token = Login("robin", "ghs_0123456789")
    assert Logins(github=token).of("ghcr.io") == STORED
    assert Logins(GIVEN, token).of("ghcr.io") == GIVEN
    with Logins(github=token).configuration(["ghcr.io"]) as directory:
        assert token.basic not in Path(directory, "config.json").read_text()


def test_the_token_of_github_is_not_shown_as_the_registry_gets_it(docker: Path) -> None:
    logins = Logins(github=GIVEN)
    logins.of("ghcr.io")
    assert logins.redact(f"Authorization: Basic {GIVEN.basic}") == "Authorization: Basic [REDACTED]"
