"""A token is in the environment, and nowhere else: everything a run says, writes and starts is searched for it."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from release.http_remote import TOKEN, HttpRemote
from release.runs import Run, hook
from release.scene import Scene

PASSWORD = "hunter2-in-the-url"
FORMS = [
    TOKEN,
    PASSWORD,
    base64.b64encode(TOKEN.encode()).decode(),
    base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode(),
]
WRAPPER = """\
#!/bin/sh
printf '%s\\n' "$*" >> {log}
exec {git} "$@"
"""


@pytest.fixture
def argv(tmp_path: Path, github_scene: Scene) -> Path:
    """The arguments of every git that a run starts, logged by a `git` that stands first on PATH."""
    log, programs = tmp_path / "argv", tmp_path / "programs"
    programs.mkdir()
    (programs / "git").write_text(WRAPPER.format(log=log, git=shutil.which("git")))
    (programs / "git").chmod(0o755)
    github_scene.env["PATH"] = f"{programs}:/usr/bin:/bin"
    return log


@pytest.fixture
def remote(github_scene: Scene) -> Iterator[HttpRemote]:
    with HttpRemote(github_scene.root) as remote:
        yield remote


@pytest.fixture
def clone(github_scene: Scene, remote: HttpRemote, argv: Path) -> Path:
    github = github_scene.github
    assert github
    scene = github_scene.begin(
        '[release]\nprepare = ["env", "mkdir -p build && env > build/app.jar"]\nassets = ["build/*.jar"]\n'
    )
    place = scene.root / "clone"
    scene.git(scene.root, "clone", "--quiet", str(scene.remote), str(place))
    scene.git(place, "remote", "set-url", "origin", f"{remote.url}/acme/app.git")
    scene.env |= {"GITHUB_SERVER_URL": remote.url, "GITHUB_API_URL": github.api_url, "GITHUB_TOKEN": TOKEN}
    return place


def found(scene: Scene, runs: list[Run], *texts: str) -> list[str]:
    """Where any form of the secrets is: a file below the scene, or what was said."""
    places = [str(path) for path in scene.root.rglob("*") if path.is_file() and held(path.read_bytes())]
    said = [run.out + run.err for run in runs] + list(texts)
    return places + [text for text in said if held(text.encode())]


def held(data: bytes) -> bool:
    return any(form.encode() in data for form in FORMS)


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_a_release_keeps_the_token_to_itself(github_scene: Scene, clone: Path, argv: Path, options: tuple[str]) -> None:
    run = github_scene.release(clone, *options, "release", env={"SHIPIT_DEBUG": "1"}).succeeded()
    assert found(github_scene, [run], argv.read_text()) == []
    assert re.search(r"\bpush .*--atomic", argv.read_text())


@pytest.mark.parametrize(
    "command", [("next",), ("plan",), ("plan", "--json"), ("doctor",), ("notes",), ("release", "--json")]
)
def test_every_command_keeps_the_token_to_itself(
    github_scene: Scene, clone: Path, argv: Path, command: tuple[str, ...]
) -> None:
    run = github_scene.release(clone, *command)
    assert found(github_scene, [run], argv.read_text()) == []


@pytest.mark.parametrize("at", range(1, 12))
def test_a_killed_release_leaves_no_token(github_scene: Scene, clone: Path, argv: Path, at: int) -> None:
    run = github_scene.killed(clone, at, "after")
    assert found(github_scene, [run], argv.read_text()) == []


@pytest.mark.parametrize(
    "fault", [{"status": 500, "times": 99}, {"status": 401}, {"status": 422}, {"cut": True, "times": 99}]
)
def test_a_failure_of_github_tells_no_token(
    github_scene: Scene, clone: Path, argv: Path, fault: dict[str, int]
) -> None:
    assert github_scene.github
    github_scene.github.fail("POST", "/releases$", message=f"no {TOKEN}", **fault)
    run = github_scene.release(clone, env={"SHIPIT_DEBUG": "1"})
    assert run.status in (4, 5)
    assert found(github_scene, [run], argv.read_text()) == []


def test_a_remote_that_repeats_the_token_is_not_quoted(github_scene: Scene, clone: Path, argv: Path) -> None:
    hook(github_scene.remote, "pre-receive", f"echo 'no {TOKEN} here' >&2; exit 1")
    run = github_scene.release(clone)
    assert (run.status, "[REDACTED] here" in run.err) == (5, True), run.err
    (github_scene.remote / "hooks/pre-receive").unlink()
    assert found(github_scene, [run], argv.read_text()) == []


def test_a_build_that_prints_a_token_is_redacted(github_scene: Scene, clone: Path) -> None:
    """It does not get the token from shipit, yet it may know it from a file."""
    (github_scene.root.parent / "known").write_text(TOKEN)
    config = '[release]\nprepare = ["cat ../../known; exit 1"]\n'
    github_scene.write(clone, "shipit.toml", config)
    github_scene.git(clone, "commit", "--quiet", "-am", "build: print it")
    run = github_scene.release(clone)
    assert run.status == 5
    assert found(github_scene, [run]) == []


@pytest.mark.parametrize(
    "command", [("release",), ("plan",), ("plan", "--json"), ("doctor",), ("next", "--json"), ("changelog",)]
)
def test_a_password_in_the_url_is_never_shown(scene: Scene, command: tuple[str, ...]) -> None:
    scene.begin()
    clone = scene.clone()
    scene.git(clone, "remote", "set-url", "origin", f"http://somebody:{PASSWORD}@127.0.0.1:1/acme/app.git")
    run = scene.release(clone, *command, env={"SHIPIT_DEBUG": "1"})
    assert PASSWORD not in run.out + run.err


def test_a_password_in_the_url_is_written_nowhere(scene: Scene) -> None:
    """Notes, changelog, tag and release hold links; git keeps the URL where it was put."""
    scene.begin()
    with HttpRemote(scene.root, PASSWORD) as remote:
        clone = scene.clone()
        host = remote.url.removeprefix("http://")
        scene.git(clone, "remote", "set-url", "origin", f"http://x-access-token:{PASSWORD}@{host}/remote.git")
        run = scene.release(clone).succeeded()
    assert [place for place in found(scene, [run]) if not place.endswith(".git/config")] == []


def test_a_password_in_the_url_that_is_refused_is_not_shown(scene: Scene) -> None:
    scene.begin()
    with HttpRemote(scene.root, "another") as remote:
        clone = scene.clone()
        host = remote.url.removeprefix("http://")
        scene.git(clone, "remote", "set-url", "origin", f"http://x-access-token:{PASSWORD}@{host}/remote.git")
        run = scene.release(clone)
    assert (run.status, PASSWORD in run.err) == (4, False), run.err
