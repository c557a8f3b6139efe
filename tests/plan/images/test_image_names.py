"""Names of images with a part from an environment variable."""

from __future__ import annotations

import pytest
from plan.clones import clone_of, configure
from repositories import Repository

from shipit import api
from shipit.errors import ConfigError

TOML = """
[environments.dev]
branch = "main"
image.name = "ghcr.io/{env:OWNER}/chat"
"""


@pytest.fixture
def project(repo: Repository) -> str:
    repo.commit("feat: begin", files={"Dockerfile": "FROM scratch\n"})
    clone = clone_of(repo)
    configure(clone, TOML)
    return str(clone)


def test_the_value_of_the_variable_is_in_the_name_in_lower_case(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER", "Acme-Corp")
    [image] = api.plan_image(api.open_project(project), "dev").images
    assert image.reference.startswith("ghcr.io/acme-corp/chat:")


@pytest.mark.parametrize("value", [None, "", "two words", "hunter2!", "a/b", "x\ny"])
def test_without_a_usable_value_the_error_names_the_variable_and_shows_no_value(
    project: str, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("OWNER", raising=False)
    if value is not None:
        monkeypatch.setenv("OWNER", value)
    with pytest.raises(ConfigError) as caught:
        api.plan_image(api.open_project(project), "dev")
    assert "needs the variable `OWNER`" in caught.value.what
    assert not value or value not in f"{caught.value.what} {caught.value.hint}"


def test_a_command_without_images_needs_no_variable(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OWNER", raising=False)
    assert api.next_version(api.open_project(project))
